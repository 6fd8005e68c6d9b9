"""Beat rings and the worker hears it, minute by minute: trouble leads to one message by the second
way within its time, to another each day, and to one that it is over; nobody presses anything.
"""

from datetime import timedelta

import pytest
from celery import Celery
from django.utils import timezone

from bookings.core.roles import Role
from bookings.models import Mail, Trouble
from clinic.celery import SteadyScheduler
from clinic.celery import app as ours
from clinic.monitoring import dead_worker
from tests import factories
from tests.mail import conftest as of_mails
from tests.mail.post_office import PostOffice

visit, owed, post_office = of_mails.visit, of_mails.owed, of_mails.post_office
pytestmark = [pytest.mark.django_db, pytest.mark.fixed_clock]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# The other tasks that beat rings for tell nobody anything.
HEARD = (
    "bookings.tasks.send_due_mails",
    "therapists.tasks.tell_staff",
    "clinic.tasks.tell_of_trouble",
)


class Beat(SteadyScheduler):
    """A ring is heard at once by a worker that lives."""

    worker_lives = True

    def apply_async(self, entry, **_more):
        if self.worker_lives and entry.task in HEARD:
            ours.tasks[entry.task](**entry.kwargs)


@pytest.fixture
def beat(clinic, post_office, settings, tmp_path, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    monkeypatch.setattr(dead_worker, "EACH", 0)
    monkeypatch.setattr(dead_worker, "close_old_connections", lambda: None)  # it is the test's
    ours.loader.import_default_modules()
    app = Celery("other", broker="memory://", set_as_current=False)
    app.conf.update(enable_utc=True, timezone="UTC", beat_schedule=ours.conf.beat_schedule)
    factories.make_user("owner@example.com", role=Role.OWNER)
    running = Beat(app, schedule_filename=str(tmp_path / "beat"))
    yield running
    running.close()


@pytest.fixture
def goes_by(beat, clock):
    def _goes_by(minutes: int) -> None:
        """Beat is heard each third, which is often enough for all that is told."""
        for _ in range(0, minutes, 3):
            clock.move_to(timezone.now() + 3 * MINUTE)
            while beat.tick() == 0:
                pass

    return _goes_by


@pytest.fixture
def second(settings):
    with PostOffice() as office:
        settings.ALERT_EMAIL_URL = f"smtp://127.0.0.1:{office.port}"
        yield office


def told(second) -> list[str]:
    return [message["Subject"].partition(": ")[2] for message in second.messages]


def test_a_worker_that_dies_is_told_of_once_again_after_a_day_and_when_it_lives_again(
    beat, goes_by, second, clock
):
    goes_by(3)
    beat.worker_lives = False
    goes_by(9)
    assert told(second) == []  # silent for five minutes, and so for five more
    goes_by(3)
    [first] = told(second)
    assert first.startswith("The worker that sends mail: It has given no sign of life")
    goes_by(6)
    clock.move_to(timezone.now() + 23 * HOUR)
    goes_by(3)
    assert told(second) == [first]
    clock.move_to(timezone.now() + HOUR)
    goes_by(6)
    assert told(second) == [first, first]
    beat.worker_lives = True
    goes_by(15)
    assert len(told(second)) == 2
    goes_by(6)
    assert told(second)[2:] == ["Well again: The worker that sends mail."]
    goes_by(15)
    assert len(told(second)) == 3
    assert not Trouble.objects.exists()


def test_a_mail_server_that_refuses_us_is_told_of_and_when_it_takes_mail_again(
    beat, goes_by, second, owed, post_office
):
    post_office.will("550 we do not know you", at="MAIL")
    for _ in range(2):
        owed()
    goes_by(30)
    [first] = told(second)
    assert first.startswith("Mail: ")
    post_office.behaves_again()
    goes_by(39)
    assert told(second) == [first, "Well again: Mail."]
    assert set(Mail.objects.filter(kind="confirmed").values_list("state", flat=True)) == {"sent"}
