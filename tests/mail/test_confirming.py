"""From the booking page to the inbox: who is asked to confirm, until when, and what then."""

import re
from datetime import timedelta
from secrets import token_hex
from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser
from django.utils import timezone

from bookings.actions.clients import details
from bookings.core.scheduling.statuses import Status
from bookings.links import page_url
from bookings.models import Appointment, BroughtPlan, Client, Mail, MailKind, MailState, MailWording
from bookings.queries.clients.strangers import MAILS_A_DAY
from bookings.tasks import release_unproved
from clinic.celery import app
from tests import factories
from tests.admin.forms import page_of, send
from tests.page_fixtures import *  # noqa: F403 - fixtures
from tests.reading import first_match, part_of, present

pytestmark = [pytest.mark.django_db, pytest.mark.fixed_clock]  # its words tell hours of one morning
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PLEASE = "We hold this time for you until 11:00: press the button in our email to make it yours"
PLEASE_PRESS = "We hold this time for you until 11:00: open this link and press the button"
# From 9 o'clock, two hours.
ANYBODYS = ("/mails/", "/unsubscribe/", "/protocol/")  # to read, or to stop mails


@pytest.fixture
def books(massage, at):
    """A browser books ten o'clock of a day so far ahead, as far as it gets."""

    def _books(days, *, browser=None, hour=10, follow=False, **typed):
        browser = browser or Browser()
        browser.post(
            f"/book/{massage.slug}/hold/", {"start": at(days, hour).isoformat(), "therapist": ""}
        )
        data = {
            "start": at(days, hour).isoformat(), "therapist": "", "key": token_hex(16),
            "name": "Ana Demo", "email": "ana@example.com", "phone": "", **typed,
        }  # fmt: skip
        return browser.post(f"/book/{massage.slug}/details/", data, follow=follow)

    return _books


@pytest.fixture
def inbox(post_office, send_due, clock):
    """Sends what is owed, and gives what has arrived since it was asked last."""
    seen = 0

    def _inbox():
        nonlocal seen
        clock.move_to(timezone.now() + timedelta(seconds=1))
        send_due()
        new, seen = post_office.messages[seen:], len(post_office.messages)
        return new

    return _inbox


@pytest.fixture
def sweep(clock):
    def _sweep(wait):
        clock.move_to(timezone.now() + wait)
        release_unproved()

    return _sweep


def text(message) -> str:
    return part_of(message).replace("\r\n", "\n")


def page_in(message) -> str:
    """The path of the page that the mail's first link leads to."""
    return urlsplit(first_match(r"https?://\S+", text(message))[0]).path


def press_yes(message, browser=None):
    return (browser or Browser()).post(f"{page_in(message)}thats-me/", follow=True)


def booked() -> int:
    return Appointment.objects.filter(status=Status.BOOKED).count()


@pytest.mark.fixed_clock
def test_the_page_and_the_mail_say_until_when(books, inbox):
    page = books(3, follow=True).content.decode()
    assert PLEASE in page
    [mail] = inbox()
    assert PLEASE_PRESS in text(mail)
    html = part_of(mail, "html")
    assert "We hold this time for you until 11:00: press the button" in html
    assert mail["Subject"].startswith("Please confirm: ")
    assert page_in(mail).startswith("/appointments/")


@pytest.mark.parametrize("several", [False, True])
def test_what_is_only_held_is_nowhere_called_booked(books, inbox, basket, client, several):
    if several:
        key = basket().context["form"]["key"].value()
        typed = {"key": key, "name": "Ana Demo", "email": "ana@example.com", "phone": ""}
        pages = [client.post("/plan/book/", typed, follow=True)]
    else:
        pages = [books(3, follow=True)]
    [mail] = inbox()
    html = part_of(mail, "html")
    for said in (text(mail), html, mail["Subject"], *(one.content.decode() for one in pages)):
        for word in ("is booked.", "are booked.", "are booked<", "is booked<", ">Booked<"):
            said = said.replace("all 3 appointments are booked", "").replace("and it is booked", "")
            assert word not in said
    press_yes(mail)
    assert ">Booked<" in Browser().get(page_in(mail)).content.decode()


def test_a_deadline_of_another_day_is_told_with_its_day(books, inbox, clinic):
    clinic.prove_minutes = 20 * 60
    clinic.save()
    assert "until Thursday 3 December, 05:00: press" in books(3, follow=True).content.decode()
    [mail] = inbox()
    assert "until Thursday 3 December, 05:00: open" in text(mail)


