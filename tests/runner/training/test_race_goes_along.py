"""A race entered in the browser goes with the booking, and is the client's once they answer."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.test import Client as Browser
from django.utils import timezone

from bookings import links
from bookings.actions.mail import preferences, sending
from bookings.actions.mail.nudges import plan_for_everybody
from bookings.links import Purpose, client_url
from bookings.models import (
    Appointment,
    BroughtPlan,
    Client,
    Mail,
    MailGroup,
    MailKind,
    Race,
)
from bookings.models.mail.consents import ASKED_WITH_A_RACE
from tests import factories
from tests.clock import day_of
from tests.mail import conftest as of_mails
from tests.reading import part_of, present

post_office = of_mails.post_office
RACE = "Manchester Marathon"
ALONG = {"race": "yes"}


@pytest.fixture
def elsewhere():
    """The device on which the mail is read."""
    return Browser()


@pytest.fixture
def told(plan):
    """The race is in the browser, and its runner wants to be written to."""
    return plan(name=RACE, wants_nudges="on", weekly_volume_km="70")


@pytest.fixture
def book(client, choose, send_details, start, massage):
    """Books a free time for somebody, an hour after the last."""
    hours = iter(range(0, 9, 2))

    def _book(**typed) -> Appointment:
        at = start + timedelta(hours=next(hours))
        assert choose(at).status_code == 200
        assert send_details(start=at.isoformat(), **{**ALONG, **typed}).status_code == 302
        return Appointment.objects.visits().latest("pk")

    return _book


def link(visit: Appointment, page: str = "") -> str:
    visit.refresh_from_db()
    return f"/appointments/{links.mail_token(visit)}/{page}"


def prove(browser: Browser, visit: Appointment) -> Client:
    """Presses "Yes, that’s me"."""
    answer = browser.post(link(visit, "thats-me/"), follow=True)
    assert answer.status_code == 200
    return present(Appointment.objects.get(pk=visit.pk).client)


def send_at(clock, instant) -> None:
    clock.move_to(instant)
    sending.send_due(now=instant)


def text(response) -> str:
    return response.content.decode()


def owed(client: Client) -> set[str]:
    kinds = (MailKind.PLAN, MailKind.NUDGE, MailKind.RACE_CHECK)
    return set(client.mails.filter(kind__in=kinds).unfinished().values_list("kind", flat=True))


def test_the_race_the_consent_and_the_nudges_are_there_after_the_proof(told, book, elsewhere):
    visit = book()
    assert not Race.objects.exists()
    client = prove(elsewhere, visit)
    assert [race.name for race in client.races.all()] == [RACE]
    consent = client.mail_consents.get(group=MailGroup.NUDGES)
    assert (consent.wanted, str(ASKED_WITH_A_RACE) in consent.wording) == (True, True)
    assert (client.wants_nudges, client.weekly_volume_km, client.plan_revision) == (True, 70, 2)
    assert owed(client) == {MailKind.PLAN, MailKind.NUDGE, MailKind.RACE_CHECK}
    assert not BroughtPlan.objects.exists()


def test_so_it_is_with_sessions_booked_from_the_plan(
    told, client, choose_sessions, elsewhere, only
):
    choose_sessions(2)
    key = client.get("/plan/book/").context["form"].initial["key"]
    person = {"key": key, "name": "Ana Demo", "email": "ana@example.com", **ALONG}
    assert client.post("/plan/book/", person).status_code == 302
    visit = Appointment.objects.visits().earliest("starts_at")
    known = prove(elsewhere, visit)
    assert known.races.get().name == RACE
    assert owed(known) == {MailKind.PLAN, MailKind.NUDGE, MailKind.RACE_CHECK}


def test_no_mail_goes_out_and_nothing_is_planned_before_the_proof(told, book):
    visit = book()
    plan_for_everybody(now=timezone.now())
    assert owed(visit.client) == set()
    assert not visit.client.wants_nudges


def test_the_first_nudge_is_in_the_inbox_weeks_later(told, book, elsewhere, post_office, clock):
    client = prove(elsewhere, book())
    send_at(clock, timezone.now())
    assert [letter["Subject"] for letter in post_office.messages[1:]] == ["Your plan"]
    nudges = client.mails.filter(kind=MailKind.NUDGE)
    first_due = nudges.earliest("due_at").due_at
    assert first_due > timezone.now() + timedelta(days=1)
    while not nudges.filter(sent_at__isnull=False).exists():
        assert timezone.now() < first_due + timedelta(weeks=1)
        send_at(clock, timezone.now() + timedelta(hours=6))
    letter = post_office.messages[-1]
    assert letter["To"] == "ana@example.com"
    assert "One press books a time." in part_of(letter)


def test_the_mails_own_link_shows_the_plan_on_any_device_before_the_proof(told, book, elsewhere):
    visit = book()
    shown = elsewhere.get(link(visit, "plan/"))
    assert [entered.race.name for entered in shown.context["page"].races] == [RACE]
    assert "came with your booking" in text(shown)
    assert RACE in text(elsewhere.get(link(visit)))
    race = shown.context["page"].races[0]
    assert elsewhere.get(race.url).status_code == 200
    visit.client.refresh_from_db()
    assert visit.client.is_provisional


def test_the_first_change_behind_the_mails_link_proves_and_is_made_to_their_race(
    told, book, elsewhere, race_day
):
    visit = book()
    form = {"day": day_of(timezone.now()).isoformat()}
    assert elsewhere.post(link(visit, "plan/efforts/"), form).status_code == 302
    known = Client.objects.get()
    assert (known.races.get().race_date, known.hard_efforts.count()) == (race_day, 1)


def test_what_is_changed_in_the_browser_before_the_proof_goes_along(
    told, enter, book, elsewhere, race_day
):
    visit = book()
    enter(race_date=(race_day + timedelta(weeks=8)).isoformat(), distance="half", name="Another")
    assert [race.name for race in prove(elsewhere, visit).races.all()] == [RACE, "Another"]


def test_a_plan_entered_after_booking_goes_with_it(book, plan, elsewhere):
    visit = book()
    page = plan(name=RACE, wants_nudges="on")
    assert "Your plan goes with your booking" in text(page)
    client = prove(elsewhere, visit)
    assert client.races.get().name == RACE
    assert client.wants_nudges


def test_the_sentence_under_the_plan_says_where_it_is_kept(told, book, client, elsewhere):
    assert "stays in this browser until you book" in text(told)
    visit = book()
    assert "We keep it once you have confirmed your address" in text(client.get("/plan/"))
    prove(elsewhere, visit)
    assert "We keep your plan with your appointments" in text(client.get("/plan/"))
    assert "Only the link in our email, or signing in, opens it" in text(
        elsewhere.get(link(visit, "plan/"))
    )


def test_the_confirmation_says_that_the_race_is_with_the_clinic(told, book, client, elsewhere):
    visit = book()
    page = f"/appointments/{links.page_token(visit)}/"
    assert "Your race goes with this booking" in text(client.get(page))
    assert "Add your race" in text(elsewhere.get(page))  # that link proves nobody's address
    prove(elsewhere, visit)
    assert "Your race is with us" in text(elsewhere.get(link(visit)))


def test_whoever_unticks_the_box_keeps_the_race_to_their_browser(
    told, book, enter, elsewhere, today
):
    visit = book(race="")
    assert not BroughtPlan.objects.exists()
    enter(race_date=str(today + timedelta(weeks=44)), distance="half")
    client = prove(elsewhere, visit)
    assert not client.races.exists()
    assert not client.wants_nudges


def test_the_box_is_ticked_for_the_first_person_and_not_for_the_next(
    told, book, choose, client, massage, start
):
    def box() -> bool:
        choose(start + timedelta(hours=6))
        return client.get(f"/book/{massage.slug}/details/").context["goes_along"]

    assert box()
    book()
    assert not box()


def test_two_people_on_one_mailbox_each_have_what_was_theirs(told, book, elsewhere):
    ana = book()
    bo = book(name="Bo Demo", race="")
    known = [prove(elsewhere, visit) for visit in (ana, bo)]
    assert [one.name for one in known] == ["Ana Demo", "Bo Demo"]
    assert [one.races.count() for one in known] == [1, 0]
    assert [one.wants_nudges for one in known] == [True, False]


def test_a_form_sent_back_with_an_error_keeps_the_answer(told, choose, send_details, start):
    choose(start)
    assert send_details(email="nothing").context["goes_along"] is False
    assert send_details(email="nothing", **ALONG).context["goes_along"] is True


def test_a_race_given_twice_is_one_race(told, book, elsewhere):
    first, second = book(), book()
    client = prove(elsewhere, first)
    assert prove(elsewhere, second) == client
    assert client.races.count() == 1
    assert not BroughtPlan.objects.exists()  # nobody is asked about what is in the plan
    assert client.mails.filter(kind=MailKind.PLAN).count() == 1


def test_consent_withdrawn_before_the_proof_is_withdrawn(told, book, elsewhere):
    visit = book()
    url = urlsplit(client_url(Purpose.PREFERENCES, visit.client)).path
    assert elsewhere.post(url, {"reminders": "on"}).status_code == 302
    client = prove(elsewhere, visit)
    assert not client.wants_nudges


def test_one_click_in_the_first_mail_stops_what_was_only_asked_for(told, book, elsewhere):
    visit = book()
    preferences.choose(
        visit.client, MailGroup.NUDGES, wanted=False, how="one click", now=timezone.now()
    )
    client = prove(elsewhere, visit)
    assert client.races.get().name == RACE
    assert not client.wants_nudges
    assert owed(client) == set()


@pytest.fixture
def known(clinic):
    return factories.make_client("Ana Demo", email="ana@example.com")


def test_a_known_client_is_asked_and_takes_it_with_one_press(told, book, known, elsewhere):
    visit = book()
    assert prove(elsewhere, visit) == known
    assert not known.races.exists()
    shown = text(elsewhere.get(link(visit)))
    assert "Shall we add that to your plan?" in shown
    answer = elsewhere.post(link(visit, "plan/keep/"))
    assert answer["Location"] == link(visit, "plan/")
    known.refresh_from_db()
    assert known.races.get().name == RACE
    assert known.wants_nudges
    assert "Shall we add that" not in text(elsewhere.get(link(visit)))
    assert Mail.objects.filter(kind=MailKind.PLAN, client=known).count() == 1


def test_a_known_client_may_leave_it(told, book, known, elsewhere):
    visit = book()
    prove(elsewhere, visit)
    elsewhere.post(link(visit, "plan/keep/"), {"do": "leave"})
    assert not known.races.exists()
    assert "Shall we add that" not in text(elsewhere.get(link(visit)))


def test_nobody_else_sees_what_came_with_a_booking(told, book, elsewhere):
    visit = book()
    page = f"/appointments/{links.page_token(visit)}/plan/"
    assert elsewhere.get(page)["Location"] == "/plan/"
    assert elsewhere.post(f"{page}keep/").status_code == 302
    assert RACE not in text(elsewhere.get("/plan/"))


def test_a_race_that_can_no_longer_be_planned_is_told_and_not_lost(
    told, book, elsewhere, clock, race_day
):
    visit = book()
    Appointment.objects.update(prove_by=None)
    clock.move_to(timezone.now() + timedelta(weeks=30))
    client = prove(elsewhere, visit)
    assert not client.races.exists()
    assert RACE in text(elsewhere.get(link(visit, "plan/")))
    answer = elsewhere.post(link(visit, "plan/keep/"), follow=True)
    assert [str(message) for message in answer.context["messages"]]


def test_signed_in_whoever_says_that_the_booking_is_theirs_has_the_race(told, book, client):
    visit = book()
    runner = factories.make_user(visit.client.email)
    EmailAddress.objects.create(user=runner, email=runner.email, verified=True, primary=True)
    browser = Browser()
    browser.force_login(runner)
    answer = browser.post(f"/account/yours/{visit.client.pk}/", {"do": "yes"})
    assert answer.status_code == 302
    mine = Client.objects.get(user=runner)
    assert mine.races.get().name == RACE
    assert owed(mine) == {MailKind.PLAN, MailKind.NUDGE, MailKind.RACE_CHECK}
