"""Who looks after a clinic is told of trouble by another way than the one that is in trouble."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.actions import alerts, watch
from bookings.actions.mail import sending
from bookings.core.roles import Role
from bookings.models import Component, Heartbeat, LastSeen, MailServer, Seen, Trouble, WatchedPart
from clinic.monitoring import dead_worker
from tests import factories
from tests.clinic.monitoring.web_hook import WebHook
from tests.mail import conftest as of_mails
from tests.mail.own_ca import server_context
from tests.mail.post_office import PostOffice

visit, owed, post_office = of_mails.visit, of_mails.owed, of_mails.post_office
pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SECRET = "pass-word-of-the-second"


@pytest.fixture
def alive(clinic):
    factories.make_user("owner@example.com", role=Role.OWNER)
    for component in Component:
        Heartbeat.objects.note(component)
    return clinic


@pytest.fixture
def second(settings):
    with PostOffice() as office:
        settings.ALERT_EMAIL_URL = f"smtp://127.0.0.1:{office.port}"
        yield office


@pytest.fixture
def hook(settings, tmp_path, monkeypatch):
    with WebHook(server_context(tmp_path)) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        settings.ALERT_URL, settings.ALIVE_URL = f"{running.url}/told", f"{running.url}/alive"
        yield running


def a_minute(clinic, now):
    watch.look(clinic, now=now)
    alerts.tell(now=now)


def goes_on(clinic, now, minutes):
    for minute in range(minutes):
        a_minute(clinic, now + minute * MINUTE)


def test_when_the_first_mail_server_is_broken_the_second_tells_the_owner(
    alive, owed, post_office, second
):
    post_office.will("550 we do not know you", at="MAIL")
    owed()
    while not MailServer.objects.in_trouble().exists():
        MailServer.objects.update(rests_until=None)
        owed()
        sending.send_due(now=timezone.now())
    now = timezone.now()
    goes_on(alive, now, 10)
    (message,) = second.messages
    assert message["To"] == "owner@example.com"
    assert "The mail server has taken nothing" in message["Subject"]
    assert "http://localhost:8000/office/watch/" in message.get_content()
    goes_on(alive, now + DAY + 5 * MINUTE, 2)
    assert len(second.messages) == 2


def test_when_it_is_over_that_is_told_once_too(alive, second):
    MailServer.objects.update_or_create(pk=1, defaults={"failures_in_a_row": 5})
    now = timezone.now()
    goes_on(alive, now, 7)
    MailServer.objects.update(failures_in_a_row=0)
    goes_on(alive, now + 7 * MINUTE, 50)
    assert [message["Subject"].rpartition(": ")[2] for message in second.messages][1:] == ["Mail."]
    assert "Well again" in second.messages[1]["Subject"]
    assert not Trouble.objects.exists()


def test_what_lasts_less_than_five_minutes_is_told_to_nobody(alive, second):
    MailServer.objects.update_or_create(pk=1, defaults={"failures_in_a_row": 5})
    now = timezone.now()
    goes_on(alive, now, 5)
    MailServer.objects.update(failures_in_a_row=0)
    goes_on(alive, now + 5 * MINUTE, 40)
    assert second.messages == []


def test_a_second_server_that_is_broken_too_is_tried_again_and_hides_no_hook(
    alive, second, hook, caplog, settings
):
    port = settings.ALERT_EMAIL_URL.rpartition(":")[2]
    settings.ALERT_EMAIL_URL = f"smtp://u:{SECRET}@127.0.0.1:{port}"
    MailServer.objects.update_or_create(pk=1, defaults={"failures_in_a_row": 5})
    goes_on(alive, timezone.now(), 7)
    (said,) = hook.asked
    assert said.startswith("POST /told Mail:")
    assert "not taken" in caplog.text
    assert SECRET not in caplog.text


def test_what_mail_can_carry_goes_to_the_hook_alone(alive, second, hook):
    Heartbeat.objects.filter(part=Component.BEAT).update(at=timezone.now() - DAY)
    goes_on(alive, timezone.now(), 7)
    assert second.messages == []
    assert len(hook.asked) == 1


def test_whoever_waits_for_a_sign_of_life_gets_one_until_something_is_in_trouble(alive, hook):
    now = timezone.now()
    for _ in range(3):
        alerts.say_that_we_live(now=now)
    assert hook.asked == ["GET /alive "]
    Trouble.objects.create(part=WatchedPart.DISK, says="full", since=now - 6 * MINUTE)
    alerts.say_that_we_live(now=now + 6 * MINUTE)
    assert len(hook.asked) == 1


def test_no_redirect_is_followed_and_nothing_goes_out_in_the_open(alive, hook, settings):
    hook.redirects_to = f"{hook.url}/elsewhere"
    assert alerts.try_the_second_way() == [("ALERT_URL did not take the message (302).", False)]
    assert len(hook.asked) == 1
    settings.ALERT_URL = hook.url.replace("https", "http")
    assert alerts.try_the_second_way()[0][1] is False
    assert LastSeen.objects.of(Seen.SECOND_WAY)


def test_beat_tells_of_a_worker_that_is_dead_by_the_first_server_where_there_is_no_second(
    alive, post_office, settings
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    dead_worker.tell()
    assert not Trouble.objects.exists()
    Heartbeat.objects.filter(part=Component.SENDER).update(at=timezone.now() - DAY)
    dead_worker.tell()
    Trouble.objects.update(since=timezone.now() - 6 * MINUTE)
    dead_worker.tell()
    (message,) = post_office.messages
    assert "The worker that sends mail" in message["Subject"]


def test_two_who_look_at_once_tell_it_once(alive, second):
    MailServer.objects.update_or_create(pk=1, defaults={"failures_in_a_row": 5})
    now = timezone.now()
    watch.look(alive, now=now)
    for _ in range(2):
        alerts.tell(now=now + 6 * MINUTE)
    assert len(second.messages) == 1
