"""Apart from the tables, because an index beside the work is made outside a transaction."""

import bookings.core.scheduling.statuses
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from bookings.migrations._operations import AddIndexBesideWork, QuickMigration


class Migration(QuickMigration):

    atomic = False

    # Until the release: a database that has been through those it is made of goes on as it is.
    replaces = [('bookings', '0031_ten_years')]
    dependencies = [
        ('bookings', '0003_second_release'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='appointmentevent',
            index=models.Index(fields=['at'], name='events_by_time'),
        ),
        AddIndexBesideWork(
            model_name='client',
            index=models.Index(fields=['created_at'], name='clients_by_age'),
        ),
        AddIndexBesideWork(
            model_name='mail',
            index=models.Index(condition=models.Q(('last_error', ''), ('note', ''), _negated=True), fields=['created_at'], name='mails_with_details'),
        ),
        AddIndexBesideWork(
            model_name='payment',
            index=models.Index(fields=['appointment'], include=('method', 'amount', 'waives'), name='payments_of_visit'),
        ),
        AddIndexBesideWork(
            model_name='appointment',
            index=models.Index(fields=['client', 'starts_at'], include=('id', 'status', 'booked_at', 'therapist', 'treatment'), name='visits_one_after_another'),
        ),
        AddIndexBesideWork(
            model_name='appointment',
            index=models.Index(fields=['client', 'booked_at'], include=('starts_at', 'status'), name='bookings_of_client'),
        ),
        AddIndexBesideWork(
            model_name='appointment',
            index=models.Index(condition=models.Q(('series__isnull', False)), fields=['series'], name='visits_of_series'),
        ),
        AddIndexBesideWork(
            model_name='appointment',
            index=models.Index(condition=models.Q(models.Q(('client__isnull', True), ('status', bookings.core.scheduling.statuses.Status['EXPIRED'])), models.Q(('held_from', ''), _negated=True), _connector='OR'), fields=['created_at'], name='holds_by_age'),
        ),
        RemoveIndexConcurrently(
            model_name='appointment',
            name='appointments_of_client',
        ),
    ]
