"""When an appointment's reminders are due (R1 to R3)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core.mail.reminder_times import ReminderRules, reminders_for

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


@pytest.mark.parametrize(
    ("clock", "hours", "reminded"),
    [
        ("10:00", 12, "2026-09-28 10:00"),
        ("10:00", 24, "2026-09-28 09:00"),
        ("08:30", 24, "2026-09-28 08:00"),
        ("08:00", 24, "2026-09-28 08:00"),  # that day's mail begins too late for it
        ("20:30", 30, "2026-09-28 13:30"),
        ("10:00", 48, "2026-09-28 10:00"),  # no day before would be the day before
    ],
)
def test_a_reminder_leaves_time_to_cancel_where_it_can(clock, hours, reminded):
    starts_at = datetime.fromisoformat(f"2026-09-29T{clock}").replace(tzinfo=LONDON)
    deadline = starts_at.astimezone(UTC) - timedelta(hours=hours)
    reminders = reminders_for(starts_at, booked_at=LONG_AGO, tz=LONDON, deadline=deadline)
    assert f"{reminders[-1].at.astimezone(LONDON):%Y-%m-%d %H:%M}" == reminded


def test_a_reminder_is_of_use_until_the_next():
    starts_at = datetime(2026, 9, 29, 9, tzinfo=UTC)
    first, last = reminders_for(starts_at, booked_at=LONG_AGO, tz=LONDON)
    assert (first.until, last.until) == (last.at, starts_at)


@pytest.mark.parametrize(
    ("clock", "begin"),
    [("07:59", "28 08:00"), ("08:00", "28 08:00"), ("19:59", "28 19:59"), ("20:00", "29 08:00")],
)
def test_what_was_held_up_waits_for_the_hours_of_mail(clock, begin):
    instant = datetime.fromisoformat(f"2026-09-28T{clock}").replace(tzinfo=LONDON)
    found = ReminderRules().hours_begin(instant.astimezone(UTC), LONDON)
    assert f"{found.astimezone(LONDON):%d %H:%M}" == begin


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
