"""Every worked example of the rules."""

import hashlib
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookings.core import training
from bookings.core.mail.reminder_times import reminders_for
from bookings.core.training.phases import split_weeks
from bookings.core.training.protocol.vocabulary import PRECEDENCE

ORACLES = Path(__file__).parent / "oracles.json"
SHA256 = "a105d6c0cb6ac8069b1ffd7cff2027651d729ff4fb0fd9c536406a2ce03e37ac"
DATA = json.loads(ORACLES.read_text("utf-8"))
CASES = [
    *({"id": e["id"], **e["inputs"], **e} for e in DATA["examples"]),
    *DATA["edge_cases"],
]
INPUTS = ("races", "long_run_weekday", "weekly_volume_km", "new_client", "as_of")
LONDON = ZoneInfo("Europe/London")


def by_id(cases):
    return [pytest.param(case, id=case["id"]) for case in cases]


def planned(case, protocol):
    data = {key: case[key] for key in INPUTS if key in case}
    # A case that only checks phases has no date of asking; its first check will do.
    data.setdefault("as_of", case["phase_checks"][0]["date"])
    inputs = training.Inputs.from_data(data, protocol, today=date(1999, 1, 1))
    return training.plan(inputs.races, inputs.runner, protocol, as_of=inputs.as_of)


def outcome_of(plan):
    return training.as_data(plan, plan.as_of, training.end_of(plan, plan.as_of))


def test_the_file_is_unchanged_and_counted(capsys):
    assert hashlib.sha256(ORACLES.read_bytes()).hexdigest() == SHA256
    counts = {
        "examples": len(DATA["examples"]),
        "edge cases": len(DATA["edge_cases"]),
        "phase checks": sum(len(case["phase_checks"]) for case in CASES),
        "sessions": sum(len(case.get("sessions", [])) for case in CASES),
        "mails": sum(len(case.get("nudges_if_nothing_is_booked", [])) for case in CASES),
        "week splits": sum(len(rows) for rows in DATA["split_table"].values()),
        "reminders": len(DATA["appointment_reminders"]),
        "refusals": len(DATA["validation_errors"]),
    }
    with capsys.disabled():
        print("\noracles:", ", ".join(f"{count} {what}" for what, count in counts.items()))
    assert all(counts.values())


@pytest.mark.parametrize("case", by_id(CASES))
def test_each_checked_date_has_its_phase_and_ceiling(case, protocol):
    plan = planned(case, protocol)
    for check in case["phase_checks"]:
        day = plan.on(date.fromisoformat(check["date"]))
        found = (day.phase, day.race and day.race.name, day.ceiling.key)
        assert found == (check["phase"], check["race"], check["pressure_ceiling"]), check
        if day.race == plan.races[0]:
            assert day.days_to_race == check["days_to_main_race"]


@pytest.mark.parametrize("case", by_id(DATA["examples"]))
def test_the_segments_of_an_example(case, protocol):
    plan = planned({**case["inputs"], **case}, protocol)
    # Where an example's last off-season ends is arbitrary.
    assert outcome_of(plan)["phase_segments"][:-1] == case["phase_segments"][:-1]


@pytest.mark.parametrize("case", by_id(c for c in CASES if "sessions" in c))
def test_the_sessions(case, protocol):
    plan = planned(case, protocol)
    found = [
        {
            **data,
            "weekday": f"{session.ideal:%a}",
            "days_to_race": session.race.days_to(session.ideal),
        }
        for data, session in zip(outcome_of(plan)["sessions"], plan.sessions, strict=True)
    ]
    expected = [
        {key: value for key, value in session.items() if key not in ("rule", "suggested")}
        for session in case["sessions"]
    ]
    assert found == expected
    assert [s.suggested.isoformat() for s in plan.sessions] == [
        session.get("suggested", session["ideal"]) for session in case["sessions"]
    ]


@pytest.mark.parametrize("case", by_id(c for c in CASES if "sessions" in c))
def test_the_mails_if_nothing_is_booked(case, protocol):
    found = outcome_of(planned(case, protocol))["nudges_if_nothing_is_booked"]
    assert found == case["nudges_if_nothing_is_booked"]


@pytest.mark.parametrize("case", by_id(c for c in CASES if "nudges_if_everything_is_booked" in c))
def test_the_mails_if_everything_is_booked(case, protocol):
    plan = planned(case, protocol)
    mailings = plan.mailings(booked_on=[session.ideal for session in plan.sessions])
    assert [
        {
            "date": mailing.day.isoformat(),
            "mails": list(mailing.topics),
            "covers": [session.ideal.isoformat() for session in mailing.covers],
            "rule": ",".join(mailing.rules),
        }
        for mailing in mailings
    ] == case["nudges_if_everything_is_booked"]


