"""A real browser in front of the real thing: web server, worker, beat, mail and all."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Literal
from urllib.parse import urlsplit

import psycopg2
import pytest
from environ import Env
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from clinic.demo.processes import die_with_parent
from tests import patience
from tests.browser import days
from tests.browser.days import fits, needs_no_enlarging
from tests.browser.logins import let_in
from tests.fetching.servers import HOST, CalendarServer
from tests.office.watch.dns_server import DnsServer
from tests.reading import part_of, present

# Playwright's own event loop runs in this thread, beside Django's ordinary database calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Two of the workers may have a site each (tests.conftest.ByFile).
DATABASE = f"clinic_browser_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
# The first is the same browser without windows, which take most of the others' time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_ONE = "no browser found; on Debian: apt-get install chromium-headless-shell"
TELL_OF_VIOLATIONS = """
    document.addEventListener("securitypolicyviolation", (event) => console.error(
        `policy: ${event.effectiveDirective} kept out ${event.blockedURI} ${event.sample}`));
"""
# What a page says of itself when all is well.
ON_PURPOSE = "|".join(
    [
        r"status of 4(03|04|09|22|29)",  # answers that tests ask for: refused, gone, taken, wrong
        r"net::ERR_INTERNET_DISCONNECTED",  # a test has cut the line
        # What htmx says of a line that was cut; of another failure the browser has said net::ERR_.
        r"^htmx:sendError, \[object \w+\]$",
        # Typing on replaces the question that is under way (hx-sync). What htmx says first it says
        # of a question that failed too, but then with htmx:timeout after it.
        r"^htmx:(afterRequest|sendAbort), \[object \w+\]$",
    ]
)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
A_PHONES = 390
WIDTHS = (A_PHONES, 820, 1440)
OF_COLOURS = ("color-contrast", "link-in-text-block")  # what may differ between the schemes
# All of these tests together are more newcomers than come within an hour; and what each of them
# frees, half a year of a therapist's often, is not gone through for the list beside the others.
AS_TESTS_NEED_IT = "UPDATE bookings_clinic SET unproved_per_hour = 0, offer_pause_minutes = 240"
SHELL = """
import contextlib, io, json, sys, traceback
import django
django.setup()
for line in sys.stdin:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(json.loads(line), {})
        print(json.dumps([True, said.getvalue()]), flush=True)
    except Exception:
        print(json.dumps([False, traceback.format_exc()]), flush=True)
"""
# Of several such lists the last one counts, so here are those of Playwright's that a page may
# notice. The rest are pages of the browser's own, which every window would load and nobody sees.
WITHOUT = [
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
]
FLAGS = [
    f"--disable-features={','.join(WITHOUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@cache
def _kept(mail: Path) -> tuple[str, EmailMessage]:
    """To whom, and what; read once, as hundreds are looked through many times a second."""
    letter = message_from_bytes(mail.read_bytes(), policy=policy.default)
    return letter["To"], letter


@dataclass(frozen=True)
class Inbox:
    """The mails that the site has really sent."""

    folder: Path

    def wait_for(self, recipient: str, *, about: str = "") -> EmailMessage:
        """The newest mail to that address whose subject has those words; fails without one."""

        def came() -> EmailMessage | None:
            letters = self.all_to(recipient)
            return next((one for one in letters if about.lower() in one["Subject"].lower()), None)

        return patience.wait_for(came, otherwise=lambda: f"no mail about {about!r} to {recipient}")

    def all_to(self, recipient: str) -> list[EmailMessage]:
        kept = map(_kept, sorted(self.folder.glob("*.eml"), reverse=True))
        return [letter for to, letter in kept if recipient in to]

    @staticmethod
    def links(letter: EmailMessage) -> list[str]:
        return re.findall(r"https?://\S+", part_of(letter))


@dataclass(frozen=True)
class Site:
    """`environment` is what a program beside it needs to join it."""

    url: str
    inbox: Inbox
    environment: dict[str, str]


def own_database(name: str = DATABASE) -> str:
    """The URL of a new database on the tests' server; what else is on it stays as it is."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    _execute(
        parts.geturl(),
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        f"CREATE DATABASE {name}",
    )
    return parts._replace(path=f"{parts.path.rpartition('/')[0]}/{name}").geturl()


