"""`make demo` as its user sees it: started, stopped, killed, started again."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from clinic.demo.servers import StackError, running
from tests import patience

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


@pytest.fixture
def demo(state, port):
    """Starts the demo on servers of its own and waits for what it says."""
    started = []

    def _demo(*arguments, port=port, state=state, **variables):
        env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        process = subprocess.Popen(
            [sys.executable, "-m", "clinic.demo", *arguments],
            cwd=ROOT,
            env={**env, "PORT": str(port), "STATE": str(state), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        process.said = read_until(process, "Stop it with Ctrl-C")
        return process

    yield _demo
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def read_until(process, words):
    said = ""
    while words not in said and (line := process.stdout.readline()):
        said += line
    return said


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


def test_it_says_where_it_is_and_stops_with_everything_it_started(demo, state, port):
    process = demo()
    assert f"http://localhost:{port}/" in process.said
    assert "demo-owner@example.com" in process.said
    assert "Taper Demo Clinic" in get(port)
    assert "Inbox of the demo" in get(port, "/demo/inbox/")
    assert len(left_running(state)) > 2
    process.send_signal(signal.SIGTERM)
    assert process.wait(patience.seconds()) == 0
    wait_for_nothing(state)


def test_it_keeps_its_data_and_leaves_nothing_behind_when_killed(demo, state, port):
    process = demo()
    assert "Looking for the demo data" in process.said
    assert "Taper Demo Clinic" in get(port)
    process.kill()
    process.wait()
    wait_for_nothing(state)
    assert "Taper is running" in demo().said


def test_a_second_one_in_the_same_folder_is_told_so_in_one_sentence(demo, state):
    demo()
    second = demo(port=a_free_port())
    assert second.said == (
        f"{state} is in use; stop what runs there, or choose another folder with STATE=\n"
    )
    assert second.wait(patience.seconds()) == 1


def test_manage_py_joins_the_demo_that_runs_in_its_folder(demo, state):
    demo()
    asked = "from django.conf import settings as s; print(s.DEMO, s.SITE_URL)"
    said = manage(state, "shell", "-v0", "-c", asked)
    assert said.startswith("True http://localhost:")
    assert "nothing was loaded" in manage(state, "load_demo_data")


def test_a_reset_is_refused_while_it_runs_and_forgets_nothing_that_it_did_not_make(demo, state):
    running_demo = demo()
    refused = demo("--reset")
    assert "is in use" in refused.said
    running_demo.terminate()
    assert running_demo.wait(patience.seconds()) == 0
    (state / "letter to a friend").write_text("Mine.")
    assert demo("--reset").said == "The demo's data is gone; make demo starts anew.\n"
    assert [each.name for each in state.iterdir()] == ["letter to a friend"]


@pytest.mark.parametrize("nonsense", ["eight thousand", "0", "70000", "-1"])
def test_a_port_that_is_none_is_said_in_one_sentence(demo, nonsense):
    process = demo(port=nonsense)
    assert process.said.endswith("is not a port; choose a number: make demo PORT=8001\n")
    assert process.wait(patience.seconds()) == 1


def test_a_folder_that_cannot_be_one_is_said_in_one_sentence(demo, folder):
    (folder / "state").write_text("I am a file.")
    process = demo(state=folder / "state")
    assert re.fullmatch(r".* cannot be used: .*\n", process.said)
    assert process.wait(patience.seconds()) == 1


def test_a_database_that_is_not_there_is_said_in_one_sentence(demo, folder):
    url = f"postgres://postgres@localhost:{a_free_port()}/clinic"
    process = demo(state=folder / "state", DATABASE_URL=url)
    assert "The database cannot be used: connection to server" in process.said
    assert "Traceback" not in process.said
    assert process.wait(patience.seconds()) == 1


def test_a_taken_port_is_said_in_one_sentence(demo, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        process = demo()
    assert process.said == (
        f"Port {port} is taken; choose another one: make demo PORT={port + 1}\n"
    )
    assert process.wait(patience.seconds()) == 1


def test_a_child_that_dies_stops_the_rest_and_is_named(demo, state):
    process = demo()
    beat = next(
        each
        for each in Path("/proc").glob("[0-9]*/cmdline")
        if b"beat" in each.read_bytes() and str(state).encode() in each.read_bytes()
    )
    os.kill(int(beat.parent.name), signal.SIGKILL)
    assert "Celery beat has stopped by itself (code -9" in read_until(process, "Stopping the rest")
    assert process.wait(patience.seconds()) == 1
    wait_for_nothing(state)


def test_a_stale_note_of_a_server_that_is_gone_does_no_harm(folder, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("REDIS_URL", "redis://used-as-it-is")
    state = folder / "state"
    with running(state, durable=False) as servers:
        assert list(servers.urls) == ["DATABASE_URL"]
    home = Path(re.search(r"@/(/.*)/clinic", servers.urls["DATABASE_URL"])[1])
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
