from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0028_of_one_therapist'),
    ]

    operations = [
        migrations.AddField(
            model_name='race',
            name='not_listed',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='Days of listed races that the desk has said it is not.'),
        ),
        migrations.AddField(
            model_name='runnercall',
            name='taken_off',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='runnercall',
            name='tried_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='runnercall',
            name='tries',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
