"""Joining from a full day, one's place behind the mail, the offer, and earlier please."""

import html
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.template.loader import render_to_string
from django.test import Client as Browser
from django.utils import timezone

from bookings import links
from bookings.actions.clients import ways_in
from bookings.actions.scheduling import cancellation
from bookings.actions.waiting_list import entries, offers, tending
from bookings.core.scheduling.statuses import Status
from bookings.core.waiting_list.order import WITHOUT_A_RACE
from bookings.links import Purpose
from bookings.mail.waiting_list.context import waiting_letter
from bookings.models import (
    Client,
    Clinic,
    EntryState,
    FreedTime,
    Mail,
    MailKind,
    OfferState,
    WaitlistEntry,
)
from bookings.models.training.own_plans import OwnPlan
from bookings.queries.clients.strangers import MAILS_A_DAY
from bookings.queries.waiting_list import standing
from bookings.queries.waiting_list.matches import gap_of
from bookings.web import rate_limits
from bookings.web.waiting_list.places import places_of
from tests import factories
from tests.page_forms import forms_of
from tests.reading import present

KEY = "0" * 32

pytestmark = pytest.mark.by_day  # at night nobody is offered anything


@pytest.fixture
def full_day(massage, kim, room, at):
    return [
        factories.make_appointment(
            starts_at=at(3, hour), treatment=massage, therapist=kim, room=room
        )
        for hour in range(9, 17)
    ]


@pytest.fixture
def day(today):
    return today + timedelta(days=3)


@pytest.fixture
def sent(day):
    """What the form sends that somebody has opened from the full day."""
    return {
        "key": KEY,
        "name": "Ana Demo",
        "email": "ana@example.com",
        "first_day": day.isoformat(),
        "last_day": day.isoformat(),
        "notice_hours": "0",
    }


def path_of(purpose, client, **facts):
    return links.client_path(purpose, client, **facts)


@pytest.fixture
def entry(ana, massage, day):
    return factories.make_entry(ana, treatment=massage, first_day=day, last_day=day)


@pytest.fixture
def offered(full_day, entry, clock):
    """The hour at ten, cancelled and offered to Ana."""
    cancellation.cancel(full_day[1], by="desk: dee", now=timezone.now())
    clock.move_to(timezone.now() + timedelta(minutes=10))
    assert tending.tend(now=timezone.now()) == 1
    return entry.offers.get()


def offer_page(offer):
    return path_of(Purpose.WAIT_OFFER, offer.client, offer=offer.pk)


def test_a_full_day_leads_to_the_list_with_the_day_filled_in(client, full_day, massage, day):
    page = client.get(massage.get_absolute_url()).text
    address = f"/book/{massage.slug}/wait/?day={day}"
    assert f'href="{address}"' in page
    [form] = [one for one in forms_of(client.get(address).text) if one.method == "post"]
    assert (form.sent["first_day"], form.sent["last_day"]) == (str(day), str(day))


def test_a_stranger_joins_and_only_the_mailbox_makes_it_theirs(client, massage, sent):
    assert client.post(f"/book/{massage.slug}/wait/", sent).status_code == 302
    client.post(f"/book/{massage.slug}/wait/", sent)
    entry = WaitlistEntry.objects.get()
    assert entry.client.is_provisional
    assert Mail.objects.get().kind == MailKind.WAIT_JOINED
    page = path_of(Purpose.WAITING, entry.client, entry=entry.pk)
    assert "Yes, put me on the list" in client.get(page).text
    assert Client.objects.get(pk=entry.client_id).is_provisional
    client.post(page)
    assert not Client.objects.get(pk=entry.client_id).is_provisional


def test_whoever_is_known_at_the_address_gets_the_place_with_the_press(client, ana, massage, sent):
    client.post(f"/book/{massage.slug}/wait/", sent)
    entry = WaitlistEntry.objects.get()
    client.post(path_of(Purpose.WAITING, entry.client, entry=entry.pk))
    entry.refresh_from_db()
    assert entry.client == ana


