"""The desk opens a client's plan: races, what they change, and sessions booked for them."""

from datetime import timedelta
from secrets import token_hex

import pytest
from django.core import mail
from django.utils import timezone

from bookings.core.roles import Role
from bookings.models import Client, Mail, MailKind
from tests import factories
from tests.page_fixtures import proposals


@pytest.fixture
def ana(ana, desk):
    """On the phone with the desk."""
    return ana


@pytest.fixture
def hers(ana):
    return f"/desk/clients/{ana.pk}/plan/"


def text(response) -> str:
    return response.content.decode()


def test_a_race_told_on_the_phone_becomes_the_clients(hers, ana, enter, client):
    assert "No race is entered yet" in text(client.get(hers))
    assert enter(hers, name="Told on the phone")["Location"] == hers
    assert ana.races.get().name == "Told on the phone"
    page = text(client.get(hers))
    assert "Ana Demo: plan" in page
    assert "Told on the phone" in page
    assert "Add it to my plan" not in page
    ana.refresh_from_db()
    assert ana.plan_revision == 1
    assert not ana.wants_nudges


def test_nothing_of_it_stays_in_the_desks_own_browser(hers, enter, client, choose_sessions):
    enter(hers)
    choose_sessions(1, hers)
    client.post(f"{hers}book/", {"key": token_hex(16)})
    assert "page" not in client.get("/plan/").context
    assert "booked" not in client.session


def test_sessions_are_booked_for_the_client_and_recorded_as_the_desks(
    hers, ana, enter, client, choose_sessions
):
    enter(hers)
    assert choose_sessions(3, hers)["Location"] == f"{hers}book/"
    page = text(client.get(f"{hers}book/"))
    assert "For <bdi>Ana Demo</bdi>" in page
    assert "you agree to our" not in page
    client.post(f"{hers}book/", {"key": token_hex(16)})
    visits = list(ana.appointments.visits())
    assert len(visits) == 3
    assert {visit.events.get(kind="booked").by for visit in visits} == {
        factories.key_of("desk@example.com", Role.DESK)
    }
    assert Client.objects.count() == 1


def test_what_was_chosen_for_one_client_is_never_booked_for_another(
    hers, enter, client, choose_sessions
):
    bea = factories.make_client("Bea Demo", proved_at=timezone.now())
    enter(hers)
    choose_sessions(2, hers)
    beas = f"/desk/clients/{bea.pk}/plan/"
    assert client.get(f"{beas}book/")["Location"] == beas
    client.post(f"{beas}book/", {"key": token_hex(16)})
    assert not bea.appointments.exists()


def test_a_postponed_race_shows_what_shifts_before_anything_is_saved(
    hers, ana, enter, client, race_day
):
    enter(hers)
    changed = {"distance": "marathon", "outcome": "assumed_finished"}
    changed["race_date"] = (race_day + timedelta(weeks=2)).isoformat()
    url = f"{hers}races/{race_day}/"
    assert "Nothing is saved yet" in text(client.post(url, changed))
    assert ana.races.get().race_date == race_day
    client.post(url, changed | {"do": "confirm"})
    assert ana.races.get().race_date == race_day + timedelta(weeks=2)


def test_the_desk_may_cancel_past_the_clinics_last_moment(
    hers, ana, enter, client, clinic, race_day
):
    clinic.cancel_cutoff_hours, clinic.undo_minutes = 10_000, 0
    clinic.save()
    enter(hers)
    first = proposals(client, hers)[0]
    client.post(f"{hers}choose/", {"take": "1", "time-1": first.times[0].value})
    client.post(f"{hers}book/", {"key": token_hex(16)})
    visit = ana.appointments.get()
    answer = client.post(f"{hers}races/{race_day}/", {"withdraw": "yes"})
    assert [one.appointment for one in answer.context["questions"]] == [visit]
    chosen = {f"visit-{visit.public_id}": "cancel", "withdraw": "yes", "do": "confirm"}
    client.post(f"{hers}races/{race_day}/", chosen)
    visit.refresh_from_db()
    assert visit.status == "cancelled"


@pytest.mark.parametrize("email", ["ana@example.com", ""])
def test_somebody_not_yet_proved_is_booked_as_who_they_are_in_the_books(
    hers, ana, enter, client, suits_all, email
):
    Client.objects.filter(pk=ana.pk).update(proved_at=None, email=email)
    enter(hers)
    chosen = proposals(client, hers)[0]
    client.post(f"{hers}choose/", {"take": "1", "time-1": chosen.times[0].value})
    client.post(f"{hers}book/", {"key": token_hex(16)})
    assert ana.appointments.get().status == "booked"
    assert Client.objects.count() == 1
    assert Mail.objects.filter(kind=MailKind.CONFIRMED).exists() is bool(email)


def test_the_clients_record_and_appointment_lead_to_it(hers, ana, client, massage, kim, room, at):
    visit = factories.make_appointment(
        starts_at=at(3, 10), treatment=massage, therapist=kim, room=room, client=ana
    )
    for url in (f"/admin/bookings/client/{ana.pk}/change/", f"/diary/appointments/{visit.pk}/"):
        assert f'href="{hers}"' in text(client.get(url))


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.RUNNER])
def test_nobody_else_opens_it(hers, client, role):
    client.force_login(factories.make_user("other@example.com", role=role))
    assert client.get(hers).status_code == 403
    assert not mail.outbox


def test_no_such_client_is_not_found(hers, client):
    assert client.get("/desk/clients/987654/plan/").status_code == 404
