"""A changed address raises the edition of every visit's links; the history tells the address."""

from django.db import migrations

NO_NEWS = (
    "blocked_until,revision,held_until,together,created_at,booked_at,"
    "public_id,visitor,held_from,booking_key"
)
REMEMBER = """
CREATE OR REPLACE TRIGGER remember_adding AFTER INSERT ON bookings_appointment FOR EACH ROW
    WHEN (NEW.status NOT IN ('held', 'expired'))
    EXECUTE FUNCTION bookings_remember('{no_news}', '');
CREATE OR REPLACE TRIGGER remember AFTER UPDATE ON bookings_appointment FOR EACH ROW
    WHEN (OLD.status NOT IN ('held', 'expired') OR NEW.status NOT IN ('held', 'expired'))
    EXECUTE FUNCTION bookings_remember('{no_news}', '');
CREATE OR REPLACE TRIGGER remember_removing AFTER DELETE ON bookings_appointment FOR EACH ROW
    WHEN (OLD.status NOT IN ('held', 'expired'))
    EXECUTE FUNCTION bookings_remember('{no_news}', '');
"""


class Migration(migrations.Migration):

    dependencies = [("bookings", "0010_offers_of_other_times")]

    operations = [
        migrations.RunSQL(
            REMEMBER.format(no_news=f"{NO_NEWS},links_edition"), REMEMBER.format(no_news=NO_NEWS)
        ),
    ]
