"""The desk's clients: the list, a record, and what is changed of it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Client, MailConsent
from tests import factories
from tests.factories import (
    make_appointment,
    make_client,
    make_race,
    make_therapist,
    make_user,
)

LIST = "/desk/clients/"
pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")


@pytest.fixture
def edit(desk, ana):
    """Opens Ana's form and sends it with some answers changed."""

    def _edit(seen=None, **typed):
        url = f"{LIST}{ana.pk}/edit/"
        sent = {"name": ana.name, "email": ana.email, "phone": ana.phone}
        return desk.post(url, {**sent, "seen": seen or shown(desk, ana), **typed})

    return _edit


def shown(desk, client) -> str:
    return desk.get(f"{LIST}{client.pk}/edit/").context["seen"]


def names(desk, **data) -> list[str]:
    return [client.name for client in desk.get(LIST, data).context["shown"]]


@pytest.mark.parametrize("slip", ["ana@exmaple.com", "ana@exampel.com", "ana@gmial.con"])
def test_an_address_that_looks_like_a_slip_is_asked_about_once(desk, ana, edit, slip):
    asked = edit(email=slip)
    assert asked.status_code == 422
    assert "Did you mean ana@" in asked.content.decode()
    assert f'name="sure" value="{slip}"' in asked.content.decode()
    [proposal] = re.findall(r'<button[^>]* name="meant" value="([^"]+)"', asked.content.decode())
    ana.refresh_from_db()
    assert ana.email == "ana@example.com"
    assert edit(email=slip, sure=slip).status_code == 302
    ana.refresh_from_db()
    assert ana.email == slip
    assert edit(phone="07700 900999").status_code == 302  # the one that it has is not asked about
    new = desk.post(f"{LIST}new/", {"name": "Bo Demo", "email": slip})
    assert "Did you mean" in new.content.decode()
    desk.post(f"{LIST}new/", {"name": "Bo Demo", "email": slip, "meant": proposal})
    assert Client.objects.get(name="Bo Demo").email == proposal


def test_an_address_leads_somewhere(edit, desk):
    assert "such as name@example.com" in edit(email="zed.odd@localhost").content.decode()


def test_clients_are_found_by_a_part_of_anything(desk, ana):
    make_client("Bo Demo")
    for typed in ("ana", "ÁNA d", "+44 7700 900123", "ana@ex"):
        assert names(desk, q=typed) == ["Ana Demo"]
    assert len(names(desk)) == 2


def test_the_list_can_be_narrowed_down(desk, ana, massage, kim, room, start):
    make_client("Cy Demo", email="", proved_at=None, health_hold=True)
    make_client("Di Demo", date_of_birth=date(2015, 1, 1), same_address_as=ana)
    make_race(ana)
    make_appointment(starts_at=start, treatment=massage, therapist=kim, room=room, client=ana)
    narrowed = {
        "race": ["Ana Demo"],
        "upcoming": ["Ana Demo"],
        "provisional": ["Cy Demo"],
        "no-email": ["Cy Demo"],
        "health": ["Cy Demo"],
        "other-name": ["Di Demo"],
        "consent": ["Di Demo"],
    }
    for group, expected in narrowed.items():
        assert names(desk, show=group) == expected, group
    assert len(names(desk, show="nonsense")) == 3
    page = desk.get(LIST).content.decode()
    assert all(f'<option value="{group}">' in page for group in narrowed)


def test_a_race_that_is_over_and_a_cancelled_visit_are_not_ahead(
    desk, ana, massage, kim, room, start
):
    make_race(ana, race_date=date(2026, 11, 30))
    cancelled = {"status": "cancelled", "client": ana}
    make_appointment(starts_at=start, treatment=massage, therapist=kim, room=room, **cancelled)
    assert names(desk, show="race") == names(desk, show="upcoming") == []


def test_the_list_has_pages(desk, clinic):
    Client.objects.bulk_create(Client(name=f"Demo {number:03}") for number in range(60))
    assert len(names(desk)) == 50
    assert len(names(desk, page=2)) == 10
    assert len(names(desk, page="x")) == 50


