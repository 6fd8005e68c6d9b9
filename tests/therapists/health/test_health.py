"""What clients tell of their health: asked in plain words, never shown back to a link."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings import links
from bookings.core.roles import Role
from bookings.queries.training import protocol
from tests import factories
from tests.reading import present
from therapists.models import Access, HealthCheck


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


@pytest.fixture
def url(visit):
    mine = visit(timezone.now() + timedelta(days=2))
    return f"/appointments/{links.mail_token(mine)}/health/"


def keys():
    return [one.key for one in protocol.current().contraindications]


def said(*yes, **typed):
    """Every answer no, but these."""
    answers = {key: "yes" if key in yes else "no" for key in keys()}
    return {**answers, "agreed": "on", "text": "", **typed}


def content():
    return present(HealthCheck.objects.first()).content.opened()


def test_the_long_form_asks_every_question_of_the_protocol(client, url):
    page = text(client.get(url))
    assert page.count("<fieldset") == len(keys()) + 1 == 22
    assert "Is one calf or thigh swollen" in page


def test_none_of_these_answers_what_is_left_open_in_its_group_and_no_other(client, url):
    groups = client.get(url).context["asking"].groups
    assert [len(group.questions) for group in groups] == [4, 4, 13]
    noes = {group.none: "on" for group in groups}
    given = {one["key"]: one["yes"] for one in posted(client, url, noes)}
    assert given == dict.fromkeys(keys(), False)
    del noes[groups[1].none]
    page = text(client.post(url, {**noes, "agreed": "on"}), 422)
    assert page.count("Please answer yes or no.") == len(groups[1].questions)


def test_a_yes_beside_none_of_these_stays_a_yes(client, url, ana):
    groups = client.get(url).context["asking"].groups
    noes = {group.none: "on" for group in groups}
    given = posted(client, url, {**noes, "cancer": "yes", "cancer-more": "Planted words"})
    assert [one["key"] for one in given if one["yes"]] == ["cancer"]
    ana.refresh_from_db()
    assert ana.health_hold


def posted(client, url, typed):
    text(client.post(url, {**typed, "agreed": "on", "text": ""}))
    return content()["given"]


def test_what_has_just_been_answered_is_not_asked_again_at_once(client, url, anas, clock):
    client.post(url, said())
    for page in (text(client.get(url)), text(anas.get("/health/"))):
        assert "You have told us already" in page
        assert "<fieldset" not in page
    assert "Anything changed?" in text(client.get(f"{url}?again"))
    clock.move_to(timezone.now() + timedelta(hours=25))
    assert "Anything changed?" in text(client.get(url))


def test_a_no_to_everything_is_thanked_for_and_promises_nothing(client, url, ana):
    page = text(client.post(url, said(text="I bruise easily")))
    ana.refresh_from_db()
    assert not ana.health_hold
    assert content()["text"] == "I bruise easily"
    assert "fine" not in page.lower()
    assert "score" not in page.lower()


@pytest.mark.parametrize("key", ["clot_signs", "heart_circulation"])
def test_stop_and_clearance_put_the_client_on_hold_and_keep_the_visit(client, url, ana, key):
    client.post(url, said(key))
    ana.refresh_from_db()
    assert ana.health_hold
    assert ana.appointments.get().status == "booked"


@pytest.mark.parametrize("key", ["fever_infection", "varicose_veins", "pregnancy"])
def test_wait_local_and_adapt_are_for_the_therapist_to_weigh(client, url, ana, key):
    client.post(url, said(key))
    ana.refresh_from_db()
    assert not ana.health_hold


def test_an_urgent_answer_shows_where_to_get_help_and_no_way_to_book(client, url):
    page = text(client.post(url, said("rhabdo_signs")))
    assert "999" in page
    assert "111" in page
    assert "book" not in page.split("<body")[1].split("colophon")[0].lower()


def test_a_clinic_elsewhere_names_its_own_numbers(client, url, clinic):
    clinic.emergency_advice = "Ring 112."
    clinic.save()
    assert 'Ring <a class="figures" href="tel:112">112</a>.' in text(
        client.post(url, said("clot_signs"))
    )


def test_what_is_missing_is_said_and_nothing_is_lost(client, url):
    typed = said("allergy", text="Nuts")
    del typed["cancer"]
    page = text(client.post(url, typed), 422)
    assert "Please answer yes or no." in page
    assert "Nuts" in page
    assert not HealthCheck.objects.exists()


def test_without_agreement_nothing_is_kept(client, url):
    typed = said()
    del typed["agreed"]
    text(client.post(url, typed), 422)
    assert not HealthCheck.objects.exists()


def test_the_calendars_own_link_opens_no_health_check(client, visit):
    mine = visit(timezone.now() + timedelta(days=2))
    url = f"/appointments/{links.calendar_token(mine)}/health/"
    assert "Please open the link in your email" in text(client.get(url))
    client.post(url, said("cancer"))
    assert not HealthCheck.objects.exists()


def test_the_first_answer_behind_the_mails_link_proves_the_address(client, url, ana):
    ana.proved_at = None
    ana.save()
    client.get(url)
    ana.refresh_from_db()
    assert ana.proved_at is None
    client.post(url, said())
    ana.refresh_from_db()
    assert ana.proved_at is not None


def test_earlier_answers_are_not_shown_to_a_link(client, url):
    client.post(url, said("cancer", **{"cancer-more": "Planted words"}))
    for address in (url, f"{url}?all"):
        page = text(client.get(address))
        assert "Planted words" not in page
        assert 'value="yes" checked' not in re.sub(r" (required|id=\S+)", "", page)
        assert 'value="no" checked' not in re.sub(r" (required|id=\S+)", "", page)


def test_signed_in_they_are_and_the_reading_is_recorded(client, url, anas):
    client.post(url, said("cancer", **{"cancer-more": "Planted words"}))
    assert "Planted words" in text(anas.get("/health/?all"))
    read = Access.objects.filter(did="read").get()
    assert read.who == factories.key_of("ana@example.com", Role.RUNNER)


def test_the_second_time_one_minute_is_enough(client, url):
    client.post(url, said())
    page = text(client.get(f"{url}?again"))
    assert "Anything changed?" in page
    assert page.count("<fieldset") == 4


def test_after_a_race_its_warning_signs_are_asked_too(client, url, ana, clinic):
    client.post(url, said())
    today = clinic.day_of(timezone.now())
    factories.make_race(ana, race_date=today - timedelta(days=1))
    page = text(client.get(f"{url}?again"))
    assert "dark like cola" in page
    assert page.count("<fieldset") == 9


def test_something_has_changed_leads_to_all_the_questions(client, url):
    client.post(url, said())
    page = text(client.post(url, said(changed="yes")))
    assert "?all" in page
    assert content()["changed"] is True


def test_a_year_later_everything_is_asked_again(client, url):
    client.post(url, said())
    HealthCheck.objects.update(given_at=timezone.now() - timedelta(days=366))
    assert "in 21 questions" in text(client.get(url))


def test_every_answer_is_recorded_without_what_it_says(client, url):
    client.post(url, said("cancer"))
    wrote = Access.objects.get()
    assert (wrote.did, wrote.what, wrote.page) == ("wrote", "answers", "therapists:health_by_link")
    assert wrote.address == "127.0.0.1"
    assert wrote.user is None


def test_the_address_never_says_what_was_answered(client, url):
    response = client.post(url, said("clot_signs"))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "clot" not in str(dict(client.session))


def test_a_hold_is_told_in_the_visits_history_without_why(client, url, ana):
    client.post(url, said("cancer"))
    event = ana.appointments.get().events.get()
    assert (event.kind, event.facts) == ("health_hold", {})


def test_the_desk_sees_that_there_is_a_hold_and_no_more(client, url, ana, desks, clinic):
    client.post(url, said("cancer", **{"cancer-more": "Planted words"}))
    mine = ana.appointments.get()
    day = clinic.day_of(mine.starts_at)
    appointment = text(desks.get(f"/diary/appointments/{mine.pk}/"))
    assert appointment.count("Health: to be checked by the therapist") == 2
    (drawn,) = desks.get(f"/diary/{day}/feed/").json()["visits"]
    assert drawn["flags"] == ["First visit", "Health: to be checked by the therapist"]
    table = text(desks.get(f"/diary/{day}/?as=table"))
    assert "Health: to be checked by the therapist" in table
    assert "ancer" not in appointment + str(drawn) + table.replace("ancel", "")
