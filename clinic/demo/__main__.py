"""The whole clinic on one machine, in one foreground process: `make demo`.

Not a manage.py command, because the servers must run before Django reads its settings.
"""

import contextlib
import errno
import http.client
import multiprocessing
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from importlib import import_module
from pathlib import Path

from cryptography.fernet import Fernet

from clinic.demo import servers as stack
from clinic.demo.asked import is_empty, speaks_pseudo_languages
from clinic.demo.logins import DEMO_LOGINS, DEMO_PASSWORD
from clinic.demo.processes import (
    Child,
    die_with_parent,
    stop_together,
    wait_until,
)
from therapists.core import web_push_keys

SECONDS_TO_FIRST_PAGE = 300  # on a machine that is busy; whatever ends by itself is noticed at once
SECONDS_FOR_A_PREDECESSOR = 2
LOCALHOST = "127.0.0.1"
RESET = "--reset"
WITHOUT_PAGES = {"CELERY_SKIP_CHECKS": "1"}  # which would load them all, and show nobody any


def main(arguments: list[str]) -> int:
    state = Path(os.environ.get("STATE") or _usual_state()).resolve()
    try:
        if RESET in arguments:
            return _reset(state)
        return _run(state, _port(os.environ.get("PORT") or "8000"))
    except stack.StackError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        _say("\nStopped.")
        return 0


def _reset(state: Path) -> int:
    stack.forget(state)
    _say("The demo's data is gone; make demo starts anew.")
    return 0


def _run(state: Path, port: int) -> int:
    began = time.monotonic()
    _stop_when_told()
    with running(state, port) as children:
        _say_where(state, port, time.monotonic() - began)
        return _watch(children)


@contextlib.contextmanager
def running(state: Path, port: int) -> Iterator[list[Child]]:
    """Every part of the clinic, until the end; the servers stop last."""
    _refuse_a_taken_port(port)
    with stack.running(state, say=_say) as servers, contextlib.ExitStack() as started:
        smtp_port = _free_port()
        _set_environment(state, {**servers.urls, **_environment(state, port, smtp_port)})
        started.callback((state / "environment").unlink)
        _prepare(state)
        children: list[Child] = []
        started.callback(stop_together, children)
        _say("Starting the web server …")
        children.append(_start("Mail catcher", _catcher(state, smtp_port), state))
        children.append(_start("Web server", _web_server(port), state))
        _wait_for_the_first_page(port, [*servers.children, *children])
        # Only now, so that they do not hold the first page up.
        children.append(_start("Celery worker", _worker(), state))
        children.append(_start("Celery beat", _beat(state), state, **WITHOUT_PAGES))
        yield [*servers.children, *children]


def _start(name: str, command: list[str], state: Path, **more: str) -> Child:
    log = state / f"{name.lower().replace(' ', '-')}.log"
    return Child.start(name, [sys.executable, *command], log=log, env={**os.environ, **more})


def _catcher(state: Path, port: int) -> list[str]:
    folder = state / "mail"
    folder.mkdir(exist_ok=True)
    program = Path(__file__).with_name("smtp_sink.py")  # it alone: it needs nothing of the clinic
    return ["-P", str(program), str(folder), str(port)]


def _web_server(port: int) -> list[str]:
    bind = ["--bind", f"{LOCALHOST}:{port}", "--no-control-socket"]
    size = ["--preload", "--workers", "2", "--threads", "4", "--graceful-timeout", "5"]
    return ["-m", "gunicorn", "clinic.wsgi", *bind, *size]


def _worker() -> list[str]:
    """One for mail and calendars: in a clinic each has its own, which would cost 95 MB here."""
    quiet = ["--loglevel", "WARNING", "--without-mingle", "--without-gossip"]
    alone = ["--pool", "solo"]  # a process that only watches another costs 70 MB
    reads = ["--queues", "celery,calendars"]
    return ["-m", "celery", "--app", "clinic", "worker", *alone, *reads, *quiet]


def _beat(state: Path) -> list[str]:
    files = ["--schedule", str(state / "beat-schedule"), "--pidfile="]
    return ["-m", "celery", "--app", "clinic", "beat", "--loglevel", "WARNING", *files]


def _environment(state: Path, port: int, smtp_port: int) -> dict[str, str]:
    locale = {"LOCALE_PATH": str(state / "locale")} if speaks_pseudo_languages() else {}
    return locale | {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "DEMO": "true",
        "STATE": str(state),
        "STATIC_ROOT": str(state / "static"),
        "SECRET_KEY": _kept(state / "secret_key", secrets.token_urlsafe(48)),
        "FACTOR_KEYS": _factor_keys(state),
        "HEALTH_KEYS": _kept(state / "health_key", Fernet.generate_key().decode()),
        "PUSH_KEY": _kept(state / "push_key", web_push_keys.new_key()),
        "SITE_URL": f"http://localhost:{port}",
        "EMAIL_HOST": LOCALHOST,
        "EMAIL_PORT": str(smtp_port),
    }


