"""manage.py training_plan, run as a program; there is no database where it runs."""

import json
import os
import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import call_command, execute_from_command_line

from tests import patience

ROOT = Path(__file__).parents[3]
ORACLES = json.loads((ROOT / "tests/core/training/oracles.json").read_text("utf-8"))
ANA = ORACLES["examples"][0]
NO_DATABASE = {"DATABASE_URL": "postgres://nobody@nowhere.invalid:1/none"}


def run(stdin: str | bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "manage.py", "training_plan", *options],
        input=stdin if isinstance(stdin, bytes) else stdin.encode(),
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **NO_DATABASE},
        timeout=patience.seconds(),
    )


def test_an_example_from_standard_input_to_standard_output():
    done = run(json.dumps(ANA["inputs"]))
    assert (done.returncode, done.stderr) == (0, b"")
    found = json.loads(done.stdout)
    assert found["phase_segments"][:-1] == ANA["phase_segments"][:-1]
    assert [s["ideal"] for s in found["sessions"]] == [s["ideal"] for s in ANA["sessions"]]
    assert found["nudges_if_nothing_is_booked"] == ANA["nudges_if_nothing_is_booked"]
    assert set(found["sessions"][0]) == {
        "kind", "ideal", "window_start", "window_end", "minutes", "pressure", "phase", "race",
    }  # fmt: skip


@pytest.mark.fixed_clock("2026-12-02T20:00")
def test_by_the_clinics_own_protocol_today_is_the_clinics_day(clinic, monkeypatch, capsys):
    clinic.timezone = "Pacific/Auckland"
    clinic.save()
    data = {name: value for name, value in ANA["inputs"].items() if name != "as_of"}
    data["races"] = [{**data["races"][0], "race_date": "2027-04-11"}]
    monkeypatch.setattr("sys.stdin", StringIO(json.dumps(data)))
    call_command("training_plan", "--current", "--text")
    assert capsys.readouterr().out.startswith("Plan on Thu 3 Dec 2026")


def test_the_phases_of_any_span():
    done = run(json.dumps(ANA["inputs"]), "--from", "2026-10-10", "--to", "2026-10-13")
    segments = json.loads(done.stdout)["phase_segments"]
    assert [(s["phase"], s["days"]) for s in segments] == [
        ("race_week", 1), ("race_day", 1), ("acute", 1),
    ]  # fmt: skip


def test_the_plan_as_a_person_reads_it():
    done = run(json.dumps(ANA["inputs"]), "--text")
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "Plan on Mon 1 Jun 2026, protocol version 1"
    assert "  Sun 11 Oct 2026: Race day (1 day, autumn_marathon)" in lines
    assert (
        "  Thu 8 Oct 2026: Light pre-race session, 30 minutes, light pressure (autumn_marathon)"
    ) in lines
    assert "  Mon 22 Jun 2026: your next sessions (Tue 30 Jun 2026)" in lines


@pytest.mark.parametrize(
    ("stdin", "options", "named"),
    [
        ("", [], "The input"),
        ("{", [], "The input"),
        ("[]", [], "The input"),
        (b"\xff\xfe", [], "The input"),
        ("[" * 100_000, [], "The input"),
        ('{"races": [{"distance": "half"}]}', [], "races[0].race_date"),
        ('{"races": [], "as_off": "2026-06-01"}', [], "as_off"),
        ('{"races": []}', ["--from", "tomorrow"], "--from"),
        ('{"races": []}', ["--from", "2026-06-01", "--to", "2026-06-01"], "--to"),
    ],
)
def test_bad_input_ends_with_two_and_one_sentence(stdin, options, named, monkeypatch, capsys):
    given = stdin if isinstance(stdin, bytes) else stdin.encode()
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(given), "utf-8"))
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", "training_plan", *options])
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    (line,) = told.err.split("\n\n")[0].splitlines()
    assert named in line
    assert line.endswith(".")
    assert "Traceback" not in told.err
