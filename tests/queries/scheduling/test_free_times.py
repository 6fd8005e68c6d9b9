"""What is free, told without whose the rest is."""

import pytest

from bookings.core.intervals import day_bounds
from bookings.core.scheduling.codes import Rules
from bookings.models import FreedBy, FreedTime
from bookings.queries.scheduling.diary import diary_facts, free_times
from bookings.queries.statements import planned_once
from tests.random_diary import random_diary


@pytest.mark.parametrize("seed", range(8))
def test_what_is_free_is_the_same_without_whose_the_rest_is(db, seed):
    """Also under the diary's lock, where rows come as JSON by name."""
    diary = random_diary(seed)
    asked = {"first": diary.first, "days": diary.days, "now": diary.now}
    bounds = day_bounds(diary.first, 1, diary.clinic.tz)
    for whose in (diary.therapists[0], None):
        FreedTime.objects.create(
            therapist=whose, cause=FreedBy.VISIT, freed_at=diary.now, due_at=diary.now,
            starts_at=bounds.start, ends_at=bounds.end,
        )  # fmt: skip
    facts = diary_facts(diary.clinic, treatments=diary.treatments, **asked)
    free = free_times(diary.clinic, treatments=diary.treatments, **asked)
    with planned_once():
        once = free_times(diary.clinic, treatments=diary.treatments, **asked)
    assert sorted(free.freed, key=str) == sorted(facts.freed, key=str) != []
    assert free.freed == once.freed
    for treatment in diary.treatments:
        for rules in Rules:
            starts = facts.starts(treatment, rules=rules)
            assert free.starts(treatment, rules=rules) == starts
            assert once.starts(treatment, rules=rules) == starts
        of_a_day = facts.starts_by_day(treatment, diary.first, 1)
        assert free.starts_by_day(treatment, diary.first, 1) == of_a_day
