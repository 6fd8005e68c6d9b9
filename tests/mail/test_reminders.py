"""Reminders of appointments: owed with the booking, true when sent, in the mail's hours."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from bookings.actions.mail import outbox
from bookings.actions.scheduling import cancellation
from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.mail.compose import compose
from bookings.models import Appointment, Clinic, Mail, MailKind, MailState
from bookings.queries.training import protocol
from tests import factories
from tests.clock import WEDNESDAY as NOW
from tests.reading import part_of, present

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 12, 15, 10, tzinfo=UTC)


@pytest.fixture
def owed_reminders(visit):
    """Owes all there is to say about a new visit, and returns when its reminders are due."""

    def _owed(starts_at=TUESDAY, kind=MailKind.CONFIRMED, now=NOW, **fields) -> list[datetime]:
        appointment = visit(starts_at=starts_at, **fields)
        outbox.owe(kind, appointment, now=now)
        return due(appointment)

    return _owed


def reminders(appointment=None):
    rows = Mail.objects.filter(kind=MailKind.REMINDER).order_by("due_at")
    return rows.filter(appointment=appointment) if appointment else rows


def due(appointment) -> list[datetime]:
    waiting = reminders(appointment).filter(state=MailState.SCHEDULED)
    return [mail.due_at.astimezone(UTC) for mail in waiting]


def days_before(*days: float) -> list[datetime]:
    return [TUESDAY - timedelta(days=number) for number in days]


# Owing.


def test_a_booking_owes_two_reminders(owed_reminders):
    assert owed_reminders() == days_before(3, 1)


def test_the_first_is_of_use_until_the_second_and_the_second_until_the_start(owed_reminders):
    owed_reminders()
    assert [mail.not_after for mail in reminders()] == [TUESDAY - timedelta(days=1), TUESDAY]


def test_owing_again_adds_nothing(visit):
    appointment = visit(starts_at=TUESDAY)
    for _ in range(2):
        outbox.owe(MailKind.CONFIRMED, appointment, now=NOW)
    assert due(appointment) == days_before(3, 1)


def test_one_due_within_twelve_hours_of_the_booking_is_not_owed(owed_reminders):
    assert owed_reminders(now=TUESDAY - timedelta(hours=35)) == []


def test_what_is_left_out_says_so_and_never_goes_out(owed_reminders, post_office, send_due):
    owed_reminders(now=TUESDAY - timedelta(hours=35))
    assert [(mail.state, mail.why) for mail in reminders()] == [
        (MailState.CANCELLED, "Left out: it would have come before it was agreed (R2)."),
        (
            MailState.CANCELLED,
            "Left out: it would have come less than 12 hours after it was agreed (R2).",
        ),
    ]
    Mail.objects.filter(kind=MailKind.CONFIRMED).delete()
    assert send_due() == 0
    assert not Mail.objects.asking_for_attention().exists()


def test_one_due_twelve_hours_after_the_booking_is(owed_reminders):
    assert owed_reminders(now=TUESDAY - timedelta(hours=36)) == days_before(1)


def test_the_last_one_leaves_time_to_cancel(owed_reminders, clinic):
    clinic.cancel_cutoff_hours = 24
    clinic.save()
    assert owed_reminders() == [TUESDAY - timedelta(days=3), TUESDAY - timedelta(hours=25)]


def test_a_phase_may_have_days_of_its_own(owed_reminders, monkeypatch):
    changed = with_race_week_days(5, 2)
    monkeypatch.setattr(protocol, "current", lambda: changed)
    client = factories.make_client()
    factories.make_race(client, race_date=date(2026, 12, 18))
    assert owed_reminders(client=client) == days_before(5, 2)


def with_race_week_days(*days: int) -> training.Protocol:
    usual = protocol.current()
    race_week = replace(usual.phases[training.Phase.RACE_WEEK], reminder_days=days)
    return replace(usual, phases={**usual.phases, training.Phase.RACE_WEEK: race_week})


# Changing.


def test_moving_owes_new_ones_and_withdraws_the_old(visit):
    appointment = visit(starts_at=TUESDAY)
    outbox.owe(MailKind.CONFIRMED, appointment, now=NOW)
    appointment.revision, appointment.starts_at = 1, TUESDAY + timedelta(days=1)
    appointment.ends_at = appointment.blocked_until = TUESDAY + timedelta(days=1, hours=1)
    appointment.save()

    outbox.owe(MailKind.MOVED, appointment, now=NOW)

    assert due(appointment) == days_before(2, 0)
    assert reminders().filter(state=MailState.SUPERSEDED).count() == 2


def test_cancelling_withdraws_them_in_the_same_breath(visit):
    appointment = visit(starts_at=timezone.now() + timedelta(days=9))
    outbox.owe(MailKind.CONFIRMED, appointment, now=timezone.now())
    cancellation.cancel(appointment, by="runner", now=timezone.now())
    assert due(appointment) == []


# Sending: the database's clock decides, so these visits are near today's.


@pytest.fixture
def reminder(visit, clock, at):
    """A reminder that is due now, at noon, of a visit the day after tomorrow."""
    clock.move_to(at(0, 12))
    soon = at(2, 12)
    appointment = visit(starts_at=soon, client=factories.make_client(email="ana@example.com"))
    outbox.owe(MailKind.CONFIRMED, appointment, now=timezone.now() - timedelta(days=5))
    Mail.objects.filter(kind=MailKind.CONFIRMED).delete()
    Mail.objects.filter(key__endswith=":1").delete()
    Mail.objects.update(due_at=Now(), not_after=soon)
    return Mail.objects.get()


def test_a_reminder_goes_out_when_it_is_due(reminder, post_office, send_due):
    assert send_due() == 1
    assert post_office.recipients() == ["ana@example.com"]
    assert post_office.messages[0].get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NO_SHOW, Status.ARRIVED])
def test_nobody_is_reminded_of_what_is_no_longer_ahead(status, reminder, post_office, send_due):
    reminder.appointment.become(status, by="desk", now=timezone.now())

    assert send_due() == 0
    assert Mail.objects.get().state == MailState.CANCELLED


def test_one_that_was_held_up_waits_for_the_morning(
    reminder, clinic, clock, at, post_office, send_due
):
    clock.move_to(at(1, 3))

    assert send_due() == 0

    mail = Mail.objects.get()
    assert (mail.state, mail.attempts) == (MailState.SCHEDULED, 0)
    assert mail.due_at.astimezone(clinic.tz).hour == 8
    assert mail.due_at > timezone.now()
    assert "morning" in mail.explanation


def test_a_doubtful_one_is_not_sent_again_by_itself(reminder, post_office, send_due):
    post_office.will("take the message, and hang up before the answer", at="DATA")
    send_due()
    assert Mail.objects.get().state == MailState.AMBIGUOUS


# What it says.


class Reading:
    """The text of a visit's reminder, as it goes out so many days before; the mail is kept."""

    message: EmailMessage
    html: str

    def __init__(self, appointment: Appointment, clinic: Clinic):
        self.appointment, self.clinic = appointment, clinic
        self.client = present(appointment.client)

    def __call__(self, days: int = 3) -> str:
        outbox.owe(MailKind.CONFIRMED, self.appointment, now=NOW)
        mail = reminders(self.appointment).first()
        self.message = compose(mail, self.clinic, now=TUESDAY - timedelta(days=days))
        self.html = part_of(self.message, "html")
        return part_of(self.message).replace("\r\n", "\n")