def test_behind_the_mailed_link_one_press_settles_it(books, inbox, sweep):
    books(3)
    [mail] = inbox()
    page = Browser().get(page_in(mail)).content.decode()
    assert "We hold this time until 11:00: press the button to make it yours" in page
    thanks = press_yes(mail).content.decode()
    assert "Your email address is confirmed." in thanks
    assert "until 11:00" not in thanks
    sweep(5 * HOUR)
    assert booked() == 1
    assert inbox() == []


def test_what_nobody_confirms_is_given_back_with_a_kind_mail(books, inbox, sweep, massage, at):
    books(3)
    [asked] = inbox()
    sweep(2 * HOUR + MINUTE)
    assert booked() == 0
    [mail] = inbox()
    words = text(mail)
    assert mail["To"] == "ana@example.com"
    assert mail["Subject"] == "Nobody confirmed it: your appointment on Saturday 5 December, 10:00"
    assert "so we let the time go. There is nothing to pay." in words
    again = f"/book/{massage.slug}/?day=2026-12-05"
    assert f"take the time again while it is free: http://localhost:8000{again}" in words
    assert "ring us on +44 20 7946 0000" in words
    assert at(3, 10) in [
        one.starts_at for one in Browser().get(again).context["picker"].chosen.openings
    ]
    [calendar] = list(mail.iter_attachments())
    assert "METHOD:CANCEL" in calendar.get_content().decode()
    late = Browser().get(page_in(asked)).content.decode()
    assert "so we let the time go" in late
    assert f'href="{again}"' in late


def test_taking_the_time_again_works(books, inbox, sweep):
    books(3)
    inbox()
    sweep(2 * HOUR + MINUTE)
    inbox()
    assert books(3).status_code == 302
    [mail] = inbox()
    press_yes(mail)
    sweep(5 * HOUR)
    assert booked() == 1


def test_a_family_of_four_on_one_mailbox_notices_nothing(books, inbox, sweep):
    """Four visits for four people from one sofa within an hour; the first mail is answered."""
    sofa = Browser()
    people = ["Ana Demo", "Bo Demo", "Cy Demo", "Di Demo"]
    assert books(3, browser=sofa, name=people[0]).status_code == 302
    [mail] = inbox()
    press_yes(mail, Browser(REMOTE_ADDR="198.51.100.7"))  # on somebody's phone
    for days, name in enumerate(people[1:], start=4):
        page = books(days, browser=sofa, name=name, follow=True).content.decode()
        assert "Please confirm by pressing" not in page
        [mail] = inbox()
        assert "Please confirm" not in text(mail)
    sweep(5 * HOUR)
    assert booked() == 4
    assert inbox() == []
    assert sorted(Client.objects.values_list("name", flat=True)) == people


def test_who_books_again_by_the_same_name_is_asked_to_press_and_it_joins_the_others(
    books, inbox, sweep
):
    """In the browser that booked; the first mail was answered on a phone."""
    sofa = Browser()
    books(3, browser=sofa)
    [first] = inbox()
    press_yes(first)
    assert "You are booked." in books(4, browser=sofa, follow=True).content.decode()
    assert Client.objects.count() == 2
    [mail] = inbox()
    assert "press “Yes, that’s me”, so that it joins your other appointments: http" in text(mail)
    html = part_of(mail, "html")
    assert "so that it joins your other appointments." in html
    assert "Yes, that’s me</a>" in html
    assert "Your appointment is booked" in html
    assert "to somebody else" not in text(mail)
    press_yes(mail)
    assert Client.objects.get(proved_at__isnull=False).appointments.count() == 2
    books(5, browser=sofa, name="Bo Demo")  # of whom there are no others
    [mail] = inbox()
    assert "joins" not in text(mail)


def test_a_plan_of_theirs_asks_the_same(books, inbox, basket, client):
    books(3, browser=client)
    [first] = inbox()
    press_yes(first)
    key = basket().context["form"]["key"].value()
    client.post("/plan/book/", {"key": key, "name": "Ana Demo", "email": "ana@example.com"})
    [mail] = inbox()
    assert "“Yes, that’s me”, so that they join your other appointments: http" in text(mail)


