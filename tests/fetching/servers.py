"""A server of calendars of our own, over TLS, that also does what it should not."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.mail.own_ca import server_context

HOST = "feeds.example.com"
CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
Answer = Callable[[BaseHTTPRequestHandler], None]


class CalendarServer:
    """`connected` are all who came as far as a connection; `taken` what they asked for."""

    def __init__(self, folder: Path):
        self.taken: list[tuple[str, dict[str, str]]] = []
        self.connected = 0
        self.answers: dict[str, Answer] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(), False)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._server.server_bind()
        self._server.server_activate()
        self._context = server_context(folder, host=HOST)
        self.authorities = str(folder / "ca.pem")
        self.port = self._server.server_address[1]

    def __enter__(self) -> Self:
        take = self._server.get_request

        def counted() -> Any:
            plain, peer = take()
            self.connected += 1
            secured = self._context.wrap_socket(
                plain, server_side=True, do_handshake_on_connect=False
            )
            return secured, peer

        self._server.get_request = counted  # type: ignore[method-assign]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.taken.append((self.path, dict(self.headers)))
                server.answers.get(self.path, calendar)(self)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def say(status: int, content: bytes = b"", **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return answer


def calendar(request: BaseHTTPRequestHandler) -> None:
    same = request.headers.get("If-None-Match") == '"1"'
    say(304 if same else 200, b"" if same else CALENDAR, ETag='"1"')(request)


def drip(piece: bytes, before: bytes = b"") -> Answer:
    """A byte at a time, without end: each in time, and all of them never."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        try:
            request.wfile.write(before)
            while True:
                request.wfile.write(piece)
                request.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    return answer
