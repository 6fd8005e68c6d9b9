"""A plan's private link: pasted, looked through, kept sealed, and followed from then on."""

import html
import logging
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bookings import links
from bookings.actions import pasted_links
from bookings.actions.clients import merge_steps
from bookings.actions.mail import sending
from bookings.actions.training import own_plans, plan_links
from bookings.core.training import DayKind, Schedule, TrainingDay
from bookings.fetching import Hindrance
from bookings.mail.compose import compose
from bookings.models import Change, Client, Mail, MailKind, OwnPlan, PlanLink
from bookings.models.pasted_links import NotRead, masked
from bookings.web.training.own_plan import pages
from clinic.records.client_export import export
from tests.clock import days_later
from tests.factories import make_appointment, make_client, make_race
from tests.fetching.feeds import (
    LINK,
    SECRET,
    ReadInARoom,
    calendar_of,
    feed,
    feed_names,
    feed_server,
    training,
)
from tests.page_forms import forms_of
from tests.reading import part_of, present

__all__ = ["feed", "feed_names", "feed_server"]
D = timedelta(days=1)
KAZOO = "Kazoo with Bartholomew"


def form_of(page, action):
    return next(form for form in forms_of(page.content.decode()) if form.action.endswith(action))


def sent_of(page):
    sent = form_of(page, "check/").sent
    return {name: value for name, value in sent.items() if name not in ("teach", "do")}


@pytest.fixture
def weeks(today):
    """Six: long on Saturdays, hard on Tuesdays; what comes after may be added."""
    days = [today + n * D for n in range(42)]
    titles = {1: "Tempo 8 km", 5: "Long run 26 km"}
    return [training(day, titles.get(day.weekday(), "Easy 6 km")) for day in days]


@pytest.fixture
def paste(client, mine):
    def _paste(link=LINK):
        return client.post(f"{mine}own/", {"link": link})

    return _paste


@pytest.fixture
def kept(client, mine, feed, weeks, paste):
    """The plan of somebody who has looked it through and said yes."""
    feed.says(*weeks)
    client.post(f"{mine}own/check/", {**sent_of(paste()), "do": "keep"})
    return PlanLink.objects.get()


@pytest.fixture
def later(clock):
    """Fetches again when it is due."""

    def _later(days=0, hours=25):
        clock.move_to(days_later(days) if days else timezone.now() + timedelta(hours=hours))
        plan_links.fetch_due(now=timezone.now())
        return PlanLink.objects.first()

    return _later


def kinds():
    return {one.day: one.kind for one in OwnPlan.objects.get().schedule.days}


def test_each_reason_not_to_fetch_has_its_sentence():
    assert {one.value for one in Hindrance} <= {one.value for one in NotRead}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("webcal://cal.runna.com/0123456789abcdef0123f3a.ics", "cal.runna.com/…f3a"),
        ("https://calendar.google.com/calendar/ical/a%40b.c/private-77aa01/basic.ics",
         "calendar.google.com/…a01"),
        ("https://outlook.office365.com/owa/calendar/a@b.c/9f81/calendar.ics",
         "outlook.office365.com/…f81"),
        ("https://short.example.com/ab.ics", "short.example.com/…"),
    ],
)  # fmt: skip
def test_of_a_link_only_its_host_and_three_letters_are_shown(url, shown):
    assert masked(url) == shown


def test_a_link_is_looked_through_before_anything_of_it_is_kept(client, mine, feed, weeks, paste):
    feed.says(*weeks)
    page = paste()
    assert "6 long runs, 6 hard days read. Is that right?" in page.content.decode()
    assert SECRET not in page.content.decode()
    assert not PlanLink.objects.exists()
    answer = client.post(f"{mine}own/check/", {**sent_of(page), "do": "keep"}, follow=True)
    assert "Read from <bdi>feeds.example.com/…f3a</bdi>, last on" in answer.content.decode()
    assert PlanLink.objects.get().link.opened() == LINK


