"""Once the mailbox has answered, what another browser was shown while booking opens no more."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import icalendar
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client as Browser
from django.test import RequestFactory
from django.utils import timezone

from bookings import calendars, dates, links
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic
from bookings.web.training.plan_store import SessionPlan
from tests import factories

CHANGED = "What was booked or entered in this browser has been changed since, from our email."
PAGES = ("", "calendar.ics", "move/", "cancel/")


@pytest.fixture
def shown(choose, send_details, start):
    """The address that a stranger's browser is shown once it has booked as Ana."""
    choose(start)
    return send_details()["Location"]


@pytest.fixture
def victim():
    return Browser()


def mailed(visit) -> str:
    return f"/appointments/{links.mail_token(visit)}/"


def browser_of(client):
    """A further request of that browser."""
    request = RequestFactory().get("/plan/")
    request.session, request.user = client.session, AnonymousUser()
    return request


def press_yes(browser, visit) -> None:
    assert browser.post(f"{mailed(visit)}thats-me/").status_code == 302


def test_who_booked_under_anothers_address_can_do_nothing_once_that_mailbox_has_answered(
    shown, only, client, victim
):
    assert client.get(shown).status_code == 200
    press_yes(victim, only())
    for page in PAGES:
        assert client.get(f"{shown}{page}").status_code == 403, page
        assert client.post(f"{shown}{page}").status_code in (403, 405), page
    assert "open it from our email" in client.get(shown).content.decode()
    assert only().status == Status.BOOKED
    assert not SessionPlan(browser_of(client)).history.visits


def test_nor_does_a_later_look_at_the_form_give_it_a_page_that_opens(
    shown, only, client, victim, massage, start
):
    press_yes(victim, only())
    again = client.get(f"/book/{massage.slug}/details/?start={start.isoformat()}", follow=True)
    assert again.status_code in (200, 403)
    assert "/cancel/" not in again.content.decode()


def test_the_browser_that_has_answered_and_the_mails_own_link_open_it(shown, only, victim):
    press_yes(victim, only())
    for address in (shown, mailed(only())):
        assert victim.get(address).status_code == 200
    assert Browser().get(mailed(only())).status_code == 200


def test_who_books_and_answers_in_one_browser_notices_nothing(shown, only, client):
    press_yes(client, only())
    for page in PAGES:
        assert client.get(f"{shown}{page}", follow=True).status_code == 200
    assert SessionPlan(browser_of(client)).history.visits == [only()]


def test_who_has_signed_in_with_the_address_opens_it_too(shown, only, client, victim):
    press_yes(victim, only())
    client.force_login(factories.make_user("Ana@example.com"))
    assert client.get(shown).status_code == 200


def test_a_login_opens_its_own_clients_page_whatever_its_own_address(shown, only, client, victim):
    press_yes(victim, only())
    login = factories.make_user("ana@elsewhere.example.com")
    client.force_login(login)
    assert client.get(shown).status_code == 403
    Client.objects.update(user=login)
    assert client.get(shown).status_code == 200


def test_what_was_booked_beside_it_and_settled_with_it_is_shut_as_well(
    shown, client, victim, choose, send_details, start
):
    later = start + timedelta(hours=3)
    choose(later)
    beside = send_details(start=later.isoformat(), name="Bo Demo")["Location"]
    first = Appointment.objects.visits().earliest("starts_at")
    press_yes(victim, first)
    assert Appointment.objects.filter(prove_by=None).count() == 2
    assert client.get(beside).status_code == 403
    assert victim.get(beside).status_code == 200


def test_a_further_booking_of_that_browser_waits_on_its_page_as_the_first_did(
    shown, only, client, victim, choose, send_details, start
):
    press_yes(victim, only())
    later = start + timedelta(hours=3)
    choose(later)
    assert client.get(send_details(start=later.isoformat())["Location"]).status_code == 200


def test_an_entry_that_came_by_mail_leads_there_for_good_and_proves_nothing(shown, only, victim):
    visit = only()
    file = calendars.invitation(visit, Clinic.objects.the(), stamp=timezone.now())
    entry = urlsplit(str(icalendar.Calendar.from_ical(file).events[0]["URL"])).path
    assert Browser().post(f"{entry}thats-me/").status_code == 302
    assert only().client.is_provisional
    press_yes(victim, visit)
    assert Browser().get(entry).status_code == 200


@pytest.fixture
def three_booked(client, basket):
    """Of a plan; they have gone from this browser's page once the mailbox has answered."""
    key = basket().context["form"]["key"].value()
    person = {"key": key, "name": "Ana Demo", "email": "ana@example.com", "race": "on"}
    assert client.post("/plan/book/", person).status_code == 302
    client.get("/plan/")  # says what has to be said
    return list(Appointment.objects.visits().order_by("starts_at"))