@pytest.fixture(scope="package")
def feed_server(tmp_path_factory) -> Iterator[CalendarServer]:
    """Where people's own calendars stand."""
    with CalendarServer(tmp_path_factory.mktemp("ca")) as server:
        yield server


@pytest.fixture(scope="package")
def feed_names() -> Iterator[DnsServer]:
    with DnsServer() as names:
        names.addresses = {HOST: ["127.0.0.1"]}
        yield names


@pytest.fixture(scope="package")
def site(tmp_path_factory, feed_server, feed_names) -> Iterator[Site]:
    """The demo, started as anybody would start it, with a port, folder and database of its own."""
    state = tmp_path_factory.mktemp("demo")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    places = {
        "PORT": str(port),
        "STATE": str(state),
        "DATABASE_URL": own_database(),
        "PSEUDO_LANGUAGES": "true",  # for whoever asks for them
        "CALENDAR_HOSTS": HOST,
        "CALENDAR_NETWORKS": "127.0.0.0/8",
        "CALENDAR_PORT": str(feed_server.port),
        "CALENDAR_AUTHORITIES": feed_server.authorities,
        "DNS_SERVERS": feed_names.address,
    }
    log = state / "demo.log"
    limits = {
        "HOLDS_PER_HOUR_PER_ADDRESS": "10000",
        "HOLDS_AT_ONCE_PER_ADDRESS": "1000",
        "LIMIT_SIGNING_IN": "false",
        "LIMIT_ACCOUNTS": "",
        "LIMIT_PAGES": "",
        "LIMIT_API": "",
        "LIMIT_BOOKING": "",
        "LIMIT_HOLDS": "",
        "DIARY_LOCK_SECONDS": str(round(patience.seconds())),
    }
    with log.open("wb") as output:
        demo = subprocess.Popen(
            [sys.executable, "-m", "clinic.demo"],
            cwd=ROOT,
            env={**os.environ, **limits, **places},
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(15),
        )
    try:
        _wait_for_the_first_page(demo, log)
        _execute(places["DATABASE_URL"], AS_TESTS_NEED_IT)
        kept = (state / "environment").read_text().splitlines()
        environment = dict(line.split("=", 1) for line in kept) | places
        yield Site(f"http://localhost:{port}", Inbox(state / "mail"), environment)
    finally:
        demo.terminate()
        demo.wait(patience.seconds())


def _execute(url: str, *statements: str) -> None:
    server = Env.db_url_config(url)
    with contextlib.closing(
        psycopg2.connect(
            dbname=server["NAME"],
            host=server["HOST"] or None,
            port=server["PORT"] or None,
            user=server["USER"] or None,
            password=server["PASSWORD"] or None,
        )
    ) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _wait_for_the_first_page(demo: subprocess.Popen, log: Path) -> None:
    def runs_or_ended() -> bool:
        return "Taper is running" in log.read_text() or demo.poll() is not None

    patience.wait_for(runs_or_ended, otherwise=log.read_text)
    assert demo.poll() is None, f"The demo did not start:\n{log.read_text()}"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HOW_TO_GET_ONE)
    expect.set_options(timeout=patience.seconds() * 1000)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def open_context(browser, site) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a fresh visitor's browser; fails the test for any error that its pages report.

    Among them is every violation of the Content-Security-Policy.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def _open(**options) -> BrowserContext:
        options = {"timezone_id": "Europe/London", "locale": "en-GB", **options}
        context = browser.new_context(base_url=site.url, **options)
        context.set_default_timeout(patience.seconds() * 1000)
        context.add_init_script(TELL_OF_VIOLATIONS)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda message: _note(complaints, message))
        opened.append(context)
        return context

    yield _open
    for context in opened:
        context.close()
    assert not complaints, "\n".join(complaints)


def _note(complaints: list[str], message) -> None:
    if message.type == "error" and not re.search(ON_PURPOSE, message.text):
        complaints.append(message.text)