def test_what_was_read_for_one_is_kept_for_no_other(
    client, feed, weeks, paste, at, massage, kim, room
):
    """The page's field holds a link: on another's page it would be followed for them."""
    feed.says(*weeks)
    other = make_appointment(
        client=make_client("Bo Demo"),
        starts_at=at(3, 14),
        treatment=massage,
        therapist=kim,
        room=room,
    )
    theirs = f"/appointments/{links.mail_token(other)}/plan/"
    sent = {
        "another's": sent_of(paste()),
        "nobody's": sent_of(client.post("/plan/own/", {"link": LINK})),
    }
    for one in sent.values():
        answer = client.post(f"{theirs}own/check/", {**one, "do": "keep"}, follow=True)
        assert "Please begin again." in answer.content.decode()
    assert not PlanLink.objects.exists()


def test_the_link_lies_sealed_and_is_told_nowhere(client, mine, kept, later, feed, caplog):
    caplog.set_level(logging.DEBUG)
    feed.answers(500)
    later()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM bookings_planlink")
        row = repr([bytes(v) if isinstance(v, memoryview) else v for v in cursor.fetchone()])
    told = export(kept.client, reader=None, now=timezone.now())
    pages = [client.get(at).content.decode() for at in (mine, f"{mine}own/")]
    told_of = str(told.groups["Where your own training plan is read"])
    assert "feeds.example.com/…f3a" in told_of
    for text in (
        row, repr(kept.link), str(told.groups), *pages, caplog.text,
        str(list(Change.objects.values())), str(list(Mail.objects.values())),
        str(dict(client.session)),
    ):  # fmt: skip
        assert SECRET not in text


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://evil.example/plan.ics", "Links of these can be read: Feeds. A file always"),
        ("http://feeds.example.com/a.ics", "Please try it with https:// instead."),
        ("https://me:pw@feeds.example.com/a.ics", "must not hold a name and a password"),
        ("blah", "This is not an address."),
        ("https://nobody.feeds.example.com/a.ics", "There is no such site."),
        ("javascript:alert(1)", "This is not an address."),
        ("x" * 3000, "at most 2000"),
        ("", "Please paste a link, or choose a file below."),
    ],
)
def test_what_cannot_be_read_is_said_at_the_field_with_what_works(paste, feed, link, said):
    answer = paste(link)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    [field] = re.findall('<input[^>]* name="link"[^>]*>', page)
    assert ('type="password"' in field) is bool(link)
    assert html.escape(link) in field


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (404, b"", "no longer at this address"),
        (401, b"", "refused to give us"),
        (200, b"<!doctype html><title>Sign in</title>", "is no calendar"),
        (200, b"date,kind\n2026-12-04,Long run\n", "is no calendar"),
        (200, calendar_of(), "found nothing in the calendar"),
    ],
)
def test_an_answer_that_is_no_plan_keeps_the_last_one_and_says_since_when(
    client, mine, kept, feed, later, paste, status, content, said
):
    before = kinds()
    feed.answers(status, content)
    assert said in paste().content.decode()
    link = later()
    assert (link.failures, link.good_at, kinds()) == (1, kept.good_at, before)
    assert link.due_at < timezone.now() + timedelta(hours=2)
    page = client.get(mine).content.decode()
    assert "for the last time on" in page
    assert said in page
    assert "Please paste another link" not in page


def test_a_changed_calendar_changes_the_plan_and_an_unchanged_one_nothing(
    kept, feed, weeks, later, today
):
    revision = Client.objects.get().plan_revision
    later()
    assert (feed.asked, Client.objects.get().plan_revision) == (2, revision)
    changed = [one.replace("Tempo", "Easy run") for one in weeks]
    feed.says(*changed[2:])
    later()
    assert DayKind.HARD not in list(kinds().values())[2:]
    assert min(kinds()) == today  # what is over is no longer told of, and stays
    assert Client.objects.get().plan_revision == revision + 1


