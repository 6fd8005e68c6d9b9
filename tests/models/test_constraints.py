"""What must never be, whatever writes: asked of the database itself."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.core.scheduling.statuses import FREES_ITS_TIME, NEXT, Status
from bookings.models import Absence, Appointment, Client, Clinic, Treatment, User, WeeklyShift
from tests.factories import (
    make_appointment,
    make_client,
    make_clinic,
    make_room,
    make_therapist,
    make_treatment,
    make_user,
)

TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def refused(constraint, act, *args, **kwargs):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        act(*args, **kwargs)
    cause: Any = caught.value.__cause__  # psycopg2's own error
    assert cause.diag.constraint_name == constraint


@pytest.fixture
def visit():
    """Makes a visit of its own therapist, room and client, unless told otherwise."""
    treatment = make_treatment(minutes=60, buffer_minutes=15)

    def _visit(starts_at=TEN, **fields):
        fields = {
            "treatment": treatment,
            "therapist": fields.get("therapist") or make_therapist(),
            "room": fields.get("room") or make_room(),
            **fields,
        }
        return make_appointment(starts_at=starts_at, **fields)

    return _visit


@pytest.mark.parametrize("what", ["therapist", "room"])
def test_nobody_and_no_room_is_used_twice_buffers_included(visit, what):
    first = visit()
    same = {what: getattr(first, what)}
    refused(f"{what}_never_twice", visit, TEN + HOUR, **same)
    assert visit(TEN + timedelta(minutes=75), **same)


def test_a_client_is_not_in_two_places_but_may_go_from_one_to_the_next(visit):
    ana = make_client()
    visit(client=ana)
    refused("client_never_twice", visit, TEN + timedelta(minutes=30), client=ana)
    assert visit(TEN + HOUR, client=ana)


@pytest.mark.parametrize("status", [s for s in Status if s not in FREES_ITS_TIME])
def test_every_status_that_may_be_a_visit_keeps_its_time(visit, status):
    until = {"held_until": TEN} if status == Status.HELD else {}
    first = visit(status=status, **until)
    refused("therapist_never_twice", visit, therapist=first.therapist)


@pytest.mark.parametrize("status", FREES_ITS_TIME)
def test_a_cancelled_or_expired_visit_gives_its_time_back(visit, status):
    first = visit(status=status)
    assert visit(therapist=first.therapist, room=first.room)


def test_a_status_added_later_would_keep_its_time():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'x'"
            " AND conrelid = 'bookings_appointment'::regclass"
        )
        predicates = [definition.partition("WHERE")[2] for (definition,) in cursor.fetchall()]
    assert len(predicates) == 3
    for predicate in predicates:
        assert "NOT" in predicate
        assert set(FREES_ITS_TIME) == {s for s in Status if f"'{s}'" in predicate}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"ends_at": TEN}, "appointment_takes_time"),
        ({"blocked_until": TEN}, "appointment_blocked_within_reason"),
        ({"blocked_until": TEN + 13 * HOUR}, "appointment_blocked_within_reason"),
        ({"client": None, "status": Status.BOOKED}, "only_a_hold_has_no_client"),
        ({"status": Status.HELD}, "a_hold_has_an_end"),
        ({"status": "imaginary"}, "appointment_status_exists"),
    ],
)
def test_an_appointment_that_makes_no_sense_is_refused(visit, fields, constraint):
    pk = visit().pk
    refused(constraint, Appointment.objects.filter(pk=pk).update, **fields)


def test_one_booking_key_books_once(visit):
    visit(booking_key="k")
    refused("bookings_appointment_booking_key_key", visit, booking_key="k")


def test_there_is_one_clinic():
    make_clinic()
    refused("one_clinic", Clinic.objects.create, pk=2, name="Another")


def test_a_login_address_is_unique_whatever_its_case():
    make_user("ana@example.com")
    refused("bookings_user_email_key", make_user, "ANA@Example.com")
    refused("login_address_in_lower_case", User.objects.create, email="Ana@example.com")


def test_a_contact_address_may_be_shared():
    assert make_client(email="both@example.com") != make_client("Bo", email="both@example.com")
    assert Client.objects.filter(email="both@example.com").count() == 2


def test_time_off_and_shifts_end_after_they_start():
    kim = make_therapist()
    refused("absence_ends_after_start", Absence.objects.create, starts_at=TEN, ends_at=TEN)
    shift = {"therapist": kim, "weekday": 0, "valid_from": date(2026, 1, 1)}
    refused(
        "shift_ends_after_start", WeeklyShift.objects.create, start=time(9), end=time(9), **shift
    )
    refused(
        "shift_valid_until_after_from",
        WeeklyShift.objects.create,
        start=time(9),
        end=time(10),
        valid_until=date(2025, 12, 31),
        **shift,
    )


@pytest.mark.parametrize(
    ("weeks", "constraint"),
    [
        ({"every_weeks": 0}, "shift_counted_from_a_monday"),
        ({"every_weeks": 53, "counted_from": date(2026, 11, 30)}, "shift_every_so_many_weeks"),
        ({"every_weeks": 2}, "shift_counted_from_a_monday"),
        ({"every_weeks": 2, "counted_from": date(2026, 12, 1)}, "shift_counted_from_a_monday"),
        ({"every_weeks": 1, "counted_from": date(2026, 11, 30)}, "shift_counted_from_a_monday"),
    ],
)
def test_hours_of_some_weeks_are_counted_from_a_monday(weeks, constraint):
    row = {"start": time(9), "end": time(10), "valid_from": date(2026, 1, 1), "weekday": 0}
    refused(constraint, WeeklyShift.objects.create, therapist=make_therapist(), **row, **weeks)


def test_a_treatment_takes_time_and_costs_nothing_at_the_least():
    pk = make_treatment().pk
    treatments = Treatment.objects.filter(pk=pk)
    refused("treatment_takes_time", treatments.update, minutes=0)
    refused("price_is_not_negative", treatments.update, price=-1)


def test_every_status_has_its_line_in_the_table_of_moves():
    assert set(NEXT) == set(Status)


def test_only_undoing_a_cancellation_leaves_a_status_that_gave_its_time_back():
    left = {status: set(NEXT[status]) for status in FREES_ITS_TIME}
    assert left == {Status.CANCELLED: {Status.BOOKED}, Status.EXPIRED: set()}
