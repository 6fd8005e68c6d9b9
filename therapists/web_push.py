"""Handing a message to a browser's push service (RFC 8030), sealed so that it cannot be read there.

The service's address comes from a browser, so from anybody who works here: it is asked over HTTPS
alone, at addresses of the public net alone, for a few seconds; no redirect is followed, and what
it says is not read.
"""

import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from py_vapid import Vapid
from urllib3 import HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError

from bookings.core.public_addresses import is_reachable
from therapists.core.web_push_keys import place_of

SECONDS = Timeout(connect=4, read=8)


class OutOfBounds(Exception):
    """The address leads to a machine that is nobody's push service."""


class PushUnreachable(Exception):
    """Nobody answered there, for now."""


@dataclass(frozen=True)
class PushAnswer:
    """Of a push service, as pywebpush reads it: without its words."""

    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    text: str = ""

    @property
    def seconds_to_wait(self) -> int:
        """0 where it does not say."""
        told = self.headers.get("Retry-After", "")
        return int(told) if re.fullmatch(r"[0-9]{1,6}", told) else 0


def deliver(endpoint: str, *, p256dh: str, auth: str, data: str, ttl: int) -> PushAnswer:
    """`ttl`: for how many seconds the service keeps it. Raises OutOfBounds, Unreachable."""
    import pywebpush  # noqa: PLC0415 - see LOADED_LATE in tests/house/test_floors.py

    try:
        answer = pywebpush.webpush(
            {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}},
            data=data,
            vapid_private_key=Vapid.from_string(settings.PUSH_KEY),
            vapid_claims={"sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"},
            headers={"urgency": "high"},
            ttl=ttl,
            requests_session=cast(Any, _Carrier),
        )
    except pywebpush.WebPushException as refusal:
        answer = refusal.response
    return cast(PushAnswer, answer)


class _Carrier:
    """Stands where pywebpush would take a session of requests."""

    @staticmethod
    def post(url: str, *, data: bytes, headers: Mapping[str, str], timeout: object) -> PushAnswer:
        try:
            host, port = place_of(url, settings.PUSH_NETWORKS)
        except ValueError as error:
            raise OutOfBounds from error
        parts = urlsplit(url)
        last: Exception = PushUnreachable("address")
        told = {**headers, "Host": parts.netloc}
        for address in _addresses(host, port):
            try:
                with _open(address, port, host) as pool:
                    return _ask(pool, url.partition(parts.netloc)[2] or "/", data, told)
            except HTTPError as error:
                last = PushUnreachable(type(error).__name__)
        raise last


def _addresses(host: str, port: int) -> list[str]:
    """Those that are connected to: looked up once, so that a name cannot change its mind."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise PushUnreachable("name") from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not all(is_reachable(one, settings.PUSH_NETWORKS) for one in addresses):
        raise OutOfBounds
    return addresses


def _open(address: str, port: int, host: str) -> HTTPSConnectionPool:
    """To that address, where whoever has the host's certificate must answer."""
    return HTTPSConnectionPool(
        address,
        port,
        server_hostname=host,
        assert_hostname=host,
        ssl_context=ssl.create_default_context(),
        timeout=SECONDS,
    )


def _ask(
    pool: HTTPSConnectionPool, path: str, data: bytes, headers: Mapping[str, str]
) -> PushAnswer:
    how = {"redirect": False, "retries": False, "preload_content": False}
    answer = pool.urlopen("POST", path, body=data, headers=headers, **how)
    answer.close()
    return PushAnswer(answer.status, dict(answer.headers))
