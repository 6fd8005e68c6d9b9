import django.db.models.deletion
from django.db import migrations, models

# Of a visit and of time off it is known whose time it was, and in which room.
FREED = """
CREATE FUNCTION bookings_time_is_freed_of(
    since timestamptz, until timestamptz, freed_by text, whose bigint, in_room bigint)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO bookings_freedtime
           (starts_at, ends_at, cause, freed_at, due_at, therapist_id, room_id)
    SELECT since, until, freed_by, now(), now() + CASE freed_by
           WHEN 'hold' THEN interval '0'
           ELSE make_interval(mins => greatest(offer_pause_minutes, undo_minutes)) END,
           whose, in_room
      FROM bookings_clinic
     WHERE since < until AND until > now()
       AND EXISTS (SELECT FROM bookings_waitlistentry WHERE state = 'waiting')
       AND NOT EXISTS (SELECT FROM bookings_freedtime
                        WHERE worked_at IS NULL AND freed_at = now() AND cause = freed_by
                          AND (starts_at, ends_at) = (since, until)
                          AND (therapist_id, room_id) IS NOT DISTINCT FROM (whose, in_room));
$$;
CREATE OR REPLACE FUNCTION bookings_visit_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_time_is_freed_of(OLD.starts_at, OLD.blocked_until,
        CASE OLD.status WHEN 'held' THEN 'hold' ELSE 'visit' END, OLD.therapist_id, OLD.room_id);
    RETURN NULL;
END $$;
CREATE FUNCTION bookings_absence_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_time_is_freed_of(OLD.starts_at, OLD.ends_at, 'absence', OLD.therapist_id, NULL);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER time_is_freed AFTER UPDATE OR DELETE ON bookings_absence FOR EACH ROW
    EXECUTE FUNCTION bookings_absence_freed();
"""
BEFORE = """
CREATE OR REPLACE TRIGGER time_is_freed AFTER UPDATE OR DELETE ON bookings_absence FOR EACH ROW
    EXECUTE FUNCTION bookings_block_freed('absence');
DROP FUNCTION bookings_absence_freed;
CREATE OR REPLACE FUNCTION bookings_visit_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_time_is_freed(OLD.starts_at, OLD.blocked_until,
        CASE OLD.status WHEN 'held' THEN 'hold' ELSE 'visit' END);
    RETURN NULL;
END $$;
DROP FUNCTION bookings_time_is_freed_of;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0021_series_of_a_race'),
    ]

    operations = [
        migrations.AddField(
            model_name='waitlistentry',
            name='better_by',
            field=models.CharField(choices=[('earlier', 'earlier'), ('training', 'better for the race')], db_default='earlier', default='earlier', help_text='What the other time is to be.', max_length=10),
        ),
        migrations.AlterField(
            model_name='waitlistentry',
            name='appointment',
            field=models.ForeignKey(blank=True, help_text='What should be at another time.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='earlier_wishes', to='bookings.appointment'),
        ),
        migrations.AddField(
            model_name='freedtime',
            name='therapist',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bookings.therapist'),
        ),
        migrations.AddField(
            model_name='freedtime',
            name='room',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bookings.room'),
        ),
        migrations.AlterField(
            model_name='waitlistoffer',
            name='state',
            field=models.CharField(choices=[('open', 'not answered yet'), ('accepted', 'accepted'), ('declined', 'declined'), ('expired', 'not answered in time'), ('withdrawn', 'withdrawn'), ('unread', 'its mail did not reach them')], default='open', max_length=10),
        ),
        migrations.RunSQL(FREED, BEFORE),
    ]
