"""No form falls over, whatever is sent to it: any text, any bytes, as anybody who may send it."""

import os
import re
from functools import lru_cache
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.roles.walk import *  # noqa: F403 - fixtures
from tests.roles.walk import pages
from tests.roles.world import make_world, undone

FORM = "application/x-www-form-urlencoded"
EXAMPLES = int(os.environ.get("EXAMPLES", 60))
THOROUGH = "EXAMPLES" in os.environ  # make soak
SENDERS = ("nobody", "ana", "kim", "owner") if THOROUGH else ("ana", "owner")
NAMED = re.compile(r'name="([\w-]+)"')
# A file's bytes are sent by tests/web/training/test_protocol_pages.py; these would end the walk.
LEFT_OUT = ("logout", "mfa_", "account_", "admin:")
NASTY = {
    "a NUL": b"a\0b",
    "half a surrogate": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe",
    "a new line": b"Ana\r\nBcc: eve@example.com",
    "a huge number": b"9" * 400,
    "a number past the database's": b"99999999999999999999",
    "not a number": b"NaN",
    "a year too far": b"9999-12-31T23:59:59+14:00",
    "long": "é".encode() * 20_000,
    "nothing": b"",
}
ANY = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.integers().map(lambda number: str(number).encode()),
    st.floats().map(lambda number: str(number).encode()),
    st.datetimes().map(lambda at: at.isoformat().encode()),
    st.sampled_from(list(NASTY.values())),
)


@pytest.fixture
def forms(db, settings, walked):
    """(who, address) of every page that takes a form from them, with the names of all fields."""
    settings.LIMIT_SIGNING_IN = False
    world = make_world()
    found, fields = [], set()
    for who in SENDERS:
        usual, browser = walked.of(who), world.browsers[who]
        browser.raise_request_exception = False
        for name, url in pages(world):
            if not any(part in name for part in LEFT_OUT):
                fields |= set(NAMED.findall(usual[name].page))
                if usual[name].got[1] not in ("403", "405"):
                    found.append((browser, name, url))
    return found, sorted(fields - {"csrfmiddlewaretoken", "viewport"})


quoted = lru_cache(quote_from_bytes)  # a long value goes into every field


def send(browser, url: str, typed: dict[str, bytes]) -> int:
    body = "&".join(f"{name}={quoted(value)}" for name, value in typed.items())
    with undone(browser):
        response = browser.post(url, body, content_type=FORM)
        b"".join(response)  # an answer that streams is read to its end, which closes it
    return response.status_code


def test_nothing_that_is_sent_to_any_form_takes_the_site_down(forms):
    pages, fields = forms
    assert len(pages) > 60
    assert len(fields) > 40
    send_nasty_values(pages, fields)
    send_anything(pages, fields)


def send_nasty_values(pages, fields):
    fell, nasty = [], list(NASTY.items())
    for number, (browser, name, url) in enumerate(pages):
        # One value for each form in turn; all of them where there is time.
        for what, value in nasty if THOROUGH else nasty[number % len(nasty) :][:1]:
            if send(browser, url, dict.fromkeys(fields, value)) >= 500:
                fell.append(f"{name}: {what}")
    assert not fell, "\n".join(sorted(set(fell)))


def send_anything(pages, fields):
    any_form = st.dictionaries(st.sampled_from(fields), ANY, max_size=12)

    @settings(
        max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.sampled_from(range(len(pages))), any_form)
    def sends(number, typed):
        browser, name, url = pages[number]
        assert send(browser, url, typed) < 500, name

    sends()
