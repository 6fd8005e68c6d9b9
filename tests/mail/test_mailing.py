"""What is owed is sent once, when it is true; and what became of each mail is on its row."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from bookings.actions.mail import outbox, sending
from bookings.core.scheduling.statuses import Status
from bookings.models import Client, Mail, MailKind, MailServer, MailState
from tests import patience
from tests.factories import make_client
from tests.mail.post_office import HANG_UP, SAY_NOTHING, TAKE_AND_HANG_UP
from tests.reading import present

pytestmark = pytest.mark.django_db


def fresh(mail: Mail) -> Mail:
    return Mail.objects.get(pk=mail.pk)


def make_due(*mails: Mail) -> None:
    Mail.objects.filter(pk__in=[mail.pk for mail in mails]).update(due_at=Now())


def minutes_until_due(mail: Mail) -> float:
    return (fresh(mail).due_at - timezone.now()).total_seconds() / 60


# Owing.


def test_the_same_occasion_is_owed_once(owed):
    mail = owed()

    outbox.owe(MailKind.CONFIRMED, mail.appointment, now=timezone.now())

    assert mail.appointment.mails.filter(kind=mail.kind).count() == 1


def test_a_mail_about_an_older_revision_that_has_not_gone_out_is_superseded(owed, post_office):
    mail = owed()
    moved(mail.appointment)

    assert fresh(mail).state == MailState.SUPERSEDED
    assert sending.send_due(now=timezone.now()) == 1
    assert [message["Subject"][:5] for message in post_office.messages] == ["Moved"]


def test_a_mail_that_has_gone_out_is_not_superseded(owed, post_office, send_due):
    mail = owed()
    send_due()

    moved(mail.appointment)

    assert fresh(mail).state == MailState.SENT


def test_nothing_is_owed_about_a_visit_that_has_begun(visit):
    appointment = visit(starts_at=timezone.now() - timedelta(minutes=1))

    outbox.owe(MailKind.CONFIRMED, appointment, now=timezone.now())

    assert not Mail.objects.exists()


def test_the_row_holds_no_address_and_no_name(owed):
    mail = owed(client=make_client("Ana Demo", email="ana@example.com"))

    texts = [str(value) for value in Mail.objects.filter(pk=mail.pk).values().get().values()]

    assert not [text for text in texts if "@" in text or "Ana" in text]


def moved(appointment):
    appointment.revision += 1
    appointment.save()
    outbox.owe(MailKind.MOVED, appointment, now=timezone.now())


# Sending.


def test_a_due_mail_is_sent_and_recorded_with_its_message_id(owed, post_office, send_due):
    mail = owed(client=make_client(email="ana@example.com"))

    assert send_due() == 1

    mail = fresh(mail)
    assert post_office.recipients() == ["ana@example.com"]
    assert mail.state == MailState.SENT
    assert mail.message_id == post_office.messages[0]["Message-ID"]
    assert present(mail.data_at) <= present(mail.sent_at)
    assert mail.attempts == 1


def test_a_sent_mail_is_not_sent_again(owed, post_office, send_due):
    owed()
    send_due()

    assert send_due() == 0
    assert len(post_office.messages) == 1


def test_many_mails_share_one_connection(owed, post_office, send_due):
    for _ in range(10):
        owed()

    assert send_due() == 10
    assert post_office.connections == 1


def test_a_mail_that_is_not_due_waits(owed, post_office, send_due):
    mail = owed()
    Mail.objects.update(due_at=Now() + timedelta(minutes=1))

    assert send_due() == 0
    assert fresh(mail).state == MailState.SCHEDULED


def test_a_drain_ends_after_its_time_and_the_next_goes_on(owed, post_office, send_due):
    post_office.seconds_at_data = 0.2
    for _ in range(3):
        owed()

    sent = send_due(seconds=0.1)  # none, where the machine was busy elsewhere for so long
    assert sent <= 1
    assert send_due() == 3 - sent


# Decided anew at the moment of sending.


def test_a_mail_about_a_cancelled_visit_is_not_sent(owed, post_office, send_due):
    mail = owed()
    mail.appointment.become(Status.CANCELLED, by="desk", now=timezone.now())

    assert send_due() == 0
    assert fresh(mail).state == MailState.CANCELLED
    assert "cancelled" in fresh(mail).why


def test_a_mail_about_an_older_revision_is_not_sent(owed, post_office, send_due):
    mail = owed()
    mail.appointment.revision += 1
    mail.appointment.save()

    assert send_due() == 0
    assert fresh(mail).state == MailState.SUPERSEDED


def test_a_mail_past_its_use_is_missed_and_never_sent_late(owed, post_office, send_due):
    mail = owed()
    Mail.objects.update(not_after=Now())

    assert send_due() == 0
    assert fresh(mail).state == MailState.MISSED
    assert list(Mail.objects.asking_for_attention()) == [mail]


def test_a_client_without_an_address_is_one_to_ring(owed, post_office, send_due):
    mail = owed()
    Client.objects.update(email="")

    assert send_due() == 0
    assert fresh(mail).state == MailState.FAILED
    assert "ring" in fresh(mail).why


@pytest.mark.parametrize("address", ["ana", "ana@", "a na@example.com", "ana@exa\nmple.com"])
def test_an_address_that_is_none_is_one_to_ring(address, owed, post_office, send_due):
    mail = owed(client=make_client(email=address))
    neighbour = owed()

    assert send_due() == 1
    assert fresh(mail).state == MailState.FAILED
    assert fresh(neighbour).state == MailState.SENT


# Errors by class.


def test_a_refused_recipient_does_not_stop_the_neighbours(owed, post_office, send_due):
    post_office.will("550 5.1.1 <gone@example.com> unknown", at="RCPT", to="gone@example.com")
    before, mail, after = owed(), owed(client=make_client(email="gone@example.com")), owed()

    assert send_due() == 2
    assert fresh(mail).state == MailState.FAILED
    assert "550 5.1.1" in fresh(mail).last_error
    assert "gone@" not in fresh(mail).last_error
    assert fresh(before).state == fresh(after).state == MailState.SENT
    assert post_office.connections == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_not_now_is_tried_again_later_and_later(command, owed, post_office, send_due):
    post_office.will("451 4.7.1 try again later", at=command)
    mail = owed()
    waits = []
    for _ in range(6):
        make_due(mail)
        send_due()
        waits.append(minutes_until_due(mail))

    expected = [0.5, 2, 10, 30, 120, 120]
    assert all(0.85 < wait / minutes < 1.25 for wait, minutes in zip(waits, expected, strict=True))
    assert fresh(mail).attempts == 6
    assert fresh(mail).last_error == "451 4.7.1 try again later"
    assert fresh(mail).data_at is None

    post_office.behaves_again()
    make_due(mail)
    assert send_due() == 1
    assert fresh(mail).last_error == ""


def test_a_server_that_is_not_there_is_left_alone_after_one_knock(
    owed, post_office, send_due, settings
):
    settings.EMAIL_PORT = 1
    first, second = owed(), owed()

    assert send_due() == 0
    assert fresh(first).state == MailState.SCHEDULED
    assert "ConnectionRefusedError" in fresh(first).last_error
    assert 0.4 < minutes_until_due(first) < 0.65
    assert fresh(second).attempts == 0


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
@pytest.mark.parametrize("fault", [HANG_UP, SAY_NOTHING])
def test_silence_before_the_message_is_no_doubt(
    command, fault, owed, post_office, send_due, settings
):
    settings.EMAIL_TIMEOUT = patience.slowness()
    post_office.will(fault, at=command, times=1)
    mail, neighbour = owed(), owed()

    assert send_due() == 1
    assert fresh(mail).state == MailState.SCHEDULED
    assert fresh(mail).doubts == 0
    assert fresh(neighbour).state == MailState.SENT


def test_a_server_that_ends_a_used_connection_costs_no_attempt(owed, post_office, send_due):
    _, second = owed(), owed()
    post_office.rules.append(OnTheSecondMail())

    assert send_due() == 2
    assert post_office.connections == 2
    assert fresh(second).attempts == 1


class OnTheSecondMail:
    """421 at a connection's second message."""

    answer, times, seen = "421 4.7.0 that is enough for one connection", 1, 0

    def concerns(self, command, recipients):
        self.seen += command == "MAIL"
        return command == "MAIL" and self.seen == 2


