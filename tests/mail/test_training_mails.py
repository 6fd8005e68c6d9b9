"""Training mails at the moment of sending: what goes out, together with what, and what does not.

The database's clock decides, so races lie around today, in a zone in which it is about noon.
"""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from bookings.actions.mail import nudges as nudging
from bookings.actions.training import races as racing
from bookings.mail.preview import foresee
from bookings.models import (
    Client,
    DeclinedSession,
    Distance,
    Mail,
    MailKind,
    MailState,
    Outcome,
    Race,
    Treatment,
)
from bookings.queries.mail.nudges import races_and_plan, session_ids
from bookings.queries.training import protocol
from tests import factories
from tests.clock import day_of
from tests.reading import part_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon(clock, at):
    """Mail may go out."""
    clock.move_to(at(0, 12))


@pytest.fixture
def massage(massage):
    """It suits every session."""
    massage.session_kinds = [kind.value for kind in protocol.default().session_types]
    massage.save()
    return massage


@pytest.fixture
def ana(ana, massage, today):
    """Wants nudges; long runs on this weekday, so that sessions lie alike on whatever day it is."""
    ana.wants_nudges, ana.long_run_weekday = True, today.weekday()
    ana.save()
    return ana


@pytest.fixture
def races(ana, today):
    """Enters races so many days ahead, as it would have been done a month ago."""

    def _races(*ahead: int, since: int = 30, **fields) -> list[Race]:
        fields = {"distance": Distance.MARATHON, "name": "Spring", **fields}
        entered = [Race(race_date=today + days * DAY, **fields) for days in ahead]
        racing.enter_all(ana, entered, habits={}, now=timezone.now() - since * DAY)
        Mail.objects.filter(kind=MailKind.PLAN).update(state=MailState.CANCELLED)
        return entered

    return _races


@pytest.fixture
def race(races):
    return lambda *data, **fields: races(*data, **fields)[0]


@pytest.fixture
def send(post_office, send_due):
    """Sends what is due by today, and returns the messages."""

    def _send() -> list:
        Mail.objects.filter(due_at__lt=timezone.now() + timedelta(hours=12)).filter(
            state=MailState.SCHEDULED
        ).update(due_at=Now())
        send_due()
        return post_office.messages

    return _send


def nudges(**fields):
    return Mail.objects.filter(kind=MailKind.NUDGE, **fields)


def the(topic: str) -> Mail:
    return nudges(about__topic=topic).order_by("due_at").first()


def text(message) -> str:
    return part_of(message).replace("\r\n", "\n")


def html(message) -> str:
    return part_of(message, "html")


def test_the_sessions_around_a_race_come_with_times_that_one_press_books(race, send):
    race(27)
    (message,) = send()
    assert message["To"] == "ana@example.com"
    assert message["Subject"].startswith("Your next session")
    for words in (text(message), html(message)):
        assert "3 weeks to Spring" in words
        assert "Last thorough session" in words
        assert "/times/" in words
        assert "/not-this-time/" in words
        assert "/unsubscribe/" in words
        assert "Protocol version 1" in words


def test_subjects_say_nothing_of_health_races_and_phases(race, send):
    race(27)
    (message,) = send()
    words = ("race", "taper", "recovery", "spring", "light", "thorough", "gentle")
    assert not [word for word in words if word in message["Subject"].lower()]


def test_what_falls_together_is_one_mail(race, send):
    race(27)
    cycle = nudges(about__topic="cycle").order_by("due_at").first()
    Mail.objects.filter(pk=cycle.pk).update(due_at=Now())
    assert len(send()) == 1
    sent = nudges(state=MailState.SENT).get()
    assert nudges(state=MailState.MERGED).count() == 1
    assert set(sent.about["topics"]) == {"cycle", "race_block"}


def test_nothing_goes_out_within_a_week_of_another(race, send, today):
    race(17)
    sent_at = timezone.now() - 3 * DAY
    first = nudges(about__topic="race_block")
    first.update(state=MailState.SENT, data_at=sent_at, sent_at=sent_at)
    assert send() == []
    waiting = the("race_block_followup")
    assert waiting.state == MailState.SCHEDULED
    assert waiting.due_at > timezone.now() + 3 * DAY
    assert waiting.explanation.startswith("Part of the training plan (N4). Waits for")


def test_nothing_goes_out_on_the_day_before_another_race(races, send, ana):
    _, small = races(27, 1)
    type(small).objects.filter(pk=small.pk).update(priority="B")
    assert send() == []
    waiting = nudges(about__topic="race_block", about__race=str(ana.races.last().race_date)).get()
    assert waiting.state == MailState.SCHEDULED
    assert waiting.due_at > timezone.now() + DAY


def book(client, kim, day, **fields):
    return factories.make_appointment(
        client=client,
        therapist=kim,
        treatment=Treatment.objects.get(),
        room=factories.make_room(),
        starts_at=timezone.now().replace(hour=12, minute=0) + (day - day_of(timezone.now())),
        **fields,
    )