@pytest.fixture
def page(open_context) -> Page:
    return open_context().new_page()


@pytest.fixture(scope="package")
def axe() -> Callable[..., None]:
    """Fails with every accessibility rule that the page breaks, or of these alone."""
    source = AXE.read_text()

    def _check(page: Page, rules: Sequence[str] = ()) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        asked = {"resultTypes": ["violations"], "preload": False}
        asked |= {"runOnly": list(rules)} if rules else {}
        found = page.evaluate("asked => axe.run(document, asked)", asked)
        broken = [
            f"{rule['id']}: {node['html'][:200]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
        assert not broken, f"{page.url}\n" + "\n".join(broken)

    return _check


@pytest.fixture(scope="package")
def for_everybody(axe) -> Callable[..., None]:
    """Fails unless the page, as it stands, fits every screen and breaks no rule in any colours.

    It is read twice, which takes by far the longest: at the narrowest in the light colours, at the
    widest in the dark ones. Between them lies nothing that is drawn at neither.
    """

    def _check(
        page: Page, widths: Sequence[int] = WIDTHS, *, read_at: Sequence[int] | None = None
    ) -> None:
        reads = widths if read_at is None else read_at
        narrowest, widest = min(reads, default=0), max(reads, default=0)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            fits(page)
            if width == A_PHONES:
                needs_no_enlarging(page)
            if width == narrowest:
                page.emulate_media(color_scheme="light", reduced_motion="reduce")
                axe(page)
            if width == widest:
                page.emulate_media(color_scheme="dark", reduced_motion="reduce")
                axe(page, OF_COLOURS if width == narrowest else ())

    return _check


@pytest.fixture
def clicks(page) -> list[str]:
    """How often the mouse was pressed on something, over all pages."""
    pressed: list[str] = []
    page.expose_function("notePress", lambda what: pressed.append(what))
    page.add_init_script("addEventListener('click', e => notePress(e.target.outerHTML), true)")
    return pressed


@pytest.fixture(scope="package")
def run(site) -> Iterator[Callable[[str], str]]:
    """Runs a few lines beside the site, as an operator would in its shell; tells what they print.

    The shell stays open for the next ones.
    """
    with subprocess.Popen(
        [sys.executable, "-c", SHELL], cwd=ROOT, env={**os.environ, **site.environment},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as shell:  # fmt: skip

        def _run(code: str) -> str:
            print(json.dumps(code), file=shell.stdin, flush=True)
            done, said = json.loads(present(shell.stdout).readline())
            assert done, said
            return said

        yield _run


@pytest.fixture
def visits(run) -> tuple[str, list[int]]:
    """The surname and the ids of Ada's, Ben's and Cleo's visits."""
    days.let_midnight_pass()
    surname = f"Demo{token_hex(2)}"
    made = run(days.BOOK.replace("NAME", surname))
    return surname, [int(pk) for pk in re.findall(r"visit (\d+)", made)]


@pytest.fixture(scope="module")
def somebody_free(run) -> Iterator[None]:
    name = run(days.SOMEBODY_FREE).strip()
    yield
    run(days.NO_LONGER_FREE.replace("NAME", name))


@pytest.fixture
def one_of_everything(run):
    """The name of a therapist who has it all today and on another day, and that day."""
    other = days.a_busy_day(15)
    name = run(days.ONE_OF_EVERYTHING.replace("DAYS", f"{days.today()} {other}")).strip()
    yield name, other
    run(days.NO_MORE_OF_IT.replace("NAME", name))


@pytest.fixture
def caller(run) -> str:
    """The name of a client in the books, whom no visit keeps from any time."""
    name = f"Nell {token_hex(3)}"
    run(
        "from bookings.models import Client\n"
        "from django.utils import timezone\n"
        f"Client.objects.create(name={name!r}, email='{token_hex(4)}@example.com', "
        "proved_at=timezone.now())"
    )
    return name


@pytest.fixture
def phone(open_context) -> Page:
    """A therapist's, signed in."""
    page = open_context(**days.PHONE).new_page()
    return let_in(page, "therapist")
