"""Several real processes send many mails while they are killed, paused and raced.

Never lost in silence: each mail ends sent, or where the desk sees it. Never twice: except those
that are counted as in doubt, and resent by their kind's rule under the same Message-ID.
"""

import os
import random
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from bookings.actions.mail import outbox, sending
from bookings.core.scheduling.statuses import Status
from bookings.models import Mail, MailKind, MailState
from tests import patience
from tests.faults.mail_workers import Workers, states, time_passes, wait_until_none_is_left
from tests.mail import conftest as of_mails
from tests.processes import Died

visit, post_office = of_mails.visit, of_mails.post_office

pytestmark = pytest.mark.django_db(transaction=True)
MAILS, KILLS = int(os.environ.get("MAILS", "120")), int(os.environ.get("KILLS", "25"))
RACES = int(os.environ.get("RACES", "30"))
YEARS = timedelta(days=1000)


@pytest.fixture
def owe(visit):
    def _owe(count: int) -> None:
        for _ in range(count):
            outbox.owe(MailKind.CONFIRMED, visit(), now=timezone.now())
        Mail.objects.filter(kind=MailKind.REMINDER).delete()  # Only what is due at once counts.

    return _owe


def wait_until_all_are_sent_or_in_doubt() -> None:
    wait_until_none_is_left(Mail.objects.unfinished().filter(doubts=0))


def wait_until_nothing_is_unfinished() -> None:
    wait_until_none_is_left(Mail.objects.unfinished())


def lease(seconds: float) -> float:
    """Short for a test that waits for its end, and long for a sender that is alive."""
    return seconds * patience.slowness()


def resend_what_is_in_doubt() -> None:
    """Once nobody else is sending."""

    def nothing_is_unfinished() -> bool:
        time_passes(Mail.objects.unfinished())
        sending.send_due(now=timezone.now())
        return not Mail.objects.unfinished().exists()

    patience.wait_for(nothing_is_unfinished, otherwise=states)


def check_nothing_is_lost_and_nothing_sent_twice(taken: Counter, misfortunes: int) -> None:
    """`taken` counts by Message-ID what the server really has."""
    in_doubt = set(Mail.objects.filter(doubts__gt=0).values_list("message_id", flat=True))
    assert len(in_doubt) <= misfortunes
    assert not Mail.objects.exclude(state__in=[MailState.SENT, MailState.AMBIGUOUS]).exists()
    sent = Mail.objects.filter(state=MailState.SENT).values_list("message_id", flat=True)
    assert set(sent) <= set(taken)
    assert {key for key, times in taken.items() if times > 1} <= in_doubt
    assert max(taken.values()) <= 2


def test_four_workers_share_all_mails_and_send_each_once(owe, post_office):
    owe(MAILS)
    with Workers(4):
        wait_until_nothing_is_unfinished()

    assert len(post_office.messages) == MAILS
    assert set(post_office.times_taken().values()) == {1}
    assert set(Mail.objects.values_list("state", "attempts")) == {(MailState.SENT, 1)}
    assert post_office.connections >= 2


def test_workers_killed_at_random_lose_nothing_and_send_nothing_twice(owe, post_office):
    dice = random.Random(26)
    post_office.seconds_at_rcpt = post_office.seconds_at_data = 0.01
    owe(MAILS)
    with Workers(4, lease=lease(1)) as workers:
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.02, 0.08))
            workers.kill(dice.randrange(workers.count))
        wait_until_all_are_sent_or_in_doubt()
    assert set(post_office.times_taken().values()) == {1}
    resend_what_is_in_doubt()
    check_nothing_is_lost_and_nothing_sent_twice(post_office.times_taken(), KILLS)


def test_workers_paused_past_their_lease_send_nothing_twice(owe, post_office):
    dice = random.Random(9)
    post_office.seconds_at_rcpt = post_office.seconds_at_data = 0.01
    rounds = 12
    with Workers(3, lease=lease(0.3)) as workers:
        for _ in range(rounds):
            owe(15)
            time.sleep(dice.uniform(0, 0.1))
            paused = dice.sample(range(3), 2)
            for which in paused:
                workers.pause(which)
            wait_until_all_are_sent_or_in_doubt()
            for which in paused:
                workers.go_on(which)
    assert set(post_office.times_taken().values()) == {1}
    resend_what_is_in_doubt()
    check_nothing_is_lost_and_nothing_sent_twice(post_office.times_taken(), rounds * 2)


@pytest.mark.parametrize("kind", [MailKind.CANCELLED, MailKind.MOVED])
def test_a_change_while_the_mail_is_being_claimed_sends_nothing_stale(
    owe, visit, post_office, kind
):
    dice = random.Random(5)
    change = {MailKind.CANCELLED: cancel, MailKind.MOVED: move}[kind]
    changed_at = {}
    with Workers(2):
        wait = let_them_begin(owe, post_office)
        for _ in range(RACES):
            appointment = visit()
            outbox.owe(MailKind.CONFIRMED, appointment, now=timezone.now())
            time.sleep(dice.uniform(0.5, 1.5) * wait)
            changed_at[appointment.pk] = change(appointment)
            # Towards the moment at which the mail goes out, whatever else the machine has to do.
            wait *= 0.8 if went_out(appointment) else 1.25
        Mail.objects.filter(kind=MailKind.REMINDER).delete()
        wait_until_nothing_is_unfinished()

    taken = post_office.times_taken()
    confirmed = Mail.objects.filter(kind=MailKind.CONFIRMED)
    sent = confirmed.filter(state=MailState.SENT)
    assert {mail.message_id for mail in sent} == {key for key in taken if "confirmed" in key}
    assert all(mail.data_at <= changed_at[mail.appointment_id] for mail in sent)
    assert confirmed.filter(state=MailState.SUPERSEDED).count() == RACES - sent.count()
    assert 0 < sent.count() < RACES
    assert sum(kind in key for key in taken) == RACES
    assert set(taken.values()) == {1}


def let_them_begin(owe, post_office) -> float:
    """Seconds that a mail takes from being owed to being sent, once they are at work."""
    for _ in range(2):
        began = time.monotonic()
        owe(1)
        wait_until_nothing_is_unfinished()
        taken = time.monotonic() - began
    post_office.messages.clear()
    Mail.objects.all().delete()
    return taken


def went_out(appointment) -> bool:
    return appointment.mails.filter(kind=MailKind.CONFIRMED, data_at__isnull=False).exists()


def cancel(appointment):
    now, revision = timezone.now(), appointment.revision + 1
    with transaction.atomic():
        appointment.become(Status.CANCELLED, by="runner", now=now, revision=revision)
        outbox.owe(MailKind.CANCELLED, appointment, now=now)
        return the_databases_time()


def move(appointment):
    now = timezone.now()
    with transaction.atomic():
        for field in ("starts_at", "ends_at", "blocked_until"):
            setattr(appointment, field, getattr(appointment, field) + YEARS)
        appointment.revision += 1
        appointment.save()
        facts = {"from": {"starts_at": appointment.starts_at - YEARS}}
        appointment.record("moved", by="runner", now=now, facts=facts)
        outbox.owe(MailKind.MOVED, appointment, now=now)
        return the_databases_time()


def the_databases_time():
    """When what was owed before had been withdrawn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def test_workers_that_cannot_even_begin_end_the_wait_with_their_words():
    with (
        pytest.raises(Died, match="unsupported type for timedelta seconds component: str"),
        Workers(1, lease="soon"),  # type: ignore[arg-type]
    ):
        time.sleep(patience.seconds())