def rows(client) -> list[str]:
    page = client.get("/plan/").content.decode()
    return re.findall(r'<li class="proposal.*?</li>', page, re.DOTALL)


def test_the_plan_there_says_that_its_sessions_are_booked_and_offers_none_of_them_again(
    three_booked, client, victim
):
    before = rows(client)[:3]
    assert all("Kept for you" in row and "Kim" in row for row in before)
    press_yes(victim, three_booked[0])
    page = client.get("/plan/")
    assert "The appointments booked in this browser are confirmed." in page.content.decode()
    assert [one.ticked for one in page.context["page"].proposals[:4]] == [False] * 3 + [True]
    for row in rows(client)[:3]:
        assert ">Booked<" in row
        assert not re.search(r"href|<input|Kim|Demo|\d\d:\d\d", row)
    assert rows(victim) == []


def test_behind_the_mail_all_that_a_yes_confirms_is_listed_and_drawn_as_kept(
    three_booked, victim, clinic
):
    link = mailed(three_booked[0])
    page = victim.get(link)
    for visit in three_booked:
        time = dates.day_and_time_from(visit.starts_at, clinic.tz, timezone.localdate())
        assert f"<li>{time}</li>" in page.content.decode()
    assert [pin.booked for pin in page.context["greeted"].hills.pins][:4] == [True] * 3 + [False]
    plan = victim.get(f"{link}plan/").content.decode()
    assert plan.count(">Kept for you<") == 3
    assert "What is marked “Kept for you” waits until" in plan
    assert plan.count("booked, or kept until you confirm") == 4  # the key, and each pin
    press_yes(victim, three_booked[0])
    assert victim.get(link).context["asked_of"] == []


@pytest.mark.parametrize("change", ["move", "cancel"])
def test_what_was_moved_or_cancelled_from_the_mail_is_shown_there_as_it_was_no_more(
    three_booked, client, victim, change
):
    """Nor as it is now, which is for who reads the mailbox; but that it has changed is said."""
    visit = three_booked[0]
    press_yes(victim, visit)
    closed = rows(client)[:3]
    assert CHANGED not in client.get("/plan/").content.decode()
    start = visit.starts_at + timedelta(hours=3)
    sent = {"revision": visit.revision, "start": start.isoformat(), "therapist": ""}
    assert victim.post(f"{mailed(visit)}{change}/", sent).status_code == 302
    assert "<input" in rows(client)[0]
    assert rows(client)[1:3] == closed[1:]
    page = client.get("/plan/").content.decode()
    assert CHANGED in page
    assert CHANGED in client.get("/").content.decode()
    assert f"{start:%H:%M}" not in rows(client)[0] or change == "cancel"


def test_a_race_changed_from_the_mail_is_shown_there_as_it_was_no_more(
    three_booked, client, victim, race_day
):
    press_yes(victim, three_booked[0])
    assert [race.race_date for race in SessionPlan(browser_of(client)).races] == [race_day]
    later = change_the_race(victim, three_booked[0], race_day)
    assert SessionPlan(browser_of(client)).races == []
    home = client.get("/")
    assert home.context.get("answer") is None
    assert CHANGED in home.content.decode()
    page = client.get("/plan/")
    assert CHANGED in page.content.decode()
    assert f"{later:%Y}-{later:%m}-{later:%d}" not in page.content.decode()


def test_where_the_mailed_link_was_pressed_too_the_race_is_as_the_clinic_has_it(
    three_booked, client, race_day
):
    press_yes(client, three_booked[0])
    later = change_the_race(Browser(), three_booked[0], race_day)
    [entered] = client.get("/plan/").context["page"].races
    assert entered.race.race_date == later
    assert [race.race_date for race in client.get("/").context["store"].races] == [later]
    sent = {"race_date": race_day.isoformat(), "distance": "marathon", "do": "confirm"}
    client.post(f"/plan/{later}/", {**sent, "outcome": "assumed_finished"})
    assert Client.objects.get().races.get().race_date == race_day


def test_what_is_entered_there_afterwards_stays(three_booked, client, victim, race_day, enter):
    press_yes(victim, three_booked[0])
    change_the_race(victim, three_booked[0], race_day)
    another = race_day + timedelta(weeks=20)
    enter(race_date=another.isoformat())
    assert [race.race_date for race in SessionPlan(browser_of(client)).races] == [another]


