"""Pausing, the hourly cap, signs of life, and what staff do with single mails."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from bookings.actions.mail import controls
from bookings.models import Component, Heartbeat, Mail, MailState
from bookings.queries.mail import mail_status
from bookings.tasks import send_due_mails

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def fresh(mail):
    return Mail.objects.get(pk=mail.pk)


def silence(part, minutes):
    Heartbeat.objects.filter(part=part).update(at=Now() - minutes * MINUTE)


def test_while_mail_is_paused_nothing_leaves_and_nothing_is_lost(owed, send_due, post_office):
    mail = owed()
    controls.pause(by="owner", now=timezone.now())
    assert send_due() == 0
    assert (fresh(mail).state, fresh(mail).attempts) == (MailState.SCHEDULED, 0)
    controls.resume()
    assert send_due() == 1


def test_an_hour_has_its_cap_and_the_rest_waits_for_the_next(clinic, owed, send_due, post_office):
    clinic.mails_per_hour = 2
    clinic.save()
    for _ in range(3):
        owed()
    assert send_due() == 2
    assert send_due() == 0
    Mail.objects.filter(state=MailState.SENT).update(data_at=Now() - HOUR)
    assert send_due() == 1


def test_a_kind_that_this_worker_does_not_know_is_left_to_newer_ones(owed, send_due, post_office):
    mail = owed()
    Mail.objects.filter(pk=mail.pk).update(kind="of tomorrow")
    assert send_due() == 0
    assert (fresh(mail).state, fresh(mail).attempts) == (MailState.SCHEDULED, 0)


def test_all_is_well_while_everything_gives_signs_of_life(clinic, post_office):
    send_due_mails(by_beat=True)
    assert set(Heartbeat.objects.values_list("part", flat=True)) == set(mail_status.SEND_MAIL)
    assert mail_status.problems(clinic) == []


@pytest.mark.parametrize("part", mail_status.SEND_MAIL)
def test_silence_of_more_than_five_minutes_is_told(clinic, client, post_office, part):
    send_due_mails(by_beat=True)
    silence(part, 4)
    assert client.get("/healthz").status_code == 200
    silence(part, 6)
    assert str(part.label) in mail_status.problems(clinic)[0]
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "Mail is late."})


def test_a_bell_that_a_booking_rings_is_no_sign_of_the_clock(post_office):
    send_due_mails()
    assert not Heartbeat.objects.filter(part=Component.BEAT).exists()


def test_a_mail_that_waits_for_more_than_five_minutes_is_told(clinic, owed, client):
    mail = owed()
    assert client.get("/healthz").status_code == 200
    Mail.objects.filter(pk=mail.pk).update(due_at=Now() - 6 * MINUTE)
    assert mail_status.problems(clinic) == ["One mail has been waiting for more than five minutes."]
    assert client.get("/healthz").status_code == 503


def test_a_pause_is_told_instead(clinic, owed):
    mail = owed()
    Mail.objects.filter(pk=mail.pk).update(due_at=Now() - HOUR)
    controls.pause(by="demo-owner@example.com", now=timezone.now())
    clinic.refresh_from_db()
    [said] = mail_status.problems(clinic)
    assert said.startswith("All mail has been paused since")
    assert said.endswith("by demo-owner@example.com.")


def test_a_pause_is_meant_and_no_alarm(client, owed, post_office):
    send_due_mails(by_beat=True)
    owed()
    controls.pause(by="owner", now=timezone.now())
    Mail.objects.update(due_at=Now() - HOUR)
    assert client.get("/healthz").status_code == 200
    silence(Component.BEAT, 6)
    assert client.get("/healthz").status_code == 503


def test_a_stopped_mail_does_not_go_out_and_says_who_stopped_it(owed, send_due, post_office):
    mail = owed()
    controls.stop(mail, by="desk: kim")
    assert send_due() == 0
    assert (fresh(mail).state, fresh(mail).why) == (MailState.CANCELLED, "Stopped by desk: kim.")


def test_what_has_gone_out_cannot_be_stopped(owed, send_due, post_office):
    mail = owed()
    send_due()
    with pytest.raises(controls.NotAny):
        controls.stop(mail, by="desk: kim")


@pytest.mark.parametrize("state", [MailState.AMBIGUOUS, MailState.FAILED, MailState.DEAD])
def test_a_failure_can_be_sent_again(owed, send_due, post_office, state):
    mail = owed()
    Mail.objects.filter(pk=mail.pk).update(state=state, writing_errors=3, attempts=9)
    controls.send_again(mail, by="desk: kim", now=timezone.now())
    assert send_due() == 1
    assert fresh(mail).state == MailState.SENT


def test_what_is_of_no_use_any_more_is_not_sent_again(owed):
    mail = owed()
    Mail.objects.filter(pk=mail.pk).update(state=MailState.MISSED, not_after=timezone.now() - HOUR)
    with pytest.raises(controls.OfNoUse):
        controls.send_again(fresh(mail), by="desk: kim", now=timezone.now())


def test_what_was_sent_is_not_sent_again(owed, send_due, post_office):
    mail = owed()
    send_due()
    with pytest.raises(controls.NotAny):
        controls.send_again(mail, by="desk: kim", now=timezone.now())


def test_what_somebody_has_seen_to_asks_for_no_attention(owed):
    mail = owed()
    Mail.objects.filter(pk=mail.pk).update(state=MailState.FAILED)
    controls.settle(mail, by="desk: kim", now=timezone.now())
    assert not Mail.objects.asking_for_attention().exists()
    assert fresh(mail).state == MailState.FAILED
