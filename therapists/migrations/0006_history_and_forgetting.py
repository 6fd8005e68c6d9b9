from django.db import migrations

REMEMBER = """
CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON therapists_timeoff
    FOR EACH ROW EXECUTE FUNCTION bookings_remember('asked_at', 'reason');
"""
# Versions may go when the clinic's time for them is over, in a transaction that says so.
FORGET = """
CREATE OR REPLACE FUNCTION therapists_signed_versions_never_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND current_setting('therapists.rotating_keys', true) = 'on'
        AND to_jsonb(NEW) - 'content' = to_jsonb(OLD) - 'content'
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND current_setting('taper.forgetting', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'A signed version of a note never changes.'
        USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("therapists", "0005_kept_and_forgotten"),
        ("bookings", "0020_history"),
    ]

    operations = [
        migrations.RunSQL(REMEMBER, "DROP TRIGGER remember ON therapists_timeoff;"),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
