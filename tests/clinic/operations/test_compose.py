"""What docker-compose.yml says is what runs: its file by its schema, its services as processes."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from clinic.demo import servers
from clinic.demo.processes import stop_together
from tests import patience
from tests.clinic.operations import compose
from tests.mail.post_office import PostOffice

ROOT = compose.ROOT
_said = StringIO()
call_command("make_secrets", stdout=_said)
SECRETS = dict(line.split("=", 1) for line in _said.getvalue().splitlines())
ENV = {**compose.read_env((ROOT / ".env.example").read_text()), **SECRETS}
OURS = ("worker", "beat", "web")
TOKEN = "a-token-for-the-figures"
IN_THE_CONTAINER = "/tmp"  # noqa: S108 - a folder of its own there


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
    assert told == ["postgres", *(part for one in servers.DISCREET for part in ("-c", one))]


def test_the_image_backs_up_the_version_of_postgresql_that_runs_beside_it(file):
    version = file["services"]["postgres"]["image"].partition(":")[2]
    assert f"postgresql-client-{version} " in _dockerfile()


def test_every_setting_of_the_example_is_one_that_is_read():
    read = (ROOT / "clinic/settings.py").read_text() + (ROOT / "docker-compose.yml").read_text()
    assert not [name for name in ENV if f'"{name}"' not in read and f"${{{name}" not in read]


def _dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


class Browser:
    """Asks as a browser does that has come through Caddy."""

    def __init__(self, port: int):
        self._site = f"http://127.0.0.1:{port}"
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._cookies)
        )

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        return self._ask(urllib.request.Request(self._site + path, headers=headers))

    def post(self, path: str, **typed: str) -> tuple[int, str]:
        token = next(cookie.value for cookie in self._cookies if cookie.name == "csrftoken")
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **typed}).encode()
        return self._ask(urllib.request.Request(self._site + path, data=data))

    def _ask(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=patience.seconds()) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""


@pytest.fixture(scope="module")
def running(file, new_database, tmp_path_factory):
    """Web, worker and beat by the file's own commands, all at once, on an empty database."""
    folder = tmp_path_factory.mktemp("c")
    folder.chmod(0o711)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with PostOffice() as post_office, servers._valkey(folder) as (broker, _server):
        elsewhere = {  # what differs where there are no containers
            "DATABASE_URL": new_database,
            "REDIS_URL": broker,
            "PORT": str(port),
            "STATE": str(folder),
            "STATIC_ROOT": str(folder / "static"),
        }
        chosen = {
            **ENV,
            "SITE_URL": f"http://localhost:{port}",
            "TRUSTED_PROXIES": "0",
            "METRICS_TOKEN": TOKEN,
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(post_office.port),
            "EMAIL_USE_TLS": "false",
        }
        envs = {
            name: {**compose.environment_of(file["services"][name], chosen), **elsewhere}
            for name in OURS
        }
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput"]
        children = []
        for name in OURS:
            if name == "web":  # last, since its image has the files already
                subprocess.run(collect, cwd=ROOT, env=envs["web"], check=True, capture_output=True)
            service = dict(file["services"][name])
            service["command"] = [
                part.replace(IN_THE_CONTAINER, str(folder)) for part in service["command"]
            ]
            children.append(compose.start(name, service, envs[name], folder))

        def start_web_again():
            """As Docker does when the first process of a container has ended, however it did."""
            web = children.pop()
            web.process.kill()
            web.process.wait()
            children.append(compose.start("web", service, envs["web"], folder))
            return children[-1].process.pid

        try:
            yield Browser(port), envs["web"], post_office, folder, start_web_again
        finally:
            stop_together(children)


def wait_for(condition, folder):
    def logs() -> str:
        ends = {log.name: log.read_text()[-3000:] for log in folder.glob("*.log")}
        return "\n".join(f"--- {name}\n{text}" for name, text in ends.items())

    patience.wait_for(condition, otherwise=logs)