def test_htmx_gets_the_list_alone(desk, ana):
    part = desk.get(LIST, {"q": "ana"}, HTTP_HX_REQUEST="true")
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize("path", ["", "record"])
def test_thirty_of_everything_cost_no_more_queries_than_one(desk, ana, massage, kim, room, path):
    url = f"{LIST}{ana.pk}/" if path else LIST

    def cost(first, last) -> int:
        for day in range(first, last):
            starts_at = datetime(2027, 1, 1, 10, tzinfo=UTC) + timedelta(days=day)
            place = {"treatment": massage, "therapist": kim, "room": room}
            make_appointment(starts_at=starts_at, client=ana, **place)
            make_race(ana, race_date=date(2027, 2, 1) + timedelta(days=7 * day))
            make_race(make_client(f"Bo Demo {day}"))
            ana.record_events.create(kind="changed", at=starts_at)
        with CaptureQueriesContext(connection) as data:
            assert desk.get(url).status_code == 200
        return len(data)

    cost(0, 0)
    assert cost(0, 1) == cost(1, 12) == cost(12, 30)


def test_the_record_shows_visits_races_mails_and_what_was_changed(
    desk, ana, edit, massage, kim, room, start
):
    make_race(ana, race_date=date(2026, 12, 13), name="Winter 10")
    visit = {"treatment": massage, "therapist": kim, "room": room, "client": ana}
    make_appointment(starts_at=start, **visit)
    make_appointment(starts_at=start - timedelta(days=30), status=Status.COMPLETED, **visit)
    edit(phone="020 946")
    page = desk.get(f"{LIST}{ana.pk}/").content.decode()
    for words in (
        "12 days to race",
        "Winter 10",
        "completed",
        "Friday 4 December",
        "Phone: 020 946",
    ):
        assert words in page


def test_the_record_says_what_is_owed_and_what_was_missed(desk, ana, massage, kim, room, start):
    """Whoever rings about a fee is looked up by name, not by the visit."""
    place = {"client": ana, "treatment": massage, "therapist": kim, "room": room}
    day = timedelta(days=1)
    make_appointment(starts_at=start - 9 * day, status=Status.COMPLETED, **place)
    make_appointment(starts_at=start - 16 * day, status=Status.NO_SHOW, **place)
    page = desk.get(f"/desk/clients/{ana.pk}/").text
    assert "£60 unpaid" in page
    assert "1 of 2" in page


def test_of_health_the_record_says_no_more_than_that_there_is_a_question(desk, ana):
    ana.health_hold = True
    ana.save()
    page = desk.get(f"{LIST}{ana.pk}/").content.decode()
    assert "Health: to be checked by the therapist." in page


def test_a_change_is_saved_with_who_made_it(edit, ana):
    assert edit(phone="020 7946 0000", desk_notes="Pays by card.").status_code == 302
    ana.refresh_from_db()
    assert (ana.phone, ana.desk_notes) == ("020 7946 0000", "Pays by card.")
    assert ana.record_events.get().by == factories.key_of("desk@example.com", Role.DESK)


def test_beside_the_notes_it_says_that_health_does_not_belong_there(desk, ana):
    assert "Nothing about health" in desk.get(f"{LIST}{ana.pk}/edit/").content.decode()


def test_a_form_out_of_date_is_refused_with_what_changed_and_stays_filled(desk, edit, ana):
    seen = shown(desk, ana)
    edit(phone="020 946")
    answer = edit(seen, name="Ana Else")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "phone from “07700 900123” to “020 946”" in page
    assert "by desk: desk@example.com" in page
    assert 'value="Ana Else"' in page
    assert edit(answer.context["seen"], name="Ana Else").status_code == 302


def test_a_change_made_in_the_records_is_noticed_too(desk, edit, ana):
    seen = shown(desk, ana)
    Client.objects.update(email="new@example.com")
    assert edit(seen, name="Ana Else").status_code == 409


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "required"),
        ({"name": "123"}, "at least one letter"),
        ({"email": "nonsense"}, "such as name@example.com"),
        ({"phone": "call me"}, "digits, spaces"),
        ({"phone": "12"}, "at least six digits"),
        ({"phone": "1" * 41}, "at most 40"),
        ({"date_of_birth": "2030-01-01"}, "in the past"),
        ({"date_of_birth": "1815-12-10"}, "from 1900"),
        ({"date_of_birth": "soon"}, "a date such as"),
        ({"guardian_agreed": "on"}, "who has agreed"),
        ({"seen": "forged"}, "once more"),
    ],
)
def test_nonsense_changes_nothing_and_keeps_the_form(edit, ana, wrong, said):
    answer = edit(**{"desk_notes": "kept", **wrong})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "kept" in answer.content.decode()
    ana.refresh_from_db()
    assert ana.desk_notes == ""