def test_a_booked_session_is_not_asked_for(race, send, ana, kim, today):
    found = race(5)  # The last thorough session is over, whatever the weekday.
    for days in (3, -4):
        book(ana, kim, found.race_date - days * DAY)
    assert send() == []
    assert the("race_block_last_call").state == MailState.CANCELLED
    assert the("race_block_last_call").why == "Nothing is left to book."


def test_a_declined_session_is_not_asked_for(race, send, ana, today):
    race(7)
    for session in races_and_plan(ana, as_of=today - 30 * DAY)[1].sessions:
        ana.declined_sessions.create(kind=session.kind, ideal=session.ideal)
    assert send() == []


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"wants_nudges": False}, "does not want"),
        ({"health_hold": True}, "therapist is to see"),
        ({"bounced_at": timezone.now()}, "does not take mail"),
    ],
)
def test_who_is_written_to_is_asked_at_the_moment_of_sending(fields, why, races, send, ana):
    races(27, -1)
    type(ana).objects.filter(pk=ana.pk).update(**fields)
    assert send() == []
    was_due = Mail.objects.filter(state=MailState.CANCELLED).exclude(kind=MailKind.PLAN)
    assert {mail.kind for mail in was_due} == {MailKind.NUDGE, MailKind.RACE_CHECK}
    assert all(why in mail.why for mail in was_due)


def test_a_race_that_is_not_run_after_all_sends_nothing(race, send):
    racing.change(race(27), outcome=Outcome.DNS, now=timezone.now())
    assert send() == []


def test_a_nudge_that_was_held_up_waits_for_the_morning(
    race, post_office, send_due, clinic, clock, at
):
    race(27)
    clock.move_to(at(0, 3))
    Mail.objects.filter(pk=the("race_block").pk).update(due_at=Now())
    assert send_due() == 0
    assert the("race_block").due_at.astimezone(clinic.tz).hour == 8


def test_the_day_after_a_race_asks_how_it_went(race, send):
    race(-1, since=3)
    (message,) = send()
    assert message["Subject"].startswith("How did it go on ")
    for words in (text(message), html(message)):
        assert "/after-the-race/" in words
        assert "see a doctor urgently" in words


def test_the_plan_mail_shows_the_build_up_and_the_first_sessions(ana, today, send):
    racing.enter(
        ana,
        Race(name="Spring", race_date=today + 100 * DAY, distance=Distance.MARATHON),
        now=timezone.now(),
    )
    (message,) = send()
    assert message["Subject"] == "Your plan"
    for words in (text(message), html(message)):
        for fact in ("Spring", "Base", "Peak", "Taper", "And later", "/times/", "Protocol version"):
            assert fact in words


def test_a_moved_race_says_from_when_to_when_and_what_no_longer_fits(ana, kim, today, send, race):
    found = race(50)
    visit = book(ana, kim, today + 57 * DAY)
    racing.change(found, race_date=today + 57 * DAY, now=timezone.now())
    (message,) = send()
    assert "has moved from" in text(message)
    assert "no longer fit" in text(message)
    assert "/move/" in text(message)
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_an_off_season_mail_offers_any_day(race, send, ana):
    race(-36 - 28, since=70)
    nudging.plan_for(ana, now=timezone.now() - 20 * DAY)
    Mail.objects.exclude(kind=MailKind.OFF_SEASON).update(state=MailState.CANCELLED)
    (message,) = send()
    assert "No race is in your plan" in text(message)
    assert "/times/" in html(message)


def test_every_training_mail_is_legible_without_pictures_and_small(race, send):
    race(27)
    (message,) = send()
    assert "<img" not in html(message)
    assert len(html(message).encode()) < 40_000
    assert "prefers-color-scheme: dark" in html(message)


def test_after_being_told_how_it_went_the_check_thanks_for_it(race, send, ana):
    run = race(-1)
    Race.objects.filter(pk=run.pk).update(outcome=Outcome.FINISHED)
    (message,) = send()
    assert message["Subject"].startswith("The days after")
    for words in (text(message), html(message)):
        assert "Thank you for telling us how Spring went" in words.replace("<bdi>", "").replace(
            "</bdi>", ""
        )
        assert "Telling us takes a minute" not in words


def foreseen(mail: Mail, clinic) -> tuple[str, list]:
    seen = foresee(mail, clinic, now=timezone.now())
    return seen.objection, mail.about.get("covers", [])


def test_what_a_nudge_will_list_is_foreseen(race, clinic, ana):
    race(40)
    objection, covers = foreseen(the("race_block"), clinic)
    assert objection == ""
    assert len(covers) >= 2
    assert foresee(the("race_block"), clinic, now=timezone.now()).at > timezone.now()


def test_why_a_nudge_will_not_go_out_is_foreseen(race, clinic, ana):
    race(40)
    for session in session_ids({"covers": foreseen(the("race_block"), clinic)[1]}):
        DeclinedSession.objects.create(client=ana, kind=session[0], ideal=session[1])
    assert foreseen(the("race_block"), clinic)[0] == "Nothing is left to book."
    Client.objects.update(health_hold=True)
    assert foreseen(the("race_block"), clinic)[0] == "The therapist is to see this client first."
    assert Mail.objects.filter(about__has_key="covers").count() == 0
