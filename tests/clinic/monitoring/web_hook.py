"""A web server over TLS that remembers what it was asked."""

import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.thread_server import ThreadServer


class WebHook(ThreadServer):
    def __init__(self, context: ssl.SSLContext):
        self.asked: list[str] = []
        self.redirects_to = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server.server_port}"

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
