"""No text is slow to refuse: 30,000 characters of each class's worst cost no more than a page does.

Patterns that try each place again for each beginning take minutes over such a text, so what a
stranger sends meets its length first, and then only patterns that go through it once.
"""

import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from urllib.parse import quote_from_bytes, urlencode
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver

from bookings.actions.training import protocol_versions
from bookings.core.clients import search_text
from bookings.core.scheduling import when_parser
from bookings.core.scheduling.when import Unclear
from bookings.core.training import FieldError
from bookings.core.training.protocol.claims import Claim, claims_in
from bookings.core.wording import NOT_A_NAME
from bookings.queries.training import protocol_file
from clinic.middleware.body_size import MOST_BYTES
from clinic.monitoring.json_logs import JsonFormatter
from clinic.monitoring.redaction import LineFormatter, redacted
from tests.attacks.test_every_form import THOROUGH
from tests.roles import walk
from tests.roles.walk import *  # noqa: F403 - fixtures
from tests.roles.world import make_world, undone

LONG = 30_000  # characters
NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)
# Of the processor, for one answer: twice what a slow machine takes to write 20 such texts out
# again. What goes over 30,000 letters for each of them takes several.
MOST_SECONDS = 0.6
MOST_SECONDS_FOR_A_FILE = 1.0  # which the owner alone may send
FORM = "application/x-www-form-urlencoded"
LEFT_OUT = ("logout", "admin:")
WHO = ("nobody", "ana", "kim", "owner") if THOROUGH else ("nobody", "owner")
NAMED = re.compile(r'name="([\w-]+)"')
PIECES = {
    "digits": "1", "letters": "a", "spaces": " ", "lines": "\n", "dots": "a.", "at signs": "a@",
    "nearly an address": "a@a.", "brackets": "(", "braces": "{", "tags": "<a ", "commas": "a,",
    "minus": "-1", "plus": "+", "slashes": "1/", "colons": "1:", "or": " or ", "quotes": "\"'",
    "square brackets": "[", "list in list": "- ", "keys": "? ", "anchors": "&a ",
    "tags of YAML": "!",
    "accents": "e\u0301", "wide digits": "١", "hex": "0f", "days": "mon ", "percents": "%",
}  # fmt: skip
# What must fail at its very end, so that a pattern goes back to try again.
WORST = {what: (piece * LONG)[: LONG - 1] + "\x7f" for what, piece in PIECES.items()}
ASKED = (
    "treatment", "therapist", "from", "until", "day", "q", "when", "start", "page", "text", "next",
    "race", "who", "show", "before",
)  # fmt: skip


def least_of_three(work) -> float:
    """Seconds of the processor; asked again where the first is too many, as a machine is busy."""
    times: list[float] = []
    while not times or (min(times) > MOST_SECONDS and len(times) < 3):
        began = time.thread_time()
        work()
        times.append(time.thread_time() - began)
    return min(times)


def form_classes(kind=forms.BaseForm):
    for one in kind.__subclasses__():
        yield one
        yield from form_classes(one)


def fields():
    """Every field of a form that is declared by us or asked by a package's page."""
    import_module("clinic.urls")
    get_resolver().reverse_dict  # noqa: B018 - which imports every page
    for form in set(form_classes()):
        for name, field in getattr(form, "base_fields", {}).items():
            if not isinstance(field, forms.ModelChoiceField):
                yield f"{form.__module__}.{form.__name__}.{name}", field


def try_to_clean(field, text):
    try:
        field.clean([text] if isinstance(field, forms.MultipleChoiceField) else text)
    except (ValidationError, AttributeError, TypeError, ValueError, RecursionError):
        return  # refused; or no text, but a file, is what it takes


def test_no_field_is_slow_to_refuse(db):
    tried, slow = 0, []
    for name, field in fields():
        for what, text in WORST.items():
            took = least_of_three(lambda: try_to_clean(field, text))  # noqa: B023
            tried += 1
            if took > MOST_SECONDS:
                slow.append(f"{name}: {what} {took * 1000:.0f} ms")
    assert tried > 2_000
    assert not slow, "\n".join(slow)


def log_line(text: str) -> str:
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, "%s", (text,), None)
    return JsonFormatter().format(record) + LineFormatter("%(message)s").format(record)


