"""Each line of docs/operations.md that somebody is to type is typed here, on a machine made for it.

`make rehearse` does the same in whole images, in a bare Debian, with Caddy and databases of its
own; here the image's steps run in a bare folder, beside the tests' servers. The tests stand in the
order of the page.
"""

import json
import os
import re
import shutil
import signal
import socket
from pathlib import Path
from typing import NamedTuple

import pytest

from clinic.demo import servers
from clinic.operations.backups import programs
from tests import patience
from tests.clinic.operations.conftest import a_database
from tests.mail.post_office import PostOffice
from tests.rehearsal import machine, page
from tests.rehearsal.docker import engine
from tests.rehearsal.page import Box, Typist
from tests.rehearsal.visitor import Visitor

pytestmark = [
    pytest.mark.real_clock,
    pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed"),
]
TOKEN, PASSWORD = "a-token-for-the-figures", machine.PASSWORD
# Of what is not typed here, why; by how a line begins.
NOT_TYPED = {
    "apt-get install": "changes this machine",
    "ufw ": "changes this machine's firewall",
    "docker compose --profile development": "mailpit is of others; else the same",
    "manage.py ": "test_backup.py and test_whole_export.py do, with files of their own",
    "docker compose run --rm backup python manage.py doctor": "test_doctor.py does; it ends with 1",
    "docker compose run --rm backup python manage.py restore --newest --replace": (
        "without --replace it is typed, twice; test_backup.py does both"
    ),
    "unzip -p": "test_backup.py opens a backup so, with age",
    "python -c": "test_production.py makes the same keys",
}
WITHOUT = tuple(NOT_TYPED)
A_BACKUP = "docker compose run --rm backup python manage.py backup"
DATABASES = "createdb", "dropdb", "pg_dump", "pg_restore", "psql"