def test_from_an_empty_database_to_a_confirmed_booking_and_its_mail(running):
    browser, env, post_office, folder, _ = running
    wait_for(lambda: browser.get("/readyz?exclude=mail&exclude=beat")[0] == 200, folder)
    assert "not open yet" in browser.get("/")[1]

    set_up = subprocess.run(
        [
            *("python", "manage.py", "setup_clinic", "--noinput"),
            *("--name", "Towpath Clinic", "--address", "12 Towpath Yard, London"),
            *("--phone", "020 7946 0000", "--email", "clinic@example.com"),
            *("--owner-name", "Dee Owner", "--owner-email", "dee@example.com"),
            *("--hours", "mon-sun 8-20", "--price", "30=38", "--price", "45=50"),
            *("--price", "60=62"),
        ],
        cwd=ROOT,
        env={**env, "OWNER_PASSWORD": "a-long-enough-phrase"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert set_up.returncode == 0, set_up.stderr
    assert "Towpath Clinic can be booked" in set_up.stdout

    assert "Towpath Clinic" in browser.get("/")[1]
    treatment = "/book/sports-massage-60/"
    _, offered = browser.get(treatment)
    starts = re.findall(r'name="start" value="([^"]+)"', offered)
    status, form = browser.post(f"{treatment}hold/", start=starts[-1], therapist="")
    assert status == 200
    hidden = dict(re.findall(r'type="hidden" name="(start|therapist|key)" value="([^"]*)"', form))
    assert set(hidden) >= {"start", "key"}
    status, page = browser.post(
        f"{treatment}details/",
        **{"therapist": "", **hidden, "name": "Ana Demo", "email": "ana@example.com", "phone": ""},
    )
    assert status == 200
    assert "is on its way to" in page

    wait_for(lambda: "ana@example.com" in post_office.recipients(), folder)
    assert post_office.messages[0]["Subject"]

    figures = browser.get("/metrics", Authorization=f"Bearer {TOKEN}")[1]
    assert 'taper_bookings_total{by="runner"} 1.0' in figures
    assert 'taper_mails_total{kind="confirmed",outcome="sent"} 1.0' in figures
    assert re.search(
        r'taper_requests_total\{method="POST",status="302",view="runner:hold"\} 1', figures
    )

    logs = {log.name: log.read_text() for log in folder.glob("*.log")}
    up_to_date = "Bringing the database up to date"
    assert sum(text.count(up_to_date) for text in logs.values()) == 1
    assert "Traceback" not in logs["worker.log"] + logs["beat.log"], logs
    assert '"error"' not in logs["worker.log"] + logs["beat.log"], logs
    for secret in ("ana@example.com", "Ana Demo", hidden["key"], "dee@example.com"):
        assert not [name for name, text in logs.items() if secret in text]
    lines = [json.loads(line) for line in logs["web.log"].splitlines() if line.startswith("{")]
    told = [line for line in lines if line.get("view") == "runner:details"]
    assert [line["status"] for line in told] == [200, 302]
    assert all(len(line["request_id"]) == 32 for line in told)


def test_the_web_server_is_back_within_three_seconds_when_its_master_was_killed(running):
    """Of the processor, which is the same on a busy machine: its two workers share one start."""
    browser, _, _, folder, start_web_again = running
    pid = start_web_again()
    patience.wait_for(lambda: children_of(pid), otherwise=lambda: "no worker")
    wait_for(lambda: browser.get("/healthz")[0] in (200, 503), folder)
    assert sum(seconds_of_the_processor(one) for one in [pid, *children_of(pid)]) < 3


def children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def seconds_of_the_processor(pid: int) -> float:
    """In all that it has been, start_up too."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_image_holds_the_program_compiled_for_it_can_write_nothing_itself():
    """Else each start compiles all of it anew, in every process."""
    assert re.search(
        r"^RUN .*compileall .*\bclinic bookings therapists$", _dockerfile(), re.MULTILINE
    )


def test_manage_py_in_the_image_warns_of_nothing(tmp_path):
    """Where there is what the Dockerfile copies; the packages' files were there for a while."""
    ours = r"^COPY (?!--from|package|requirements)(.+) \S+$"
    for names in re.findall(ours, _dockerfile(), re.MULTILINE):
        for name in names.split():
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, tmp_path / name)
    env = {**os.environ, "STATE": str(tmp_path), "STATIC_ROOT": str(tmp_path / "staticfiles")}

    def manage(*arguments):
        return subprocess.run(
            [sys.executable, "-W", "default", "manage.py", *arguments],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )

    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    manage("collectstatic", "--noinput")
    assert list((tmp_path / "staticfiles/css/bootstrap").glob("bootstrap.min.*.css"))
    (tmp_path / "node_modules").unlink()
    assert manage("check").stderr == ""
    assert manage("make_secrets").stderr == ""