def test_a_strangers_browser_gets_nothing_from_an_address_that_is_proved(books, inbox, sweep):
    """On her own network: it waits as a newcomer's does, in the same words, and under no limit
    of its own."""
    books(6)
    [mail] = inbox()
    press_yes(mail)
    known, fresh = Browser(), Browser()
    answers = [
        [
            books(days, browser=browser, email=email, name="Stranger", hour=hour, follow=True)
            for days in (3, 4, 5)
        ]
        for browser, email, hour in ((known, "ana@example.com", 10), (fresh, "new@example.com", 14))
    ]
    for hers, theirs in zip(*answers, strict=True):
        assert hers.status_code == theirs.status_code
        words = [
            [
                " ".join(str(one) for one in page.context["messages"]).replace(email, "…"),
                str(page.context.get("refusal") or ""),
                PLEASE in page.content.decode(),
            ]
            for page, email in ((hers, "ana@example.com"), (theirs, "new@example.com"))
        ]
        assert words[0] == words[1]
    assert PLEASE in answers[0][0].content.decode()
    assert "You are booked" not in answers[0][0].content.decode()
    assert [mail["Subject"] for mail in inbox() if "Please confirm: " not in mail["Subject"]] == []
    sweep(2 * HOUR + MINUTE)
    assert Appointment.objects.filter(status=Status.BOOKED, client__name="Stranger").count() == 0


def test_who_confirms_their_own_booking_does_not_confirm_a_strangers(books, inbox, sweep):
    books(3, name="Stranger")
    inbox()
    books(4, browser=(vic := Browser()), name="Vic Demo")
    [mail] = inbox()
    press_yes(mail, vic)
    waits = Appointment.objects.awaiting_proof().get()
    assert waits.client.name == "Stranger"
    sweep(2 * HOUR + MINUTE)
    assert booked() == 1


def test_the_phone_that_has_pressed_the_mailed_link_books_on_without_waiting(books, inbox):
    books(3)
    [mail] = inbox()
    phone = Browser(REMOTE_ADDR="198.51.100.7")
    press_yes(mail, phone)
    page = books(4, browser=phone, name="Bo Demo", follow=True).content.decode()
    assert "You are booked." in page
    assert PLEASE not in page
    other = books(5, browser=phone, email="bo@example.com", follow=True).content.decode()
    assert PLEASE in other


def test_strangers_do_not_lock_the_real_person_out_who_signs_in(books, inbox, ana, anas):
    books(3)
    books(4)
    inbox()
    answer = books(5)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Please press the button in our email, sign in, or ring us." in page
    assert 'href="/accounts/login/code/?next=/book/sports-massage/' in page
    assert "You are booked." in books(5, hour=14, browser=anas, follow=True).content.decode()


def test_a_family_that_answers_after_two_bookings_keeps_both(books, inbox, sweep):
    sofa = Browser()
    books(3, browser=sofa, name="Ana Demo")
    books(4, browser=sofa, name="Bo Demo")
    first, _second = inbox()
    press_yes(first)
    for days, name in ((5, "Cy Demo"), (6, "Di Demo")):
        assert books(days, browser=sofa, name=name).status_code == 302
    assert len(inbox()) == 2
    sweep(5 * HOUR)
    assert booked() == 4


def test_the_third_start_is_refused_on_the_page_and_what_was_typed_is_kept(books, inbox):
    books(3)
    books(4)
    answer = books(5, phone="020 7946 0000")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Please press the button in our email, sign in, or ring us." in page
    assert "020 7946 0000" in page
    assert "What you typed is kept." in page
    assert booked() == 2


def test_with_the_clinics_brake_on_the_page_says_when_to_return(books, clinic):
    clinic.unproved_per_hour = 1
    clinic.save()
    books(3)
    answer = books(4, email="bo@example.com")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "A lot of people are booking for the first time" in answer.content.decode()


def test_a_signed_in_runner_is_asked_nothing(books, inbox, ana, anas):
    for days in range(3, 7):
        page = books(days, browser=anas, follow=True).content.decode()
        assert "We hold" not in page
    assert not [mail for mail in inbox() if "We hold" in text(mail)]
    assert booked() == 4


