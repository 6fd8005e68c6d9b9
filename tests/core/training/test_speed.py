"""A plan for a runner with three races takes a few milliseconds at most."""

from datetime import date
from statistics import median
from time import process_time

from bookings.core import training
from bookings.core.training import Distance, Priority, Race, Runner

RACES = (
    Race(date(2027, 10, 10), Distance.MARATHON, training_start=date(2026, 10, 12)),
    Race(date(2027, 8, 29), Distance.TEN_KM, Priority.B),
    Race(date(2028, 2, 13), Distance.ULTRA, weeks=52),
)
RUNNER = Runner(weekly_volume_km=90)


def timed(protocol) -> float:
    """Milliseconds of the processor for the plan, a year of phases and every mail."""
    begun = process_time()
    plan = training.plan(RACES, RUNNER, protocol, as_of=date(2026, 10, 1))
    plan.segments(plan.as_of, training.end_of(plan, plan.as_of))
    plan.mailings()
    return (process_time() - begun) * 1000


def test_a_plan_of_three_races_takes_less_than_five_milliseconds(protocol, capsys):
    times = [timed(protocol) for _ in range(20)]
    with capsys.disabled():
        print(f"\nplan of 3 races: median {median(times):.2f} ms, worst {max(times):.2f} ms")
    assert median(times) < 5
