"""A clinic's own installation, as production runs it, on a database that is empty."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from urllib.request import urlopen

from django.core.management import call_command
from django.test import override_settings

from clinic.demo import static_files
from clinic.demo.processes import Child, stop_together
from tests import patience

LIMITS = ("LIMIT_ACCOUNTS", "LIMIT_PAGES", "LIMIT_API", "LIMIT_BOOKING", "LIMIT_HOLDS",
          "LIMIT_FILES", "LIMIT_JOINS")  # fmt: skip
NOT_OF_A_CLINIC = ("DEMO", "DEBUG", "PSEUDO_LANGUAGES", "ADMIN", "STAFF_NEED_A_SECOND_FACTOR")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def secrets() -> dict[str, str]:
    said = StringIO()
    call_command("make_secrets", stdout=said)
    return dict(line.split("=", 1) for line in said.getvalue().splitlines())


def environment(folder: Path, database: str, port: int, smtp_port: int) -> dict[str, str]:
    usual = {name: value for name, value in os.environ.items() if name not in NOT_OF_A_CLINIC}
    return {
        **usual,
        **secrets(),
        **dict.fromkeys(LIMITS, ""),
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "DATABASE_URL": database,
        "STATE": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "SITE_URL": f"http://localhost:{port}",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(smtp_port),
        "DEFAULT_FROM_EMAIL": "Taper <clinic@example.com>",
    }


@contextmanager
def running(folder: Path, database: str) -> Iterator[str]:
    """Its address, once it answers; its mails are in `folder`/mail."""
    port, smtp_port = free_port(), free_port()
    env = environment(folder, database, port, smtp_port)
    (folder / "mail").mkdir()
    python = sys.executable
    with override_settings(STATIC_ROOT=env["STATIC_ROOT"]):
        static_files.collect()  # as well as the image does, but for what compressing takes
    web = ("gunicorn", "clinic.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1")
    programs = {
        "catcher": ("-m", "clinic.demo.smtp_sink", str(folder / "mail"), str(smtp_port)),
        "web": ("manage.py", "start_up", python, "-m", *web),
    }
    children = [
        Child.start(name, [python, *rest], log=folder / f"{name}.log", env=env)
        for name, rest in programs.items()
    ]
    try:
        patience.wait_for(
            lambda: answers(f"http://localhost:{port}/healthz"),
            otherwise=(folder / "web.log").read_text,
        )
        loop = [python, "manage.py", "send_mail_loop"]
        children.append(Child.start("mails", loop, log=folder / "mails.log", env=env))
        yield f"http://localhost:{port}"
    finally:
        stop_together(children)


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5):
            return True
    except OSError as error:
        return getattr(error, "code", 0) == 503  # it lives; beat does not run here
