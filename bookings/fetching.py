"""What stands at an address that somebody has pasted, fetched so that it leads nowhere else.

Only hosts of a list, only https, and only to the public addresses that the host's name was looked
up for: once for each hop, and connected to just that, so that a name cannot change its mind. One
redirect, a limit of bytes, and a few seconds in all, however slowly anybody answers. The address
is a key: no error and no log line names it.
"""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Timer
from typing import cast
from urllib.parse import urljoin, urlsplit

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from bookings.core.public_addresses import PUBLIC_NAME, is_reachable

MOST_REDIRECTS = 1
LONGEST_URL = 2_000
PLAIN = re.compile(r"[A-Za-z0-9:/?#\[\]@!$&'()*+,;=%._~-]+")  # RFC 3986
A_TAG = re.compile(r'(?:W/)?"[!#-~]{0,200}"')  # what is sent again must be no line of its own
REDIRECTS = (301, 302, 303, 307, 308)
GONE = (404, 410)
AT_ONCE = 64 * 1024  # bytes
WEBCAL = "webcal://"  # how calendars are passed around; the same over https


class Hindrance(StrEnum):
    """Hindrance nothing was fetched."""

    ADDRESS = "address"  # not https, or not such an address
    HOST = "host"  # not on the list
    NAME = "name"  # nobody knows it
    PRIVATE = "private"  # it leads into a network that is not the public one
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    LARGE = "large"
    PACKED = "packed"  # it came compressed, though nobody asked for that
    REDIRECTS = "redirects"
    GONE = "gone"
    REFUSED = "refused"  # any other status


class NotFetched(Exception):
    def __init__(self, why: Hindrance):
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Reach:
    """Whom one may ask, and how long: `hosts` and all below them.

    The rest stands in for the net where tests have servers of their own.
    """

    hosts: Collection[str]
    seconds: float = 5.0
    largest: int = 1_000_000
    networks: Sequence[str] = ()
    port: int = 443
    name_servers: Sequence[str] = ()
    authorities: str | None = None


@dataclass(frozen=True)
class Fetched:
    """`content` is None where nothing has changed since that tag."""

    content: bytes | None
    tag: str


def fetch(url: str, reach: Reach, *, tag: str = "") -> Fetched:
    """Raises NotFetched. `tag` is that of what was fetched before."""
    ends = time.monotonic() + reach.seconds
    for _hop in range(MOST_REDIRECTS + 1):
        url = checked(url, reach)
        host = urlsplit(url).hostname or ""
        address = _address_of(host, reach, ends)
        try:
            with (
                _connected(host, address, reach, ends) as connection,
                _asked(connection, url, tag) as answer,
            ):
                if answer.status not in REDIRECTS:
                    return _read(answer, reach, ends)
                url = urljoin(url, answer.headers.get("Location", ""))
        except (OSError, http.client.HTTPException, ValueError):
            why = Hindrance.SLOW if time.monotonic() >= ends else Hindrance.UNREACHABLE
            raise NotFetched(why) from None
    raise NotFetched(Hindrance.REDIRECTS)


def checked(url: str, reach: Reach) -> str:
    """As it is asked. Raises NotFetched for whatever is no https address of a host of the list."""
    if url[: len(WEBCAL)].lower() == WEBCAL:
        url = f"https://{url[len(WEBCAL) :]}"
    if len(url) > LONGEST_URL or not PLAIN.fullmatch(url):
        raise NotFetched(Hindrance.ADDRESS)
    try:
        parts = urlsplit(url)
        port = parts.port or reach.port
    except ValueError:
        raise NotFetched(Hindrance.ADDRESS) from None
    # Outlook's paths have an @; before a host it would be a login.
    if parts.scheme != "https" or port != reach.port or "@" in parts.netloc:
        raise NotFetched(Hindrance.ADDRESS)
    host = parts.hostname or ""
    listed = any(host == one or host.endswith(f".{one}") for one in reach.hosts)
    if not listed or not PUBLIC_NAME.fullmatch(host):
        raise NotFetched(Hindrance.HOST)
    return url


def _address_of(host: str, reach: Reach, ends: float) -> str:
    """One that is connected to; none, if any that the name has is not public."""
    found = [*_looked_up(host, "A", reach, ends), *_looked_up(host, "AAAA", reach, ends)]
    if not found:
        raise NotFetched(Hindrance.NAME)
    if not all(is_reachable(one, reach.networks) for one in found):
        raise NotFetched(Hindrance.PRIVATE)
    return found[0]


