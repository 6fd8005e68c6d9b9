"""The index of a client's visits says what reports ask of them; built beside a clinic at work."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from bookings.migrations._operations import AddIndexBesideWork


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('bookings', '0008_lists_taken_in'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='appointment',
            index=models.Index(fields=['client', 'starts_at'], include=('id', 'status', 'booked_at'), name='visits_of_client'),
        ),
        RemoveIndexConcurrently(
            model_name='appointment',
            name='appointments_of_client',
        ),
    ]