@pytest.fixture
def read(visit, clinic) -> Reading:
    """Of a visit at TUESDAY."""
    return Reading(visit(starts_at=TUESDAY, client=factories.make_client("Ana Demo")), clinic)


@pytest.mark.parametrize(("days", "words"), [(3, "in 3 days"), (1, "tomorrow"), (0, "today")])
def test_it_says_how_soon(days, words, read):
    assert f"Your appointment is {words}." in read(days)
    assert f"Your appointment is {words}" in read.html


def test_its_subject_is_neutral(read):
    read()
    assert read.message["Subject"] == "Your appointment on Tuesday 15 December, 10:00"


def test_it_asks_for_one_press(read):
    assert "I’m coming: http" in read()
    assert "/coming/" in read.html


def test_a_cut_off_that_has_passed_meanwhile_is_not_promised(read, clinic):
    clinic.move_cutoff_hours = 48
    assert "You can move it online until Sunday 13 December, 10:00" in read(3)
    assert "too soon to be moved online; you can cancel it until Monday 14" in read(1)


def test_what_cannot_be_done_online_any_more_has_no_button(read, clinic):
    clinic.move_cutoff_hours = 48
    assert "/move/" in read(3)
    assert "/move/" in read.html
    assert "/move/" not in read(1)
    assert "/move/" not in read.html
    assert "/cancel/" in read.html
    clinic.cancel_cutoff_hours = 48
    assert "/cancel/" not in read(1)
    assert "/cancel/" not in read.html


def test_a_runner_with_a_race_reads_one_sentence_about_it(read):
    factories.make_race(read.client, race_date=date(2026, 12, 18))
    sentence = "3 days to your race: your therapist will keep it light."
    assert sentence in read()
    assert sentence in read.html
    assert "training protocol, version 1" in read.html


def test_after_a_race_it_counts_from_it(read):
    factories.make_race(read.client, race_date=date(2026, 12, 10))
    assert "5 days since your race: your therapist will be gentle." in read()


def test_nobody_else_reads_of_races_and_protocols(read):
    text = read()
    for word in ("race", "protocol"):
        assert word not in text
        assert word not in re.sub(r"<style.*?</style>", "", read.html, flags=re.DOTALL)


def test_a_first_visit_says_what_to_wear_and_how_to_find_the_place(read, clinic):
    clinic.what_to_wear, clinic.how_to_find_us = "Shorts.", "The green door."
    assert "What to wear: Shorts." in read()
    assert "The green door." in read()
    assert "Shorts." in read.html


def test_whoever_has_been_knows_the_way(read, clinic, visit):
    clinic.what_to_wear, clinic.how_to_find_us = "Shorts.", "The green door."
    visit(client=read.client, starts_at=TUESDAY - timedelta(days=30), status=Status.COMPLETED)
    assert "Shorts." not in read()
    assert "The green door." not in read.html


def test_the_sentences_about_races_promote_nothing_and_claim_nothing():
    forbidden = ("book", "another", "offer", "price", "prevent", "heal", "speed", "recover faster")
    sentences = [rules.reminder_sentence for rules in protocol.current().phases.values()]
    assert not [text for text in sentences for word in forbidden if word in text.lower()]