def _looked_up(host: str, kind: str, reach: Reach, ends: float) -> list[str]:
    """By hand: the library's own resolver measures time on a clock that may be set."""
    servers = _name_servers(reach)
    asked = dns.message.make_query(f"{host}.", kind)
    for number, (server, port) in enumerate(servers):
        share = _left(ends) / (len(servers) - number)
        try:
            answer = _asked_of(server, port, asked, time.monotonic() + share)
            if not _is_certain(answer):
                continue
            rows = cast(dns.message.QueryMessage, answer).resolve_chaining().answer
        except (dns.exception.Timeout, OSError):
            continue
        except (dns.exception.DNSException, ValueError):
            raise NotFetched(Hindrance.NAME) from None
        return [one.to_text() for one in rows or ()]
    raise NotFetched(Hindrance.SLOW if time.monotonic() >= ends else Hindrance.UNREACHABLE)


def _is_certain(answer: dns.message.Message) -> bool:
    """Whoever says that nobody knows a name tells the zone that does not (RFC 2308); one that is
    cut off from the net tells none."""
    if answer.rcode() == dns.rcode.NXDOMAIN:
        return any(one.rdtype == dns.rdatatype.SOA for one in answer.authority)
    return answer.rcode() == dns.rcode.NOERROR


def _asked_of(
    server: str, port: int, asked: dns.message.Message, ends: float
) -> dns.message.Message:
    """Within that time, also where the answer is too long for a datagram."""
    try:
        return dns.query.udp(
            asked, server, timeout=_left(ends), port=port, raise_on_truncation=True
        )
    except dns.message.Truncated:
        return dns.query.tcp(asked, server, timeout=_left(ends), port=port)


def _name_servers(reach: Reach) -> list[tuple[str, int]]:
    """The machine's own, or those that it is told."""
    if reach.name_servers:
        places = [server.rpartition(":") for server in reach.name_servers]
        return [(host, int(port)) for host, _colon, port in places]
    try:
        own = dns.resolver.Resolver().nameservers
    except dns.exception.DNSException:
        raise NotFetched(Hindrance.UNREACHABLE) from None
    return [(str(one), 53) for one in own]


def _left(ends: float) -> float:
    """Asked anew before each step: the one before has taken its time."""
    return max(0.01, ends - time.monotonic())


@contextmanager
def _connected(
    host: str, address: str, reach: Reach, ends: float
) -> Iterator[http.client.HTTPConnection]:
    """To that address, where whoever has the host's certificate must answer; cut off in time."""
    context = ssl.create_default_context(cafile=reach.authorities)
    with (
        socket.create_connection((address, reach.port), _left(ends)) as plain,
        plain.dup() as lifeline,
        _cut_off(lifeline, _left(ends)),
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        connection = http.client.HTTPConnection(host)
        connection.sock = secured
        yield connection


@contextmanager
def _cut_off(lifeline: socket.socket, seconds: float) -> Iterator[None]:
    """A timeout of the socket starts anew with each byte; this one does not."""

    def cut() -> None:
        with suppress(OSError):  # it is over already
            lifeline.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _asked(
    connection: http.client.HTTPConnection, url: str, tag: str
) -> Iterator[http.client.HTTPResponse]:
    parts = urlsplit(url)
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    headers = {"Accept": "text/calendar", "Accept-Encoding": "identity", "User-Agent": "Taper"}
    if tag:
        headers["If-None-Match"] = tag
    connection.request("GET", path, headers=headers)
    with closing(connection.getresponse()) as answer:
        yield answer


def _read(answer: http.client.HTTPResponse, reach: Reach, ends: float) -> Fetched:
    tag = answer.headers.get("ETag", "").strip()
    tag = tag if A_TAG.fullmatch(tag) else ""
    if answer.status == 304:
        return Fetched(None, tag)
    if answer.status != 200:
        raise NotFetched(Hindrance.GONE if answer.status in GONE else Hindrance.REFUSED)
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotFetched(Hindrance.PACKED)
    content = bytearray()
    while piece := answer.read1(AT_ONCE):
        content += piece
        if len(content) > reach.largest:
            raise NotFetched(Hindrance.LARGE)
    if time.monotonic() >= ends:
        raise NotFetched(Hindrance.SLOW)
    if answer.length:  # it broke off before its end
        raise NotFetched(Hindrance.UNREACHABLE)
    return Fetched(bytes(content), tag)