def test_the_plan_says_it_too_and_its_one_mail_asks_once(client, basket, inbox, sweep):
    page = basket()
    key = page.context["form"]["key"].value()
    person = {"name": "Ana Demo", "email": "ana@example.com", "phone": "", "key": key}
    answer = client.post("/plan/book/", person, follow=True)
    assert "We hold these 3 times for you until 11:00: press" in answer.content.decode()
    [mail] = inbox()
    assert text(mail).count("We hold these times for you until 11:00") == 1
    sweep(2 * HOUR + MINUTE)
    assert booked() == 0
    [back] = inbox()
    assert back["Subject"].startswith("Nobody confirmed them: your 3 appointments, the first on ")
    assert text(back).count("take the time again") == 3
    assert len(list(back.iter_attachments())) == 3


# One more step


def page_of_booking(browser):
    [visit] = Appointment.objects.filter(status=Status.BOOKED)
    return page_url(visit)


def test_the_mail_is_sent_again_as_often_as_a_mailbox_may_be_mailed_in_a_day(books, inbox):
    sofa = Browser()
    books(3, browser=sofa)
    assert len(inbox()) == 1
    page = page_of_booking(sofa)
    assert "Send it again" in sofa.get(page).content.decode()
    got = 0
    for _ in range(MAILS_A_DAY + 2):
        said = sofa.post(f"{page}send-again/", follow=True).content.decode()
        new = inbox()
        got += len(new)
        assert ("on its way again" in said) == bool(new)
    assert got == MAILS_A_DAY - 1
    assert "We have written there as often as we do in a day" in said
    assert Browser().post(f"{page}send-again/").status_code == 404


def test_asking_twice_before_it_has_gone_out_sends_one(books, inbox):
    sofa = Browser()
    books(3, browser=sofa)
    for _ in range(3):
        sofa.post(f"{page_of_booking(sofa)}send-again/")
    assert len(inbox()) == 1


def test_a_mail_asked_for_late_leaves_time_to_answer_it(books, inbox, sweep):
    sofa = Browser()
    books(3, browser=sofa)
    inbox()
    sweep(2 * HOUR - 2 * MINUTE)
    sofa.post(f"{page_of_booking(sofa)}send-again/")
    [mail] = inbox()
    sweep(10 * MINUTE)
    assert booked() == 1
    press_yes(mail)
    sweep(5 * HOUR)
    assert booked() == 1


def corrected(browser, page, **typed):
    """The answer to the form of the page, which has all that was typed, with this changed."""
    form = browser.get(f"{page}address/").context["form"]
    fields = {name: form[name].value() or "" for name in ("key", "name", "email", "phone")}
    return browser.post(f"{page}address/", {**fields, **typed}, follow=True)


def test_a_wrong_address_is_corrected_with_the_time_kept_and_all_else_as_typed(
    books, inbox, sweep, clinic
):
    clinic.cancel_cutoff_hours = 240
    clinic.save()
    sofa = Browser()
    books(3, browser=sofa, email="anna@example.org", phone="020 7946 0000")
    [lost] = inbox()
    page = page_of_booking(sofa)
    assert Browser().get(f"{page}address/").status_code == 404
    assert Browser().post(f"{page}address/").status_code == 404
    initial = sofa.get(f"{page}address/").context["form"].initial
    assert (initial["name"], initial["phone"]) == ("Ana Demo", "020 7946 0000")
    assert inbox() == []  # nothing more to whose mailbox that may be
    answer = corrected(sofa, page, email="ana@example.org").content.decode()
    assert PLEASE in answer
    assert "the email to confirm it is on its way to ana@example.org" in answer
    [mail] = inbox()
    assert mail["To"] == "ana@example.org"
    assert "020 7946 0000" in [one.client.phone for one in Appointment.objects.awaiting_proof()]
    Browser().post(f"{page_in(lost)}thats-me/")
    assert Appointment.objects.awaiting_proof().count() == 1
    press_yes(mail)
    sweep(5 * HOUR)
    assert booked() == 1


def test_whoever_looks_at_correcting_it_or_types_no_better_address_keeps_the_booking(books, inbox):
    sofa = Browser()
    books(3, browser=sofa)
    [mail] = inbox()
    page = page_of_booking(sofa)
    assert "Your time stays kept meanwhile" in sofa.get(f"{page}address/").content.decode()
    same = "That is where the email went. Please give another address."
    for email, name, wrong in [
        ("ana@example.com", "Ana Demo", same),
        ("Ana@Example.com ", " ana demo", same),
        ("ana", "Ana Maria Demo", "ana"),
        ("", "Ana Maria Demo", "Please give your email address."),
    ]:
        answer = corrected(sofa, page, email=email, name=name)
        assert answer.status_code == 422
        assert wrong in answer.content.decode()
        assert name in answer.content.decode()
    assert inbox() == []
    press_yes(mail)
    assert Appointment.objects.get(status=Status.BOOKED).whose.proved_at


