"""The facts of a day as they are asked under the diary's lock."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Appointment
from bookings.queries.scheduling.diary import diary_facts
from bookings.queries.scheduling.facts import ask_for_holds, holds_told
from bookings.queries.statements import planned_once, together
from tests.diary_requests import hold_one
from tests.factories import NOW
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


def test_a_hold_is_told_the_same_with_a_days_facts_and_alone(db, massage, start):
    """To a penny and a millionth of a second."""
    hold_one(massage, start, visitor="ana", now=NOW + timedelta(microseconds=7))
    asked = ask_for_holds("ana", NOW)
    with planned_once():
        [beside_others] = holds_told(together(asked)[0])
    [alone] = holds_told(together(asked)[0])
    as_saved = Appointment.objects.values().get()
    for found in (beside_others, alone):
        told = {name: getattr(found, name) for name in as_saved}
        assert told == as_saved
        assert str(told["price"]) == str(as_saved["price"])
