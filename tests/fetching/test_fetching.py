"""What is fetched at a pasted address, and all that it must not lead to."""

import logging
import socket
import time
from dataclasses import replace
from threading import Event

import pytest
from dns.rcode import Rcode

from bookings.fetching import Hindrance, NotFetched, Reach, fetch
from tests.fetching.servers import CALENDAR, HOST, CalendarServer, drip, say
from tests.office.watch.dns_server import DnsServer

OTHER = f"other.{HOST}"
# One that is of no public net, told by a name on the list.
NOT_PUBLIC = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1",  # noqa: S104
    "172.31.255.254", "192.168.0.1", "192.168.255.255", "169.254.169.254", "169.254.0.1",
    "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "fe80::1", "fc00::1", "fd12:3456:789a::1", "fec0::1", "ff02::1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::", "2001:db8::1",
    "2001:0:7f00:1::", "100::1",
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with CalendarServer(tmp_path_factory.mktemp("ca")) as server:
        yield server


@pytest.fixture(scope="module")
def names():
    with DnsServer() as names:
        yield names


@pytest.fixture(autouse=True)
def fresh(server, names):
    names.addresses, names.next_addresses = {HOST: ["127.0.0.1"]}, {}
    names.asked.clear()
    names.seconds, names.code = 0, None
    server.answers.clear()
    server.taken.clear()
    server.connected = 0


@pytest.fixture
def reach(server, names):
    """Where the machine itself counts as public."""
    return Reach(
        hosts=[HOST],
        networks=["127.0.0.0/8"],
        port=server.port,
        name_servers=[names.address],
        authorities=server.authorities,
        seconds=2,
    )


def why(url, reach):
    with pytest.raises(NotFetched) as refused:
        fetch(url, reach)
    assert str(refused.value) == refused.value.why  # and nothing of the address
    assert refused.value.__cause__ is None
    return refused.value.why


def test_a_calendar_is_fetched_and_an_unchanged_one_is_not_sent_again(server, reach):
    first = fetch(f"webcal://{HOST}/plan.ics?key=1", reach)
    assert first.content == CALENDAR
    again = fetch(f"https://{HOST}/plan.ics?key=1", reach, tag=first.tag)
    assert (again.content, again.tag) == (None, first.tag)
    assert [path for path, _headers in server.taken] == ["/plan.ics?key=1"] * 2


def test_an_at_sign_in_a_path_is_no_login(server, reach):
    """As in what Outlook publishes."""
    assert fetch(f"https://{HOST}/owa/ana@example.com/c.ics", reach).content == CALENDAR


@pytest.mark.parametrize(
    "tag", ['"a\r\n X-Evil: b"', '"a b"', "plain", '"\x7f"', '"' + "a" * 300 + '"']
)
def test_a_tag_that_could_be_more_than_one_is_forgotten(server, reach, tag):
    server.answers["/"] = say(200, CALENDAR, ETag=tag)
    assert fetch(f"https://{HOST}/", reach).tag == ""


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_name_leads_into_a_net_that_is_not_public(server, names, reach, address):
    names.addresses[HOST] = [address]
    only_public = replace(reach, networks=())
    assert why(f"https://{HOST}/", only_public) is Hindrance.PRIVATE
    assert not server.connected


def test_there_are_forty_of_them():
    assert len(set(NOT_PUBLIC)) >= 40


def test_one_private_address_among_public_ones_is_enough_to_refuse(server, names, reach):
    names.addresses[HOST] = ["93.184.215.14", "127.0.0.1", "2606:2800::1"]
    assert why(f"https://{HOST}/", replace(reach, networks=())) is Hindrance.PRIVATE


def test_a_name_that_changes_its_mind_is_looked_up_once(server, names, reach):
    """The second answer would lead elsewhere; nobody asks for it."""
    names.next_addresses[HOST] = ["10.0.0.1"]
    assert fetch(f"https://{HOST}/", reach).content == CALENDAR
    assert names.asked == [HOST, HOST]  # A and AAAA


