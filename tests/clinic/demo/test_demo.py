"""`make demo` as its user sees it: started, stopped, killed, started again."""

import gzip
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from clinic.demo import __main__ as clinic_demo
from clinic.demo import servers as stack
from clinic.demo.servers import StackError, running
from tests import patience
from tests.reading import first_match, present

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def a_folder():
    """A place that PostgreSQL's own user can reach, gone afterwards with what stands for it."""
    with tempfile.TemporaryDirectory(prefix="taper-demo-", dir="/tmp") as folder:
        os.chmod(folder, 0o711)
        yield Path(folder)
        for note in Path(folder).rglob("elsewhere"):
            shutil.rmtree(note.read_text().strip(), ignore_errors=True)


@pytest.fixture(scope="module")
def state():
    with a_folder() as folder:
        yield folder / "state"


@pytest.fixture
def folder():
    with a_folder() as folder:
        yield folder


def a_free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def port():
    return a_free_port()


class Demo:
    """A demo on servers of its own, and what it has said until it ran or ended."""

    def __init__(self, *arguments, port, state, **variables):
        env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "clinic.demo", *arguments],
            cwd=ROOT,
            env={**env, "PORT": str(port), "STATE": str(state), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = present(self.process.stdout)
        self.said = self.read_until("Stop it with Ctrl-C")

    def read_until(self, words) -> str:
        said = ""
        while words not in said and (line := self.output.readline()):
            said += line
        return said

    def ended(self) -> int:
        return self.process.wait(patience.seconds())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.output.close()


@pytest.fixture
def demo(state, port):
    """Starts one; it is gone after the test."""
    started: list[Demo] = []

    def _demo(*arguments, port=port, state=state, **variables):
        started.append(Demo(*arguments, port=port, state=state, **variables))
        return started[-1]

    yield _demo
    for one in started:
        one.kill()


@pytest.fixture(scope="module")
def standing(state):
    """The one that runs; started for the first test that wants it, and anew once it has ended.

    The machine names a proxy that is not there: nothing of a demo may ask it.
    """
    started: list[Demo] = []
    proxy = f"http://127.0.0.1:{a_free_port()}"

    def _standing():
        if not started or started[-1].process.poll() is not None:
            started.append(Demo(port=a_free_port(), state=state, http_proxy=proxy))
        return started[-1]

    yield _standing
    for one in started:
        one.kill()


def left_running(state):
    """The command lines of processes that have to do with that folder."""
    lines = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = each.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(state) in line and "-m pytest" not in line:
            lines.append(line)
    return lines


def wait_for_nothing(state):
    patience.wait_for(lambda: not left_running(state), otherwise=lambda: left_running(state))


def manage(state, *arguments):
    hidden = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    env = {k: v for k, v in os.environ.items() if k not in hidden}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.check_output(command, cwd=ROOT, env={**env, "STATE": str(state)}, text=True)


def get(port, path="/"):
    with urllib.request.urlopen(
        f"http://localhost:{port}{path}", timeout=patience.seconds()
    ) as page:
        return page.read().decode()


def test_it_says_where_it_is(standing):
    running_demo = standing()
    assert f"http://localhost:{running_demo.port}/" in running_demo.said
    assert "demo-owner@example.com" in running_demo.said
    assert "Taper Demo Clinic" in get(running_demo.port)
    assert "Inbox of the demo" in get(running_demo.port, "/demo/inbox/")


def test_it_serves_static_files_compressed_and_to_be_kept_for_ever(standing):
    port = standing().port
    (css,) = re.findall(r'href="(/static/css/theme\.[^"]+)"', get(port))
    for encoding in ("br", "gzip"):
        data = urllib.request.Request(
            f"http://localhost:{port}{css}", headers={"Accept-Encoding": encoding}
        )
        with urllib.request.urlopen(data, timeout=patience.seconds()) as answer:
            assert answer.headers["Content-Encoding"] == encoding
            assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
            assert len(answer.read()) < (ROOT / "static/css/theme.css").stat().st_size / 2


def test_its_pages_are_compressed_as_caddy_does_it_in_production(standing):
    address = f"http://localhost:{standing().port}/"
    asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=patience.seconds()) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "<h1" in gzip.decompress(answer.read()).decode()


def test_a_second_one_in_the_same_folder_is_told_so_in_one_sentence(standing, demo, state):
    standing()
    second = demo()
    assert second.said == (
        f"{state} is in use; stop what runs there, or choose another folder with STATE=\n"
    )
    assert second.ended() == 1


def test_manage_py_joins_the_demo_that_runs_in_its_folder(standing, state):
    standing()
    asks = (
        "from django.conf import settings as s; print(s.DEMO, s.SITE_URL);"
        "from django.core.management import call_command; call_command('load_demo_data')"
    )
    said = manage(state, "shell", "-v0", "-c", asks)
    assert said.startswith("True http://localhost:")
    assert "nothing was loaded" in said


def test_it_keeps_its_data_and_leaves_nothing_behind_when_killed(standing, state):
    killed = standing()
    assert "Looking for the demo data" in killed.said
    collected = collected_at(state)
    killed.process.kill()
    killed.process.wait()
    wait_for_nothing(state)
    again = standing()
    assert "Taper is running" in again.said
    assert "Taper Demo Clinic" in get(again.port)
    assert collected_at(state) == collected


def collected_at(state) -> int:
    return (state / "static/staticfiles.json").stat().st_mtime_ns


