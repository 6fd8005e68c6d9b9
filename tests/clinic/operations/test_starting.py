"""start_up: settings are checked, the database is waited for and brought up to date once."""

import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError

from clinic.management.commands import start_up as start_up_command
from clinic.operations import site_address
from tests import patience
from tests.rehearsal.docker.compose import ROOT

HOSTS = ["book.example.com", "localhost"]
SAFE = {
    "SECRET_KEY": "x" * 60,
    "HEALTH_KEYS": Fernet.generate_key().decode(),
    "FACTOR_KEYS": Fernet.generate_key().decode(),
    "SITE_URL": "https://book.example.com",
}


def start_up(*program, **variables):
    env = {k: v for k, v in os.environ.items() if k not in ("DEMO", "DEBUG", "ALLOWED_HOSTS")}
    return subprocess.Popen(
        [sys.executable, "manage.py", "start_up", *program],
        cwd=ROOT,
        env={**env, **SAFE, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_three_at_once_on_an_empty_database_migrate_it_once_and_all_go_on(new_database):
    started = [start_up("echo", "here", DATABASE_URL=new_database) for _ in range(3)]
    answers = [process.communicate(timeout=patience.seconds()) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], answers
    said = "".join(out for out, _ in answers)
    assert said.count("here\n") == 3
    assert said.count("The database is up to date.") == 1
    assert said.count("https://book.example.com/setup/?token=") == 3  # each has a log of its own


def test_a_setting_that_is_wrong_is_said_before_anything_is_waited_for():
    """test_production.py has all of them."""
    nowhere = "postgres://nobody@127.0.0.1:1/nothing"
    process = start_up("echo", "here", SITE_URL="book.example.com", DATABASE_URL=nowhere)
    out, err = process.communicate(timeout=patience.seconds())
    assert process.returncode == 1
    assert "here" not in out
    assert "Refused to start: Set SITE_URL to the address that people will use" in err
    assert "Traceback" not in err


def test_a_program_that_is_not_there_is_told_in_a_sentence():
    with pytest.raises(CommandError, match="gunicron cannot be started: No such file"):
        start_up_command._become(["gunicron"])


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "Set SITE_URL"),
        ("book.example.com", "Set SITE_URL"),
        ("ftp://book.example.com", "Set SITE_URL"),
        ("https://", "Set SITE_URL"),
        ("https://[book", "Set SITE_URL"),
        ("https://book.example.com:many", "Set SITE_URL"),
        ("https://book.example.com/", "leave away"),
        ("https://book.example.com/booking", "leave away"),
        ("https://me@book.example.com", "leave away"),
        ("https://other.example.com", "ALLOWED_HOSTS does not name it"),
    ],
)
def test_an_address_that_cannot_be_is_told_in_words(address, words):
    (said,) = site_address.problems(address, HOSTS)
    assert words in said


@pytest.mark.parametrize("address", ["https://book.example.com", "http://localhost:8000"])
def test_an_address_that_can_be_is_taken(address):
    assert not list(site_address.problems(address, HOSTS))


def test_the_site_answers_to_its_own_name_unless_told_otherwise():
    assert "book.example.com" in site_address.hosts("https://book.example.com")
    assert site_address.hosts("nonsense") == site_address.HERE