def test_a_refused_sender_burns_no_attempts_and_stops_the_drain(owed, post_office, send_due):
    post_office.will("553 5.7.1 not from you", at="MAIL")
    first, second = owed(), owed()

    assert send_due() == 0
    assert fresh(first).state == MailState.SCHEDULED
    assert (fresh(first).attempts, fresh(second).attempts) == (0, 0)
    assert "553" in fresh(first).last_error


def test_a_refused_login_burns_no_attempts(owed, post_office, send_due, settings):
    post_office.password = "right"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "clinic", "wrong"
    mail = owed()

    assert send_due() == 0
    assert (fresh(mail).state, fresh(mail).attempts) == (MailState.SCHEDULED, 0)
    assert "535" in fresh(mail).last_error

    settings.EMAIL_HOST_PASSWORD = "right"
    make_due(mail)
    MailServer.objects.update(rests_until=None)
    assert send_due() == 1


def test_many_failures_in_a_row_stop_the_drain(owed, post_office, send_due):
    post_office.will("450 busy", at="RCPT")
    mails = [owed() for _ in range(8)]

    send_due()

    assert [fresh(mail).attempts for mail in mails] == [1] * 5 + [0] * 3


def test_a_waiting_mail_is_tried_no_later_than_it_is_of_use(owed, post_office, send_due):
    post_office.will("450 busy", at="RCPT")
    mail = owed()
    Mail.objects.update(not_after=Now() + timedelta(seconds=5))

    send_due()

    assert fresh(mail).due_at == fresh(mail).not_after