def test_what_was_put_right_holds_for_what_is_read_later(
    client, mine, feed, weeks, paste, later, today
):
    day = next(today + n * D for n in range(2, 9) if (today + n * D).weekday() == 1)
    feed.says(*weeks, training(today + 43 * D, KAZOO), training(today + 44 * D, "Race day"))
    sent = sent_of(paste())
    page = client.post(f"{mine}own/check/", {**sent, f"kind-{day}": "easy", "teach": "0:strength"})
    client.post(f"{mine}own/check/", {**sent_of(page), "do": "keep"})
    client.post(f"{mine}own/remove/", {"race": f"{today + 44 * D}"})
    feed.says(*weeks, training(today + 43 * D, KAZOO), training(today + 44 * D, "Race day"),
              training(today + 50 * D, KAZOO))  # fmt: skip
    later()
    found = kinds()
    assert (found[day], found[day + 7 * D]) == (DayKind.EASY, DayKind.HARD)
    assert (found[today + 43 * D], found[today + 50 * D]) == (DayKind.STRENGTH,) * 2
    assert found[today + 44 * D] is DayKind.UNKNOWN
    assert "kazoo" not in str(PlanLink.objects.values().get()).casefold()
    feed.says(*[one.replace("Tempo 8", "Long run 28") for one in weeks])
    later()
    assert kinds()[day] is DayKind.LONG  # another day than the one that was put right


def test_after_a_week_of_silence_its_runner_is_asked_once(
    client, mine, kept, feed, later, clock, clinic, today
):
    Client.objects.update(wants_nudges=True)
    feed.answers(410)
    for _ in range(10):
        later(days=1)
    mail = Mail.objects.get(kind=MailKind.PLAN_SILENT)
    assert "Please paste another link" in client.get(mine).content.decode()
    assert mail.key.startswith(f"plan_silent:{kept.client_id}:")
    assert sending.SUBJECTS[mail.kind].why_not(mail) is None
    letter = compose(mail, clinic, now=timezone.now())
    assert "We have not been able to read your training plan since" in letter["Subject"]
    assert "no longer at this address" in part_of(letter)
    assert SECRET not in letter.as_string()
    feed.says(training(today + D, "Long run"))
    later(days=2)  # longer than any pause
    assert sending.SUBJECTS[mail.kind].why_not(mail)
    page = client.get(mine).content.decode()
    assert "Read from <bdi>feeds.example.com/…f3a</bdi>" in page


def test_two_workers_never_fetch_the_same_and_one_that_died_is_made_up_for(kept, clock, today):
    clock.move_to(timezone.now() + timedelta(hours=6))
    first = present(PlanLink.objects.claim(now=timezone.now()))
    assert PlanLink.objects.claim(now=timezone.now()) is None
    clock.move_to(timezone.now() + timedelta(minutes=20))
    second = present(PlanLink.objects.claim(now=timezone.now()))
    assert (first.pk, first.lease == second.lease) == (second.pk, False)
    own_plans.follow_link(first, Schedule((TrainingDay(today, DayKind.RACE),)),
                          now=timezone.now())  # fmt: skip
    pasted_links.note_failure(first, NotRead.GONE, now=timezone.now())
    assert DayKind.RACE not in kinds().values()
    assert not PlanLink.objects.get().failures


def test_a_link_goes_with_the_plan_with_another_one_and_with_its_client(
    client, mine, kept, feed, weeks, paste, today
):
    claimed = present(PlanLink.objects.claim(now=timezone.now() + timedelta(hours=9)))
    client.post(f"{mine}own/remove/")
    assert not PlanLink.objects.exists()
    own_plans.follow_link(claimed, Schedule((TrainingDay(today, DayKind.RACE),)),
                          now=timezone.now())  # fmt: skip
    assert not OwnPlan.objects.exists()
    client.post(f"{mine}own/check/", {**sent_of(paste()), "do": "keep"})
    own_plans.keep(Client.objects.get(), Schedule((TrainingDay(today,
                   DayKind.LONG),)), now=timezone.now())  # fmt: skip
    assert not PlanLink.objects.exists()


def test_some_weeks_after_the_plan_and_the_last_race_its_link_is_deleted(
    client, mine, kept, feed, later, today
):
    assert "or 4 weeks after its last day and your last race" in client.get(
        f"{mine}own/").content.decode()  # fmt: skip
    race = make_race(kept.client, race_date=today + 55 * D)
    later(days=41 + 28)
    later(days=14)
    assert PlanLink.objects.exists()
    asked = feed.asked
    later(days=1)
    assert (PlanLink.objects.exists(), feed.asked) == (False, asked)
    assert race.client.own_plan.schedule.days