def _set_environment(state: Path, environment: Mapping[str, str]) -> None:
    """For our children, and in a file for a manage.py that somebody runs beside us."""
    os.environ.update(environment)
    kept = state / "environment"
    kept.touch(mode=0o600)
    kept.write_text("".join(f"{name}={value}\n" for name, value in environment.items()))


def _usual_state() -> str:
    """Of its own, so that nobody's demo is in the way."""
    return ".state-empty" if is_empty() else ".state"


def _kept(place: Path, new: str) -> str:
    """Made once, so that links in earlier mails and what was sealed go on working."""
    if not place.exists():
        place.touch(mode=0o600)
        place.write_text(new)
    return place.read_text()


def _factor_keys(state: Path) -> str:
    """They open too what a demo from before there were two rings has sealed with its one key."""
    one_key = state / "health_key"
    earlier = [one_key.read_text()] if one_key.exists() else []
    return _kept(state / "factor_key", ",".join([Fernet.generate_key().decode(), *earlier]))


def _prepare(state: Path) -> None:
    """In a process that ends: what it loads would stay in this one for as long as the demo runs."""
    apart = multiprocessing.get_context("fork").Process(target=_prepare_apart, args=[state])
    apart.start()
    try:
        apart.join()
    finally:
        apart.terminate()
        apart.join()
    if apart.exitcode:
        sys.exit(1)  # why has been said


def _prepare_apart(state: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who waits for us ends us too
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if ask_the_kernel := die_with_parent(signal.SIGTERM, os.getppid()):
        ask_the_kernel()
    try:
        import_module("clinic.demo.preparation").prepare(state)
    except stack.StackError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def _port(asked: str) -> int:
    if not asked.isdecimal() or not 0 < int(asked) < 65536:
        raise stack.StackError(f"{asked!r} is not a port; choose a number: make demo PORT=8001")
    return int(asked)


def _refuse_a_taken_port(port: int) -> None:
    """Refuses after a moment, since one that was killed lets go only now."""
    if not wait_until(
        lambda: _is_free(port), seconds=SECONDS_FOR_A_PREDECESSOR, alive=lambda: True
    ):
        raise stack.StackError(
            f"Port {port} is taken; choose another one: make demo PORT={port + 1}"
        )


def _is_free(port: int) -> bool:
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((LOCALHOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise stack.StackError(f"Port {port} cannot be used: {error.strerror}.") from error
        return True


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((LOCALHOST, 0))
        return found.getsockname()[1]


def _wait_for_the_first_page(port: int, children: list[Child]) -> None:
    if not wait_until(
        lambda: _answers(port),
        seconds=SECONDS_TO_FIRST_PAGE,
        alive=lambda: all(child.is_running() for child in children),
    ):
        raise stack.StackError(f"The first page did not come; see {children[-1].log}.")


def _answers(port: int) -> bool:
    """Asked without a proxy or a resolver: the page is on this machine, whatever they know."""
    page = http.client.HTTPConnection(LOCALHOST, port, timeout=5)
    try:
        # A clinic that is not set up yet has no first page.
        page.request(
            "GET", "/healthz" if is_empty() else "/", headers={"Host": f"localhost:{port}"}
        )
        status = page.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        page.close()
    if status >= HTTPStatus.BAD_REQUEST:
        raise stack.StackError(f"The first page failed with {status}.")
    return status == HTTPStatus.OK


def _watch(children: list[Child]) -> int:
    while all(child.is_running() for child in children):
        time.sleep(0.3)
    ended = next(child for child in children if not child.is_running())
    how = f"code {ended.process.returncode}; see {ended.log}"
    print(f"{ended.name} has stopped by itself ({how}). Stopping the rest.", file=sys.stderr)
    return 1


def _stop_when_told() -> None:
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, _stop)
    if "MAKELEVEL" in os.environ and (end := die_with_parent(signal.SIGTERM, os.getppid())):
        end()  # so that it is enough to kill make


def _stop(_signal: object, _frame: object) -> None:
    """Once: the second Ctrl-C of an impatient hand must not cut the stopping short."""
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)
    _say("\nStopping …")
    raise KeyboardInterrupt


def _say(line: str) -> None:
    print(line, flush=True)


def _say_where(state: Path, port: int, seconds: float) -> None:
    home = f"http://localhost:{port}/"
    _say(f"\nTaper is running ({seconds:.1f} s): {home}")
    _say(f"Mail it sends:      {home}demo/inbox/")
    if is_empty():
        # Which says how to set a clinic up, unless one is.
        subprocess.run([sys.executable, "-m", "django", "start_up"], check=False)
    else:
        _say(f"Sign in at          {home}accounts/login/  with the password  {DEMO_PASSWORD}")
        for role, email in DEMO_LOGINS:
            _say(f"  {role:<12} {email}")
    elsewhere = "" if state == Path(".state").resolve() else f" STATE={state}"
    _say(f"Stop it with Ctrl-C; the data stays. To forget it then: make demo-reset{elsewhere}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
