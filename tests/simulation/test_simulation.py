"""A season, or a whole year, in minutes: each mail that the rules ask for came, and no other.

`make simulate` lives through a year with three hundred runners, `make mutants` through a spring
with each fault of mutants.py; `make test` through one spring.
"""

import os
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.mail.post_office import PostOffice
from tests.simulation.mutants import MUTANTS
from tests.simulation.year import simulate
from tests.therapists.push_service import trusted

pytestmark = pytest.mark.django_db(transaction=True)
SPRING = datetime(2027, 2, 22, tzinfo=UTC)  # the clocks change on 28 March, and on 31 October
RUNNERS, WEEKS = int(os.environ.get("RUNNERS", "6")), int(os.environ.get("WEEKS", "8"))
SEED = int(os.environ.get("SEED", "1"))


@pytest.fixture
def office(settings):
    settings.EMAIL_HOST = "127.0.0.1"
    with PostOffice() as office:
        settings.EMAIL_PORT = office.port
        yield office


@pytest.fixture
def push_service(tmp_path, settings, monkeypatch):
    with trusted(tmp_path, settings, monkeypatch) as running:
        yield running


def test_every_mail_came_once_and_no_other(office, push_service, capsys):
    outcome = simulate(office, push_service, seed=SEED, runners=RUNNERS, first=SPRING, weeks=WEEKS)
    with capsys.disabled():
        print(f"\n{RUNNERS} runners, {WEEKS} weeks, seed {SEED}: {outcome.report()}")
    assert outcome.is_right


@pytest.mark.skipif("MUTANTS" not in os.environ, reason="make mutants")
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_fault_is_noticed(mutant, office, push_service, capsys):
    asked: dict[str, Any] = {"seed": SEED, "runners": RUNNERS, "first": SPRING, "weeks": WEEKS}
    outcome = simulate(office, push_service, mutant=mutant, **asked)
    with capsys.disabled():
        missing, surplus = outcome.missing.total(), outcome.unexpected.total()
        print(f"\n{mutant}: {missing} missing, {surplus} not expected")
    assert not outcome.is_right