def test_whoever_has_signed_in_is_on_it_at_once(anas, ana, massage, sent):
    answer = anas.post(f"/book/{massage.slug}/wait/", sent)
    entry = WaitlistEntry.objects.get()
    assert entry.client == ana
    assert urlsplit(answer["Location"]).path.startswith("/waiting/")
    assert anas.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"last_day": "{yesterday}"}, "This day is over"),
        ({"last_day": "{in_two_years}"}, "within a year"),
        ({"first_day": "{the_week_after}"}, "the same day as the first or a later one"),
        ({"first_day": "soon"}, "Please give a date"),
        ({"weekdays": "9"}, "Please choose one of those listed"),
        (
            {"weekdays": "{another}"},
            "None of these days of the week lies between the two dates",
        ),
        ({"notice_hours": "168"}, "Your last day is sooner than that"),
        ({"email": ""}, "Please give your email address"),
        ({"therapist": "nobody"}, "Nobody of that name offers it now"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_form_stays(
    client, massage, sent, wrong, said, today, day
):
    days = {
        "yesterday": today - timedelta(days=1),
        "in_two_years": today + timedelta(days=730),
        "the_week_after": day + timedelta(weeks=1),
        "another": (day.weekday() + 1) % 7,
    }
    wrong = {name: value.format(**days) for name, value in wrong.items()}
    answer = client.post(f"/book/{massage.slug}/wait/", {**sent, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Ana Demo"' in answer.text
    assert not WaitlistEntry.objects.exists()


def test_the_session_of_a_plan_comes_along_with_its_window(client, massage, sent, day):
    query = f"?day={day}&until={day + timedelta(days=4)}&kind=training&ideal={day}"
    shown = client.get(f"/book/{massage.slug}/wait/{query}").text
    [form] = [one for one in forms_of(shown) if one.method == "post"]
    assert form.sent["last_day"] == str(day + timedelta(days=4))
    client.post(f"/book/{massage.slug}/wait/{query}", sent)
    entry = WaitlistEntry.objects.get()
    assert (entry.session_kind, entry.session_ideal) == ("training", day)


def test_what_is_free_already_is_shown_with_the_place_and_kept_for_nobody(
    client, full_day, entry, ana, day
):
    """Also where they change what they wait for."""
    page = path_of(Purpose.WAITING, ana, entry=entry.pk)
    assert "These are free now" not in client.get(page).text
    wish = {"do": "change", "first_day": str(day), "notice_hours": "0"}
    client.post(page, {**wish, "last_day": str(day + timedelta(days=1))})
    shown = client.get(page).text
    assert "These are free now" in shown
    assert f"?day={day + timedelta(days=1)}" in shown
    tending.tend(now=timezone.now())
    assert not ana.offers.exists()


def test_who_wants_no_mails_of_the_list_is_told_where_they_wait_and_switches_them_on(
    client, massage, day, ana
):
    """Their place said “Waiting, number 2 of 2”, and nothing was ever offered."""
    factories.make_entry(ana, treatment=massage, first_day=day, last_day=day)
    entry = factories.make_entry(ana, treatment=massage, first_day=day, last_day=day, parts=[0])
    preferences = path_of(Purpose.PREFERENCES, ana)
    answer = client.post(preferences, {"reminders": "on"}, follow=True)
    assert "2 places on the waiting list wait for nothing" in answer.text
    page = path_of(Purpose.WAITING, ana, entry=entry.pk)
    shown = client.get(page).text
    assert "You have switched off emails about times that come free" in shown
    assert "you are number" not in shown
    client.post(page, {"do": "news"})
    ana.refresh_from_db()
    assert ana.wants_news
    assert "You have switched off" not in client.get(page).text
    assert "2 places on the waiting list need them" in client.get(preferences).text


def test_whoever_waits_adds_the_race_that_the_order_goes_by(client, entry, ana, day):
    page = path_of(Purpose.WAITING, ana, entry=entry.pk)
    assert "Add your race" in client.get(page).text
    wrong = client.post(page, {"do": "race", "race_date": "soon", "distance": "marathon"})
    assert wrong.status_code == 422
    race = {"do": "race", "race_date": str(day + timedelta(days=12)), "distance": "marathon"}
    assert "goes by your race from now on" in client.post(page, race, follow=True).text
    assert "Add your race" not in client.get(page).text
    line = standing.in_line([entry], Clinic.objects.the(), now=timezone.now())
    assert line[0].rank.need != WITHOUT_A_RACE


@pytest.mark.parametrize(
    ("closed", "ahead", "said"),
    [
        (True, 3, "We do not work on these days"),
        (False, 300, "Our diary opens for"),
        (False, 3, None),
    ],
)
def test_days_on_which_nothing_can_come_free_are_remarked_on(
    client, full_day, massage, sent, today, at, closed, ahead, said
):
    if closed:
        factories.make_absence(at(3, 0), at(4, 0), None)
    days = dict.fromkeys(("first_day", "last_day"), str(today + timedelta(days=ahead)))
    answer = client.post(f"/book/{massage.slug}/wait/", {**sent, **days}, follow=True)
    told = "".join(map(str, answer.context["messages"]))
    assert said in told if said else "days" not in told
    entry = WaitlistEntry.objects.get()
    page = client.get(path_of(Purpose.WAITING, entry.client, entry=entry.pk)).text
    assert said in page if said else "We do not work" not in page


def test_one_sees_changes_and_leaves_the_place(client, entry, day, ana):
    page = path_of(Purpose.WAITING, ana, entry=entry.pk)
    assert "goes to whoever is first in line" in client.get(page).text
    wish = {
        "do": "change",
        "first_day": str(day),
        "last_day": str(day + timedelta(days=7)),
        "weekdays": ["0", "3"],
        "parts": ["0"],
        "notice_hours": "48",
    }
    client.post(page, wish)
    shown = client.get(page).text
    assert "Monday or Thursday, in the morning" in shown
    assert "at least 2 days before" in shown
    assert client.post(page, {**wish, "last_day": "x"}).status_code == 422
    client.post(page, {"do": "leave"})
    entry.refresh_from_db()
    assert entry.state == EntryState.LEFT
    assert client.post(page, wish).status_code == 409


def test_looking_at_an_offer_changes_nothing_and_one_press_takes_it(client, offered):
    for _ in range(2):
        assert "Kept for you" in client.get(offer_page(offered)).text
    answer = client.post(offer_page(offered), {"answer": "take"})
    assert answer["Location"].startswith("/appointments/")
    offered.refresh_from_db()
    assert (offered.state, offered.hold.status) == (OfferState.ACCEPTED, Status.BOOKED)
    assert client.get(offer_page(offered)).status_code == 302
    assert client.post(offer_page(offered), {"answer": "take"}).status_code == 302


@pytest.mark.parametrize(("answer", "waits"), [("stay", True), ("leave", False)])
def test_passing_it_on_keeps_the_place_or_gives_it_up(client, offered, answer, waits):
    client.post(offer_page(offered), {"answer": answer})
    offered.entry.refresh_from_db()
    assert offered.entry.is_waiting is waits
    assert "You have passed it on" in client.get(offer_page(offered)).text


def test_an_answer_that_comes_too_late_books_nothing(client, offered, clock):
    clock.move_to(offered.until)
    answer = client.post(offer_page(offered), {"answer": "take"})
    assert answer.status_code == 409
    assert "This time is not kept for you any more" in answer.text
    assert not offered.client.appointments.exists()


def test_an_offers_link_is_its_own_clients(client, offered):
    other = factories.make_client()
    assert client.get(path_of(Purpose.WAIT_OFFER, other, offer=offered.pk)).status_code == 404
    assert client.get(path_of(Purpose.WAITING, other, entry=offered.entry_id)).status_code == 404


def test_earlier_please_moves_the_visit_by_one_press(client, full_day, ana, clock, today):
    mine = full_day[-1]
    mine.client = ana
    mine.save()
    page = links.mailed_url(mine, "runner:earlier")
    [form] = [one for one in forms_of(client.get(page).text) if one.method == "post"]
    assert form.sent["last_day"] == str(today + timedelta(days=3))
    client.post(page, {**form.sent, "first_day": form.sent["last_day"]})
    assert "waiting for an earlier time" in client.get(links.mailed_url(mine)).text
    assert client.post(page, {**form.sent, "key": "1" * 32}).status_code == 409
    cancellation.cancel(full_day[1], by="desk: dee", now=timezone.now())
    clock.move_to(timezone.now() + timedelta(minutes=10))
    tending.tend(now=timezone.now())
    offer = ana.offers.get()
    client.post(offer_page(offer), {"answer": "take"})
    mine.refresh_from_db()
    assert (mine.starts_at, mine.revision) == (full_day[1].starts_at, 1)


def test_ones_places_stand_with_what_one_has_booked(anas, client, ana, entry):
    for page in (anas.get("/account/"), client.get(path_of(Purpose.VISITS, ana))):
        assert "On the waiting list" in page.text
        assert "/waiting/" in page.text


def test_tags_and_names_give_one_mailbox_no_more_places(client, massage, sent):
    for number in range(4):
        about = {
            "name": f"Mal {number}",
            "email": f"Mal+{number}@example.com",
            "key": f"{number}" * 32,
        }
        answer = client.post(f"/book/{massage.slug}/wait/", {**sent, **about})
    assert answer.status_code == 409
    assert WaitlistEntry.objects.waiting().count() == 2


def test_joining_floods_no_mailbox(client, massage, sent, monkeypatch):
    """Were there no limit of places, which leaving gets round."""
    monkeypatch.setattr(entries, "MOST_UNPROVED", 9)
    for number in range(6):
        about = {"name": f"M {number}", "email": f"v+{number}@example.com", "key": f"{number}" * 32}
        answer = client.post(f"/book/{massage.slug}/wait/", {**sent, **about})
    assert answer.status_code == 409
    assert Mail.objects.filter(kind=MailKind.WAIT_JOINED).count() == MAILS_A_DAY


@pytest.mark.parametrize(("ended", "answer"), [(False, 200), (True, 404)])
def test_the_mails_links_open_once_its_button_has_joined_the_known_record(
    client, massage, sent, ended, answer
):
    """And no longer when the links of that record have been ended since."""
    ana = factories.make_client("Ana Demo", email="ana@example.com")
    client.post(f"/book/{massage.slug}/wait/", sent)
    entry = WaitlistEntry.objects.get()
    pages = [
        path_of(Purpose.WAITING, entry.client, entry=entry.pk),
        path_of(Purpose.VISITS, entry.client),
    ]
    Browser().post(pages[0], {})
    entry.refresh_from_db()
    assert entry.client == ana
    if ended:
        ways_in.withdraw_links(ana)
    assert [Browser().get(page).status_code for page in pages] == [answer] * 2


def said_to(client, answer):
    """Where it leads, and what it says there."""
    [said] = re.findall(r"One more step[^<]*", client.get(answer["Location"]).text)
    return answer.status_code, answer["Location"], said


def test_a_lost_confirmation_is_sent_again_in_words_that_tell_nobody_who_waits(
    client, massage, sent, ana
):
    """It said that they were on the list already, and sent nothing."""
    page = f"/book/{massage.slug}/wait/"
    days = {"first_day": sent["first_day"], "last_day": sent["last_day"]}
    factories.make_entry(ana, treatment=massage, **days)
    desks = factories.make_client("Ana Demo", email=ana.email, proved_at=None)
    factories.make_entry(desks, treatment=massage, by="desk: dee", **days)
    factories.make_entry(
        factories.make_client("Ana Demo", email="new@example.com", proved_at=None),
        treatment=massage,
        **days,
    )
    heard = set()
    for number, email in enumerate([ana.email, "new@example.com", "other@example.com"] * 4):
        answer = client.post(page, {**sent, "email": email, "key": f"{number:032}"})
        Mail.objects.update(data_at=timezone.now(), sent_at=timezone.now(), state="sent")
        if number < 9:
            status, path, said = said_to(client, answer)
            heard.add((status, path, said.replace(email, "")))
        else:
            assert answer.status_code == 409
            assert "We have written to this address already" in answer.text
    assert len(heard) == 1
    assert WaitlistEntry.objects.waiting().count() == 4
    assert Mail.objects.filter(kind=MailKind.WAIT_JOINED).count() == 3 * MAILS_A_DAY


def test_the_same_wish_of_whoever_has_signed_in_is_one_place(anas, massage, sent):
    page = f"/book/{massage.slug}/wait/"
    anas.post(page, sent)
    answer = anas.post(page, {**sent, "key": "1" * 32})
    assert answer.status_code == 409
    assert "You are on the waiting list for that already." in answer.text
    assert WaitlistEntry.objects.waiting().count() == 1


def test_a_press_that_changes_nothing_looks_for_nothing(client, massage, sent, settings):
    client.post(f"/book/{massage.slug}/wait/", sent)
    entry = WaitlistEntry.objects.get()
    page = path_of(Purpose.WAITING, entry.client, entry=entry.pk)
    FreedTime.objects.all().delete()
    wish = {name: sent[name] for name in ("first_day", "last_day", "notice_hours")}
    for _ in range(3):
        client.post(page, {})
        client.post(page, {**wish, "do": "change"})
    assert FreedTime.objects.count() == 1  # when the first press confirmed it
    settings.LIMITS = {**settings.LIMITS, "booking": "1/hour"}
    assert [client.post(page, {}).status_code for _ in range(2)] == [302, 429]


def test_a_full_day_that_an_address_names_leads_to_the_list_too(client, full_day, massage, day):
    page = client.get(f"{massage.get_absolute_url()}?day={day}").text
    assert "Join the waiting list for that day" in page


def test_a_form_says_the_same_of_an_address_that_is_known_and_shuts_nobody_out(
    client, massage, sent, ana, day
):
    """Else two requests with somebody's address kept them off the list."""
    for number in range(5):
        factories.make_entry(ana, treatment=massage, first_day=day, last_day=day, parts=[number])
    answers = []
    for number, email in enumerate([ana.email, "new@example.com"] * 3):
        asked = {**sent, "email": email, "name": f"Mal {number}", "key": f"{number}" * 32}
        answer = client.post(f"/book/{massage.slug}/wait/", asked)
        answers.append((answer.status_code, answer["Location"]))
    assert len(set(answers)) == 1
    strangers = WaitlistEntry.objects.waiting().of_strangers()
    assert [one.client.name for one in strangers] == ["Mal 2", "Mal 3", "Mal 4", "Mal 5"]


def test_a_place_that_became_another_of_the_same_wish_leads_there(client, entry, ana):
    same = WaitlistEntry.objects.get(pk=entry.pk)
    same.pk, same.key = None, "another"
    same.save(force_insert=True)
    entry.end(EntryState.LEFT, now=timezone.now())
    answer = client.get(path_of(Purpose.WAITING, ana, entry=entry.pk))
    assert answer["Location"] == path_of(Purpose.WAITING, ana, entry=same.pk)


def test_whoever_wants_it_earlier_sees_what_is_free_now_and_moves_there(
    client, full_day, at, massage, kim, room, ana
):
    mine = factories.make_appointment(
        client=ana, starts_at=at(4, 10), treatment=massage, therapist=kim, room=room
    )
    token = links.mail_token(mine)
    page = client.get(f"/appointments/{token}/earlier/").text
    assert "These are free now" in page
    [first, *_] = [line for line in page.split('href="') if "/move/?start=" in line]
    assert client.get(first.split('"')[0].replace("&amp;", "&")).status_code == 200


def test_the_place_is_the_order_in_which_offers_go(client, massage, day, full_day, clock, ana):
    waiting = [
        factories.make_entry(
            factories.make_client(wants_news=True),
            treatment=massage,
            first_day=day,
            last_day=day,
            joined_at=timezone.now() - timedelta(days=waited),
        )
        for waited in (3, 9, 1)
    ]
    factories.make_race(client=waiting[2].client, race_date=day + timedelta(days=12))
    now, clinic = timezone.now(), Clinic.objects.the()
    places = {standing.place_of(one, clinic, now=now).number: one for one in waiting}
    cancellation.cancel(full_day[1], by="desk: dee", now=now)
    gap = present(gap_of(clinic, full_day[1].interval, at_once=True, everybody=True, now=now))
    assert [one.entry for one in gap.candidates(day)] == [places[n] for n in (1, 2, 3)]


def test_a_late_canceller_passes_the_time_on_and_sees_how_it_goes(
    client, ana, massage, kim, room, at, clock, day
):
    mine = factories.make_appointment(
        client=ana, starts_at=at(3, 14), treatment=massage, therapist=kim, room=room
    )
    entry = factories.make_entry(treatment=massage, first_day=day, last_day=day)
    token = links.mail_token(mine)
    page = f"/appointments/{token}/pass-on/"
    assert client.get(page).status_code == 302  # it can still be cancelled
    clock.move_to(at(3, 9))
    assert "Offer my time to the waiting list" in client.get(f"/appointments/{token}/").text
    assert "Then it is cancelled without a fee" in client.get(page).text
    Clinic.objects.update(late_cancellation_fee=50, no_show_fee=100)
    for told in (client.get(page).text, client.get(f"/appointments/{token}/").text):
        assert re.search("If you cancel it otherwise, a fee of .[0-9.]+ is due", told)
        assert re.search("If you do not come, a fee of .[0-9.]+ is due", told)
    back = client.get(f"/appointments/{token}/cancel/", follow=True)
    assert "can be cancelled online until" in str([*back.context["messages"]])
    assert client.post(page, {"do": "nonsense"}).status_code == 422
    client.post(page, {"do": "offer"})
    assert tending.tend(now=timezone.now()) == 1
    assert "1 person on the list has been asked" in client.get(page).text
    assert entry.client.name not in client.get(page).text
    client.post(page, {"do": "keep"})
    mine.refresh_from_db()
    assert (mine.relayed_at, mine.status) == (None, Status.BOOKED)
    assert entry.offers.get().state == OfferState.WITHDRAWN
    refused = client.post(page, {"do": "offer"})
    assert (refused.status_code, mine.passed_to.open().count()) == (409, 0)
    assert "It was taken back only just now" in refused.text
    clock.move_to(at(3, 9) + timedelta(minutes=10))
    client.post(page, {"do": "offer"})
    other = factories.make_entry(treatment=massage, first_day=day, last_day=day)
    tending.tend(now=timezone.now())
    offered = other.offers.get()
    said = "it can’t be cancelled online"
    assert said in client.get(path_of(Purpose.WAIT_OFFER, other.client, offer=offered.pk)).text
    offers.accept(offered, by="runner", now=timezone.now())
    told = client.get(f"/appointments/{token}/").text
    assert "Somebody from the waiting list has taken your time" in told
    assert "Undo the cancellation" not in told


def test_newcomers_of_one_network_join_only_so_often(client, anas, massage, sent, settings):
    """Each mailbox that one makes up would be asked first for another freed time."""
    settings.LIMITS = {"joins": "2/hour"}
    page = f"/book/{massage.slug}/wait/"
    made_up = [
        {**sent, "email": f"new{n}@example.com", "key": str(n) * 32, "name": f"New {n}"}
        for n in range(3)
    ]
    answers = []
    for one in made_up:
        answers.append(client.post(page, one))
        rate_limits._limiter().storage.reset()  # as if Redis had been emptied
    assert [one.status_code for one in answers[:2]] == [302, 302]
    assert "from your network at the moment" in answers[2].text
    assert "new2@example.com" in answers[2].text
    assert WaitlistEntry.objects.count() == 2
    assert anas.post(page, {**sent, "key": "9" * 32}).status_code == 302


def test_what_the_own_plan_has_against_the_day_is_said_at_joining_on_the_place_and_in_the_mail(
    client, ana, massage, day, offered, clinic
):
    """Only the offer's page said that it was the day of her long run."""
    factories.make_race(ana, race_date=day + timedelta(weeks=11))
    own = [day.isoformat(), "long", 120, None]
    OwnPlan.objects.create(client=ana, read_at=timezone.now(), days=[own])
    said = f"Your plan has a long run on {day:%A} {day.day} {day:%B}"
    mail = Mail.objects.get(kind=MailKind.WAIT_OFFER)
    letter = waiting_letter(mail, clinic, timezone.now())
    for form in ("html", "txt"):
        text = render_to_string(f"mail/wait_offer/body.{form}", {"letter": letter})
        assert said in text
        assert "suits what you asked for" not in text
    assert said in client.get(path_of(Purpose.WAITING, ana, entry=offered.entry.pk)).text
    OwnPlan.objects.update(days=[])
    Client.objects.update(long_run_weekday=(day.weekday() + 4) % 7)
    letter = waiting_letter(mail, clinic, timezone.now())
    assert "Why we ask you:" in render_to_string("mail/wait_offer/body.txt", {"letter": letter})


def test_the_plan_of_the_browser_speaks_at_joining(client, massage, day):
    """A stranger's, of whom nothing is in the books."""
    race = {"race_date": day + timedelta(weeks=11), "distance": "marathon", "race_name": "A race"}
    client.post("/plan/", {**race, "long_run_weekday": day.weekday()})
    page = client.get(f"/book/{massage.slug}/wait/?day={day}").text
    assert "Better not: This is the day of your long run." in page
    after = client.get(f"/book/{massage.slug}/wait/?day={day}&until={day + timedelta(days=6)}")
    assert "advises against 2 of these 7 days" in after.text


@pytest.mark.parametrize("over", [False, True])
def test_the_place_in_line_is_of_a_day_that_is_not_over(entry, clinic, today, at, clock, kim, over):
    """“If it comes free on Sunday” meant a Sunday that was over."""
    WaitlistEntry.objects.update(first_day=today)
    entry.refresh_from_db()
    clock.move_to(at(0, 20 if over else 8))
    place = standing.place_of(entry, clinic, now=timezone.now())
    assert place.day == today + timedelta(days=over)


def test_your_bookings_name_what_is_kept_and_until_when(offered, ana, clinic):
    [place] = places_of(ana, clinic, now=timezone.now())
    page = render_to_string("web/waiting_list/_places.html", {"places": [place], "clinic": clinic})
    assert offer_page(offered) in html.unescape(page)
    assert "is kept for you" in page
