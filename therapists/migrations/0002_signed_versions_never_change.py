from django.db import migrations

# Rotating keys writes sealed content anew; it says so for its own transaction, and even then
# nothing but the content may differ.
REFUSE = """
CREATE FUNCTION therapists_signed_versions_never_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND current_setting('therapists.rotating_keys', true) = 'on'
        AND to_jsonb(NEW) - 'content' = to_jsonb(OLD) - 'content'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A signed version of a note never changes.'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER signed_versions_never_change
    BEFORE UPDATE OR DELETE ON therapists_noteversion
    FOR EACH ROW EXECUTE FUNCTION therapists_signed_versions_never_change();
"""
ALLOW = """
DROP TRIGGER signed_versions_never_change ON therapists_noteversion;
DROP FUNCTION therapists_signed_versions_never_change();
"""


class Migration(migrations.Migration):

    dependencies = [("therapists", "0001_first")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