def test_where_two_records_join_the_link_of_the_plan_that_stays_is_followed(kept, clock, today):
    other = make_client("Bo Demo")
    clock.move_to(timezone.now() + D)
    merge_steps.what_was_told(kept.client, other)
    assert PlanLink.objects.get().client == other
    own_plans.keep(third := make_client("Cy Demo"), other.own_plan.schedule.without_races(
        [today]), now=timezone.now() + D)  # fmt: skip
    merge_steps.what_was_told(other, third)
    assert not PlanLink.objects.exists()


def test_a_race_that_has_moved_is_asked_about_and_never_taken(
    client, mine, feed, weeks, paste, later, today
):
    race = today + 40 * D
    client.post(mine, {"race_date": f"{race}", "distance": "half"})
    feed.says(*weeks[:40], training(race, "Half marathon race"))
    client.post(f"{mine}own/check/", {**sent_of(paste()), "do": "keep"})
    assert "Has it moved?" not in client.get(mine).content.decode()
    feed.says(*weeks, training(race + 7 * D, "Half marathon race"))
    later()
    page = client.get(mine).content.decode()
    assert "Has it moved?" in page
    assert Client.objects.get().races.get().race_date == race
    at = f"{mine}{race}/?race_date={race + 7 * D}"
    assert at in page
    assert f'value="{race + 7 * D}"' in client.get(at).content.decode()


def test_slow_sites_hold_only_so_many_pages_and_strangers_nobody_elses(
    client, mine, feed, weeks, paste, plan, kims
):
    plan()
    feed.says(*weeks)

    def statuses():
        asked = [(client, "/plan/own/"), (client, f"{mine}own/"), (kims, "/my-time/calendar/")]
        return [browser.post(url, {"link": LINK}).status_code for browser, url in asked]

    other = connection.copy()  # as of another process
    try:
        with other.cursor() as cursor:
            for rooms, expected in (
                (pasted_links.STRANGERS, [422, 200, 302]),
                (pasted_links.CLIENTS, [422, 422, 302]),
                (pasted_links.THERAPISTS, [422, 422, 422]),
            ):
                cursor.execute("SELECT pg_advisory_lock(%s)", [rooms[0].value])
                assert statuses() == expected
        answer = paste()
    finally:
        other.close()
    assert "press again in a moment" in answer.content.decode()
    assert feed.asked == 3
    assert "Is that right?" in paste().content.decode()


def test_pasting_is_counted_and_has_its_room_until_it_is_read(
    feed, weeks, paste, settings, monkeypatch
):
    feed.says(*weeks)
    monkeypatch.setattr(pages, "read_calendar", reading := ReadInARoom())
    settings.LIMITS = {"files": "1/hour"}
    assert [paste().status_code for _ in range(2)] == [422, 429]
    assert reading.rooms == [1]


def test_a_visitors_link_is_read_once_and_only_its_days_are_kept(client, plan, feed, weeks):
    plan()
    feed.says(*weeks)
    page = client.post("/plan/own/", {"link": LINK})
    answer = client.post("/plan/own/check/", {**sent_of(page), "do": "keep"}, follow=True)
    assert "6 long runs" in answer.content.decode()
    assert not PlanLink.objects.exists()
    assert SECRET not in str(dict(client.session))
    form = client.get("/plan/own/").content.decode()
    assert "a link is read this once and not kept" in form
    assert "as we would a password" not in form


def test_presses_on_what_was_read_are_counted(client, clinic, settings):
    settings.LIMITS = {"checks": "2/hour"}
    answers = [client.post("/plan/own/check/", {"read": ""}).status_code for _ in range(3)]
    assert answers == [302, 302, 429]


def test_the_link_is_read_again_at_once_when_asked_for(client, mine, kept, feed, weeks, today):
    feed.says(*weeks, training(today + 45 * D, KAZOO))
    page = client.post(f"{mine}own/again/")
    assert "What are these?" in page.content.decode()
    feed.answers(404)
    answer = client.post(f"{mine}own/again/")
    assert answer.status_code == 422
    assert "no longer at this address" in answer.content.decode()
    assert client.post("/plan/own/again/")["Location"] == "/plan/own/"
