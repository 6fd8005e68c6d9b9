from django.db import migrations

# Arguments: columns that are no news, and columns of which only is said that they changed.
FUNCTIONS = """
CREATE FUNCTION bookings_remember() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    no_news text[] := string_to_array(TG_ARGV[0], ',');
    secret text[] := string_to_array(TG_ARGV[1], ',');
    was jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    has jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    whole jsonb := CASE WHEN TG_OP = 'DELETE' THEN was ELSE has END;
    before jsonb;
    after jsonb;
    told text := nullif(current_setting('taper.who', true), '');
BEGIN
    SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO before
    FROM jsonb_each(was - no_news - secret)
    WHERE has -> key IS DISTINCT FROM value AND value NOT IN ('null', '""');
    SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO after
    FROM jsonb_each(has - no_news - secret)
    WHERE was -> key IS DISTINCT FROM value AND (TG_OP = 'UPDATE' OR value NOT IN ('null', '""'));
    IF TG_OP = 'UPDATE' THEN
        SELECT after || coalesce(jsonb_object_agg(key, 'changed'), '{}') INTO after
        FROM jsonb_each(has) WHERE key = ANY(secret) AND was -> key IS DISTINCT FROM value;
        IF after = '{}' THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO bookings_change
        (at, role, "user_id", who, client_id, "table", "row", did, before, after)
    VALUES (
        statement_timestamp(),
        CASE WHEN told IS NULL THEN 'program' ELSE split_part(told, '|', 1) END,
        nullif(split_part(told, '|', 2), '')::bigint,
        CASE WHEN told IS NULL THEN current_setting('application_name')
            ELSE regexp_replace(told, '^[^|]*[|][^|]*[|]', '') END,
        CASE TG_TABLE_NAME WHEN 'bookings_client' THEN (whole ->> 'id')::bigint
            ELSE (whole ->> 'client_id')::bigint END,
        TG_TABLE_NAME, (whole ->> 'id')::bigint, TG_OP, before, after
    );
    RETURN NULL;
END $$;

CREATE FUNCTION bookings_history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('taper.forgetting', true) = 'on' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'client_id' = to_jsonb(OLD) - 'client_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The history of changes never changes.' USING ERRCODE = '23001';
END $$;
CREATE TRIGGER history_stays BEFORE UPDATE OR DELETE ON bookings_change
    FOR EACH ROW EXECUTE FUNCTION bookings_history_stays();

CREATE TRIGGER remember_adding AFTER INSERT ON bookings_appointment FOR EACH ROW
    WHEN (NEW.status NOT IN ('held', 'expired'))
    EXECUTE FUNCTION bookings_remember({appointment});
CREATE TRIGGER remember AFTER UPDATE ON bookings_appointment FOR EACH ROW
    WHEN (OLD.status NOT IN ('held', 'expired') OR NEW.status NOT IN ('held', 'expired'))
    EXECUTE FUNCTION bookings_remember({appointment});
CREATE TRIGGER remember_removing AFTER DELETE ON bookings_appointment FOR EACH ROW
    WHEN (OLD.status NOT IN ('held', 'expired'))
    EXECUTE FUNCTION bookings_remember({appointment});
""".replace(
    "{appointment}",
    "'blocked_until,revision,held_until,together,created_at,booked_at,"
    "public_id,visitor,held_from,booking_key', ''",
)
# Holds come and go by the hundred and are nobody's; the rest is remembered whole, but for these.
REST = {
    "bookings_absence": ("", "reason"),
    "bookings_client": ("plan_revision,created_at,findable,links_edition", ""),
    "bookings_clinic": ("", ""),
    "bookings_extrashift": ("", ""),
    "bookings_race": ("", ""),
    "bookings_room": ("", ""),
    "bookings_therapist": ("", ""),
    "bookings_treatment": ("", ""),
    "bookings_treatment_rooms": ("", ""),
    "bookings_treatment_therapists": ("", ""),
    "bookings_user": ("last_login,created_at", "password"),
    "bookings_weeklybreak": ("", ""),
    "bookings_weeklyshift": ("", ""),
}
REMEMBER = "".join(
    f"CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
    f" EXECUTE FUNCTION bookings_remember('{no_news}', '{secret}');"
    for table, (no_news, secret) in REST.items()
)
UNDO = (
    "DROP TRIGGER history_stays ON bookings_change;"
    + "".join(f"DROP TRIGGER remember ON {table};" for table in REST)
    + "DROP TRIGGER remember ON bookings_appointment;"
    "DROP TRIGGER remember_adding ON bookings_appointment;"
    "DROP TRIGGER remember_removing ON bookings_appointment;"
    "DROP FUNCTION bookings_remember(); DROP FUNCTION bookings_history_stays();"
)


class Migration(migrations.Migration):

    dependencies = [("bookings", "0019_kept_and_forgotten")]

    operations = [migrations.RunSQL(FUNCTIONS + REMEMBER, UNDO)]
