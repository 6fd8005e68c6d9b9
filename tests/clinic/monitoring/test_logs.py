"""What is written down, and sent elsewhere, when something happens: where, and never about whom."""

import io
import json
import logging
import re

import pytest
import sentry_sdk
from django.db import OperationalError
from redis.exceptions import RedisError
from sentry_sdk.transport import Transport

from clinic.middleware.request_ids import WithRequestId
from clinic.monitoring import error_reports
from clinic.monitoring.json_logs import JsonFormatter
from clinic.monitoring.redaction import LineFormatter, WithoutTokens, WithoutWordsOfExceptions

TYPED = "Ana Demo, ana@example.com"
TOKEN = "eyJ0b2tlbiI6MX0:1vABCDEFGHIJKLMNOPQ"


@pytest.fixture
def log():
    """Lines as LOG_FORMAT=json writes them, taken apart."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(WithoutWordsOfExceptions())
    handler.addFilter(WithoutTokens())
    handler.addFilter(WithRequestId())
    root, requests = logging.getLogger(), logging.getLogger("clinic.requests")
    level = requests.level
    root.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    requests.setLevel(level)


def test_a_request_is_one_line_with_its_id_view_and_time_but_not_its_address(client, clinic, log):
    answer = client.get(f"/appointments/{TOKEN}/?email=ana@example.com")
    lines = [line for line in log() if line["logger"] == "clinic.requests"]
    assert len(lines) == 1
    assert lines[0]["request_id"] == answer["X-Request-ID"]
    assert lines[0]["view"] == "runner:appointment"
    assert lines[0]["method"] == "GET"
    assert isinstance(lines[0]["ms"], int)
    assert lines[0]["at"].endswith("+00:00")
    assert TOKEN not in json.dumps(log())
    assert "ana@example.com" not in json.dumps(log())


def test_a_proxys_id_is_kept_so_that_its_log_and_ours_meet(client, clinic):
    answer = client.get("/", headers={"X-Request-ID": "from-the-proxy-42"})
    assert answer["X-Request-ID"] == "from-the-proxy-42"


@pytest.mark.parametrize("data", ["", "short", "a" * 65, "with spaces in it", '"},{"level":"x'])
def test_what_is_not_an_id_is_replaced_by_one(client, clinic, data):
    answer = client.get("/", headers={"X-Request-ID": data})
    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-ID"])


def test_two_requests_have_two_ids(client, clinic):
    assert client.get("/")["X-Request-ID"] != client.get("/")["X-Request-ID"]


def test_what_was_typed_makes_no_line_of_its_own():
    handler = logging.StreamHandler(io.StringIO())
    handler.addFilter(WithoutTokens())
    handler.setFormatter(LineFormatter("%(message)s"))
    for end in ("\n", "\r\n", "\x0b", "\x85", "\u2028", "\x1b[2K\r"):
        record = logging.makeLogRecord({"msg": "Refused: %s", "args": (f"x{end}ERROR forged",)})
        assert handler.filter(record)
        said = handler.format(record)
        assert said.splitlines() == [said]
        assert said.isprintable()


def test_an_error_says_where_and_not_what_was_typed(log):
    try:
        try:
            int(TYPED)
        except ValueError as error:
            raise KeyError(TYPED) from error
    except KeyError:
        logging.getLogger("clinic").exception("It broke for %s.", "ana@example.com")
    (line,) = log()
    assert line["error"]["type"] == "builtins.KeyError"
    assert line["error"]["because"]["type"] == "builtins.ValueError"
    assert "test_logs.py" in line["error"]["at"][0]
    assert "Ana" not in json.dumps(line)
    assert "ana@" not in json.dumps(line)


@pytest.mark.parametrize(
    ("raised", "has_places"),
    [(ValueError(TYPED), True), (OperationalError(TYPED), False), (RedisError(TYPED), False)],
)
def test_a_task_that_breaks_says_its_kind_and_neither_its_words_nor_its_arguments(
    log, raised, has_places
):
    """And what is only away for a while says no places either."""
    context = {"name": "a.task", "id": "7", "description": "raised unexpected", "exc": repr(raised)}
    context |= {"args": TYPED, "kwargs": "{}", "traceback": TYPED}
    try:
        raise raised
    except Exception:
        logging.getLogger("celery.app.trace").error(
            "Task %(name)s[%(id)s] %(description)s: %(exc)s",
            context,
            exc_info=True,
            extra={"data": context},
        )
    (line,) = log()
    assert line["message"] == f"Task a.task[7] raised unexpected: {type(raised).__name__}"
    assert ("error" in line) is has_places
    assert "Ana" not in json.dumps(line)


class Kept(Transport):
    """Keeps what would leave for the place of error reports."""

    def __init__(self):
        super().__init__()
        self.events = []

    def capture_envelope(self, envelope):
        self.events.append(envelope.get_event())


@pytest.fixture
def reports():
    kept = Kept()
    options = error_reports.options("https://key@errors.example.com/1")
    with sentry_sdk.new_scope() as scope:
        scope.set_client(sentry_sdk.Client(**options, transport=kept))
        scope.set_user({"email": "ana@example.com"})
        scope.set_extra("typed", TYPED)
        yield kept.events


def test_an_error_report_has_the_place_and_the_kind_and_nothing_of_a_person(reports):
    typed = TYPED
    try:
        int(typed)
    except ValueError as error:
        sentry_sdk.capture_exception(error)
    (report,) = reports
    said = report["exception"]["values"][0]
    assert said["type"] == "ValueError"
    assert said["stacktrace"]["frames"][-1]["function"].startswith("test_an_error_report")
    for word in ("Ana", "ana@example.com", "typed = "):
        assert word not in json.dumps(report, default=str)


def test_a_page_whose_address_is_a_secret_is_not_named_in_a_report():
    event = {
        "request": {
            "url": f"https://x/appointments/{TOKEN}/",
            "method": "POST",
            "data": TYPED,
            "query_string": "a=b",
            "headers": {"Cookie": "s"},
            "cookies": {},
        },
        "transaction": f"/appointments/{TOKEN}/",
        "message": TYPED,
    }
    assert error_reports.scrubbed(event, {}) == {
        "request": {"method": "POST"},
        "transaction": "a page",
        "contexts": {"runtime": {}},
    }
