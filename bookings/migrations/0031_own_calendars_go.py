from django.db import migrations

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
    dependencies = [("bookings", "0030_calendars_watched")]

    operations = [migrations.RunSQL(GOES, STAYS)]
