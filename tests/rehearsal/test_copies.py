"""nightly.sh and offsite.sh: made up for, copied, fetched, deleted late, and by both programs."""

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clinic.doctor.settings_and_keys import of_settings
from clinic.operations.backups import rotate
from tests import patience
from tests.rehearsal.docker.compose import ROOT

pytestmark = pytest.mark.real_clock
ERASED = '{"client": 1}\n'
MANAGE = """#!/bin/sh
echo "$*" >> "$STATE/asked"
[ "$2" != backup ] || touch "$BACKUP_FOLDER/$(date --utc +taper-%Y%m%dT%H%M%SZ.backup)"
"""


@pytest.fixture
def env(tmp_path):
    """A machine whose manage.py only notes what it is asked."""
    for name in ("backups", "bin", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "bin/python").write_text(MANAGE)
    (tmp_path / "bin/python").chmod(0o755)
    (tmp_path / "erasures.jsonl").write_text(ERASED)
    return {
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "STATE": str(tmp_path),
        "BACKUP_FOLDER": str(tmp_path / "backups"),
    }


def backup_of(folder: Path, days_ago: float) -> Path:
    made = datetime.now(UTC) - timedelta(days=days_ago)
    path = folder / rotate.name_at(made)
    path.write_text(f"sealed {path.name}")
    os.utime(path, (made.timestamp(), made.timestamp()))
    return path


def run(env, script, *words):
    return subprocess.run(
        [ROOT / script, *words], env=env, capture_output=True, text=True, check=False
    )


def with_program(env, tmp_path, program):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    there = str(tmp_path / "elsewhere")
    return {
        **env,
        "OFFSITE": program,
        "RESTIC_REPOSITORY": there,
        "RESTIC_PASSWORD": "x",
        "OFFSITE_TO": "offsite:",
        "RCLONE_CONFIG_OFFSITE_TYPE": "alias",
        "RCLONE_CONFIG_OFFSITE_REMOTE": there,
    }


@pytest.mark.parametrize("program", ["restic", "rclone"])
def test_what_is_copied_comes_back_onto_a_machine_that_has_nothing(env, tmp_path, program):
    env = with_program(env, tmp_path, program)
    made = backup_of(tmp_path / "backups", 0.1)
    for word in ("copy", "copy", "check"):
        done = run(env, "offsite.sh", word)
        assert done.returncode == 0, done.stderr
    content = made.read_text()
    made.unlink()
    (tmp_path / "erasures.jsonl").unlink()
    done = run(env, "offsite.sh", "fetch")
    assert done.returncode == 0, done.stderr
    assert made.read_text() == content
    assert (tmp_path / "erasures.jsonl").read_text() == ERASED
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [made.name]


def test_copies_go_late_and_only_behind_a_newer_one(env, tmp_path):
    env = with_program(env, tmp_path, "rclone")
    old, new = (backup_of(tmp_path / "backups", days) for days in (61, 59))
    run({**env, "OFFSITE_KEEP_DAYS": "0"}, "offsite.sh", "copy")
    assert {old.name, new.name} < {path.name for path in (tmp_path / "elsewhere").iterdir()}
    run({**env, "OFFSITE_TO": "nowhere:"}, "offsite.sh", "copy")
    assert (tmp_path / "elsewhere" / old.name).exists()
    run(env, "offsite.sh", "copy")
    assert not (tmp_path / "elsewhere" / old.name).exists()
    assert (tmp_path / "elsewhere" / new.name).exists()


def test_the_longer_list_of_erased_clients_stays(env, tmp_path):
    env = with_program(env, tmp_path, "rclone")
    run(env, "offsite.sh", "copy")
    (tmp_path / "erasures.jsonl").write_text(ERASED * 2)
    assert run(env, "offsite.sh", "fetch").returncode == 0
    assert (tmp_path / "erasures.jsonl").read_text() == ERASED * 2


@pytest.mark.parametrize("chosen", ["", "rsync"])
def test_another_program_is_told_in_a_sentence(env, chosen):
    done = run({**env, "OFFSITE": chosen}, "offsite.sh", "copy")
    assert done.returncode == 1
    assert f"OFFSITE in .env is “{chosen}”" in done.stderr


@pytest.mark.parametrize(("days_ago", "is_made"), [(None, True), (1.1, True), (0, False)])
def test_a_night_that_was_missed_is_made_up_for(env, tmp_path, days_ago, is_made):
    if days_ago is not None:
        backup_of(tmp_path / "backups", days_ago)
    assert ("manage.py backup" in asked_by_nightly(env, tmp_path)) is is_made


@pytest.mark.parametrize("typed", ["25:99", "2.30", "24:00", "2am"])
def test_a_night_is_kept_at_the_usual_time_where_none_can_be_read_and_that_is_said(
    env, tmp_path, settings, typed
):
    backup_of(tmp_path / "backups", 1.1)
    says = f"BACKUP_AT is “{typed}”: set it to a time such as 02:30."
    with (tmp_path / "said").open("w") as said:
        asked = asked_by_nightly({**env, "BACKUP_AT": typed}, tmp_path, said)
    assert "manage.py backup" in asked
    assert (tmp_path / "said").read_text().startswith(says)
    settings.BACKUP_AT = typed
    assert says in [one.says for one in of_settings() if one.is_wrong]


def test_a_copy_is_made_once_for_each_backup_and_noted(env, tmp_path):
    env = with_program(env, tmp_path, "rclone")
    said = asked_by_nightly({**env, "BACKUP_LOOKS_EACH": "0.05"}, tmp_path)
    assert said.count("manage.py backup") == said.count("manage.py note_offsite_copy") == 1


def test_backup_says_that_it_is_unwell_when_none_was_made_or_copied_for_a_day_and_a_half(
    env, tmp_path
):
    assert run(env, "nightly.sh", "check").returncode == 1
    backup_of(tmp_path / "backups", 1.6)
    assert run(env, "nightly.sh", "check").returncode == 1
    backup_of(tmp_path / "backups", 0.1)
    assert run(env, "nightly.sh", "check").returncode == 0
    assert run({**env, "OFFSITE": "restic"}, "nightly.sh", "check").returncode == 1


def asked_by_nightly(env, tmp_path, said=subprocess.DEVNULL) -> str:
    """Until it sleeps for the second time."""
    (tmp_path / "bin/sleep").write_text(
        '#!/bin/sh\necho slept >> "$STATE/slept"; exec /bin/sleep "$1"\n'
    )
    (tmp_path / "bin/sleep").chmod(0o755)
    slept, looks = tmp_path / "slept", 2 if "BACKUP_LOOKS_EACH" in env else 1
    nightly = subprocess.Popen([ROOT / "nightly.sh"], env=env, stderr=said)
    try:
        enough = lambda: slept.exists() and slept.read_text().count("slept") >= looks  # noqa: E731
        patience.wait_for(enough, otherwise=lambda: "it never slept")
    finally:
        nightly.kill()
        nightly.wait()
    asked = tmp_path / "asked"
    return asked.read_text() if asked.exists() else ""
