"""/healthz and /readyz: what is wrong, in words, and nobody's name."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from bookings.models import Component, Heartbeat, LastSeen, Seen
from tests.factories import make_clinic

ALL_WELL = dict.fromkeys(["database", "spool", "migrations", "broker", "mail", "beat"], "ok")


@pytest.fixture
def alive(db):
    make_clinic()
    Heartbeat.objects.note(Component.BEAT)
    Heartbeat.objects.note(Component.SENDER)


def checks(client, query=""):
    answer = client.get(f"/readyz{query}")
    return answer.status_code, answer.json()["checks"]


def test_ready_when_everything_is_well(client, alive):
    assert checks(client) == (200, ALL_WELL)


def test_a_new_clinic_is_not_ready_until_beat_and_the_sender_have_been_seen(client, db):
    status, said = checks(client)
    assert status == 503
    assert said["beat"] == "No sign of life yet from the clock that rings each minute."
    assert said["mail"] == "No sign of life yet from the worker that sends mail."
    assert said["database"] == said["migrations"] == said["broker"] == "ok"


def test_a_beat_that_has_been_silent_for_five_minutes_is_told(client, alive):
    Heartbeat.objects.filter(part=Component.BEAT).update(at=Now() - timedelta(minutes=6))
    status, said = checks(client)
    assert status == 503
    assert said["beat"].startswith("No sign of life for five minutes")


def test_a_sign_of_life_from_the_future_is_an_alarm(client, alive):
    """A clock was put back by an hour, and beat is silent until it has caught up."""
    Heartbeat.objects.filter(part=Component.BEAT).update(at=Now() + timedelta(hours=1))
    status, said = checks(client)
    assert status == 503
    assert "lies in the future" in said["beat"]
    assert client.get("/healthz").status_code == 503


def test_a_clock_that_was_put_right_by_seconds_is_none(client, alive):
    Heartbeat.objects.update(at=Now() + timedelta(seconds=5))
    assert checks(client) == (200, ALL_WELL)


def test_a_broker_that_is_away_is_told_within_seconds(client, alive, settings):
    settings.REDIS_URL = "redis+socket:///nowhere/at/all.sock"
    status, said = checks(client)
    assert status == 503
    assert said == {
        **ALL_WELL,
        "broker": "The broker does not answer; mail leaves later than it should.",
    }


def test_a_database_of_an_earlier_version_is_told(client, alive):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id = "
            "(SELECT max(id) FROM django_migrations WHERE app = 'therapists')"
        )
    status, said = checks(client)
    assert status == 503
    assert said["migrations"] == "The database lacks 1 of this version's migrations."


def test_what_pages_do_not_need_can_be_left_out(client, db):
    status, said = checks(client, "?exclude=mail&exclude=beat&exclude=broker")
    assert (status, said) == (
        200,
        {"database": "ok", "spool": "ok", "migrations": "ok"},
    )


def test_an_old_backup_is_told_and_is_no_reason_to_send_nobody_here(client, alive):
    LastSeen.objects.note(Seen.BACKUP)
    assert client.get("/readyz").json()["watched"]["backup"] == "ok"
    LastSeen.objects.update(at=Now() - timedelta(hours=37))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["watched"]["backup"].startswith("The newest backup was made on")


def test_neither_is_sent_to_https_where_a_machine_asks_without_it(client, alive, settings):
    settings.SECURE_SSL_REDIRECT = True
    for path in ("/healthz", "/readyz"):
        assert client.get(path).status_code == 200
    assert client.get("/").status_code == 301


def test_before_the_first_run_a_page_says_what_is_missing(client, db):
    answer = client.get("/")
    assert answer.status_code == 503
    assert "setup_clinic" in answer.content.decode()
