"""A mail server that refuses everybody is left alone, by all senders; no mail pays for it."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from bookings.models import Mail, MailKind, MailServer, MailState
from bookings.queries.mail import mail_status
from tests.mail.post_office import HANG_UP
from tests.reading import present

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BLOCKED = "550 5.7.1 your address is on a list"


def states():
    confirmed = Mail.objects.filter(kind=MailKind.CONFIRMED)
    return list(confirmed.order_by("pk").values_list("state", flat=True))


def make_everything_due():
    Mail.objects.filter(state=MailState.SCHEDULED).update(due_at=Now() - MINUTE)


def rest_is_over():
    MailServer.objects.update(rests_until=Now())
    make_everything_due()


def test_a_server_that_refuses_all_recipients_refuses_us_and_not_them(owed, post_office, send_due):
    post_office.will(BLOCKED, at="RCPT")
    for _ in range(12):
        owed()
    for _ in range(10):
        send_due()
        rest_is_over()
    assert states().count(MailState.FAILED) == 4
    assert states().count(MailState.SCHEDULED) == 8
    assert not Mail.objects.filter(state=MailState.SCHEDULED, attempts__gt=0).exists()

    post_office.behaves_again()
    assert send_due() == 8


def test_while_it_rests_no_sender_asks_for_a_mail(owed, post_office, send_due):
    post_office.will("553 5.7.1 not from you", at="MAIL")
    owed()
    send_due()
    post_office.behaves_again()
    make_everything_due()
    assert send_due() == 0
    rest_is_over()
    assert send_due() == 1


def test_single_refusals_one_call_after_the_other_add_up(owed, post_office, send_due):
    post_office.will(BLOCKED, at="RCPT")
    for _ in range(6):
        owed()
        send_due()
    assert states() == [MailState.FAILED] * 4 + [MailState.SCHEDULED] * 2


def test_it_rests_longer_each_time_and_at_most_for_minutes(owed, post_office, send_due):
    post_office.will("553 5.7.1 not from you", at="MAIL")
    owed()
    rests = []
    for _ in range(12):
        send_due()
        server = MailServer.objects.annotate(now=Now()).get()
        rests.append((present(server.rests_until) - server.now).total_seconds() / 60)
        rest_is_over()
    assert 0.4 < rests[0] <= 0.5
    assert 4.9 < rests[-1] <= 5
    assert max(rests) <= 5


def test_one_that_is_taken_ends_the_row(owed, post_office, send_due):
    post_office.will(BLOCKED, at="RCPT", times=4)
    for _ in range(5):
        owed()
    send_due()
    assert MailServer.objects.get().failures_in_a_row == 0
    post_office.will(BLOCKED, at="RCPT", times=1)
    owed()
    send_due()
    assert states() == [MailState.FAILED] * 4 + [MailState.SENT, MailState.FAILED]


def test_not_now_about_a_single_mail_is_no_trouble_of_the_server(owed, post_office, send_due):
    post_office.will("450 4.2.0 greylisted", at="RCPT", times=7)
    owed()
    for _ in range(7):
        send_due()
        make_everything_due()
    assert send_due() == 1


def test_one_lost_connection_makes_nobody_rest(owed, post_office, send_due):
    post_office.will(HANG_UP, at="MAIL", times=1)
    owed()
    send_due()
    make_everything_due()
    assert send_due() == 1


def test_the_desk_is_told_while_everything_is_refused(clinic, owed, post_office, send_due, client):
    post_office.will(BLOCKED, at="RCPT")
    for _ in range(5):
        owed()
    send_due()
    assert mail_status.problems(clinic) == [
        "The mail server has taken nothing, 5 times in a row; it is tried again every few minutes."
    ]
    assert client.get("/healthz").status_code == 503
    post_office.behaves_again()
    rest_is_over()
    send_due()
    assert mail_status.problems(clinic) == []