def test_correcting_again_keeps_the_time_no_longer_and_the_mails_link_does_not_confirm_there(
    books, inbox, clock
):
    sofa = Browser()
    books(3, browser=sofa)
    until = Appointment.objects.awaiting_proof().get().prove_by
    for number in range(2):
        inbox()
        clock.move_to(timezone.now() + 10 * MINUTE)
        corrected(sofa, page_of_booking(sofa), email=f"ana{number}@example.org")
        assert Appointment.objects.awaiting_proof().get().prove_by == until
    [mail] = inbox()
    assert Browser().post(f"{page_in(mail)}address/").status_code == 404
    assert Appointment.objects.awaiting_proof().count() == 1


def test_a_name_is_corrected_too(books, inbox):
    sofa = Browser()
    books(3, browser=sofa)
    inbox()
    corrected(sofa, page_of_booking(sofa), name="Ana Maria Demo")
    assert len(inbox()) == 1
    assert [one.whose.name for one in Appointment.objects.awaiting_proof()] == ["Ana Maria Demo"]


def test_the_page_as_it_was_leads_its_browser_to_what_is_there_instead(books, inbox, sweep):
    sofa = Browser()
    books(3, browser=sofa, email="anna@example.org")
    page = page_of_booking(sofa)
    assert "It went to <bdi>anna@example.org</bdi>." in sofa.get(page).content.decode()
    corrected(sofa, page, email="ana@example.org")
    anew = page_of_booking(sofa)
    assert anew != page
    for path in ("", "cancel/", "address/"):
        assert sofa.get(f"{page}{path}")["Location"] == anew
        assert not path or sofa.post(f"{page}{path}")["Location"] == anew
    assert Browser().get(page).status_code == 404
    corrected(sofa, anew, email="ana@example.net")
    assert sofa.get(page, follow=True).redirect_chain[-1][0] == page_of_booking(sofa)
    inbox()
    sweep(5 * HOUR)
    assert "not confirmed in time" in sofa.get(page, follow=True).content.decode()


def test_whoever_reads_the_mistyped_address_learns_no_race_and_opens_no_page(client, basket, inbox):
    key = basket().context["form"]["key"].value()
    person = {"name": "Ana Demo", "email": "anna@example.org", "phone": ""}
    client.post("/plan/book/", {**person, "key": key, "race": "yes"})
    [lost] = inbox()
    links = {urlsplit(one).path for one in re.findall(r"https?://\S+", text(lost))}
    stranger = Browser()
    opened = {path for path in links if stranger.get(path).status_code == 200}
    assert any(path.endswith("/plan/") for path in opened)
    visit = Appointment.objects.awaiting_proof()[0]
    corrected(client, page_url(visit), email="ana@example.org")
    of_theirs = {path for path in opened if not path.startswith(ANYBODYS)} - {"/"}
    assert {path for path in of_theirs if stranger.get(path).status_code == 200} == set()
    assert stranger.post(f"{page_in(lost)}plan/keep/").status_code == 404
    assert not BroughtPlan.objects.filter(client__email="anna@example.org").exists()


def test_an_address_that_may_keep_no_more_leaves_the_booking_as_it_was(books, inbox):
    sofa, other = Browser(), Browser()
    for days in (4, 5, 6):
        books(days, browser=other, email="full@example.org")
    books(3, browser=sofa)
    inbox()
    before = Appointment.objects.awaiting_proof().count()
    page = page_url(Appointment.objects.awaiting_proof().get(client__email="ana@example.com"))
    answer = corrected(sofa, page, email="full@example.org")
    assert answer.status_code == 409
    assert "Everything is as it was." in answer.content.decode()
    assert "full@example.org" in answer.content.decode()
    assert Appointment.objects.awaiting_proof().count() == before
    assert inbox() == []


def test_a_full_network_keeps_nobody_from_correcting_an_address_once(books, inbox, clinic):
    sofa = Browser()
    books(3, browser=sofa)
    inbox()
    page = page_of_booking(sofa)
    clinic.unproved_per_hour = 1
    clinic.save()
    answer = corrected(sofa, page, email="ana@example.net")
    assert "on its way to ana@example.net" in answer.text
    again = corrected(sofa, answer.request["PATH_INFO"], email="anna@example.net")
    assert again.status_code == 429
    assert Appointment.objects.awaiting_proof().get().whose.email == "ana@example.net"


