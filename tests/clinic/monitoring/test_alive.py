"""python -m clinic.monitoring.alive: what Docker asks in worker and beat."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bookings.models import Component, Heartbeat
from bookings.queries.mail import mail_status
from clinic.monitoring import alive
from tests.rehearsal.docker.compose import ROOT

LATE = mail_status.LATE + timedelta(seconds=30)


def says(part: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "clinic.monitoring.alive", part],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": address()},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.strip()


def address() -> str:
    database = connection.settings_dict
    return f"postgres://{database['USER']}@/{database['NAME']}?host={database['HOST']}"


@pytest.mark.real_clock
@pytest.mark.django_db(transaction=True)
def test_it_reads_the_signs_that_the_worker_and_beat_write():
    assert says("beat") == (1, "No sign of life yet from beat.")
    for part in Component:
        Heartbeat.objects.note(part)
    assert says("beat") == says("sender") == (0, "")
    Heartbeat.objects.filter(part=Component.BEAT).update(at=timezone.now() - LATE)
    assert says("beat") == (1, "No sign of life from beat for 6 minutes.")


@pytest.mark.parametrize(
    ("silent", "blamed"),
    [(["sender"], ["sender"]), (["beat"], ["beat"]), (["beat", "sender"], ["beat"]), ([], [])],
)
def test_a_worker_whom_nobody_rings_for_is_not_blamed(silent, blamed):
    known, long = {"beat", "sender"}, dict.fromkeys(silent, 400.0)
    assert [part for part in sorted(known) if alive.problem_of(part, long, known)] == blamed


def test_a_database_that_is_away_is_told_in_a_sentence(monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
    assert alive.main("beat") == 1
    assert "The database does not answer" in capsys.readouterr().err


def test_it_waits_as_long_as_the_page_of_health_does():
    assert timedelta(seconds=alive.SECONDS) == mail_status.LATE
