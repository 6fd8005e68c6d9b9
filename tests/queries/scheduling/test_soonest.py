"""What is free next: it is what the openings say, for everybody at once."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from bookings.queries.scheduling.openings import next_free, openings
from bookings.queries.scheduling.soonest import DAYS_LOOKED_AT, most_usual, soonest
from tests import factories
from tests.reading import present


@pytest.fixture
def look(clinic):
    def _look(*treatments, **asked):
        return soonest(clinic, treatments, now=timezone.now(), **asked)

    return _look


def test_the_usual_treatment_is_the_one_for_most_kinds_and_else_the_first(clinic):
    first, second = factories.make_treatment(), factories.make_treatment()
    assert most_usual([first, second]) == first
    second.session_kinds = ["training", "maintenance"]
    first.session_kinds = ["training", "no kind that the protocol knows", "nor this"]
    assert most_usual([first, second]) == second
    assert most_usual([]) is None


def test_each_day_is_told_by_its_first_opening(look, clinic, massage, today, kim):
    kim.shifts.filter(weekday=(today + timedelta(days=1)).weekday()).delete()
    told = look(massage).days
    every = openings(clinic, massage, first=today, days=5, now=timezone.now())
    first_of: dict = {}
    for one in every:
        first_of.setdefault(clinic.day_of(one.starts_at), one)
    assert [one.opening for one in told] == list(first_of.values())[:3]


def test_each_therapist_has_the_next_time_of_what_they_are_asked_for(look, clinic, massage, room):
    early, late = factories.make_therapist(), factories.make_therapist()
    factories.make_week(early, time(7), time(9))
    factories.make_shift(late, weekday=(timezone.now().weekday() + 5) % 7)
    other = factories.make_treatment("Another", therapists=[early, late])
    massage.therapists.add(early)
    massage.session_kinds = ["training"]
    found = look(massage, other)
    assert found.offered[early.pk] == massage
    assert found.offered[late.pk] == other
    for one, treatment in ((early, massage), (late, other)):
        there = next_free(
            clinic, treatment, after=timezone.now(), now=timezone.now(), therapist=one
        )
        assert found.of_therapist[one.pk].opening.starts_at == present(there).starts_at


def test_who_is_away_for_a_week_is_told_with_the_first_time_after_it(look, clinic, massage, kim):
    now = timezone.now()
    factories.make_absence(now, now + timedelta(days=10), kim)
    there = present(next_free(clinic, massage, after=now, now=now))
    found = look(massage)
    assert found.of_therapist[kim.pk].opening == found.days[0].opening == there


def test_nobody_is_told_of_who_has_nothing_for_three_weeks(look, massage, kim, today):
    factories.make_absence(timezone.now(), timezone.now() + timedelta(days=DAYS_LOOKED_AT + 1), kim)
    found = look(massage)
    assert found.days == []
    assert kim.pk not in found.of_therapist
    assert found.hours[kim.pk] == {(day, part) for day in range(7) for part in (0, 1)}


def test_one_therapist_is_looked_for_alone(look, massage, kim):
    other = factories.make_therapist()
    factories.make_week(other, time(6), time(8))
    massage.therapists.add(other)
    found = look(massage, therapist=kim)
    assert set(found.of_therapist) == {kim.pk}
    assert all(kim in one.opening.therapists for one in found.days)


def test_without_treatments_nothing_is_free_and_nothing_breaks(look, kim):
    found = look()
    assert found.usual is None
    assert found.days == []
