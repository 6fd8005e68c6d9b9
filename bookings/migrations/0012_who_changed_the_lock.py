"""Whoever has changed a client's lock cannot be who says that it is the client."""

from django.db import migrations, models

# Of whom it is not known which of them it was, none.
ALL_WHO_MAY_HAVE = """
    UPDATE bookings_client SET unconfirmed_by = coalesce((
        SELECT string_agg(DISTINCT by, E'\\n') FROM bookings_clientevent
        WHERE client_id = bookings_client.id AND kind IN ('taken down', 'changed', 'merged')
    ), '')
    WHERE unconfirmed_since IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0011_what_runners_need_and_whom_they_meet'),
    ]

    operations = [
        migrations.AddField(
            model_name='client',
            name='unconfirmed_by',
            field=models.TextField(blank=True, db_default='', default='', editable=False, help_text='Who has typed the address since, joined the record or changed its login: roles and logins’ keys, one a line. None of them can say who it is.'),
        ),
        migrations.RunSQL(ALL_WHO_MAY_HAVE, migrations.RunSQL.noop),
    ]
