"""What is booked under an address that nobody has proved waits for that, but not for long."""

import bookings.core.scheduling.statuses
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0006_events_name_no_address'),
    ]

    operations = [
        migrations.AddField(
            model_name='appointment',
            name='prove_by',
            field=models.DateTimeField(blank=True, editable=False, help_text="Until when the client's address must be proved, else the time is given back; empty where nobody waits for that.", null=True),
        ),
        migrations.AddField(
            model_name='clinic',
            name='prove_minutes',
            field=models.PositiveSmallIntegerField(db_default=120, default=120, help_text='Minutes. Who books with an address that nobody has confirmed presses the link in the mail by then, or within half the time to the visit if that is shorter; else the time is given back.', validators=[django.core.validators.MinValueValidator(15), django.core.validators.MaxValueValidator(2880)], verbose_name='newcomers confirm within'),
        ),
        migrations.AddField(
            model_name='clinic',
            name='unproved_per_hour',
            field=models.PositiveSmallIntegerField(db_default=30, default=30, help_text='When newcomers have booked so many times within an hour and confirmed none of them, they can book online no more for the moment, and the desk is told; 0 for no limit.', verbose_name='unconfirmed bookings in an hour'),
        ),
        migrations.AlterField(
            model_name='mail',
            name='kind',
            field=models.CharField(choices=[('confirmed', 'appointment confirmed'), ('moved', 'appointment moved'), ('cancelled', 'appointment cancelled'), ('plan_booked', 'several appointments confirmed'), ('released', 'appointments that nobody confirmed given back'), ('reminder', 'reminder of an appointment'), ('plan', 'training plan'), ('nudge', 'sessions to book'), ('race_check', 'how the race went'), ('off_season', 'between two races'), ('new_links', 'new links to appointments'), ('data_link', "link to one's own data"), ('erased', 'data erased')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('prove_by__isnull', False), ('status', bookings.core.scheduling.statuses.Status['BOOKED'])), fields=['prove_by'], name='bookings_to_prove'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('prove_by__isnull', False)), fields=['booked_at'], name='bookings_of_strangers'),
        ),
    ]
