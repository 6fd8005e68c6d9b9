"""The forecast on the simulated year, through the real actions and tables (make forecast).

The year is that of the mails, without them: people enter races, book, move and cancel.
"""

import os
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bookings.core.training.forecast.past import TrackRecord, back_test
from bookings.models import Clinic
from bookings.queries.office.forecast import ledger_of
from tests.simulation import clock
from tests.simulation.story import Story
from tests.simulation.year import a_clinic

pytestmark = pytest.mark.django_db(transaction=True)
SPRING = datetime(2027, 2, 22, tzinfo=UTC)
RUNNERS, WEEKS = int(os.environ.get("RUNNERS", "6")), int(os.environ.get("WEEKS", "14"))
SEED = int(os.environ.get("SEED", "1"))


def live() -> tuple[Clinic, datetime]:
    clinic, treatment = a_clinic()
    with clock.simulated_clock():
        clock.set_to(SPRING)
        end = SPRING + timedelta(weeks=WEEKS)
        story = Story(clinic, treatment, SPRING, end, Random(SEED))
        story.people(RUNNERS)
        while instant := story.next_time():
            clock.set_to(instant)
            story.act()
    return clinic, end


def told(record: TrackRecord) -> str:
    lines = [f"{RUNNERS} runners, {WEEKS} weeks, seed {SEED}; visits a week, off by on average:"]
    for one in [*record.errors(), *filter(None, [record.error()])]:
        lines.append(
            f"  {f'{one.lead} weeks before' if one.lead else 'all'}: {one.mean:.2f}, same as last "
            f"month {one.as_last_month:.2f}, of {one.came:.1f}; in the band {one.inside} of "
            f"{one.weeks}"
        )
    return "\n".join(lines)


def test_on_the_simulated_year_it_is_nearer_than_the_same_as_last_month(capsys):
    clinic, end = live()
    ledger = ledger_of(clinic, now=end)
    record = back_test(ledger, clinic.day_of(end), season=WEEKS)
    with capsys.disabled():
        print(f"\n{told(record)}")
    error = record.error()
    assert error
    assert sum(ledger.came.values()) > RUNNERS
    assert RUNNERS < 100 or error.mean < error.as_last_month