@pytest.mark.parametrize("distance", DATA["split_table"])
def test_the_split_table(distance, protocol):
    rules = protocol.distances[training.Distance(distance)]
    for weeks, row in DATA["split_table"][distance].items():
        split = split_weeks(int(weeks), rules)
        expected = (row["base"], row["build"], row["peak"], row["taper_total"])
        assert (split.base, split.build, split.peak, split.taper) == expected, weeks


@pytest.mark.parametrize("case", by_id(DATA["examples"]))
def test_the_splits_of_an_example(case, protocol):
    races = planned({**case["inputs"], **case}, protocol).races
    splits = [
        split_weeks(race.plan_weeks(protocol), protocol.distances[race.distance])
        for race in races
        if race.priority is training.Priority.A
    ]
    found = [[split.base, split.build, split.peak, split.taper] for split in splits]
    assert found == case["split_base_build_peak_taper"]


@pytest.mark.parametrize("distance", DATA["post_race_offsets"])
def test_the_days_after_a_race(distance, protocol):
    rules = protocol.distances[training.Distance(distance)]
    assert DATA["post_race_offsets"][distance] == {
        "acute_last": rules.acute_last_day,
        "recovery_last": rules.recovery_last_day,
        "return_last": rules.return_last_day,
    }


def test_the_protocol_file_agrees_with_the_tables(protocol):
    assert [phase.value for phase in PRECEDENCE] == DATA["phase_order"]
    assert [pressure.key for pressure in training.Pressure] == DATA["pressure_scale"]
    assert {phase.value: rules.ceiling.key for phase, rules in protocol.phases.items()} == DATA[
        "pressure_ceiling"
    ]
    for kind, row in DATA["session_types"].items():
        rules = protocol.session_types[training.Kind(kind)]
        assert {"minutes": rules.minutes, "pressure": rules.pressure.key} == row
    for phase, days in DATA["intervals_days"]["standard"].items():
        assert protocol.phases[training.Phase(phase)].cadence.standard == days
    for phase, days in DATA["intervals_days"]["high"].items():
        assert protocol.phases[training.Phase(phase)].cadence.high_volume == days
    assert protocol.high_volume_from_km == DATA["high_volume_km"]


@pytest.mark.parametrize("case", by_id(DATA["appointment_reminders"]))
def test_the_reminders_of_an_appointment(case, protocol):
    reminders = reminders_for(
        datetime.fromisoformat(case["start"]),
        booked_at=datetime.fromisoformat(case["booked_at"]),
        tz=LONDON,
        rules=protocol.mails.reminders,
    )
    assert [
        {"days_before": reminder.days_before, "at": reminder.at.astimezone(LONDON).isoformat()}
        for reminder in reminders
    ] == case["reminders"]


REFUSED: dict[str, list[dict[str, Any]]] = {
    "training_start > race_date": [
        {"race_date": "2026-10-11", "distance": "marathon", "training_start": "2026-10-12"}
    ],
    "training_start < race_date - 363 days": [
        {"race_date": "2026-10-11", "distance": "marathon", "training_start": "2025-10-12"}
    ],
    "race_date < today - last return offset of the distance": [
        {"race_date": "2026-04-26", "distance": "marathon"}
    ],
    "two races of the same client on the same date": [
        {"race_date": "2026-10-11", "distance": "marathon"},
        {"race_date": "2026-10-11", "distance": "10k", "priority": "C"},
    ],
    "plan weeks outside 1..52": [{"race_date": "2026-10-11", "distance": "marathon", "weeks": 53}],
}


@pytest.mark.parametrize("reason", DATA["validation_errors"])
def test_what_is_refused(reason, protocol):
    with pytest.raises(training.FieldError) as refused:
        training.Inputs.from_data({"races": REFUSED[reason]}, protocol, today=date(2026, 6, 1))
    field = {"plan": "weeks", "two": "race_date"}.get(reason.split()[0], reason.split()[0])
    assert refused.value.field == f"races[{len(REFUSED[reason]) - 1}].{field}"
    assert str(refused.value).startswith(refused.value.field)


def test_what_is_only_just_accepted(protocol):
    races = [
        {"race_date": "2026-10-11", "distance": "marathon", "training_start": "2026-10-11"},
        {"race_date": "2026-10-18", "distance": "half", "training_start": "2025-10-20"},
        {"race_date": "2026-04-27", "distance": "marathon"},
        {"race_date": "2026-11-11", "distance": "10k", "weeks": 52},
        {"race_date": "2026-11-15", "distance": "10k", "weeks": 1},
    ]
    inputs = training.Inputs.from_data({"races": races}, protocol, today=date(2026, 6, 1))
    assert [race.plan_weeks(protocol) for race in inputs.races] == [1, 52, 18, 52, 1]