class Clinic(NamedTuple):
    typist: Typist
    site: str
    post_office: PostOffice
    typed: set[str]

    @property
    def home(self) -> Path:
        return self.typist.machine / "engine"

    def type(self, title: str, *, answers: str = "", but_for: tuple[str, ...] = ()) -> str:
        """`but_for`: what another box has had typed already, and takes seconds."""
        box = page.find(title)
        lines = {line for line in box.commands if not line.startswith(but_for or ("\0",))}
        self.typed.update(lines)
        return self.typist.type(box, answers=answers, without=(*WITHOUT, *but_for))

    def start(self, *names: str) -> None:
        """Only these from now on: the others cost seconds each time, and nobody asks them."""
        settings = json.loads((self.home / "engine.json").read_text())
        (self.home / "engine.json").write_text(json.dumps({**settings, "only": names}))

    def logs(self) -> dict[str, str]:
        return {log.stem: log.read_text() for log in (self.home / "logs").glob("*.log")}

    def env(self) -> str:
        return (self.typist.there(page.TAPER) / ".env").read_text()

    def wait_for(self, condition) -> None:
        ends = lambda: "\n".join(f"--- {n}\n{text[-3000:]}" for n, text in self.logs().items())  # noqa: E731
        patience.wait_for(condition, otherwise=ends)

    def is_up(self) -> bool:
        left_out = "&".join(f"exclude={name}" for name in ("mail", "beat", "backup", "offsite"))
        return Visitor(self.site).get(f"/readyz?{left_out}")[0] == 200

    def version(self) -> str:
        self.wait_for(self.is_up)
        return json.loads(Visitor(self.site).get("/readyz")[1])["version"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("c")
    folder.chmod(0o711)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    origin = machine.make_origin(folder / "origin")
    with (
        a_database("first_day") as url,
        PostOffice() as post_office,
        servers._valkey(folder) as (broker, _server),
    ):
        instead = {"DATABASE_URL": url, "REDIS_URL": broker, "PORT": str(port)}
        typist = machine.make(
            folder / "m", origin, _engine(instead), _typed(folder, port, post_office)
        )
        installed = Clinic(typist, f"http://localhost:{port}", post_office, set())
        try:
            yield installed
        finally:
            _stop(installed)


def _engine(instead: dict[str, str]) -> dict:
    """`programs` of the databases' own, and where they find the tests' server."""
    there = programs.found("createdb", at_least=0).parent
    path = f"{there}:{os.environ['PATH']}"
    server = {
        "PGHOST": os.environ["DATABASE_URL"].partition("@")[2].rpartition("/")[0],
        "PATH": path,
    }
    only = ["web", "worker", "backup"]  # test_celery.py starts beat
    return {"how": "folders", "instead": instead, "postgres": server, "only": only}


def _typed(folder: Path, port: int, post_office: PostOffice) -> dict[str, str]:
    return {
        "SITE_URL": f"http://localhost:{port}",
        "TRUSTED_PROXIES": "0",
        "METRICS_TOKEN": TOKEN,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(post_office.port),
        "OFFSITE": "restic",
        "RESTIC_REPOSITORY": str(folder / "elsewhere"),
        "RESTIC_PASSWORD": "made-up-by-the-friend",
        "BACKUPS_ON": str(folder / "m" / page.SECOND_DISK[1:]),
    }


def _stop(installed: Clinic) -> None:
    for one in _running(installed).values():
        if one["pid"]:
            engine._end(one["pid"])


def _running(installed: Clinic) -> dict:
    path = installed.home / "running.json"
    return json.loads(path.read_text()) if path.exists() else {}


def test_from_a_release_that_is_fetched_to_a_confirmed_booking_and_its_mail(installed):
    installed.type("Fetch it")
    assert "TAPER_VERSION=0.1.0\n" in installed.env()
    installed.type("A second disk")
    installed.type("Start")
    installed.wait_for(installed.is_up)
    assert "not open yet" in Visitor(installed.site).get("/")[1]
    assert "/setup/?token=" in installed.logs()["web"]
    said = installed.type("Setting up", answers=machine.ANSWERS)
    assert "Towpath Clinic can be booked" in said

    visitor = Visitor(installed.site)
    assert "Towpath Clinic" in visitor.get("/")[1]
    key = visitor.book("Ana Demo", "ana@example.com")
    installed.wait_for(lambda: "ana@example.com" in installed.post_office.recipients())
    assert installed.post_office.messages[0]["Subject"]
    _figures_tell(visitor)
    _logs_tell(installed, key)
    assert "sent." in installed.type("Following one booking")


def _figures_tell(visitor: Visitor) -> None:
    figures = visitor.get("/metrics", Authorization=f"Bearer {TOKEN}")[1]
    assert 'taper_bookings_total{by="runner"} 1.0' in figures
    assert 'taper_mails_total{kind="confirmed",outcome="sent"} 1.0' in figures
    held = r'taper_requests_total\{method="POST",status="200",view="runner:hold"\} 1'
    assert re.search(held, figures)


def _logs_tell(installed: Clinic, key: str) -> None:
    """What happened, once; and nobody's name."""
    logs = installed.logs()
    up_to_date = "Bringing the database up to date"
    assert sum(text.count(up_to_date) for text in logs.values()) == 1
    assert "Traceback" not in logs["worker"] + logs["backup"], logs
    assert '"error"' not in logs["worker"], logs
    for secret in ("ana@example.com", "Ana Demo", key, "dee@example.com", PASSWORD):
        assert not [name for name, text in logs.items() if secret in text]
    lines = [json.loads(line) for line in logs["web"].splitlines() if line.startswith("{")]
    told = [line for line in lines if line.get("view") == "runner:details"]
    assert [line["status"] for line in told] == [302]  # the form came with the held time
    assert all(len(line["request_id"]) == 32 for line in told)
    _one_booking_is_followed(logs)


def _one_booking_is_followed(logs: dict[str, str]) -> None:
    """From the request to the mail that left, as docs/operations.md says: by one word each."""
    lines = [
        {**json.loads(line), "in": name}
        for name in ("web", "worker")
        for line in logs[name].splitlines()
        if line.startswith("{")
    ]
    owed = next(line for line in lines if line["message"].endswith("owed: confirmed"))
    asked = [one for one in lines if one["request_id"] == owed["request_id"]]
    assert "runner:details" in [one.get("view") for one in asked]
    of_visit = [one for one in lines if one.get("appointment") == owed["appointment"]]
    of_mail = [(one["in"], one["message"]) for one in of_visit if one["mail"] == owed["mail"]]
    assert of_mail == [
        ("web", f"mail {owed['mail']} owed: confirmed"),
        ("worker", f"mail {owed['mail']} claimed, try 1"),
        ("worker", f"Mail {owed['mail']} sent."),
    ]


def _kill_the_web_server(installed: Clinic) -> None:
    os.kill(_running(installed)["web"]["pid"], signal.SIGKILL)
    installed.wait_for(lambda: not installed.is_up())


def _children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _seconds_of_the_processor(pid: int) -> float:
    """In all that it has been, start_up too."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_backup_is_made_on_the_first_day_without_being_asked_for_and_copied(installed):
    installed.wait_for(lambda: "Noted: the backup lies outside" in installed.logs()["backup"])
    said = installed.type("See that it holds")
    assert "offsite.sh copy: done, with restic." in installed.logs()["backup"]
    for name in ("web", "backup"):  # worker and beat once a minute has passed
        assert f"taper-{name}-1  healthy" in said, said
    assert "offsite.sh check: done" in said


def test_a_new_release_and_back_again_with_all_that_was_booked(installed):
    """`make rehearse` runs the release before on the newer database; here it is the same."""
    installed.start("web")
    installed.type("A new release", but_for=(A_BACKUP,))
    assert installed.version() == machine.AFTER
    Visitor(installed.site).book("Bo Demo", "bo@example.com")
    _kill_the_web_server(installed)
    installed.start()
    installed.type("Back again")
    assert "TAPER_VERSION=0.1.0\n" in installed.env()


def test_the_web_servers_two_workers_share_one_start_when_its_master_was_killed(installed):
    """On any machine: what starts for itself takes as long again, and then answers."""
    installed.start("web")
    installed.type("Stopping, starting")
    pid = _running(installed)["web"]["pid"]
    installed.wait_for(lambda: _children_of(pid))
    assert installed.version() == machine.BEFORE
    Visitor(installed.site).book("Cy Demo", "cy@example.com")
    workers = [_seconds_of_the_processor(one) for one in _children_of(pid)]
    assert len(workers) == 2
    assert sum(workers) < _seconds_of_the_processor(pid)
    images = installed.typist.type(Box("", "sh", "docker image ls taper"))
    assert images.split() == [f"taper:{machine.BEFORE}", f"taper:{machine.AFTER}"]


def test_a_new_image_never_takes_the_name_of_the_one_before(installed):
    build = f"docker build --build-arg TAPER_VERSION=0.3.0 --tag taper:{machine.BEFORE} ."
    with pytest.raises(
        AssertionError, match=r"This is Taper 0\.1\.0, but TAPER_VERSION is “0\.3\.0”"
    ):
        installed.typist.type(Box("", "sh", build))
    assert (installed.home / "images" / f"taper:{machine.BEFORE}").exists()


def test_the_drill_reads_the_last_backup_back_beside_the_clinic(installed):
    assert "is whole" in installed.type("The drill")


def test_a_lost_machine_stands_again_from_its_copies_and_the_env_file(installed):
    kept = installed.env()
    _stop(installed)
    settings = json.loads((installed.home / "engine.json").read_text())
    shutil.rmtree(installed.typist.machine)
    with a_database("another_day") as url:
        settings["instead"]["DATABASE_URL"] = url
        machine.make(installed.typist.machine, installed.typist.origin, settings, {})
        installed.typist.there(page.KEPT).write_text(kept)
        installed.type("A second disk")
        installed.type("The machine is lost")
        installed.wait_for(installed.is_up)
        assert "Towpath Clinic" in Visitor(installed.site).get("/")[1]
        Visitor(installed.site).book("Di Demo", "di@example.com")
        _stop(installed)


def test_every_line_of_the_page_was_typed_or_says_why_not(installed):
    lines = [
        line
        for box in page.boxes(page.PAGE.read_text())
        if box.kind == "sh"
        for line in box.commands
    ]
    left = {line for line in lines if line and not line.startswith(WITHOUT)} - installed.typed
    assert not left
