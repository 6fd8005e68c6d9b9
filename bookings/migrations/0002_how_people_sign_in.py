"""Apart from the first, because the tables of sign-ins refer to ours of people."""

from django.db import migrations

from bookings.migrations._operations import QuickMigration

# Of a second factor only that it came or went: how often it is used is nobody's business.
REMEMBER = """
CREATE OR REPLACE TRIGGER remember_adding AFTER INSERT ON mfa_authenticator FOR EACH ROW
    EXECUTE FUNCTION bookings_remember('created_at,last_used_at', 'data');
CREATE OR REPLACE TRIGGER remember_removing AFTER DELETE ON mfa_authenticator FOR EACH ROW
    EXECUTE FUNCTION bookings_remember('created_at,last_used_at', 'data');
CREATE OR REPLACE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON account_emailaddress FOR EACH ROW
    EXECUTE FUNCTION bookings_remember('', '');
"""
UNDO = """
DROP TRIGGER remember_adding ON mfa_authenticator;
DROP TRIGGER remember_removing ON mfa_authenticator;
DROP TRIGGER remember ON account_emailaddress;
"""


class Migration(QuickMigration):

    dependencies = [
        ("bookings", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunSQL(REMEMBER, UNDO)]
