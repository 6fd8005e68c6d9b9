"""What was mailed for a login, or subscribed to with it, ends when the login is switched off."""

from django.db import migrations, models

REMEMBER = """
CREATE OR REPLACE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON bookings_user FOR EACH ROW
    EXECUTE FUNCTION bookings_remember('last_login,created_at,keys_edition', 'password');
"""
UNDO = """
CREATE OR REPLACE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON bookings_user FOR EACH ROW
    EXECUTE FUNCTION bookings_remember('last_login,created_at', 'password');
"""


class Migration(migrations.Migration):

    dependencies = [
        ("bookings", "0007_running_late"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="keys_edition",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text="Raised when the login is switched off or on, signed out by the owner, or handed to somebody else: links to a new password and calendar addresses made before are over."),
        ),
        migrations.RunSQL(REMEMBER, UNDO),
    ]
