"""The tag of the day that desks poll: another as soon as anything drawn is another, and only then.

Each change is made as a row, whoever may do it: the tag is made of what is read, not of who told.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core.scheduling.statuses import Status
from bookings.desk.scheduling import feed
from bookings.models import (
    Account,
    Appointment,
    Client,
    Clinic,
    ExtraShift,
    Fee,
    Method,
    Payment,
    ProtocolVersion,
    Race,
    Room,
    Therapist,
    Treatment,
    WeeklyBreak,
    WeeklyShift,
)
from bookings.queries.desk.diary_days import diary_days
from bookings.queries.training import protocol
from tests.factories import (
    make_absence,
    make_appointment,
    make_client,
    make_loan,
    make_race,
    make_room,
    make_shift,
    make_therapist,
    make_treatment,
)

DAY = date(2026, 12, 3)
FEED = f"/diary/{DAY}/feed/"
TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")


@pytest.fixture
def visit(massage, kim, room):
    """Of somebody who trains for a race; there is a break, and somebody else at work."""
    WeeklyBreak.objects.create(
        therapist=kim, weekday=DAY.weekday(), start=time(12), end=time(13), valid_from=DAY
    )
    make_therapist("Lee Demo")
    visit = make_appointment(starts_at=TEN, treatment=massage, therapist=kim, room=room)
    visit.record("booked", by="desk", now=TEN)
    make_race(visit.client, race_date=date(2026, 12, 13))
    return visit


def of_the_visit(**changes):
    return lambda visit: Appointment.objects.filter(pk=visit.pk).update(**changes)


def of_the_client(**changes):
    return lambda visit: Client.objects.filter(pk=visit.client_id).update(**changes)


def paid(visit, amount=60, method=Method.CASH, number=1, **facts):
    return Payment.objects.create(
        appointment=visit,
        therapist=visit.therapist,
        what="A massage",
        method=method,
        amount=amount,
        currency="GBP",
        number=number if method != Method.WAIVED else None,
        reason="why",
        key=f"{Payment.objects.count():032x}",
        at=TEN,
        by="desk",
        **facts,
    )


def another_visit(visit, status=Status.BOOKED, at=TEN + 4 * HOUR, **facts):
    return make_appointment(
        starts_at=at,
        treatment=visit.treatment,
        therapist=visit.therapist,
        room=visit.room,
        status=status,
        **facts,
    )


CHANGES = {
    "a visit": another_visit,
    "a hold": lambda visit: another_visit(visit, Status.HELD, held_until=TEN),
    "a move": of_the_visit(
        starts_at=TEN + HOUR, ends_at=TEN + 2 * HOUR, blocked_until=TEN + 2 * HOUR, revision=1
    ),
    "its length": of_the_visit(ends_at=TEN + HOUR / 2),
    "its buffer": of_the_visit(blocked_until=TEN + 2 * HOUR),
    "its therapist": lambda visit: of_the_visit(therapist=Therapist.objects.get(slug="lee-demo"))(
        visit
    ),
    "its room": lambda visit: of_the_visit(room=make_room("Another"))(visit),
    "its treatment": lambda visit: of_the_visit(treatment=make_treatment("Another"))(visit),
    "arrived": of_the_visit(status=Status.ARRIVED),
    "done, unpaid": of_the_visit(status=Status.COMPLETED),
    "did not come": of_the_visit(status=Status.NO_SHOW),
    "cancelled": of_the_visit(status=Status.CANCELLED),
    "late": of_the_visit(late_minutes=10),
    "told or not": of_the_visit(not_told=True),
    "passed on to the list": of_the_visit(relayed_at=TEN),
    "a note": of_the_visit(desk_note="Rings the bell twice"),
    "an event": lambda visit: visit.record("remarked", by="desk", now=TEN),
    "paid": paid,
    "the client's name": of_the_client(name="Ana Other"),
    "a health hold": of_the_client(health_hold=True),
    "another name at the address": lambda visit: of_the_client(same_address_as=make_client())(
        visit
    ),
    "under 18": of_the_client(date_of_birth=date(2011, 1, 1)),
    "a visit before": lambda visit: another_visit(
        visit, Status.COMPLETED, at=TEN - timedelta(days=7), client=visit.client
    ),
    "the treatment's name": lambda visit: Treatment.objects.update(name="Renamed"),
    "what fits in a gap": lambda visit: Treatment.objects.update(minutes=200),
    "the pause after it": lambda visit: Treatment.objects.update(buffer_minutes=60),
    "a treatment out of use": lambda visit: Treatment.objects.update(active=False),
    "who offers it": lambda visit: visit.treatment.therapists.set([]),
    "the therapist's name": lambda visit: Therapist.objects.filter(pk=visit.therapist_id).update(
        name="Aa Kim"
    ),
    "a therapist": lambda visit: make_therapist("New Demo"),
    "a therapist who leaves": lambda visit: Therapist.objects.update(active=False),
    "the room's name": lambda visit: Room.objects.update(name="Renamed"),
    "a room": lambda visit: make_room("New"),
    "a room out of use": lambda visit: Room.objects.update(active=False),
    "hours": lambda visit: WeeklyShift.objects.update(end=time(16)),
    "more hours": lambda visit: make_shift(
        Therapist.objects.get(slug="lee-demo"), DAY.weekday(), time(9), time(11)
    ),
    "hours that end": lambda visit: WeeklyShift.objects.update(valid_until=date(2026, 12, 1)),
    "extra hours": lambda visit: ExtraShift.objects.create(
        therapist=visit.therapist, day=DAY, start=time(18), end=time(20)
    ),
    "a break": lambda visit: WeeklyBreak.objects.update(start=time(11, 30)),
    "a break's name": lambda visit: WeeklyBreak.objects.update(reason="Lunch"),
    "time off": lambda visit: make_absence(TEN, TEN + HOUR, visit.therapist),
    "a closure": lambda visit: make_absence(TEN, TEN + HOUR, reason="The boiler"),
    "a room lent out": lambda visit: make_loan(visit.room, TEN, TEN + HOUR, reason="The choir"),
    "a race": lambda visit: Race.objects.update(race_date=date(2026, 12, 12)),
    "a race that is off": lambda visit: Race.objects.update(outcome="cancelled"),
    "the protocol": lambda visit: _another_protocol(),
    "the zone": lambda visit: Clinic.objects.update(timezone="Europe/Athens"),
    "the grid": lambda visit: Clinic.objects.update(start_step_minutes=45),
}
# The tag may be another for these, since forms and addresses go by them.
DRAWN_THE_SAME = {"the protocol", "the grid"}


def _another_protocol():
    ProtocolVersion.objects.create(
        number=2, data=protocol.default_data(), created_at=TEN, by="owner", change="A word"
    )


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_changes_in_the_drawn_day_changes_its_tag(desk, visit, name):
    before = desk.get(FEED)
    assert desk.get(FEED, HTTP_IF_NONE_MATCH=before["ETag"]).status_code == 304
    CHANGES[name](visit)
    after = desk.get(FEED, HTTP_IF_NONE_MATCH=before["ETag"])
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    if name not in DRAWN_THE_SAME:
        assert after.json() != before.json()


def test_a_hold_that_runs_out_and_free_time_that_passes_change_the_tag(desk, visit, clock):
    another_visit(visit, Status.HELD, held_until=datetime(2026, 12, 1, 9, 10, tzinfo=UTC))
    held = desk.get(FEED)["ETag"]
    clock.move_to(datetime(2026, 12, 1, 9, 11, tzinfo=UTC))
    given_back = desk.get(FEED, HTTP_IF_NONE_MATCH=held)
    assert given_back.status_code == 200
    clock.move_to(datetime(2026, 12, 3, 13, 20, tzinfo=UTC))
    assert desk.get(FEED, HTTP_IF_NONE_MATCH=given_back["ETag"]).status_code == 200


def test_no_more_than_a_few_drawn_days_are_kept_and_each_is_the_one_asked_for(desk, visit):
    other = f"/diary/{DAY - timedelta(days=1)}/feed/"
    for number in range(feed.KEPT + 2):
        of_the_client(name=f"Ana {number}")(visit)
        for _ in range(2):
            [shown] = desk.get(FEED).json()["visits"]
            assert shown["client"] == f"Ana {number}"
            assert desk.get(other).json()["visits"] == []
    assert len(feed._bodies) == feed.KEPT


def test_what_is_not_drawn_leaves_the_tag_as_it_is(desk, visit, clock, massage, kim, room):
    tag = desk.get(FEED)["ETag"]
    make_appointment(starts_at=TEN + timedelta(days=1), treatment=massage, therapist=kim, room=room)
    make_absence(TEN + timedelta(days=1), TEN + timedelta(days=2), kim)
    make_loan(room, TEN + timedelta(days=1), TEN + timedelta(days=2))
    of_the_client(desk_notes="Likes the window open")(visit)
    clock.move_to(datetime(2026, 12, 1, 17, tzinfo=UTC))
    for known in (tag, f"W/{tag}"):  # as a proxy or middleware says that has compressed it
        assert desk.get(FEED, HTTP_IF_NONE_MATCH=known).status_code == 304


@pytest.mark.parametrize("known", [False, True], ids=["drawn", "unchanged"])
def test_a_poll_reads_the_day_in_one_statement_beside_who_asks(desk, visit, known):
    headers = {"HTTP_IF_NONE_MATCH": desk.get(FEED)["ETag"]} if known else {}
    with CaptureQueriesContext(connection) as data:
        desk.get(FEED, **headers)
    # The session with whose it is and the clinic, and the day.
    assert len(data) == 2, [one["sql"][:90] for one in data]


@pytest.mark.parametrize("status", [Status.BOOKED, Status.COMPLETED, Status.NO_SHOW])
@pytest.mark.parametrize("waives", ["", "no_show"])
def test_what_the_day_says_of_money_is_what_the_account_says(clinic, visit, status, waives):
    of_the_visit(status=status)(visit)
    visit.refresh_from_db()
    Fee.objects.create(appointment=visit, amount=30, currency="GBP", rule="x", at=TEN, by="desk")
    paid(visit, Decimal("20.10"))
    mistaken = paid(visit, Decimal("0.20"), number=2)
    paid(visit, Decimal("-0.20"), number=3, corrects=mistaken)
    paid(visit, Decimal("5.35"), Method.WAIVED, waives=waives)
    account = Account.of(visit)
    [shown] = diary_days(clinic, DAY, now=TEN).visits
    assert shown.settled == float(account.paid + account.waived)