def test_a_press_that_comes_twice_corrects_once_and_one_that_comes_too_late_says_so(
    books, inbox, sweep
):
    sofa = Browser()
    books(3, browser=sofa)
    inbox()
    page = page_of_booking(sofa)
    typed = {"key": "a" * 32, "name": "Ana Demo", "email": "ana@example.org", "phone": ""}
    first = sofa.post(f"{page}address/", typed)
    assert sofa.post(f"{page}address/", typed)["Location"] == first["Location"]
    [again] = inbox()
    assert again["To"] == "ana@example.org"
    sweep(5 * HOUR)
    typed |= {"key": "b" * 32, "email": "ana@example.net"}
    late = sofa.post(f"{first['Location']}address/", typed, follow=True)
    assert "This appointment has changed since the page was opened." in late.content.decode()
    assert "not confirmed in time" in late.content.decode()
    assert {mail["To"] for mail in inbox()} == {"ana@example.org"}


def test_the_address_of_a_whole_plan_is_corrected_at_once_from_the_page_of_any_of_them(
    client, basket, inbox
):
    key = basket().context["form"]["key"].value()
    person = {"name": "Ana Demo", "email": "anna@example.org", "phone": "020 7946 0000"}
    client.post("/plan/book/", {**person, "key": key, "race": "yes"})
    [lost] = inbox()
    visits = list(Appointment.objects.awaiting_proof().order_by("starts_at"))
    page = page_url(visits[1])
    assert "Wrong address? Correct it" in client.get(page).content.decode()
    assert "Your times stay kept meanwhile" in client.get(f"{page}address/").content.decode()
    corrected(client, page, email="ana@example.org")
    assert inbox()[0]["To"] == "ana@example.org"
    Browser().post(f"{page_in(lost)}thats-me/")
    waiting = Appointment.objects.awaiting_proof().order_by("starts_at")
    assert [one.starts_at for one in waiting] == [one.starts_at for one in visits]
    assert {one.client.email for one in waiting} == {"ana@example.org"}
    [runner] = {one.client for one in waiting}
    assert BroughtPlan.objects.get(client=runner).told.races


def test_what_was_booked_together_is_corrected_by_nobody_else(client, basket, inbox):
    key = basket().context["form"]["key"].value()
    client.post("/plan/book/", {"name": "Ana Demo", "email": "ana@example.org", "key": key})
    [first, *_] = Appointment.objects.awaiting_proof().order_by("starts_at")
    assert Browser().post(f"{page_url(first)}address/").status_code == 404
    assert Appointment.objects.awaiting_proof().count() == 3


def test_correcting_to_and_fro_brings_a_victim_no_more_mails(books, inbox):
    sofa, got = Browser(), 0
    for days in range(3, 9):
        books(days, browser=sofa, email="victim@example.com")
        got += len([mail for mail in inbox() if "victim" in mail["To"]])
        for visit in Appointment.objects.filter(status=Status.BOOKED):
            corrected(sofa, page_url(visit), email=f"{visit.pk}@example.org")
    assert got == MAILS_A_DAY


def test_a_victims_mailbox_gets_three_mails_a_day_whatever_strangers_do(books, inbox, sweep, clock):
    """From ever new networks and browsers, with tags and capitals, for a whole day."""
    ways = ["victim@example.com", "Victim@Example.com", "victim+a@example.com"]
    got = 0
    for hour in range(12):
        for number in range(3):
            stranger = Browser(REMOTE_ADDR=f"192.0.2.{3 * hour + number}")
            way = ways[number]
            books(3 + hour, browser=stranger, email=way, name=f"Stranger {'x' * number}")
        got += len(inbox())
        sweep(HOUR)
        got += len(inbox())
    assert got == MAILS_A_DAY
    assert booked() == 0


