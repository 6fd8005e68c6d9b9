"""Whether it is certain who signs in as a client, and who has vouched for a visit."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0004_tallies'),
    ]

    operations = [
        # What stands in the diary already lets its therapist see what they see today.
        migrations.AddField(
            model_name='appointment',
            name='vouched_for',
            field=models.BooleanField(db_default=True, default=True, editable=False, help_text='Made by the desk, or by a client who has proved their address: only such a visit lets its therapist see health data.'),
        ),
        migrations.AlterField(
            model_name='appointment',
            name='vouched_for',
            field=models.BooleanField(db_default=False, default=False, editable=False, help_text='Made by the desk, or by a client who has proved their address: only such a visit lets its therapist see health data.'),
        ),
        migrations.AddField(
            model_name='client',
            name='disowned',
            field=models.BooleanField(db_default=False, default=False, editable=False, help_text='Whoever signs in at the address has said that these bookings are not theirs.'),
        ),
        migrations.AddField(
            model_name='client',
            name='unconfirmed_since',
            field=models.DateTimeField(blank=True, editable=False, help_text='When the address was typed by the desk, or the record joined with another: until a treating therapist or the owner has said who it is, nobody who signs in sees health data from before. Empty when that has been said.', null=True),
        ),
        migrations.AddField(
            model_name='clinic',
            name='care_days',
            field=models.PositiveSmallIntegerField(db_default=180, default=180, help_text="Days after a client's last visit with them; it begins 14 days before one.", validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3660)], verbose_name='therapists see health data for'),
        ),
        migrations.AlterField(
            model_name='mail',
            name='kind',
            field=models.CharField(choices=[('confirmed', 'appointment confirmed'), ('moved', 'appointment moved'), ('cancelled', 'appointment cancelled'), ('plan_booked', 'several appointments confirmed'), ('reminder', 'reminder of an appointment'), ('plan', 'training plan'), ('nudge', 'sessions to book'), ('race_check', 'how the race went'), ('off_season', 'between two races'), ('new_links', 'new links to appointments'), ('data_link', "link to one's own data"), ('erased', 'data erased')], max_length=20),
        ),
    ]
