"""Ten years of hours against a naive reading, day by day and on the clock's own face.

The reading shares no code with the engine: it counts weeks on its fingers, looks at what the
clock shows every five minutes of a day on which it changes, and knows SQL from hearsay.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bookings.core.intervals import days_from
from bookings.models import ExtraShift, Therapist, WeeklyBreak, WeeklyShift
from bookings.queries.desk.diary_days import diary_days
from bookings.queries.rota.working_hours import hours_and_breaks
from tests import factories

FIRST, LAST = date(2026, 1, 1), date(2035, 12, 31)  # with 53 weeks in 2026 and 2032
DAYS = (LAST - FIRST).days + 1
DAY, FIVE = timedelta(days=1), timedelta(minutes=5)
# Days on which a clock changes somewhere, and around which hours are likely to go wrong.
ODD = [date(2026, 10, 4), date(2027, 3, 28), date(2026, 10, 25), date(2027, 4, 4),
       date(2026, 9, 6), date(2027, 4, 3), date(2026, 12, 31), date(2033, 1, 3)]  # fmt: skip
ZONES = ["Europe/London", "Australia/Lord_Howe", "America/Santiago"]


def naive_days(row: dict) -> list[date]:
    """The days on which the row holds: from its own Monday on its fingers, week by week."""
    monday = row["counted_from"] or date(2025, 12, 29)
    step = 7 * row["every_weeks"]
    while monday > FIRST - 60 * 7 * DAY:
        monday -= step * DAY
    days = []
    while monday <= LAST:
        day = monday
        for _ in range(row["weekday"]):
            day += DAY
        last = row["valid_until"] or LAST
        if FIRST <= day <= LAST and row["valid_from"] <= day <= last:
            days.append(day)
        monday += step * DAY
    return days


def naive_span(day: date, start: time, end: time, tz: ZoneInfo) -> tuple[int, int] | None:
    """A start that the clock skips is as far behind the gap; one that it shows twice the first,
    an end the last."""
    here = datetime.combine(day, time.min, tz)
    if here.utcoffset() == datetime.combine(day + DAY, time.min, tz).utcoffset():
        of_day = int(here.astimezone(UTC).timestamp())
        first, last = (of_day + at.hour * 3600 + at.minute * 60 for at in (start, end))
    else:
        first, last = _instant(day, start, tz, -1), _instant(day, end, tz, 0)
    return (first, last) if first < last else None


def _instant(day: date, clock: time, tz: ZoneInfo, whether_last: int) -> int:
    at = datetime.combine(day - DAY, time(12), tz).astimezone(UTC)
    shown: list[tuple[datetime, datetime]] = []  # what the clock shows, and when
    while at < datetime.combine(day + DAY, time(12), tz).astimezone(UTC):
        shown.append((at.astimezone(tz).replace(tzinfo=None), at))
        at += FIVE
    wanted = datetime.combine(day, clock)
    if there := [when for wall, when in shown if wall == wanted]:
        return int((there[0] if whether_last else there[-1]).timestamp())
    before, gap = max((wall, when) for wall, when in shown if wall < wanted)
    return int((gap + (wanted - before)).timestamp())


def seconds_of(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same time as whole stretches that do not touch."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def taken_out(spans: list[tuple[int, int]], pauses: list[tuple[int, int]]) -> list:
    left = []
    for start, end in spans:
        for begin, until in sorted(pauses):
            if begin < end and until > start:
                if start < begin:
                    left.append((start, begin))
                start = max(start, min(until, end))
        if start < end:
            left.append((start, end))
    return left


clocks = st.integers(0, 287).map(lambda n: time(n // 12, n % 12 * 5))
hours = st.tuples(clocks, clocks).filter(lambda two: two[0] != two[1]).map(sorted)
days = st.one_of(st.dates(FIRST, LAST), st.sampled_from(ODD))


@st.composite
def weekly(draw) -> dict:
    start, end = draw(hours)
    since = draw(st.one_of(st.just(date(2020, 1, 1)), days))
    until = draw(st.one_of(st.none(), days.filter(lambda day: day >= since)))
    every = draw(st.sampled_from([1, 1, 2, 2, 3, 4, 5, 52]))
    mondays = st.integers(-300, 300).map(lambda n: date(2026, 11, 30) + 7 * n * DAY)
    return {
        "weekday": draw(st.sampled_from([0, 2, 5, 6, 6])),  # clocks change on Sundays
        "start": start, "end": end, "valid_from": since, "valid_until": until,
        "every_weeks": every, "counted_from": None if every == 1 else draw(mondays),
    }  # fmt: skip


@st.composite
def extra(draw) -> dict:
    start, end = draw(hours)
    return {"day": draw(days), "start": start, "end": end, "instead": draw(st.booleans())}


def naive_rota(shifts, breaks, extras, tz) -> tuple[list, list]:
    replaced = {one["day"] for one in extras if one["instead"]}
    worked = [
        naive_span(day, row["start"], row["end"], tz)
        for row in shifts
        for day in naive_days(row)
        if day not in replaced
    ] + [naive_span(one["day"], one["start"], one["end"], tz) for one in extras]
    paused = [
        naive_span(day, row["start"], row["end"], tz) for row in breaks for day in naive_days(row)
    ]
    pauses = seconds_of([span for span in paused if span])
    at_work = seconds_of([span for span in worked if span])
    return taken_out(at_work, pauses), pauses


class TenYears(TestCase):
    @given(
        st.sampled_from(ZONES),
        st.lists(weekly(), min_size=1, max_size=4),
        st.lists(weekly(), max_size=2),
        st.lists(extra(), max_size=3),
    )
    @settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
    def test_the_hours_are_those_that_somebody_counts_who_has_a_calendar(
        self, zone, shifts, breaks, extras
    ):
        Therapist.objects.all().delete()
        clinic, kim = factories.make_clinic(timezone=zone), factories.make_therapist("Kim Demo")
        for row in shifts:
            WeeklyShift.objects.create(therapist=kim, **row)
        for row in breaks:
            WeeklyBreak.objects.create(therapist=kim, **row)
        for row in extras:
            ExtraShift.objects.create(therapist=kim, **row)
        found = hours_and_breaks([kim.pk], days_from(FIRST, DAYS), clinic)
        working, paused = naive_rota(shifts, breaks, extras, clinic.tz)
        assert seconds_of(found.working[kim.pk]) == working
        assert seconds_of(found.breaks[kim.pk]) == paused
        for one, row in zip(kim.shifts.order_by("pk"), shifts, strict=True):
            held = {day for day in (FIRST + n * DAY for n in range(DAYS)) if one.holds_on(day)}
            assert held == set(naive_days(row))


@pytest.mark.parametrize("zone", ZONES)
def test_the_reading_itself_sees_the_clocks_change(zone):
    tz, lengths = ZoneInfo(zone), set()
    for day in (FIRST + n * DAY for n in range(800)):
        span = naive_span(day, time(0, 30), time(12), tz)
        assert span is not None
        lengths.add((span[1] - span[0]) / 3600)
    usual = 11.5
    change = 0.5 if zone == "Australia/Lord_Howe" else 1
    # In Santiago midnight itself is skipped or shown twice: what begins at 0:30 begins in the gap.
    assert usual in lengths
    assert usual - change in lengths or zone == "America/Santiago"


def test_a_break_of_every_other_week_is_drawn_in_that_week_alone(clinic, kim, today):
    monday = today - today.weekday() * DAY
    kim.breaks.create(
        weekday=0, start=time(12), end=time(13), valid_from=monday - 700 * DAY,
        every_weeks=2, counted_from=monday,
    )  # fmt: skip
    mondays = [monday + 7 * n * DAY for n in range(-4, 5)]
    now = datetime.combine(today, time(), UTC)
    weeks = [bool(diary_days(clinic, day, therapist=kim, now=now).breaks) for day in mondays]
    assert weeks == [True, False, True, False, True, False, True, False, True]
