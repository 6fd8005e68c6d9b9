import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

# Whoever may undo it finds their time still there.
FREED = """
CREATE OR REPLACE FUNCTION bookings_time_is_freed(since timestamptz, until timestamptz, freed_by text)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO bookings_freedtime (starts_at, ends_at, cause, freed_at, due_at)
    SELECT since, until, freed_by, now(), now() + CASE freed_by
           WHEN 'hold' THEN interval '0'
           ELSE make_interval(mins => greatest(offer_pause_minutes, undo_minutes)) END
      FROM bookings_clinic
     WHERE since < until AND until > now()
       AND EXISTS (SELECT FROM bookings_waitlistentry WHERE state = 'waiting')
       AND NOT EXISTS (SELECT FROM bookings_freedtime
                        WHERE worked_at IS NULL AND freed_at = now() AND cause = freed_by
                          AND (starts_at, ends_at) = (since, until));
$$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION bookings_time_is_freed(since timestamptz, until timestamptz, freed_by text)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO bookings_freedtime (starts_at, ends_at, cause, freed_at, due_at)
    SELECT since, until, freed_by, now(), now() + CASE freed_by
           WHEN 'hold' THEN interval '0'
           ELSE make_interval(mins => offer_pause_minutes) END
      FROM bookings_clinic
     WHERE since < until AND until > now()
       AND EXISTS (SELECT FROM bookings_waitlistentry WHERE state = 'waiting')
       AND NOT EXISTS (SELECT FROM bookings_freedtime
                        WHERE worked_at IS NULL AND freed_at = now() AND cause = freed_by
                          AND (starts_at, ends_at) = (since, until));
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0016_whom_a_row_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='appointment',
            name='relayed_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='Since when its time is offered to the waiting list; it stands.', null=True),
        ),
        migrations.AddField(
            model_name='waitlistoffer',
            name='relayed',
            field=models.ForeignKey(blank=True, help_text='Whose time it is until it is taken; nothing is held then.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='passed_to', to='bookings.appointment'),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('relayed',), name='one_open_offer_of_a_relayed_time'),
        ),
        migrations.AlterField(
            model_name='clinic',
            name='offer_pause_minutes',
            field=models.PositiveSmallIntegerField(db_default=10, default=10, help_text='Minutes. What has come free is offered to the waiting list after so long, and not before a runner may no longer undo it: whoever takes a cancellation or a move back within it has troubled nobody.', validators=[django.core.validators.MaxValueValidator(240)], verbose_name='offer freed times after'),
        ),
        migrations.RunSQL(FREED, BEFORE),
    ]