# In doubt: the message went out, and no answer came.


def test_an_answer_in_doubt_is_sent_once_more_under_the_same_message_id(
    owed, post_office, send_due
):
    post_office.will(TAKE_AND_HANG_UP, at="DATA", times=1)
    mail = owed()
    send_due()

    assert fresh(mail).state == MailState.SCHEDULED
    assert fresh(mail).doubts == 1
    assert 4 < minutes_until_due(mail) <= 5

    make_due(mail)
    send_due()
    assert fresh(mail).state == MailState.SENT
    assert fresh(mail).doubts == 1
    assert list(post_office.times_taken().values()) == [2]


def test_in_doubt_twice_is_for_the_desk_to_see(owed, post_office, send_due):
    post_office.will(TAKE_AND_HANG_UP, at="DATA")
    mail = owed()
    for _ in range(4):
        make_due(mail)
        send_due()

    assert fresh(mail).state == MailState.AMBIGUOUS
    assert fresh(mail).doubts == 2
    assert list(Mail.objects.asking_for_attention()) == [mail]
    assert len(post_office.messages) == 2


def test_a_refused_message_is_no_doubt(owed, post_office, send_due):
    post_office.will("554 5.7.1 we do not like it", at="DATA")
    mail = owed()
    send_due()

    assert fresh(mail).state == MailState.FAILED
    assert fresh(mail).doubts == 0


# Leases and the mark.


def test_a_claim_left_behind_before_the_mark_is_taken_back(owed, post_office, send_due):
    mail = owed()
    Mail.objects.claim()
    assert send_due() == 0

    Mail.objects.update(lease_until=Now())

    assert send_due() == 1
    assert fresh(mail).doubts == 0


def test_a_claim_left_behind_after_the_mark_is_in_doubt(owed, post_office, send_due):
    mail = owed()
    present(Mail.objects.claim()).mark()
    Mail.objects.update(lease_until=Now())

    assert send_due() == 0
    assert fresh(mail).doubts == 1


def test_whoever_lost_the_lease_cannot_mark(owed):
    owed()
    slow = present(Mail.objects.claim())
    Mail.objects.update(lease_until=Now())
    Mail.objects.reclaim()
    assert not slow.mark()

    quick = present(Mail.objects.claim())
    assert quick.mark()
    assert not slow.mark()


def test_a_late_witness_settles_the_doubt_unless_another_has_claimed_it(owed):
    mail = owed()
    slow = present(Mail.objects.claim())
    slow.mark()
    Mail.objects.update(lease_until=Now())
    Mail.objects.reclaim()

    slow.sent("<1@example.com>")

    assert fresh(mail).state == MailState.SENT
    assert fresh(mail).doubts == 1


def test_what_changes_between_the_claim_and_the_mark_is_not_sent(owed, post_office, monkeypatch):
    mail = owed()
    claimed = present(Mail.objects.claim())

    moved(mail.appointment)

    assert not claimed.mark()
    assert fresh(mail).state == MailState.SUPERSEDED


# Writing.


def test_what_cannot_be_written_is_dead_after_three_tries_and_touches_no_neighbour(
    owed, post_office, send_due, settings, tmp_path
):
    broken = tmp_path / "mail" / "moved"
    broken.mkdir(parents=True)
    (broken / "subject.txt").write_text("{% load nothing_of_that_name %}")
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    ]
    mail, neighbour = owed("moved"), owed()
    sent = 0
    for _ in range(4):
        make_due(mail)
        sent += send_due()

    assert sent == 1
    assert fresh(neighbour).state == MailState.SENT
    assert fresh(mail).state == MailState.DEAD
    assert fresh(mail).attempts == 3
    assert "TemplateSyntaxError" in fresh(mail).last_error


def test_no_address_and_no_name_is_logged(owed, post_office, send_due, caplog):
    caplog.set_level("DEBUG")
    post_office.will("550 <gone@example.com> unknown", at="RCPT", to="gone@example.com")
    owed(client=make_client("Ana Demo", email="ana@example.com"))
    owed(client=make_client("Bo Demo", email="gone@example.com"))
    send_due()

    ours = [record.getMessage() for record in caplog.records if "mail.log" not in record.name]
    assert not [text for text in ours if "ana@" in text or "gone@" in text or "Demo" in text]


def test_a_plan_of_which_nothing_is_left_is_not_sent(visit, post_office, send_due):
    booked = visit(together="Both")
    outbox.owe_together([booked], now=timezone.now())
    booked.become(Status.CANCELLED, by="desk", now=timezone.now())
    assert send_due() == 0
    assert Mail.objects.get(kind="plan_booked").state == MailState.CANCELLED