def test_whatever_a_connection_takes_is_taken_off_the_time_for_an_answer(
    server, reach, monkeypatch
):
    """Else five seconds in all could be ten."""
    connect, passed = socket.create_connection, [0.0]
    clock = time.monotonic

    def slowly(*asked):
        passed[0] = 59
        return connect(*asked)

    def silent(_request):
        over.wait(60)

    over, server.answers["/"] = Event(), silent
    monkeypatch.setattr("bookings.fetching.socket.create_connection", slowly)
    monkeypatch.setattr("bookings.fetching.time.monotonic", lambda: clock() + passed[0])
    try:
        began = time.perf_counter()
        assert why(f"https://{HOST}/", replace(reach, seconds=60)) is Hindrance.SLOW
        assert time.perf_counter() - began < 30
    finally:
        over.set()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://{host}/", Hindrance.ADDRESS),
        ("ftp://{host}/", Hindrance.ADDRESS),
        ("file:///etc/passwd", Hindrance.ADDRESS),
        ("", Hindrance.ADDRESS),
        ("{host}/plan.ics", Hindrance.ADDRESS),
        ("https://me:secret@{host}/", Hindrance.ADDRESS),
        ("https://{host}:22/", Hindrance.ADDRESS),
        ("https://{host}:x/", Hindrance.ADDRESS),
        ("https://{host}\\@127.0.0.1/", Hindrance.ADDRESS),
        ("https://{host}/a b", Hindrance.ADDRESS),
        ("https://{host}/\r\nHost: x", Hindrance.ADDRESS),
        ("https://{host}/" + "x" * 3000, Hindrance.ADDRESS),
        ("https://127.0.0.1/", Hindrance.HOST),
        ("https://[::1]/", Hindrance.HOST),
        ("https://2130706433/", Hindrance.HOST),
        ("https://localhost/", Hindrance.HOST),
        ("https://not{host}/", Hindrance.HOST),
        ("https://{host}.evil.example/", Hindrance.HOST),
        ("https://{host}./", Hindrance.HOST),
        ("https://nobody.{host}/", Hindrance.NAME),
    ],
)
def test_only_plain_https_addresses_of_hosts_of_the_list_are_asked(server, reach, url, expected):
    assert why(url.format(host=HOST), reach) is expected
    assert not server.connected


def test_one_redirect_is_followed_where_it_may_lead_and_judged_anew(server, names, reach):
    server.answers["/"] = say(302, Location="/plan.ics")
    assert fetch(f"https://{HOST}/", reach).content == CALENDAR
    for location, expected in (
        ("https://127.0.0.1/", Hindrance.HOST),
        ("http://169.254.169.254/latest/meta-data", Hindrance.ADDRESS),
        (f"https://{OTHER}/", Hindrance.PRIVATE),
        ("/", Hindrance.REDIRECTS),
        ("", Hindrance.REDIRECTS),
    ):
        names.addresses[OTHER] = ["10.0.0.1"]
        server.answers["/"] = say(302, Location=location)
        assert why(f"https://{HOST}/", reach) is expected


def test_who_has_not_the_hosts_certificate_is_not_asked(server, names, reach):
    names.addresses[OTHER] = ["127.0.0.1"]
    assert why(f"https://{OTHER}/", reach) is Hindrance.UNREACHABLE
    assert why(f"https://{HOST}/", replace(reach, authorities=None)) is Hindrance.UNREACHABLE
    assert not server.taken


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (say(404), Hindrance.GONE),
        (say(410), Hindrance.GONE),
        (say(401), Hindrance.REFUSED),
        (say(500), Hindrance.REFUSED),
        (say(200, b"x" * 1_000_001), Hindrance.LARGE),
        (say(200, b"\x1f\x8b", Content_Encoding="gzip"), Hindrance.PACKED),
        (drip(b"x", b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 1_000_000), Hindrance.LARGE),
        (lambda request: request.wfile.write(b"nonsense\r\n"), Hindrance.UNREACHABLE),
        (lambda request: request.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nx"),
         Hindrance.UNREACHABLE),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_calendar_is_told_apart(server, reach, answer, expected):
    server.answers["/"] = answer
    assert why(f"https://{HOST}/", reach) is expected


@pytest.mark.parametrize(
    "answer", [drip(b"x", b"HTTP/1.0 200 OK\r\nX: "), drip(b"x", b"HTTP/1.0 200 OK\r\n\r\n")]
)
def test_whoever_answers_a_byte_at_a_time_is_cut_off(server, reach, answer):
    server.answers["/"] = answer
    begun = time.monotonic()
    assert why(f"https://{HOST}/", replace(reach, seconds=0.5)) is Hindrance.SLOW
    assert time.monotonic() - begun < 5


def test_a_slow_name_is_cut_off_too(names, reach):
    names.seconds = 1
    assert why(f"https://{HOST}/", replace(reach, seconds=0.3)) is Hindrance.SLOW


@pytest.mark.parametrize("code", [Rcode.SERVFAIL, Rcode.REFUSED, Rcode.NXDOMAIN])
def test_a_name_that_cannot_be_looked_up_now_is_not_said_to_be_unknown(names, reach, code):
    """One that is cut off says so of every name, and tells no zone that would know."""
    names.code = code
    assert why(f"https://{HOST}/", reach) is Hindrance.UNREACHABLE


def test_the_address_is_in_no_log(server, reach, caplog):
    caplog.set_level(logging.DEBUG)
    fetch(f"https://{HOST}/secret-key.ics", reach)
    why(f"https://{HOST}/secret-key.ics", replace(reach, authorities=None))
    assert "secret-key" not in caplog.text
