"""The whole clinic on one machine, in one foreground process: `make demo`.

Not a manage.py command, because the servers must run before Django reads its settings.
"""

import contextlib
import os
import secrets
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connections

from clinic import stack
from clinic.children import Child, wait_until
from clinic.demo_data.people import DEMO_LOGINS, DEMO_PASSWORD

SECONDS_TO_FIRST_PAGE = 60
LOCALHOST = "127.0.0.1"


def main() -> int:
    signal.signal(signal.SIGTERM, _stop)
    began = time.monotonic()
    port = int(os.environ.get("PORT", "8000"))
    state = Path(os.environ.get("STATE", ".state")).resolve()
    try:
        with running(state, port) as children:
            _say_where(port, time.monotonic() - began)
            return _watch(children)
    except stack.StackError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
        return 0


@contextlib.contextmanager
def running(state: Path, port: int) -> Iterator[list[Child]]:
    """Every part of the clinic, until the end; each later one is stopped before the earlier."""
    _refuse_a_taken_port(port)
    with stack.running(state, say=_say) as urls, contextlib.ExitStack() as started:
        smtp_port = _free_port()
        os.environ.update(urls)
        os.environ.update(_environment(state, port, smtp_port))
        mail = state / "mail"
        mail.mkdir(exist_ok=True)
        _prepare()
        children = []
        for name, command in _commands(port, smtp_port, mail):
            child = Child.start(name, command, log=state / f"{name.split()[0].lower()}.log")
            started.callback(child.stop)
            children.append(child)
        _say("Waiting for the first page …")
        if not wait_until(
            lambda: _answers(port),
            seconds=SECONDS_TO_FIRST_PAGE,
            alive=lambda: all(child.is_running() for child in children),
        ):
            raise stack.StackError(f"The first page did not come; see the logs in {state}.")
        yield children


def _commands(port: int, smtp_port: int, mail: Path) -> list[tuple[str, list[str]]]:
    python = [sys.executable, "-m"]
    worker = ["celery", "--app", "clinic", "worker", "--concurrency", "1", "--loglevel", "WARNING"]
    beat = ["celery", "--app", "clinic", "beat", "--loglevel", "WARNING", "--schedule"]
    return [
        ("Catcher of mail", [*python, "clinic.catcher", str(mail), str(smtp_port)]),
        (
            "Web server",
            [
                *python,
                "gunicorn",
                "clinic.wsgi",
                "--bind",
                f"{LOCALHOST}:{port}",
                "--workers",
                "2",
                "--threads",
                "4",
                "--no-control-socket",
            ],
        ),
        ("Worker of Celery", [*python, *worker, "--without-mingle", "--without-gossip"]),
        ("Beat of Celery", [*python, *beat, str(mail.parent / "beat-schedule"), "--pidfile="]),
    ]


def _environment(state: Path, port: int, smtp_port: int) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "DEMO": "true",
        "STATE": str(state),
        "SECRET_KEY": _secret_key(state),
        "SITE_URL": f"http://localhost:{port}",
        "EMAIL_HOST": LOCALHOST,
        "EMAIL_PORT": str(smtp_port),
    }


def _secret_key(state: Path) -> str:
    """Made once, so that links in earlier mails go on working."""
    kept = state / "secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return kept.read_text()


def _prepare() -> None:
    django.setup()
    _say("Bringing the database up to date …")
    call_command("migrate", verbosity=0, interactive=False)
    _say("Looking for the demo data …")
    call_command("load_demo_data", verbosity=0)
    connections.close_all()


def _refuse_a_taken_port(port: int) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((LOCALHOST, port))
        except OSError:
            raise stack.StackError(
                f"Port {port} is taken; choose another one: make demo PORT={port + 1}"
            ) from None


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((LOCALHOST, 0))
        return found.getsockname()[1]


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=5) as page:
            return page.status == 200
    except urllib.error.HTTPError as error:
        raise stack.StackError(f"The first page failed with {error.code}.") from error
    except OSError:
        return False


def _watch(children: list[Child]) -> int:
    while True:
        for child in children:
            if not child.is_running():
                print(f"{child.name} has stopped by itself; stopping the rest.", file=sys.stderr)
                return 1
        time.sleep(0.3)


def _stop(_signal, _frame) -> None:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    print(line, flush=True)


def _say_where(port: int, seconds: float) -> None:
    home = f"http://localhost:{port}/"
    _say(f"\nTaper is running ({seconds:.1f} s): {home}")
    _say(f"Mail it sends:      {home}demo/inbox/")
    _say(f"Sign in at          {home}accounts/login/  with the password  {DEMO_PASSWORD}")
    for role, email in DEMO_LOGINS:
        _say(f"  {role:<12} {email}")
    _say("Stop it with Ctrl-C; the data stays. Start anew: make demo-reset")


if __name__ == "__main__":
    sys.exit(main())
