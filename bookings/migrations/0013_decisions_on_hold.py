"""A visit of a client on hold remembers that a therapist has decided about it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0012_who_changed_the_lock'),
    ]

    operations = [
        migrations.AddField(
            model_name='appointment',
            name='decided_on_hold',
            field=models.BooleanField(db_default=False, default=False, editable=False, help_text='Somebody who treats the client has decided about this visit, though they are on hold.'),
        ),
    ]
