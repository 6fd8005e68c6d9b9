"""The facts of a day as they are asked under the diary's lock."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.queries.scheduling.diary import diary_facts
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