def test_an_address_of_somebody_elses_is_asked_about_before_links_go_there(desk, edit, ana):
    make_client("Bo Demo", email="bo@example.com")
    asked = edit(email="Bo@example.com")
    assert asked.status_code == 422
    page = asked.content.decode()
    assert "Bo Demo" in page
    assert "If they share a mailbox, save again" in page
    assert 'name="shared" value="Bo@example.com"' in page
    ana.refresh_from_db()
    assert ana.email == "ana@example.com"
    saved = edit(email="Bo@example.com", shared="Bo@example.com")
    assert saved.status_code == 302
    ana.refresh_from_db()
    assert ana.email == "Bo@example.com"
    told = desk.get(saved["Location"]).content.decode()
    assert "new ones go to Bo@example.com" in told


def test_somebody_new_may_have_no_address(desk):
    answer = desk.post(f"{LIST}new/", {"name": "Bo  Demo", "phone": "07700 900999"})
    bo = Client.objects.get()
    assert answer["Location"] == f"{LIST}{bo.pk}/"
    assert (bo.name, bo.email, bo.is_provisional) == ("Bo Demo", "", True)


def test_somebody_new_needs_a_name(desk):
    answer = desk.post(f"{LIST}new/", {"phone": "07700 900999"})
    assert answer.status_code == 422
    assert 'value="07700 900999"' in answer.content.decode()


def test_under_eighteen_a_guardians_consent_is_asked_for_until_it_is_there(desk, edit, ana):
    edit(date_of_birth="2015-01-01")
    assert "no parent or guardian has agreed" in desk.get(f"{LIST}{ana.pk}/").content.decode()
    ana.refresh_from_db()
    edit(date_of_birth="2015-01-01", guardian_name="Pat Demo", guardian_agreed="on")
    page = desk.get(f"{LIST}{ana.pk}/").content.decode()
    assert "no parent or guardian has agreed" not in page
    assert "Pat Demo" in page


def test_the_appointment_says_so_too(desk, ana, massage, kim, room, start):
    data = {"treatment": massage, "therapist": kim, "room": room, "client": ana}
    visit = make_appointment(starts_at=start, **data)
    url = f"/diary/appointments/{visit.pk}/"
    assert "consent" not in desk.get(url).content.decode()
    ana.date_of_birth = date(2015, 1, 1)
    ana.save()
    assert "no parent or guardian has agreed" in desk.get(url).content.decode()


def test_the_desk_keeps_which_mails_they_want(desk, ana):
    desk.post(f"{LIST}{ana.pk}/preferences/", {"wants": ["nudges"]})
    ana.refresh_from_db()
    assert (ana.wants_reminders, ana.wants_nudges, ana.wants_news) == (False, True, False)
    assert {consent.how for consent in MailConsent.objects.all()} == {"front desk"}


@pytest.mark.parametrize("role", [Role.RUNNER, None])
def test_the_records_are_the_desks(client, ana, role):
    user = make_user(role=role or Role.RUNNER)
    if role is None:
        make_therapist(user=user)
    client.force_login(user)
    pages = [LIST, f"{LIST}new/", f"{LIST}{ana.pk}/", f"{LIST}{ana.pk}/edit/"]
    assert {client.get(page).status_code for page in pages} == {403}
    assert client.post(f"{LIST}{ana.pk}/preferences/").status_code == 403


def test_a_language_is_asked_for_only_where_there_is_more_than_one(desk, ana, edit):
    ana.language = "de"  # from a time when there was a catalog
    ana.save()
    assert "Language of mails" not in desk.get(f"{LIST}{ana.pk}/edit/").content.decode()
    assert edit(name="Ana B Demo").status_code == 302
    assert Client.objects.get().language == "de"


@pytest.mark.usefixtures("more_languages")
def test_the_desk_says_in_which_language_a_client_is_written_to(desk, ana, edit):
    page = desk.get(f"{LIST}{ana.pk}/edit/").content.decode()
    assert "Language of mails" in page
    assert "The clinic’s (English)" in page
    assert edit(language="fr").status_code == 422
    assert edit(language="ar-xb").status_code == 302
    assert Client.objects.get().language == "ar-xb"
    assert edit(language="").status_code == 302
    assert Client.objects.get().language == ""
