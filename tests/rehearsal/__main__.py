"""make rehearse: docs/operations.md on a machine made for it, as a clinic would live it.

A bare Debian (debootstrap) under images whose layers are the Dockerfile's own steps; containers by
the kernel's own means under the file's memory limits, on one processor, without a way out but to
what stands for the other building; through Caddy, with encryption. Says what each step took. Needs
root, debootstrap and rclone.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.mail.post_office import PostOffice
from tests.rehearsal import machine, monday, page
from tests.rehearsal.docker import in_roots
from tests.rehearsal.docker.compose import ROOT, read_env
from tests.rehearsal.page import Typist
from tests.rehearsal.visitor import Visitor

FOLDER = Path(os.environ.get("STATE") or ROOT / ".state") / "rehearsal"
STORE = Path(os.environ.get("REHEARSAL_STORE") or FOLDER / "store")
NEEDED = ("debootstrap", "rclone", "unshare", "nsenter", "git", "mount")
SITE = "https://localhost"
DOCTOR = (
    "docker compose run --rm backup python manage.py doctor",
)  # ends with 1 where mail is a stand-in
SERVICES = ("web", "worker", "calendars", "beat", "backup", "postgres", "redis", "caddy")
NOT_YET_THERE = "bookings/migrations/0007_rooms_are_lent.py"
UP_IF = 0x8914, 0x8913  # SIOCSIFFLAGS and SIOCGIFFLAGS
taken: list[tuple[str, float]] = []


@contextlib.contextmanager
def step(words: str) -> Iterator[None]:
    print(f"— {words} …", flush=True)
    began = time.monotonic()
    yield
    taken.append((words, time.monotonic() - began))
    print(f"  {taken[-1][1]:.1f} s", flush=True)


def outside() -> None:
    """What needs this machine's network; then ourselves again, without it."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if os.geteuid() or missing:
        sys.exit(f"make rehearse needs root, and on Debian: apt-get install {' '.join(missing)}")
    shutil.rmtree(FOLDER / "machine", ignore_errors=True)
    for group in in_roots.CGROUP.glob("*/"):  # with what was counted in it
        group.rmdir()
    STORE.mkdir(parents=True, exist_ok=True)
    machine.make_origin(FOLDER / "origin", _release_before())
    (FOLDER / "outside").touch()
    inner = f"mount --bind /proc/self/ns/net {FOLDER}/outside; exec unshare --net --pid --fork"
    inner += f" --kill-child --mount-proc {sys.executable} -m tests.rehearsal inside"
    sys.exit(subprocess.run(["unshare", "--mount", "sh", "-ec", inner], check=False).returncode)  # noqa: S607


