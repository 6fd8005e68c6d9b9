"""A clinic that is full for a long time answers as quickly as any other."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core.scheduling.codes import Rules
from bookings.models import Absence
from bookings.queries.scheduling import openings
from bookings.queries.scheduling.diary import free_times
from bookings.queries.scheduling.slots import Slot
from tests.clock import NOW
from tests.factories import make_room, make_therapist, make_treatment, make_week


@pytest.fixture
def looked_at(monkeypatch):
    """The therapists' days that were gone through."""
    days = []

    def counting(clinic, **asked):
        facts = free_times(clinic, **asked)
        days.append(asked["days"] * len(facts.hours))
        return facts

    monkeypatch.setattr(openings, "free_times", counting)
    return days


@pytest.fixture
def full(clinic):
    """Fifty therapists, all of whom are taken for two years."""
    people = [make_therapist() for _ in range(50)]
    for person in people:
        make_week(person)
    make_room()
    Absence.objects.bulk_create(
        Absence(therapist=one, starts_at=NOW, ends_at=NOW + timedelta(days=900)) for one in people
    )
    return make_treatment(therapists=people)


@pytest.mark.parametrize("wanted", [NOW + timedelta(days=1), NOW + timedelta(days=400)])
def test_what_is_near_is_looked_for_within_bounds(clinic, full, looked_at, wanted):
    with CaptureQueriesContext(connection) as asked:
        slot = Slot(treatment=full, start=wanted)
        found = openings.nearest(clinic, slot, count=6, rules=Rules.DESK_MOVE, now=NOW)
    assert found == []
    assert sum(looked_at) <= openings.MOST_LOOKED_AT
    assert len(asked) <= 1 + 5 * len(looked_at) <= 16


def test_what_is_free_just_before_is_found_where_nothing_is_after(clinic, massage, kim):
    late = NOW + timedelta(days=60)
    Absence.objects.create(therapist=kim, starts_at=late - timedelta(days=20), ends_at=late)
    Absence.objects.create(therapist=kim, starts_at=late, ends_at=late + timedelta(days=2000))
    slot = Slot(treatment=massage, start=late)
    [*found] = openings.nearest(clinic, slot, rules=Rules.DESK_MOVE, now=NOW)
    assert len(found) == 3
    assert all(one.starts_at < late - timedelta(days=20) for one in found)
