"""The engine against the rules read a second time (tests/naive_reading.py)."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.core import training
from tests.core.training.default_protocol import PROTOCOL
from tests.naive_reading import WEEKDAYS, WEEKS, D, naive_outcome
from tests.reading import present


def engine_outcome(inputs, start, end):
    known = training.Inputs.from_data(inputs, PROTOCOL, today=start)
    plan = training.plan(known.races, known.runner, PROTOCOL, as_of=known.as_of)
    found = training.as_data(plan, start, end)
    for mail in found["nudges_if_nothing_is_booked"]:
        mail["mails"] = set(mail["mails"])
    return found


FIRST = date(2027, 9, 1)  # the days from here hold a leap day and two clock changes


@st.composite
def plans(draw):
    """Inputs with one to three races, most of them near enough to each other to interfere."""
    gaps = st.integers(1, 24) | st.integers(1, 130)
    races, day = [], FIRST
    for number in range(draw(st.integers(1, 4))):
        day += draw(gaps) * D
        before = draw(st.none() | st.integers(0, 60) | st.integers(0, 363))
        races.append(
            {
                "name": f"r{number}",
                "race_date": str(day),
                "distance": draw(st.sampled_from(list(WEEKS))),
                "priority": draw(st.sampled_from("AAABC")),
                "training_start": None if before is None else str(day - before * D),
                "weeks": draw(st.none() | st.integers(1, 52)),
                "outcome": draw(
                    st.sampled_from(["assumed_finished"] * 4 + ["dnf", "dns", "cancelled"])
                ),
                "dnf_km": draw(st.none() | st.integers(0, 45)),
            }
        )
    first = date.fromisoformat(races[0]["race_date"])
    return {
        "races": draw(st.permutations(races)),
        "long_run_weekday": draw(st.sampled_from(WEEKDAYS)),
        "weekly_volume_km": draw(st.sampled_from([0, 55, 79.5, 80, 120])),
        "new_client": draw(st.booleans()),
        "as_of": str(first + draw(st.integers(-150, 10)) * D),
    }


@settings(max_examples=3 * present(settings.default).max_examples, deadline=None)
@given(inputs=plans())
def test_the_engine_agrees_with_the_naive_reading(inputs):
    start = date.fromisoformat(inputs["as_of"]) - 100 * D
    end = start + 700 * D
    assert engine_outcome(inputs, start, end) == naive_outcome(inputs, start, end)
