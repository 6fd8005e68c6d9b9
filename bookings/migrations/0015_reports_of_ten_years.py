"""Indexes that tell reports what they ask of a client's visits; built beside a clinic at work."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from bookings.migrations._operations import AddIndexBesideWork


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('bookings', '0014_what_differs'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='appointment',
            index=models.Index(fields=['client', 'starts_at'], include=('id', 'status', 'booked_at', 'therapist', 'treatment'), name='visits_one_after_another'),
        ),
        RemoveIndexConcurrently(
            model_name='appointment',
            name='visits_of_client',
        ),
        AddIndexBesideWork(
            model_name='appointment',
            index=models.Index(fields=['client', 'booked_at'], include=('starts_at', 'status'), name='bookings_of_client'),
        ),
        AddIndexBesideWork(
            model_name='payment',
            index=models.Index(fields=['appointment'], include=('method', 'amount', 'waives'), name='payments_of_visit'),
        ),
    ]
