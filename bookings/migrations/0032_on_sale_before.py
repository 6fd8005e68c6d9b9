"""What was on sale before is no time that has come free: a treatment that is saved and is as
before, and a browser's hold of a time that those who wait could have had when they joined."""

from django.db import migrations

FREED = """
CREATE OR REPLACE FUNCTION bookings_visit_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'held' AND OLD.visitor NOT LIKE 'offer:%' AND NOT EXISTS (
        SELECT FROM bookings_waitlistentry
         WHERE state = 'waiting' AND joined_at >= OLD.created_at) THEN
        RETURN NULL;
    END IF;
    PERFORM bookings_time_is_freed_of(OLD.starts_at, OLD.blocked_until,
        CASE OLD.status WHEN 'held' THEN 'hold' ELSE 'visit' END, OLD.therapist_id, OLD.room_id);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER time_is_freed
    AFTER UPDATE OF minutes, buffer_minutes, online, active ON bookings_treatment FOR EACH ROW
    WHEN (NEW.minutes < OLD.minutes OR NEW.buffer_minutes < OLD.buffer_minutes
          OR (NEW.online AND NOT OLD.online) OR (NEW.active AND NOT OLD.active))
    EXECUTE FUNCTION bookings_rota_freed();
CREATE OR REPLACE TRIGGER time_is_freed AFTER INSERT ON bookings_room
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_rota_freed();
CREATE TRIGGER time_is_freed_by_coming_back AFTER UPDATE OF active ON bookings_room
    FOR EACH ROW WHEN (NEW.active AND NOT OLD.active) EXECUTE FUNCTION bookings_rota_freed();
CREATE OR REPLACE TRIGGER time_is_freed
    AFTER UPDATE OF start_step_minutes, minimum_notice_minutes, horizon_days ON bookings_clinic
    FOR EACH ROW
    WHEN (NEW.start_step_minutes <> OLD.start_step_minutes
          OR NEW.minimum_notice_minutes < OLD.minimum_notice_minutes
          OR NEW.horizon_days > OLD.horizon_days)
    EXECUTE FUNCTION bookings_rota_freed();
"""
BEFORE = """
CREATE OR REPLACE FUNCTION bookings_visit_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_time_is_freed_of(OLD.starts_at, OLD.blocked_until,
        CASE OLD.status WHEN 'held' THEN 'hold' ELSE 'visit' END, OLD.therapist_id, OLD.room_id);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER time_is_freed
    AFTER UPDATE OF minutes, buffer_minutes, online, active ON bookings_treatment
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_rota_freed();
DROP TRIGGER time_is_freed_by_coming_back ON bookings_room;
CREATE OR REPLACE TRIGGER time_is_freed AFTER INSERT OR UPDATE OF active ON bookings_room
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_rota_freed();
CREATE OR REPLACE TRIGGER time_is_freed
    AFTER UPDATE OF start_step_minutes, minimum_notice_minutes, horizon_days ON bookings_clinic
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_rota_freed();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0031_ten_years'),
    ]

    operations = [
        migrations.RunSQL(FREED, BEFORE),
    ]
