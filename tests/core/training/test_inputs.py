"""Inputs as plain data: what is understood, and that whatever is wrong is named."""

import json
import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core import training
from bookings.core.training import Distance, Outcome, Priority, Race, Runner, Weekday
from tests.core.training.default_protocol import PROTOCOL

TODAY = date(2026, 6, 1)
MARATHON = {"race_date": "2026-10-11", "distance": "marathon"}


def read(data, protocol):
    return training.Inputs.from_data(data, protocol, today=TODAY)


def test_a_date_and_a_distance_are_enough(protocol):
    inputs = read({"races": [MARATHON]}, protocol)
    assert inputs.races == (Race(date(2026, 10, 11), Distance.MARATHON, name="race 1"),)
    assert inputs.runner == Runner(Weekday.SUN, 0, new_client=False)
    assert inputs.as_of == TODAY


def test_null_is_as_good_as_left_out(protocol):
    fields = ("name", "priority", "training_start", "weeks", "taper_weeks", "outcome", "dnf_km")
    race = {**MARATHON, **dict.fromkeys(fields)}
    more = ("long_run_weekday", "weekly_volume_km", "new_client", "as_of")
    spelled_out = read({"races": [race], **dict.fromkeys(more)}, protocol)
    assert spelled_out == read({"races": [MARATHON]}, protocol)


def test_everything_spelled_out(protocol):
    inputs = read(
        {
            "races": [
                {
                    "name": "Ultra", "race_date": "2028-02-29", "weekday": "Tuesday",
                    "distance": "ultra", "priority": "B", "training_start": "2027-09-01",
                    "weeks": 20, "taper_weeks": 2, "outcome": "dnf", "dnf_km": 12.5,
                }
            ],
            "long_run_weekday": "Monday", "weekly_volume_km": 92.5, "new_client": True,
            "as_of": "2028-01-01",
        },
        protocol,
    )  # fmt: skip
    assert inputs.races == (
        Race(
            date(2028, 2, 29), Distance.ULTRA, Priority.B, "Ultra", date(2027, 9, 1), 20, 2,
            Outcome.DNF, 12.5,
        ),
    )  # fmt: skip
    assert inputs.runner == Runner(Weekday.MON, 92.5, new_client=True)
    assert inputs.as_of == date(2028, 1, 1)


@pytest.mark.parametrize(
    ("spoilt", "field"),
    [
        ({"race_date": None}, "races[1].race_date"),
        ({"race_date": 20261018}, "races[1].race_date"),
        ({"race_date": "18.10.2026"}, "races[1].race_date"),
        ({"race_date": "2026-10-32"}, "races[1].race_date"),
        ({"race_date": "2027-02-29"}, "races[1].race_date"),
        ({"race_date": "2026-10-18T09:00"}, "races[1].race_date"),
        ({"race_date": "0001-01-07"}, "races[1].race_date"),
        ({"race_date": "9999-12-31"}, "races[1].race_date"),
        ({"race_date": "2026-10-11"}, "races[1].race_date"),
        ({"race_date": "2026-01-11"}, "races[1].race_date"),
        ({"distance": "5k"}, "races[1].distance"),
        ({"distance": 42}, "races[1].distance"),
        ({"priority": "a"}, "races[1].priority"),
        ({"outcome": "won"}, "races[1].outcome"),
        ({"training_start": "2026-10-19"}, "races[1].training_start"),
        ({"training_start": "2025-10-19"}, "races[1].training_start"),
        ({"training_start": "soon"}, "races[1].training_start"),
        ({"weeks": 0}, "races[1].weeks"),
        ({"weeks": 53}, "races[1].weeks"),
        ({"weeks": 12.5}, "races[1].weeks"),
        ({"weeks": "12"}, "races[1].weeks"),
        ({"weeks": True}, "races[1].weeks"),
        ({"taper_weeks": 5}, "races[1].taper_weeks"),
        ({"dnf_km": -1}, "races[1].dnf_km"),
        ({"dnf_km": "ten"}, "races[1].dnf_km"),
        ({"dnf_km": math.inf}, "races[1].dnf_km"),
        ({"name": 7}, "races[1].name"),
        ({"racedate": "2026-10-18"}, "races[1].racedate"),
    ],
)
def test_what_is_wrong_with_a_race_is_named(protocol, spoilt, field):
    races = [MARATHON, {"race_date": "2026-10-18", "distance": "10k", **spoilt}]
    with pytest.raises(training.FieldError) as refused:
        read({"races": races}, protocol)
    assert refused.value.field == field
    assert_one_sentence(refused.value)


@pytest.mark.parametrize(
    ("spoilt", "field"),
    [
        ({"races": None}, "races"),
        ({"races": {}}, "races"),
        ({"races": "marathon"}, "races"),
        ({"races": [None]}, "races[0]"),
        ({"races": [{"distance": "half"}]}, "races[0].race_date"),
        ({"races": [{"race_date": "2026-10-11"}]}, "races[0].distance"),
        ({"long_run_weekday": "So"}, "long_run_weekday"),
        ({"long_run_weekday": 6}, "long_run_weekday"),
        ({"weekly_volume_km": -1}, "weekly_volume_km"),
        ({"weekly_volume_km": math.nan}, "weekly_volume_km"),
        ({"weekly_volume_km": "55"}, "weekly_volume_km"),
        ({"weekly_volume_km": False}, "weekly_volume_km"),
        ({"new_client": 1}, "new_client"),
        ({"new_client": "no"}, "new_client"),
        ({"as_of": "today"}, "as_of"),
        ({"asof": "2026-06-01"}, "asof"),
    ],
)
def test_what_is_wrong_around_the_races_is_named(protocol, spoilt, field):
    with pytest.raises(training.FieldError) as refused:
        read({"races": [MARATHON], **spoilt}, protocol)
    assert refused.value.field == field
    assert_one_sentence(refused.value)


def test_no_races_at_all_must_be_said(protocol):
    with pytest.raises(training.FieldError, match=r"^races is missing\.$"):
        read({}, protocol)
    assert read({"races": []}, protocol).races == ()


def assert_one_sentence(error):
    text = str(error)
    assert text.startswith(error.field)
    assert text.endswith((".", "?"))
    assert "\n" not in text


# Not all of Unicode, which takes hypothesis a second to list: what has gone wrong elsewhere.
ODD = "aZ7 -:.,/\0\n\x7f\u00e9\u0301\u0663\u2028\u202e\ud800\uffff\U0001f3c3"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(ODD, max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["races", "race_date", "distance", "weeks", "as_of", "x"]), inner
        )
    ),
    max_leaves=8,
)


@given(data=json_values)
def test_no_json_breaks_it(data):
    try:
        inputs = read(json.loads(json.dumps(data)), PROTOCOL)
    except training.FieldError:
        return
    training.plan(inputs.races, inputs.runner, PROTOCOL, as_of=inputs.as_of)


@given(
    race_date=st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    as_of=st.dates(date(1900, 1, 1), date(2199, 12, 31)),
)
def test_any_date_that_is_accepted_can_be_planned(race_date, as_of):
    data = {
        "races": [{"race_date": race_date.isoformat(), "distance": "ultra", "weeks": 52}],
        "as_of": as_of.isoformat(),
    }
    try:
        inputs = read(data, PROTOCOL)
    except training.FieldError:
        return
    plan = training.plan(inputs.races, inputs.runner, PROTOCOL, as_of=as_of)
    assert training.as_data(plan, as_of, training.end_of(plan, as_of))["phase_segments"]
