"""A web server over TLS that remembers what it was asked."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class WebHook:
    def __init__(self, context: ssl.SSLContext):
        self.asked: list[str] = []
        self.redirects_to = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self):
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                hook.asked.append(f"{self.command} {self.path} {body}")
                self.send_response(302 if hook.redirects_to else 200)
                if hook.redirects_to:
                    self.send_header("Location", hook.redirects_to)
                self.end_headers()

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_):
                pass

        return Handler
