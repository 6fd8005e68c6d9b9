"""A site as a stranger sees it: an address, sockets, and a browser without scripts."""

import re
import socket
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.parse import urlsplit

PATIENCE = 15  # seconds, after which an answer is none
PASSWORD = "demo-password-only"


@dataclass(frozen=True)
class Site:
    address: str  # such as http://localhost:8000

    seconds: float = 120  # that are spent where time is what is attacked with

    @property
    def place(self) -> tuple[str, int]:
        parts = urlsplit(self.address)
        return parts.hostname or "localhost", parts.port or 80

    def connect(self, *, smallest_buffer: bool = False) -> socket.socket:
        found = socket.socket()
        if smallest_buffer:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        found.settimeout(PATIENCE)
        found.connect(self.place)
        return found


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)


class NoAnswer(Exception):
    """The connection was refused or cut, or nothing came in time."""


class Browser:
    """Cookies, forms with their tokens, and redirects."""

    def __init__(self, site: Site):
        self._site = site
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Answer:
        return self._ask(urllib.request.Request(self._site.address + path))

    def post(self, path: str, typed: dict[str, str], *, page: str = "") -> Answer:
        """The form of that page, filled in."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(page or path).text)
        whole = {"csrfmiddlewaretoken": token[1] if token else "", **typed}
        data = urllib.parse.urlencode(whole).encode()
        return self._ask(urllib.request.Request(self._site.address + path, data=data))

    def sign_in(self, email: str, password: str = PASSWORD) -> Answer:
        return self.post("/accounts/login/", {"login": email, "password": password})

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=PATIENCE) as found:
                return Answer(found.status, found.read().decode(), dict(found.headers))
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.read().decode(), dict(refused.headers))
        except (OSError, HTTPException) as error:
            raise NoAnswer(f"{request.selector}: {error}") from error
