"""docker-compose.yml and the Dockerfile as files; tests/rehearsal runs what they say."""

import gc
import os
import re
import runpy
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from clinic.celery import share_what_is_loaded
from clinic.demo import servers
from clinic.operations.version import VERSION, problem_with_tag
from tests.rehearsal.docker import compose, dockerfile

ROOT = compose.ROOT
_said = StringIO()
call_command("make_secrets", stdout=_said)
SECRETS = dict(line.split("=", 1) for line in _said.getvalue().splitlines())
ENV = {**compose.read_env((ROOT / ".env.example").read_text()), **SECRETS}
OURS = ("web", "worker", "calendars", "beat", "backup")
AN_EXACT_ONE = re.compile(r"[\w./-]+:v?\d+\.\d+\.?\d*(-\w+)*")
MOST_MEMORY = "1g"


@pytest.fixture(scope="module")
def file():
    return compose.read(ENV)


def test_the_file_keeps_to_the_schema_of_compose_files():
    done = subprocess.run(
        [
            Path(sys.executable).with_name("check-jsonschema"),
            *("--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_without_a_password_for_the_database_nothing_starts_and_a_sentence_says_why():
    with pytest.raises(ValueError, match="Set POSTGRES_PASSWORD in"):
        compose.read({**ENV, "POSTGRES_PASSWORD": ""})


def test_every_volume_is_declared_and_what_must_last_lies_on_one(file):
    named = {
        volume.partition(":")[0]
        for service in file["services"].values()
        for volume in service.get("volumes", [])
        if not volume.startswith(".")
    }
    assert named == set(file["volumes"])
    assert "postgres:/var/lib/postgresql/data" in file["services"]["postgres"]["volumes"]


def test_the_web_server_the_worker_and_beat_wait_for_servers_that_are_well(file):
    for name in OURS:
        for needed, how in file["services"][name]["depends_on"].items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in file["services"][needed]


def test_caddy_and_mailpit_start_only_when_asked_for(file):
    profiles = {name: service.get("profiles") for name, service in file["services"].items()}
    assert {name: asked for name, asked in profiles.items() if asked} == {
        "caddy": ["tls"],
        "mailpit": ["development"],
    }


def test_only_caddy_can_be_reached_from_elsewhere(file):
    published = {
        name: service["ports"] for name, service in file["services"].items() if "ports" in service
    }
    assert all(
        port.startswith("127.0.0.1:")
        for name, ports in published.items()
        if name != "caddy"
        for port in ports
    )


def test_the_image_holds_whatever_the_program_consists_of():
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", _dockerfile(), re.MULTILINE))
    assert {"clinic", "bookings", "therapists", "templates", "static"} <= copied
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert {name for names in copied for name in names.split()} == set(let_in)
    assert all((ROOT / name).exists() for name in let_in)


def test_the_image_does_not_run_as_root_and_has_a_health_check():
    last = _dockerfile().rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.+)$", last, re.MULTILINE) == ["taper"]
    assert "HEALTHCHECK" in last


def test_the_databases_log_is_as_discreet_as_the_demos(file):
    told = file["services"]["postgres"]["command"]
    assert set(servers.DISCREET) <= set(told)


def test_the_image_backs_up_the_version_of_postgresql_that_runs_beside_it(file):
    version = file["services"]["postgres"]["image"].partition(":")[2].partition(".")[0]
    assert f"postgresql-client-{version} " in _dockerfile()


def test_every_setting_of_the_example_is_one_that_is_read():
    files = ("clinic/settings.py", "docker-compose.yml", "nightly.sh", "offsite.sh")
    read = "".join((ROOT / name).read_text() for name in files)
    by_others = ("RESTIC_", "RCLONE_")
    ours = [name for name in ENV if not name.startswith(by_others)]
    assert not [
        name for name in ours if f'"{name}"' not in read and not re.search(rf"\$\{{?{name}\b", read)
    ]


def test_every_image_has_an_exact_version(file):
    """Else the same file is another program tomorrow."""
    others = {one["image"] for one in file["services"].values() if "build" not in one}
    bases = {stage.base for stage in dockerfile.read(_dockerfile())}
    assert {one for one in others | bases if not AN_EXACT_ONE.fullmatch(one)} == set()


def test_an_image_of_ours_is_named_by_its_release_and_made_here(file):
    for name in OURS:
        service = file["services"][name]
        assert service["image"] == f"taper:{VERSION}"
        assert service["build"]["args"] == {"TAPER_VERSION": VERSION}
        assert service["pull_policy"] == "never"
    with pytest.raises(ValueError, match="Set TAPER_VERSION in"):
        compose.read({**ENV, "TAPER_VERSION": ""})


def test_an_image_under_another_number_than_its_own_is_refused():
    assert problem_with_tag(VERSION) == ""
    assert problem_with_tag("").startswith(f"This is Taper {VERSION}, but TAPER_VERSION is")


def test_all_that_runs_in_a_clinic_has_a_limit_and_together_they_fit_a_gigabyte(file):
    limits = {
        name: service.get("mem_limit", "none")
        for name, service in file["services"].items()
        if service.get("profiles") != ["development"]
    }
    assert sum(map(compose.in_bytes, limits.values())) <= compose.in_bytes(MOST_MEMORY)


def test_what_a_container_says_fills_no_disk_and_each_says_whether_it_is_well(file):
    for name, service in file["services"].items():
        assert {"max-size", "max-file"} <= set(service["logging"]["options"]), name
        if name in OURS[1:]:
            assert service["healthcheck"]["test"][0] == "CMD"


def test_backups_lie_on_a_volume_of_their_own_or_on_the_disk_that_is_named(file):
    elsewhere = compose.read({**ENV, "BACKUPS_ON": "/mnt/second/taper"})
    for name in OURS:
        assert "backups:/backups" in file["services"][name]["volumes"]
        assert "/mnt/second/taper:/backups" in elsewhere["services"][name]["volumes"]


def _dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def test_the_image_holds_the_program_compiled_for_it_can_write_nothing_itself():
    """Else each start compiles all of it anew, in every process."""
    assert re.search(
        r"^RUN .*compileall .*\bclinic bookings therapists$", _dockerfile(), re.MULTILINE
    )


WHAT_BEAT_LOADS = """
import sys
from clinic.celery import app
app.loader.import_default_modules()
print("bookings.tasks" in sys.modules, "clinic.urls" in sys.modules)
"""


def test_beat_loads_no_pages_which_would_not_fit_its_limit(file):
    told = file["services"]["beat"]["environment"]
    env = {**os.environ, "CELERY_SKIP_CHECKS": told.get("CELERY_SKIP_CHECKS", "")}
    done = subprocess.run(
        [sys.executable, "-c", WHAT_BEAT_LOADS],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "True False\n", done.stderr


def test_what_is_loaded_before_web_servers_and_workers_part_stays_shared():
    when_ready = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["when_ready"]
    try:
        for share in (lambda: when_ready(None), share_what_is_loaded):
            gc.unfreeze()
            share()
            assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
