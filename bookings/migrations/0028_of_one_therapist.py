from django.db import migrations

# Whatever frees time of one therapist says whose: it is nobody else's to be kept off sale.
FREED = """
CREATE OR REPLACE TRIGGER time_is_freed AFTER UPDATE OR DELETE ON bookings_busytime FOR EACH ROW
    EXECUTE FUNCTION bookings_absence_freed();

CREATE FUNCTION bookings_day_is_freed_of(freed date, whose bigint) RETURNS void LANGUAGE sql AS $$
    SELECT bookings_time_is_freed_of(freed::timestamp AT TIME ZONE timezone,
           (freed + 1)::timestamp AT TIME ZONE timezone, 'extra', whose, NULL)
      FROM bookings_clinic;
$$;
CREATE OR REPLACE FUNCTION bookings_day_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM bookings_day_is_freed_of(OLD.day, OLD.therapist_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM bookings_day_is_freed_of(NEW.day, NEW.therapist_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION bookings_rota_is_freed_of(whose bigint) RETURNS void LANGUAGE sql AS $$
    SELECT bookings_time_is_freed_of(
           now(), now() + make_interval(days => horizon_days + 1), 'rota', whose, NULL)
      FROM bookings_clinic;
$$;
CREATE FUNCTION bookings_hours_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM bookings_rota_is_freed_of(OLD.therapist_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM bookings_rota_is_freed_of(NEW.therapist_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION bookings_therapist_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_rota_is_freed_of(NEW.id);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER time_is_freed AFTER INSERT OR UPDATE OR DELETE ON bookings_weeklyshift
    FOR EACH ROW EXECUTE FUNCTION bookings_hours_freed();
CREATE OR REPLACE TRIGGER time_is_freed AFTER INSERT OR UPDATE OR DELETE ON bookings_weeklybreak
    FOR EACH ROW EXECUTE FUNCTION bookings_hours_freed();
CREATE OR REPLACE TRIGGER time_is_freed AFTER INSERT ON bookings_treatment_therapists
    FOR EACH ROW EXECUTE FUNCTION bookings_hours_freed();
CREATE OR REPLACE TRIGGER time_is_freed AFTER UPDATE OF active ON bookings_therapist
    FOR EACH ROW WHEN (NEW.active AND NOT OLD.active) EXECUTE FUNCTION bookings_therapist_freed();
"""
BEFORE = """
CREATE OR REPLACE TRIGGER time_is_freed AFTER UPDATE OR DELETE ON bookings_busytime FOR EACH ROW
    EXECUTE FUNCTION bookings_block_freed('absence');
CREATE OR REPLACE FUNCTION bookings_day_freed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    zone text := (SELECT timezone FROM bookings_clinic);
    one date;
BEGIN
    FOREACH one IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.day]
                                    WHEN 'DELETE' THEN ARRAY[OLD.day]
                                    ELSE ARRAY[OLD.day, NEW.day] END LOOP
        PERFORM bookings_time_is_freed(one::timestamp AT TIME ZONE zone,
            (one + 1)::timestamp AT TIME ZONE zone, 'extra');
    END LOOP;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER time_is_freed AFTER INSERT OR UPDATE OR DELETE ON bookings_weeklyshift
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_rota_freed();
CREATE OR REPLACE TRIGGER time_is_freed AFTER INSERT OR UPDATE OR DELETE ON bookings_weeklybreak
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_rota_freed();
CREATE OR REPLACE TRIGGER time_is_freed AFTER INSERT ON bookings_treatment_therapists
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_rota_freed();
CREATE OR REPLACE TRIGGER time_is_freed AFTER UPDATE OF active ON bookings_therapist
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_rota_freed();
DROP FUNCTION bookings_hours_freed, bookings_therapist_freed, bookings_rota_is_freed_of,
    bookings_day_is_freed_of;
"""
# Whatever ends somebody's treating, or makes their record another's, ends what they have pasted:
# the address is a key to their private life.
GOES = """
CREATE FUNCTION bookings_own_calendar_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM bookings_busycalendar WHERE therapist_id = OLD.id;
    DELETE FROM bookings_busytime WHERE therapist_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER own_calendar_goes AFTER UPDATE OF active, user_id ON bookings_therapist FOR EACH ROW
    WHEN (OLD.active AND NOT NEW.active OR OLD.user_id IS DISTINCT FROM NEW.user_id)
    EXECUTE FUNCTION bookings_own_calendar_goes();
DELETE FROM bookings_busycalendar WHERE therapist_id IN (
    SELECT id FROM bookings_therapist WHERE NOT active);
DELETE FROM bookings_busytime WHERE therapist_id IN (
    SELECT id FROM bookings_therapist WHERE NOT active);
"""
STAYS = """
DROP TRIGGER own_calendar_goes ON bookings_therapist;
DROP FUNCTION bookings_own_calendar_goes;
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0027_visits_against_own_plans")]

    operations = [migrations.RunSQL(FREED, BEFORE), migrations.RunSQL(GOES, STAYS)]
