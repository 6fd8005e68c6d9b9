"""Who told of their health, and who read it: a role and a login's key, never an address."""

from django.db import migrations

KEYS = """
UPDATE {table} SET {column} = split_part({column}, ': ', 1) || coalesce(
    (SELECT ': ' || id FROM bookings_user WHERE email = split_part({column}, ': ', 2)), '')
WHERE {column} ~ '^(runner|therapist|desk|owner): .*@';
"""


class Migration(migrations.Migration):

    dependencies = [
        ("therapists", "0001_first"),
        ("bookings", "0006_events_name_no_address"),
    ]

    operations = [
        migrations.RunSQL(
            KEYS.format(table="therapists_healthcheck", column="by")
            + KEYS.format(table="therapists_access", column="who"),
            migrations.RunSQL.noop,
        )
    ]
