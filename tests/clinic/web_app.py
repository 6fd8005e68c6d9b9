"""The smallest program for the web server that the clinic runs on, to be asked by its tests."""

import time

from django.conf import settings

from bookings.queries.shared import CAME_AT
from clinic.middleware.body_size import most_bytes
from clinic.middleware.constant_time import HOLD_ANSWER
from clinic.web_server import worker as web_server

settings.configure(USE_I18N=False, TRUSTED_PROXIES=1)
web_server.SECONDS_TO_SEND = 3
LARGE = b"x" * 3_000_000


def application(environ, start_response):
    path, body = environ["PATH_INFO"], environ["wsgi.input"].read()
    assert 0 < environ[CAME_AT] <= time.monotonic()
    if path == "/takes-a-moment":
        time.sleep(1)
    if path.startswith("/book/"):
        time.sleep(0.1)
    if path == "/held":
        environ[HOLD_ANSWER](time.monotonic() + 4)
    said = int(environ.get("CONTENT_LENGTH") or 0)
    if said >= most_bytes(path):
        start_response("413 Too Large", [("Content-Length", "24")])
        return [b"That is too much at once"]
    answers = {"/large": LARGE, "/from": environ.get("HTTP_X_FORWARDED_FOR", "").encode()}
    answer = answers.get(path, str(len(body)).encode())
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]