def test_what_is_not_sent_for_that_says_why(books, inbox):
    books(3)
    inbox()
    [visit] = Appointment.objects.filter(status=Status.BOOKED)
    sent = Mail.objects.get(kind=MailKind.CONFIRMED)
    for number in range(MAILS_A_DAY):
        Mail.objects.create(
            key=f"further:{number}", kind=MailKind.CONFIRMED, client=present(visit.client),
            appointment=visit, created_at=timezone.now(), due_at=timezone.now(),
            not_after=visit.starts_at,
        )  # fmt: skip
    assert len(inbox()) == MAILS_A_DAY - 1
    [held_back] = Mail.objects.filter(state=MailState.CANCELLED, kind=MailKind.CONFIRMED)
    assert held_back.why == "An address that nobody has confirmed gets three mails a day."
    assert sent.state == MailState.SENT


def test_new_links_go_out_whatever_has_gone_there_today(books, inbox):
    """Without them a client whose record the desk has changed has no link that works."""
    books(3)
    inbox()
    [visit] = Appointment.objects.filter(status=Status.BOOKED)
    client = present(visit.client)
    for number in range(MAILS_A_DAY):
        Mail.objects.create(
            key=f"links:{number}", kind=MailKind.NEW_LINKS, client=client,
            about={"edition": client.links_edition}, created_at=timezone.now(),
            due_at=timezone.now(), not_after=visit.starts_at,
        )  # fmt: skip
    assert len(inbox()) == MAILS_A_DAY


def test_the_desks_mails_to_somebody_unproved_are_not_counted(visit, inbox, owed):
    client = factories.make_client(email="ana@example.com", proved_at=None)
    for _ in range(MAILS_A_DAY + 2):
        owed(client=client)
    assert len(inbox()) == MAILS_A_DAY + 2


def test_half_an_hour_of_notice_leaves_a_quarter_to_confirm(books, inbox, sweep, clinic, at):
    clinic.minimum_notice_minutes = 0
    clinic.save()
    page = books(0, hour=9, follow=True)  # it is nine: too late for that one
    assert page.status_code in (200, 409)
    page = books(0, hour=10, follow=True).content.decode()
    assert "until 09:30: press" in page


def test_one_network_of_ipv6_is_one_address(books, inbox):
    for days, host in ((3, "2001:db8::1"), (4, "2001:db8::ffff")):
        books(days, browser=Browser(REMOTE_ADDR=host), email=f"{days}@example.com")
    books(5, browser=Browser(REMOTE_ADDR="2001:db8:0:1::1"), email="5@example.com")
    where = Appointment.objects.order_by("starts_at").values_list("held_from", flat=True)
    assert where[0] == where[1] != where[2]


def test_beat_rings_for_it_each_minute():
    rung = {one["task"]: one["schedule"] for one in app.conf.beat_schedule.values()}
    assert rung[release_unproved.name] == 60


# A mistyped address, put right by the desk


@pytest.fixture
def put_right(owners):
    """By the desk's own form, or by the admin's."""

    def _put_right(by, client, email):
        if by == "admin":
            return send(owners, page_of(client), email=email)
        seen = details.facts_of(client)
        return details.change(
            client, seen=seen, wanted={**seen, "email": email}, by="desk: 1", now=timezone.now()
        )

    return _put_right


@pytest.mark.parametrize("by", ["desk", "admin"])
def test_whose_address_is_put_right_gets_the_whole_confirmation_there(
    books, inbox, sweep, put_right, by
):
    books(3, email="anna@example.org")
    [lost] = inbox()
    put_right(by, Client.objects.get(), "ana@example.org")
    [mail] = [one for one in inbox() if one["To"].endswith("ana@example.org")]
    assert "What is booked for you" in mail["Subject"]
    for part in (text(mail), part_of(mail, "html")):
        for said in ("Sports massage", "Kim Demo", "£", "10:00 to", "Saturday 5 December"):
            assert said in part
    [file] = mail.iter_attachments()
    assert file.get_filename() == "appointment-1.ics"
    assert b"BEGIN:VEVENT" in file.get_payload(decode=True)
    assert b"ana@example.org" in file.get_payload(decode=True)
    sweep(5 * HOUR)
    assert booked() == 1  # nobody gives back what the desk has vouched for
    assert Browser().get(page_in(lost)).status_code == 404


def test_a_booking_that_waits_for_its_address_is_called_booked_in_no_words(books, inbox):
    """The clinic's own stand in place of Taper's, and those are not said of it either."""
    MailWording.objects.create(
        kind=MailKind.CONFIRMED, number=1, opening="It is booked!", created_at=timezone.now()
    )
    books(6)
    [waits] = inbox()
    assert "We hold this time for you" in part_of(waits)
    assert "It is booked!" not in waits.as_string()