READERS: dict[str, Callable[[str], object]] = {
    "the search's words": search_text.terms,
    "a person in one line": search_text.person_in,
    "a wish for a time": lambda text: when_parser.read(text, now=NOW, tz=ZoneInfo("UTC")),
    "claims": lambda text: claims_in(text, ["improves performance or finish time"]),
    "a claim": Claim.read,
    "a name": NOT_A_NAME.search,
    "what a log leaves out": redacted,
    "a line of a log": log_line,
}


@pytest.mark.parametrize("reader", READERS)
def test_no_reader_of_text_is_slow(reader):
    slow = []
    for what, text in WORST.items():

        def read(text=text):
            try:
                READERS[reader](text)
            except (Unclear, FieldError):
                return  # refused in its own words

        if (took := least_of_three(read)) > MOST_SECONDS:
            slow.append(f"{what} {took * 1000:.0f} ms")
    assert not slow, slow


@pytest.fixture
def world(db):
    return make_world()


def pages(world, usual):
    """(name, address, what it showed, whether it takes a form) of all that open for this person."""
    for name, url in walk.pages(world):
        if usual[name].opens and not any(part in name for part in LEFT_OUT):
            yield name, url, usual[name].page, usual[name].got[1] not in ("403", "405")


@cache
def quoted(text: str) -> str:
    return quote_from_bytes(text.encode())


def answered(browser, ask) -> None:
    with undone(browser):
        b"".join(ask())


@pytest.mark.parametrize("who", WHO)
def test_no_page_is_slow_to_refuse(world, walked, who):
    """As a form, and as parameters: one class for each page in turn, all of them in make soak."""
    browser, slow, worst = world.browsers[who], [], list(WORST.items())
    browser.raise_request_exception = False
    for number, (name, url, shown, takes_forms) in enumerate(pages(world, walked.of(who))):
        names = sorted(set(NAMED.findall(shown)) - {"csrfmiddlewaretoken"})
        for what, text in worst if THOROUGH else worst[number % len(worst) :][:1]:
            body = "&".join(f"{one}={quoted(text)}" for one in names[:20])
            asked = urlencode(dict.fromkeys(ASKED, text[-2_000:]))
            tries = {"parameters": lambda: browser.get(f"{url}?{asked}")}  # noqa: B023
            if takes_forms:
                tries["form"] = lambda: browser.post(url, body, content_type=FORM)  # noqa: B023
            for how, ask in tries.items():
                took = least_of_three(lambda: answered(browser, ask))  # noqa: B023
                if took > MOST_SECONDS:
                    slow.append(f"{name} as {how}: {what} {took * 1000:.0f} ms")
    assert not slow, "\n".join(slow)


DEEP = ("[", "{a: ", "- ", "? ", "a: [", "- [", "&a ", "!t ", "*a ", '"', "'", "a: |\n", "#", "a\n")


@pytest.mark.parametrize("piece", DEEP)
def test_no_file_of_a_protocol_is_slow_to_refuse(clinic, piece):
    file = (piece * protocol_file.LARGEST).encode()[: protocol_file.LARGEST]

    def read():
        with pytest.raises(FieldError):
            protocol_versions.import_file(file, by="owner", now=NOW)

    assert least_of_three(read) < MOST_SECONDS_FOR_A_FILE


@pytest.mark.parametrize("credential", ["9" * LONG, "[" * LONG, '{"a":' * LONG])
def test_a_passkey_that_is_none_is_refused(client, clinic, credential):
    client.raise_request_exception = False
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert answer.status_code < 500


@pytest.mark.parametrize("door", ["kims", "desks", "anas", "client"])
def test_what_is_too_large_is_told_on_a_page_of_whoever_sends_it(door, clinic, request):
    browser = request.getfixturevalue(door)
    sent = {"photo": SimpleUploadedFile("p.jpg", b"x" * (MOST_BYTES + 1))}
    told = browser.post("/visits/1/photos/", sent)
    page = told.content.decode()
    assert told.status_code == 413
    assert "had typed there still stands" in page
    assert ('href="/notices/"' in page) == (door in ("kims", "desks"))
    assert ('href="/today/"' in page) == (door == "kims")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client, clinic):
    file = SimpleUploadedFile("p.yaml", b"x" * (MOST_BYTES + 1))
    answer = client.post("/accounts/login/", {"login": "a@example.com", "file": file})
    assert answer.status_code == 413
    assert "too much at once" in answer.content.decode()
    assert not answer.wsgi_request._read_started
