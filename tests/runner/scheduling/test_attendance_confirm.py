""" "I'm coming", from behind the link in a reminder."""

from bookings.core.scheduling.statuses import Status
from bookings.links import mail_token
from tests import factories


def url(booked) -> str:
    return f"/appointments/{mail_token(booked)}/coming/"


def test_opening_the_link_changes_nothing(client, booked, clinic):
    shown = client.get(url(booked))
    booked.refresh_from_db()
    assert "Are you coming?" in shown.content.decode()
    assert booked.confirmed_at is None
    assert not booked.events.exists()


def test_one_press_says_so(client, booked, clinic):
    answer = client.post(url(booked), follow=True)
    booked.refresh_from_db()
    assert booked.confirmed_at
    assert booked.events.get().kind == "coming"
    assert "Thank you for telling us" in answer.content.decode()
    assert "you told us that you are coming" in answer.content.decode()


def test_pressing_twice_says_so_once(client, booked, clinic):
    for _ in range(2):
        client.post(url(booked))
    assert booked.events.filter(kind="coming").count() == 1
    assert client.get(url(booked)).status_code == 302


def test_a_cancelled_appointment_cannot_be_said_to_be_coming_to(client, booked, clinic):
    booked.status = Status.CANCELLED
    booked.save()
    answer = client.post(url(booked), follow=True)
    booked.refresh_from_db()
    assert booked.confirmed_at is None
    assert "no longer coming up" in answer.content.decode()
    assert client.get(url(booked)).status_code == 302


def test_a_move_asks_anew(client, booked, clinic, at, massage):
    client.post(url(booked))
    start = at(4, 11).isoformat()
    client.post(
        f"/appointments/{mail_token(booked)}/move/",
        {"start": start, "therapist": "", "revision": booked.revision, "confirm": "yes"},
    )
    booked.refresh_from_db()
    assert booked.revision == 1
    assert booked.confirmed_at is None


def test_a_wrong_link_is_not_found(client, clinic):
    assert client.get("/appointments/guess/coming/").status_code == 404
    assert factories.Appointment.objects.count() == 0