def _release_before() -> str:
    """BEFORE, or the newest tag, or the last commit that lacks some migrations."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", *words],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()

    added = git("log", "-1", "--diff-filter=A", "--format=%H", "--", NOT_YET_THERE)
    before = os.environ.get("BEFORE") or git("describe", "--tags", "--abbrev=0") or f"{added}^"
    print(f"The release before is {git('log', '-1', '--format=%h %s', before)}")
    return before


def inside() -> None:
    _loopback_up()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one processor, for all of them
    (FOLDER / "elsewhere").mkdir(exist_ok=True)
    serving = [
        "rclone",
        "serve",
        "restic",
        "--addr",
        "127.0.0.1:9001",
        str(FOLDER / "elsewhere/restic"),
    ]
    shutil.rmtree(FOLDER / "elsewhere", ignore_errors=True)
    other_building = subprocess.Popen(serving, stderr=subprocess.DEVNULL)
    began = time.monotonic()
    with PostOffice() as post_office:
        typist = _new_machine("machine", post_office.port)
        try:
            owner = _first_day(typist, post_office)
            _upgrade_and_back(typist, owner)
            _a_day(typist, owner)
            _lose_the_machine(typist, post_office)
        finally:
            other_building.send_signal(signal.SIGTERM)
    print(f"\n{'Step':<62} seconds")
    for words, seconds in [*taken, ("All of it", time.monotonic() - began)]:
        print(f"{words:<62} {seconds:7.1f}")


def _loopback_up() -> None:
    with socket.socket() as any_socket:
        flags = fcntl.ioctl(any_socket, UP_IF[1], struct.pack("16sh22x", b"lo", 0))
        up = struct.unpack("16sh22x", flags)[1] | 1
        fcntl.ioctl(any_socket, UP_IF[0], struct.pack("16sh22x", b"lo", up))


def _new_machine(name: str, mail_port: int) -> Typist:
    engine = {"how": "roots", "store": str(STORE), "outside": str(FOLDER / "outside")}
    typed = {
        "SITE_URL": SITE,
        "EMAIL_HOST": "mailpit",
        "EMAIL_PORT": str(mail_port),
        "METRICS_TOKEN": monday.TOKEN,
        "TAPER_VERSION": machine.BEFORE,  # which older ones did not write there themselves
        "OFFSITE": "restic",
        "RESTIC_REPOSITORY": "rest:http://127.0.0.1:9001/",
        "RESTIC_PASSWORD": "made-up-by-the-friend",
        "BACKUPS_ON": str(FOLDER / name / page.SECOND_DISK[1:]),
        "LIMIT_PAGES": "",
        "LIMIT_HOLDS": "",
        "LIMIT_BOOKING": "",
    }
    return machine.make(FOLDER / name, FOLDER / "origin", engine, typed)


def _first_day(typist: Typist, post_office: PostOffice) -> Visitor:
    with step("Fetched, image made, secrets made, .env filled in"):
        typist.type(page.find("Fetch it"))
    typist.type(page.find("A second disk"))
    with step("Web, worker, beat, backup, databases and Caddy started"):
        typist.type(page.find("Start"))
    with step("The clinic set up by its questions"):
        typist.type(page.find("Setting up"), answers=machine.ANSWERS)
    with step("The first booking, through Caddy, and its mail"):
        _book("Ana Demo", "ana@example.com", post_office)
    owner = Visitor(SITE)
    owner.sign_in("dee@example.com", machine.PASSWORD)
    return owner


def _all_well(typist: Typist) -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        told = typist.type(page.Box("", "sh", "docker compose ps"))
        if all(f"taper-{name}-1  healthy" in told for name in SERVICES):
            return
        time.sleep(2)
    raise AssertionError(told)


def _book(name: str, email: str, post_office: PostOffice | None = None) -> None:
    Visitor(SITE).book(name, email)
    until = time.monotonic() + 90
    while post_office and email not in post_office.recipients():
        assert time.monotonic() < until, "no mail came"
        time.sleep(0.2)


def _version() -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        status, said = Visitor(SITE).get(
            "/readyz?exclude=mail&exclude=beat&exclude=backup&exclude=offsite"
        )
        if status == 200:
            return said
        time.sleep(0.2)
    raise AssertionError(said)


def _upgrade_and_back(typist: Typist, owner: Visitor) -> None:
    with step("Upgraded to the next release, booked"):
        typist.type(page.find("A new release"))
        assert machine.AFTER in _version()
        _book("Bo Demo", "bo@example.com")
    with step("Back again on the newer database: booked, and the owner's pages"):
        typist.type(page.find("Back again"))
        assert machine.BEFORE in _version()
        _book("Cy Demo", "cy@example.com")
        monday.walk(owner)
    with step("And on again to the next release"):
        typist.type(page.find("A new release"))
        assert machine.AFTER in _version()


def _a_day(typist: Typist, owner: Visitor) -> None:
    with step("Worker, beat and all others well by their own checks"):
        _all_well(typist)
    with step("A backup by hand, its copy elsewhere, compared"):
        typist.type(page.find("See that it holds"), without=DOCTOR)
    print(typist.type(page.Box("", "sh", f"{DOCTOR[0]} || true")))
    monday.is_held(typist, SITE, owner)
    with step("The drill: last backup beside the clinic"):
        said = typist.type(page.find("The drill"))
        assert "is whole" in said, said
    with step("The old data too: restored in the place of what was there"):
        typist.type(page.find("Upgrading"))
        _version()
    typist.type(
        page.Box(
            "",
            "sh",
            "docker compose run --rm backup python manage.py backup\n"
            "docker compose exec backup ./offsite.sh copy\n",
        )
    )


def _lose_the_machine(typist: Typist, post_office: PostOffice) -> None:
    kept = typist.there(page.TAPER).joinpath(".env").read_text()
    typist.type(page.Box("", "sh", "docker compose --profile tls stop\n"))
    shutil.rmtree(FOLDER / "machine")
    began = time.monotonic()
    another = _new_machine("machine", int(read_env(kept)["EMAIL_PORT"]))
    another.there(page.KEPT).write_text(kept)
    typist.type(page.find("A second disk"))
    shutil.rmtree(STORE / "images")  # nothing is built there yet
    shutil.move(STORE / "l", STORE / "l.before")
    with step("Another machine: fetched, built from nothing, copies back, restored, up"):
        another.type(page.find("The machine is lost", release=machine.AFTER))
        _version()
    with step("The first booking on it"):
        _book("Di Demo", "di@example.com")
    shutil.rmtree(STORE / "l.before")
    print(f"  From nothing to the first booking: {(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        inside()
    else:
        outside()
