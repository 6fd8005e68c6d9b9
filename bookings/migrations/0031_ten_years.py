"""Indexes for what ten years of a clinic make large; built beside a clinic at work."""

from django.db import migrations, models

from bookings.migrations._operations import AddIndexBesideWork


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('bookings', '0030_calendars_watched'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='appointment',
            index=models.Index(condition=models.Q(models.Q(('client__isnull', True), ('status', 'expired')), models.Q(('held_from', ''), _negated=True), _connector='OR'), fields=['created_at'], name='holds_by_age'),
        ),
        AddIndexBesideWork(
            model_name='appointment',
            index=models.Index(condition=models.Q(('series__isnull', False)), fields=['series'], name='visits_of_series'),
        ),
        AddIndexBesideWork(
            model_name='appointmentevent',
            index=models.Index(fields=['at'], name='events_by_time'),
        ),
        AddIndexBesideWork(
            model_name='mail',
            index=models.Index(condition=models.Q(('last_error', ''), ('note', ''), _negated=True), fields=['created_at'], name='mails_with_details'),
        ),
        AddIndexBesideWork(
            model_name='client',
            index=models.Index(fields=['created_at'], name='clients_by_age'),
        ),
    ]
