import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0020_whose_words'),
    ]

    operations = [
        migrations.AlterField(
            model_name='series',
            name='every_weeks',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: with the sessions of a race.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)]),
        ),
        migrations.AddField(
            model_name='series',
            name='race',
            field=models.ForeignKey(blank=True, help_text='Whose sessions it follows, as long as it is in the plan.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='bookings.race'),
        ),
        migrations.AddField(
            model_name='series',
            name='settled_until',
            field=models.DateField(blank=True, help_text='Of a race’s sessions: those up to that day are booked or settled.', null=True),
        ),
        migrations.AddField(
            model_name='series',
            name='race_was_on',
            field=models.DateField(blank=True, help_text='The race’s day when that was so.', null=True),
        ),
        migrations.AddConstraint(
            model_name='series',
            constraint=models.CheckConstraint(condition=models.Q(('every_weeks__isnull', False), models.Q(('race_was_on__isnull', False), ('settled_until__isnull', False)), _connector='OR'), name='a_series_has_a_rule_or_follows_a_race'),
        ),
    ]
