"""A new clinic tells what to wear until its owner says something else."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0003_when_and_with_whom_runners_like_to_come'),
    ]

    operations = [
        migrations.AlterField(
            model_name='clinic',
            name='how_to_find_us',
            field=models.TextField(blank=True, help_text='The way from the stop, the door, where bicycles go. Told when somebody has booked, and in the reminders of their first visit, beside the address.'),
        ),
        migrations.AlterField(
            model_name='clinic',
            name='what_to_wear',
            field=models.TextField(blank=True, default='Shorts and a loose top, worn or brought. You undress only as far as you are comfortable, and what is not being treated stays covered.', help_text='Told when somebody has booked, and in the reminders of their first visit.'),
        ),
    ]
