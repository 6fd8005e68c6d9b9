"""Who came: marked from the day on, once, and taken back within a quarter of an hour."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.actions.clients import health_hold
from bookings.actions.refusals import Stale, TooEarly, TooLate
from bookings.actions.scheduling import attendance
from bookings.core.scheduling.statuses import Status
from tests import factories

# The day on which London's clocks go forward; the visit is at 10:00 there.
START = datetime(2027, 3, 28, 9, tzinfo=UTC)
MIDNIGHT = datetime(2027, 3, 28, 0, tzinfo=UTC)
KIM = "therapist: kim@example.com"


@pytest.fixture
def visit(db):
    factories.make_clinic()
    return factories.make_appointment(
        starts_at=START,
        treatment=factories.make_treatment(),
        therapist=factories.make_therapist(),
        room=factories.make_room(),
    )


def test_from_the_civil_day_on(visit):
    with pytest.raises(TooEarly):
        attendance.mark(visit, Status.ARRIVED, by=KIM, now=MIDNIGHT - timedelta(seconds=1))
    assert attendance.mark(visit, Status.ARRIVED, by=KIM, now=MIDNIGHT).status == Status.ARRIVED


def test_a_no_show_from_the_start_on(visit):
    with pytest.raises(TooEarly):
        attendance.mark(visit, Status.NO_SHOW, by=KIM, now=START - timedelta(seconds=1))
    assert attendance.mark(visit, Status.NO_SHOW, by=KIM, now=START).status == Status.NO_SHOW


def test_a_cancelled_visit_cannot_arrive(visit):
    visit.become(Status.CANCELLED, by="desk", now=MIDNIGHT)
    with pytest.raises(Stale):
        attendance.mark(visit, Status.ARRIVED, by=KIM, now=START)


@pytest.mark.parametrize("mark", attendance.MARKS)
def test_every_mark_leads_back_to_where_it_came_from(visit, mark):
    attendance.mark(visit, mark, by=KIM, now=START)
    at_the_latest = START + attendance.UNDONE_WITHIN
    assert attendance.undo(visit, by=KIM, now=at_the_latest).status == Status.BOOKED
    assert [event.facts for event in visit.events.all()] == [{"from": "booked"}, {"undone": mark}]


def test_a_second_later_it_stays(visit):
    attendance.mark(visit, Status.ARRIVED, by=KIM, now=START)
    with pytest.raises(TooLate):
        attendance.undo(visit, by=KIM, now=START + attendance.UNDONE_WITHIN + timedelta(seconds=1))


def test_a_hold_is_put_and_lifted_once_and_told_to_what_is_ahead(visit):
    client = visit.client
    for _ in range(2):
        health_hold.put(client, by="runner", now=MIDNIGHT)
    client.refresh_from_db()
    assert client.health_hold
    for _ in range(2):
        health_hold.lift(client, by=KIM, now=MIDNIGHT)
    client.refresh_from_db()
    assert not client.health_hold
    assert [event.kind for event in visit.events.all()] == ["health_hold", "health_hold_lifted"]