@pytest.mark.parametrize("how", ["entered", "changed to it"])
def test_on_the_day_of_a_race_that_was_changed_from_the_mail_another_stays_too(
    three_booked, client, victim, race_day, enter, how
):
    press_yes(victim, three_booked[0])
    change_the_race(victim, three_booked[0], race_day)
    first = race_day if how == "entered" else race_day + timedelta(days=1)
    enter(race_date=first.isoformat(), distance="half")
    if how == "changed to it":
        sent = {"race_date": race_day.isoformat(), "distance": "half", "do": "confirm"}
        client.post(f"/plan/{first}/", {**sent, "outcome": "assumed_finished"})
    [kept] = SessionPlan(browser_of(client)).races
    assert (kept.race_date, kept.distance) == (race_day, "half")
    [again] = client.get("/plan/").context["page"].races
    assert again.race.race_date == race_day


def test_somebody_else_who_books_there_afterwards_begins_without_the_first_ones_race(
    three_booked, client, room
):
    """Else it would be written into their record, with the wish for mails about it."""
    press_yes(client, three_booked[0])
    first = three_booked[0]
    request = browser_of(client)
    assert SessionPlan(request).going_with({"race": "yes"}) is None
    own = factories.make_appointment(
        starts_at=first.starts_at + timedelta(days=60),
        client=factories.make_client("Hale Demo"),
        treatment=first.treatment,
        therapist=first.therapist,
        room=room,
    )
    SessionPlan(request).note_booking(own, None)
    request.session.save()
    assert SessionPlan(request).races == []
    assert not client.get("/plan/").context.get("page")
    assert Client.objects.get(name="Ana Demo").races.exists()


def change_the_race(browser, visit, race_day):
    later = race_day + timedelta(weeks=2)
    sent = {"race_date": later.isoformat(), "distance": "marathon", "do": "confirm"}
    address = f"{mailed(visit)}plan/{race_day}/"
    assert browser.post(address, {**sent, "outcome": "assumed_finished"}).status_code == 302
    return later


def test_where_that_browser_has_moved_one_itself_it_is_booked_there(
    three_booked, client, victim, clinic
):
    visit = three_booked[0]
    start = visit.starts_at + timedelta(hours=3)
    form = {"start": start.isoformat(), "therapist": "", "revision": visit.revision}
    assert client.post(f"{links.page_url(visit)}move/", form).status_code == 302
    press_yes(victim, Appointment.objects.get(pk=visit.pk))
    assert start in SessionPlan(browser_of(client)).history.closed


def test_who_confirms_in_the_browser_that_booked_sees_them_as_ever(three_booked, client):
    press_yes(client, three_booked[0])
    page = client.get("/plan/").content.decode()
    assert "booked in this browser" not in page
    assert all("Kim" in row and "href" in row for row in rows(client)[:3])


def test_the_home_page_there_proposes_the_next_session_that_is_not_booked(
    three_booked, client, victim
):
    def proposed() -> str:
        return client.get("/").context["answer"].next.day

    before = proposed()
    press_yes(victim, three_booked[0])
    assert proposed() == before


def test_the_plan_after_booking_sends_the_mail_again_or_corrects_the_address(
    three_booked, client, victim
):
    page = client.get("/plan/")
    assert (
        "a press on the button in our email to <bdi>ana@example.com</bdi>" in page.content.decode()
    )
    token = page.context["waiting"].token
    asked = client.post(f"/appointments/{token}/send-again/", follow=True).content.decode()
    assert "in our email to" not in victim.get("/plan/").content.decode()
    assert "on its way again" in asked
    typed = {"key": "a" * 32, "name": "Ana Demo", "email": "ana@example.org", "phone": ""}
    assert client.post(f"/appointments/{token}/address/", typed).status_code == 302
    assert client.get("/plan/").context["waiting"].visit.client.email == "ana@example.org"


def test_who_is_forgotten_before_they_have_confirmed_hears_what_becomes_of_it(shown, client):
    said = client.post("/plan/forget-me/", follow=True).content.decode()
    assert "What you have booked goes to somebody else unless you confirm it" in said


def test_a_device_that_is_told_to_forget_opens_nothing_more_and_the_mail_does(
    shown, only, client, enter
):
    enter()
    press_yes(client, only())
    assert "Forget me here" in client.get("/plan/").content.decode()
    assert "Forget me here" in client.get(shown).content.decode()
    said = client.post("/plan/forget-me/", follow=True)
    assert said.redirect_chain[-1][0] == "/"
    assert "This device has forgotten you. What you have booked stays" in said.content.decode()
    assert not SessionPlan(browser_of(client)).races
    assert client.get(shown).status_code == 403
    assert client.get(mailed(only())).status_code == 200


def test_whoever_had_signed_in_there_is_signed_out(anas):
    assert anas.get("/account/").status_code == 200
    anas.post("/plan/forget-me/")
    assert anas.get("/account/").status_code == 302
