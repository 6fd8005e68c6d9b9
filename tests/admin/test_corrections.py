"""Appointments corrected in the admin: recorded, told, and never a bare error."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    MailKind,
)
from tests import factories, patience
from tests.admin.forms import (
    filled,
    list_of,
    page_of,
    send,
    times,
    why_not,
)
from tests.admin.rows import make_mail
from tests.factories import NOW
from tests.reading import present


def test_holds_are_not_listed_unless_asked_for(office, visit, massage, kim, room, ten):
    hold = factories.make_appointment(
        starts_at=ten + timedelta(days=1),
        treatment=massage,
        therapist=kim,
        room=room,
        status=Status.HELD,
        held_until=ten,
    )

    def listed(**data):
        return set(office.get(list_of(Appointment), data).context["cl"].result_list)

    assert listed() == {visit}
    assert listed(status="held") == {hold}
    assert listed(status="booked") == {visit}
    assert listed(status="all") == {visit, hold}


def test_a_corrected_time_is_recorded_with_who_and_from_what_to_what(office, visit, ten):
    later = ten + timedelta(hours=2)
    assert send(office, page_of(visit), **times(later)).status_code == 302
    visit.refresh_from_db()
    assert (visit.starts_at, visit.revision) == (later, 1)
    event = visit.events.get()
    assert (event.kind, event.by) == ("moved", factories.key_of("owner@example.com", Role.OWNER))
    assert event.facts["from"]["starts_at"] == "2027-01-12T10:00:00Z"
    assert event.facts["to"]["starts_at"] == "2027-01-12T12:00:00Z"
    assert "starts at: 12 Jan 2027 10:00 → 12 Jan 2027 12:00" in office.get(page_of(visit)).text


@pytest.mark.fixed_clock  # before the day that is corrected
def test_a_client_is_told_of_a_corrected_time_once(office, visit, ten):
    send(office, page_of(visit), **times(ten + timedelta(hours=2)))
    send(office, page_of(visit))
    mail = visit.mails.exclude(kind=MailKind.REMINDER).get()
    assert (mail.kind, mail.revision) == ("moved", 1)


def test_nobody_is_written_to_about_a_room_or_a_price(office, visit):
    blue = factories.make_room("Blue")
    send(office, page_of(visit), room=blue.pk, price="55.00")
    visit.refresh_from_db()
    assert (visit.room, visit.price) == (blue, 55)
    moved, priced = visit.events.all()
    assert (moved.facts["from"]["room"], moved.facts["to"]["room"]) == ("Room 1", "Blue")
    assert (priced.kind, priced.facts["to"]) == ("priced", "55.00")
    assert not visit.mails.exclude(kind=MailKind.REMINDER).exists()


def test_saving_without_a_change_leaves_no_trace(office, visit):
    assert send(office, page_of(visit)).status_code == 302
    assert not visit.events.exists()


def test_a_price_alone_touches_no_pause(office, visit, massage, ten):
    massage.buffer_minutes = 45
    massage.save()
    factories.make_appointment(
        starts_at=ten + timedelta(hours=1),
        treatment=massage,
        therapist=visit.therapist,
        room=visit.room,
    )
    assert send(office, page_of(visit), price="55.00").status_code == 302
    visit.refresh_from_db()
    assert (visit.price, visit.blocked_until) == (55, ten + timedelta(hours=1))
    assert visit.events.get().kind == "priced"


@pytest.mark.fixed_clock
def test_a_closed_day_is_refused_in_the_admin_too(office, visit, ten):
    factories.make_absence(ten + timedelta(hours=2), ten + timedelta(hours=9))
    page = send(office, page_of(visit), **times(ten + timedelta(hours=2)))
    assert "The clinic is closed then." in why_not(page)


def it_was_a_week_ago(visit: Appointment) -> datetime:
    """When it began."""
    ago = timezone.now().replace(second=0, microsecond=0) - timedelta(days=7)
    end = ago + timedelta(hours=1)
    there = Appointment.objects.filter(pk=visit.pk)
    there.update(starts_at=ago, ends_at=end, blocked_until=end)
    return ago


def test_the_record_of_a_visit_is_corrected_though_its_therapist_has_left(office, visit, kim):
    ago = it_was_a_week_ago(visit)
    kim.active = False
    kim.save()
    blue = factories.make_room("Blue", active=False)
    page = send(office, page_of(visit), room=blue.pk, **times(ago + timedelta(minutes=10)))
    assert page.status_code == 302
    visit.refresh_from_db()
    assert (visit.room, visit.starts_at) == (blue, ago + timedelta(minutes=10))
    assert visit.events.get().facts["from"]["room"] == "Room 1"
    assert not visit.mails.exists()


def test_a_record_that_would_stand_over_another_is_refused(office, visit):
    ago = it_was_a_week_ago(visit)
    factories.make_appointment(
        starts_at=ago + timedelta(hours=2),
        treatment=visit.treatment,
        therapist=visit.therapist,
        room=factories.make_room("Blue"),
    )
    page = send(office, page_of(visit), **times(ago + timedelta(hours=2)))
    assert "The therapist is not free at that time." in why_not(page)


def test_another_treatment_brings_its_own_pause(office, visit, kim, ten):
    long = factories.make_treatment(therapists=[kim], buffer_minutes=20)
    send(office, page_of(visit), treatment=long.pk)
    visit.refresh_from_db()
    assert visit.blocked_until == ten + timedelta(minutes=80)


@pytest.mark.parametrize(
    ("shared", "sentence"),
    [
        ("therapist", "The therapist is not free at that time."),
        ("room", "The room is not free at that time."),
        ("client", "The client has another appointment at that time."),
    ],
)
def test_a_clash_is_an_error_on_the_form_that_tells_nothing_of_the_other(
    office, visit, ten, shared, sentence
):
    other = {
        "treatment": factories.make_treatment(),
        "therapist": factories.make_therapist(),
        "room": factories.make_room(),
        "client": factories.make_client("Secret Name"),
        shared: getattr(visit, shared),
    }
    factories.make_appointment(starts_at=ten + timedelta(minutes=137), **other)
    page = send(office, page_of(visit), **times(ten + timedelta(hours=2)))
    assert sentence in why_not(page)
    assert "12:17" not in page.text
    assert "Secret Name" not in page.text
    assert 'value="12:00' in page.text  # still filled in
    visit.refresh_from_db()
    assert visit.starts_at == ten


def test_a_hold_past_its_end_is_in_nobodys_way(office, visit, ten, massage, kim, room):
    factories.make_appointment(
        starts_at=ten + timedelta(hours=2),
        treatment=massage,
        therapist=kim,
        room=room,
        status=Status.HELD,
        held_until=datetime(2020, 1, 1, tzinfo=UTC),
    )
    assert send(office, page_of(visit), **times(ten + timedelta(hours=2))).status_code == 302


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [(-30, "The end must be after the start."), (13 * 60, "twelve hours at most")],
)
def test_impossible_lengths_are_refused(office, visit, ten, minutes, sentence):
    assert sentence in why_not(send(office, page_of(visit), **times(ten, minutes)))


def test_a_page_that_is_out_of_date_does_not_undo_what_happened_since(office, visit, ten):
    opened = filled(office.get(page_of(visit)))
    send(office, page_of(visit), **times(ten + timedelta(hours=2)))
    page = office.post(page_of(visit), {**opened, "price": "55"})
    assert "has changed since the page was opened" in why_not(page)
    visit.refresh_from_db()
    assert visit.starts_at == ten + timedelta(hours=2)


def test_the_status_and_the_client_cannot_be_typed_over(office, visit):
    client = visit.client
    someone = factories.make_client()
    send(office, page_of(visit), status="cancelled", client=someone.pk, price="1")
    visit.refresh_from_db()
    assert (visit.status, visit.client, visit.price) == (Status.BOOKED, client, 1)


@pytest.mark.parametrize("status", [Status.HELD, Status.EXPIRED, Status.CANCELLED])
def test_what_is_over_or_not_yet_booked_cannot_be_corrected(office, visit, ten, status):
    Appointment.objects.update(status=status, held_until=ten)
    assert office.get(page_of(visit)).status_code == 200
    assert office.post(page_of(visit), times(ten + timedelta(hours=1))).status_code == 403


def test_events_and_mails_are_shown_on_the_appointment_and_cannot_be_typed_in(office, clinic):
    visit = present(make_mail(0).appointment)
    visit.record("booked", by="runner", now=NOW)
    page = office.get(page_of(visit))
    assert "appointment confirmed" in page.text
    typed = {"events-TOTAL_FORMS": "1", "events-0-kind": "forged", "events-0-by": "nobody"}
    office.post(page_of(visit), {**filled(page), **typed})
    assert [event.kind for event in visit.events.all()] == ["booked"]


@pytest.mark.django_db(transaction=True)
def test_who_is_overtaken_between_check_and_write_gets_the_filled_form_back(office, visit, ten):
    """A writer without the lock inserts unseen, and commits when our write waits for it."""
    twelve = ten + timedelta(hours=2)
    inserted = threading.Event()

    def overtake():
        try:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN")
                factories.make_appointment(
                    starts_at=twelve,
                    treatment=visit.treatment,
                    therapist=visit.therapist,
                    room=factories.make_room(),
                )
                inserted.set()
                wait_for_somebody_who_waits(cursor)
                cursor.execute("COMMIT")
        finally:
            connections.close_all()

    other = threading.Thread(target=overtake)
    opened = filled(office.get(page_of(visit)))
    other.start()
    assert inserted.wait(patience.seconds())
    page = office.post(page_of(visit), {**opened, **times(twelve)})
    other.join()
    assert "That time has just been taken." in why_not(page)
    assert 'value="12:00' in page.text
    visit.refresh_from_db()
    assert visit.starts_at == ten
    assert not visit.events.exists()


def wait_for_somebody_who_waits(cursor) -> None:
    def somebody_waits() -> bool:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])

    patience.wait_for(somebody_waits)
