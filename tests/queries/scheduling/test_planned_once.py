"""The facts of a day, in each of the ways in which they are asked: under the diary's lock as one
statement, and together by place where it is only asked what is free."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core.intervals import day_bounds
from bookings.core.scheduling.codes import Rules
from bookings.models import FreedBy, FreedTime
from bookings.queries.scheduling.diary import diary_facts, free_times
from bookings.queries.statements import planned_once
from tests.random_diary import random_diary


@pytest.mark.parametrize("seed", range(6))
def test_a_day_is_told_the_same_where_its_statements_are_planned_once(db, seed):
    """As one statement, and in JSON."""
    diary = random_diary(seed)

    def asked():
        return diary_facts(
            diary.clinic,
            first=diary.first,
            days=diary.days,
            treatments=diary.treatments,
            now=diary.now,
        )

    each_time = asked()
    with planned_once(), CaptureQueriesContext(connection) as data:
        once = asked()
    assert len(data) == 1
    assert each_time.hours
    by_number = [sorted(facts.rows, key=str) for facts in (once, each_time)]
    assert by_number[0] == by_number[1]
    assert replace(once, rows=()) == replace(each_time, rows=())


@pytest.mark.parametrize("seed", range(8))
def test_what_is_free_is_the_same_without_whose_the_rest_is(db, seed):
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
