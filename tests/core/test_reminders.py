"""When an appointment's reminders are due (R1, R2)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core.reminders import ReminderRules, reminders_for

LONDON = ZoneInfo("Europe/London")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def due(start: str, *, booked_at: datetime = LONG_AGO, tz: ZoneInfo = LONDON) -> list[str]:
    """The wall-clock times of the reminders of an appointment at a wall-clock time."""
    starts_at = datetime.fromisoformat(start).replace(tzinfo=tz)
    reminders = reminders_for(starts_at, booked_at=booked_at, tz=tz)
    return [f"{reminder.at.astimezone(tz):%Y-%m-%d %H:%M}" for reminder in reminders]


@pytest.mark.parametrize(
    ("clock", "reminded"),
    [
        ("07:59", "08:00"), ("08:00", "08:00"), ("08:01", "08:01"),
        ("19:59", "19:59"), ("20:00", "19:00"), ("00:00", "08:00"), ("23:45", "19:00"),
    ],
)  # fmt: skip
def test_mails_keep_to_their_hours(clock, reminded):
    assert due(f"2026-09-29T{clock}") == [f"2026-09-26 {reminded}", f"2026-09-28 {reminded}"]


def test_the_wall_clock_counts_across_a_clock_change():
    assert due("2026-03-30T09:30") == ["2026-03-27 09:30", "2026-03-29 09:30"]
    assert due("2026-10-26T09:30") == ["2026-10-23 09:30", "2026-10-25 09:30"]


def test_the_day_before_is_the_clinics_and_not_utcs():
    auckland = ZoneInfo("Pacific/Auckland")
    assert due("2026-11-02T09:00", tz=auckland) == ["2026-10-30 09:00", "2026-11-01 09:00"]


def test_the_calendar_knows_leap_days():
    assert due("2028-03-01T10:00") == ["2028-02-27 10:00", "2028-02-29 10:00"]


@pytest.mark.parametrize(("hours", "kept"), [(12, True), (11, False), (-30, False)])
def test_a_reminder_needs_twelve_hours_after_the_booking(hours, kept):
    last = datetime(2026, 9, 28, 9, tzinfo=UTC)  # ten o'clock in London
    found = due("2026-09-29T10:00", booked_at=last - timedelta(hours=hours))
    assert found == (["2026-09-28 10:00"] if kept else [])


def test_twelve_hours_are_real_hours_when_the_clocks_go_back():
    booked_at = datetime(2026, 10, 24, 22, 30, tzinfo=LONDON)
    assert due("2026-10-26T09:30", booked_at=booked_at) == ["2026-10-25 09:30"]
    assert due("2026-10-26T09:29", booked_at=booked_at) == []


def test_a_clinic_may_remind_otherwise():
    rules = ReminderRules(days_before=(7,), earliest=time(10))
    starts_at = datetime(2026, 9, 29, 9, tzinfo=LONDON)
    (reminder,) = reminders_for(starts_at, booked_at=LONG_AGO, tz=LONDON, rules=rules)
    assert reminder.at == datetime(2026, 9, 22, 10, tzinfo=LONDON)


@given(
    day=st.dates(date(2026, 1, 1), date(2029, 1, 1)),
    clock=st.times(),
    tz=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    notice=st.timedeltas(timedelta(), timedelta(days=5)),
)
def test_reminders_are_in_hours_in_order_and_before_the_start(day, clock, tz, notice):
    zone = ZoneInfo(tz)
    starts_at = datetime.combine(day, clock, zone)
    booked_at = starts_at.astimezone(UTC) - notice
    reminders = reminders_for(starts_at, booked_at=booked_at, tz=zone)
    assert [reminder.at for reminder in reminders] == sorted(r.at for r in reminders)
    for reminder in reminders:
        local = reminder.at.astimezone(zone)
        assert time(8) <= local.time() < time(20)
        assert day - local.date() == timedelta(days=reminder.days_before)
        assert booked_at + timedelta(hours=12) <= reminder.at < starts_at
