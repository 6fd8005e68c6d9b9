"""Hours of every other week: whoever reads the rota sees them in those weeks and in no others."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from bookings.core.scheduling.codes import Code
from bookings.models import ExtraShift, WeeklyShift
from bookings.queries.desk.day_facts import day_facts
from bookings.queries.desk.diary_days import diary_days
from bookings.queries.scheduling.conflicts import conflicts
from bookings.queries.scheduling.openings import openings
from tests import factories
from therapists.queries.own_week import week_of

pytestmark = pytest.mark.fixed_clock
MONDAY = date(2026, 12, 28)  # the week after it is the first of a year, and that year had 53
WEEK = timedelta(weeks=1)


@pytest.fixture
def alternating(clinic, kim, massage):
    """Kim works in the week of that Monday and in every second one from it, with lunch."""
    every = {"every_weeks": 2, "counted_from": MONDAY}
    kim.shifts.update(**every)
    kim.breaks.create(
        weekday=0, start=time(12), end=time(13), valid_from=MONDAY - 9 * WEEK, **every
    )
    return kim


@pytest.mark.parametrize(("weeks", "works"), [(-2, True), (-1, False), (0, True), (1, False)])
def test_every_reader_of_the_rota_says_the_same(clinic, alternating, massage, room, weeks, works):
    kim, day, now = alternating, MONDAY + weeks * WEEK, timezone.now()
    assert bool(openings(clinic, massage, first=day, days=1, now=now)) is works
    [own, *_rest] = week_of(kim, day, clinic).days
    assert bool(own.hours) is works
    drawn = diary_days(clinic, day, now=now)
    assert bool(drawn.hours.get(kim.pk)) is works
    assert bool(drawn.breaks) is works
    noon = clinic.begin_of(day) + timedelta(hours=10)
    factories.make_appointment(starts_at=noon, therapist=kim, treatment=massage, room=room)
    found = conflicts(clinic, now=now)
    assert [one.codes for one in found] == ([] if works else [{Code.OUTSIDE_HOURS}])


def test_the_drawn_day_is_another_when_its_weeks_are(clinic, alternating):
    now = timezone.now()
    before = day_facts(clinic, MONDAY, 1, None, now=now)
    WeeklyShift.objects.update(counted_from=MONDAY + WEEK)
    assert day_facts(clinic, MONDAY, 1, None, now=now) != before


def test_a_day_with_hours_instead_is_so_for_every_reader(clinic, kim, massage, today):
    day, now = today + timedelta(days=5), timezone.now()
    ExtraShift.objects.create(therapist=kim, day=day, start=time(20), end=time(22), instead=True)
    starts = [one.starts_at for one in openings(clinic, massage, first=day, days=1, now=now)]
    assert min(starts).astimezone(clinic.tz).hour == 20
    [own] = [one for one in week_of(kim, day, clinic).days if one.day == day]
    [(start, _end)] = own.hours
    assert start.astimezone(clinic.tz).hour == 20
    [(begin, end)] = diary_days(clinic, day, now=now).hours[kim.pk]
    assert (end - begin) == 2 * 3600
