"""Who sends or reads a byte a second takes nobody else's turn."""

import contextlib
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles

from tests.attacks.blackbox.site import Browser, NoAnswer, Site
from tests.reading import first_match

SLOW_BODIES = SLOW_READERS = 64
LONGEST = 1.0  # second, of 95 answers in 100
PAGES = ("/", "/book/sports-massage-60/", "/diary/")
BODY = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900000\r\n\r\n"
)
A_FILE = re.compile(r'href="(/static/[^"]*bootstrap[^"]*\.css)"')
AGAIN = 64  # times the file is asked for, so that no buffer between us holds it all
PAUSE = 1.0  # second between two bytes


def slow_clients_take_nobodys_turn(site: Site) -> str:
    """64 slow bodies and 64 slow readers are held, and begun anew whenever they are cut off."""
    desk = Browser(site)
    desk.sign_in("demo-desk@example.com")
    file = first_match(A_FILE, desk.get("/").text)[1]
    over = threading.Event()
    attackers = [
        threading.Thread(target=_hold, args=(site, over, how), daemon=True)
        for how, many in ((_send_slowly, SLOW_BODIES), (_reader_of(file), SLOW_READERS))
        for _ in range(many)
    ]
    for attacker in attackers:
        attacker.start()
    time.sleep(3 * PAUSE)  # until all of them have hold
    try:
        return _said_of(_probes(desk, site.seconds))
    finally:
        over.set()
        for attacker in attackers:
            attacker.join(2 * PAUSE)


def _hold(site: Site, over: threading.Event, how: Callable[[Site, threading.Event], None]) -> None:
    while not over.is_set():
        with contextlib.suppress(OSError):
            how(site, over)
        over.wait(0.1)


def _send_slowly(site: Site, over: threading.Event) -> None:
    with site.connect() as sock:
        sock.sendall(BODY)
        while not over.wait(PAUSE):
            sock.sendall(b"x")


def _reader_of(file: str) -> Callable[[Site, threading.Event], None]:
    asked = f"GET {file} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * AGAIN

    def read_slowly(site: Site, over: threading.Event) -> None:
        with site.connect(smallest_buffer=True) as sock:
            sock.sendall(asked)
            while sock.recv(1) and not over.wait(PAUSE):
                pass

    return read_slowly


def _probes(browser: Browser, seconds: float) -> list[float]:
    """How long each answer took; infinite for none."""
    with ThreadPoolExecutor(12) as asking:
        found = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found += [asking.submit(_probe, browser, page) for page in PAGES]
            time.sleep(PAUSE)
        return [one.result() for one in found]


def _probe(browser: Browser, page: str) -> float:
    began = time.monotonic()
    try:
        answer = browser.get(page)
    except NoAnswer:
        return float("inf")
    return time.monotonic() - began if answer.status == 200 else float("inf")


def _said_of(times: list[float]) -> str:
    failed = sum(one == float("inf") for one in times)
    answered = [one for one in times if one != float("inf")] or [0.0, 0.0]
    p95 = quantiles(answered, n=20)[-1] if len(answered) > 1 else answered[0]
    said = f"{len(times)} probes, {failed} failed, p95 {p95 * 1000:.0f} ms"
    assert not failed, said
    assert p95 < LONGEST, said
    return said