def test_an_empty_one_waits_to_be_set_up_at_the_link_it_prints_and_stops_when_a_child_dies(
    standing, demo, state, folder, port
):
    standing()
    place = folder / "state"  # whose static files are those of the other, and not made once more
    shutil.copytree(state / "static", place / "static")
    empty = demo(state=place, EMPTY="1")
    assert not (place / "static-files.log").exists()
    url = first_match(r"http://\S+/setup/\?token=\S+", empty.said)[0]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(url) as page:
        assert "token" not in page.url
        assert 'name="password"' in page.read().decode()
    assert "Sign in at" not in empty.said
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(f"http://localhost:{port}/")
    a_child_dies_and_is_named(empty, place)


def a_child_dies_and_is_named(running_demo, state):
    beat = next(
        each
        for each in Path("/proc").glob("[0-9]*/cmdline")
        if b"beat" in each.read_bytes() and str(state).encode() in each.read_bytes()
    )
    os.kill(int(beat.parent.name), signal.SIGKILL)
    said = running_demo.read_until("Stopping the rest")
    assert "Celery beat has stopped by itself (code -9" in said
    assert running_demo.ended() == 1
    wait_for_nothing(state)


def test_it_stops_with_everything_it_started_and_a_reset_forgets_only_what_it_made(
    standing, demo, state
):
    running_demo = standing()
    assert len(left_running(state)) > 2
    assert "is in use" in demo("--reset").said
    running_demo.process.send_signal(signal.SIGTERM)
    assert running_demo.ended() == 0
    wait_for_nothing(state)
    (state / "letter to a friend").write_text("Mine.")
    assert demo("--reset").said == "The demo's data is gone; make demo starts anew.\n"
    assert [each.name for each in state.iterdir()] == ["letter to a friend"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's data stands outside the folder")
def test_what_stands_elsewhere_for_a_folder_that_somebody_deleted_is_forgotten(demo, folder):
    """Its keys went with the folder: nobody could read a word of it any more."""
    state = folder / "state"
    left = stack._standing_for(state)
    left.mkdir()
    (left / "of old").write_text("sealed under keys that are gone")
    assert demo("--reset", state=state).said == "The demo's data is gone; make demo starts anew.\n"
    assert not left.exists()


def test_a_port_that_is_none_is_said_in_one_sentence(demo):
    refused = demo(port="eight thousand")
    assert refused.said.endswith("is not a port; choose a number: make demo PORT=8001\n")
    assert refused.ended() == 1
    for nonsense in ("0", "70000", "-1"):
        with pytest.raises(StackError, match="is not a port"):
            clinic_demo._port(nonsense)


def test_a_folder_that_cannot_be_one_is_said_in_one_sentence(demo, folder):
    (folder / "state").write_text("I am a file.")
    refused = demo(state=folder / "state")
    assert re.fullmatch(r".* cannot be used: .*\n", refused.said)
    assert refused.ended() == 1


def test_a_database_that_is_not_there_is_said_in_one_sentence(demo, folder):
    url = f"postgres://postgres@localhost:{a_free_port()}/clinic"
    refused = demo(state=folder / "state", DATABASE_URL=url)
    assert "The database cannot be used: connection to server" in refused.said
    assert "Traceback" not in refused.said
    assert refused.ended() == 1


def test_a_taken_port_is_said_in_one_sentence(demo, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        refused = demo()
    assert refused.said == (
        f"Port {port} is taken; choose another one: make demo PORT={port + 1}\n"
    )
    assert refused.ended() == 1


def test_a_stale_note_of_a_server_that_is_gone_does_no_harm(folder, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("REDIS_URL", "redis://used-as-it-is")
    state = folder / "state"
    with running(state, durable=False) as servers:
        assert list(servers.urls) == ["DATABASE_URL"]
    home = Path(first_match(r"@/(/.*)/clinic", servers.urls["DATABASE_URL"])[1])
    (home / "data/postmaster.pid").write_text("1\nstale\n")
    with running(state, durable=False):
        psycopg2.connect(host=str(home), user="postgres", dbname="clinic").close()


def test_a_folder_with_a_long_path_gets_a_short_socket(folder, monkeypatch):
    monkeypatch.delenv("REDIS_URL")
    state = folder / ("deep" * 20) / "state"
    with running(state, durable=False) as servers:
        assert len(servers.urls["REDIS_URL"]) < 100


def test_two_at_once_in_one_folder_are_refused(folder):
    with running(folder, durable=False), pytest.raises(StackError, match="is in use"):
        running(folder).__enter__()


def test_the_inbox_is_absent_outside_the_demo(client, db):
    assert client.get("/demo/inbox/").status_code == 404


@pytest.mark.parametrize(
    ("empty", "place"), [("1", ".state-empty"), ("0", ".state"), ("", ".state")]
)
def test_an_empty_demo_has_a_place_of_its_own(monkeypatch, empty, place):
    monkeypatch.setenv("EMPTY", empty)
    monkeypatch.delenv("STATE", raising=False)
    assert clinic_demo._usual_state() == place
    say = "include Makefile\nplace:\n\t@echo $(STATE)\n"
    make = present(shutil.which("make"))
    said = subprocess.check_output(
        [make, "-s", "--no-print-directory", "-f", "-", "place"], cwd=ROOT, input=say, text=True
    )
    assert said.strip() == place
