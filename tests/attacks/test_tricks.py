"""The old tricks, each tried where it would work if anywhere.

The timing of known and unknown addresses is in tests/clinic/accounts/test_even_answers.py, the
browser's locks in tests/clinic/accounts/test_locks.py, links that are changed or end in
tests/web/test_links.py; what holds of every answer in tests/attacks/test_every_answer.py.
"""

import csv
import re
from functools import partial
from io import StringIO

import icalendar
import pytest
from django.core import mail as outbox
from django.test import Client as Browser

from bookings import links
from bookings.models import Client, SignInMail
from tests import factories
from tests.clock import day_of
from tests.roles.addresses import every_page
from tests.roles.walk import plant
from tests.roles.world import make_world, templates_of_few_words
from therapists import feeds

ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example",
    "https:evil.example", "javascript:alert(1)", "/%0d%0aLocation:https://evil.example",
    " https://evil.example", "\thttps://evil.example", "http:///evil.example", "///evil.example",
]  # fmt: skip


@pytest.fixture
def unlimited(db, settings):
    settings.LIMIT_SIGNING_IN = False


@pytest.fixture
def world(unlimited):
    return make_world()


# Links


def token_or_1(token: str, _view: str, argument: str) -> str:
    return token if argument == "token" else "1"


def test_a_link_for_one_purpose_opens_no_page_of_another(world, settings, tmp_path):
    """Every link there is, put into every address that asks for one."""
    settings.TEMPLATES = templates_of_few_words(tmp_path)
    made = {one: links.client_url(one, world.ana, group="nudges") for one in links.Purpose}
    tokens = {f"{one.route}": url.split("/")[4] for one, url in made.items()}
    tokens["runner:appointment"] = world.arguments["token"]
    tokens["therapists:feed"] = world.arguments["therapists:feed token"]
    of_the_same = {"records:download_json": "records:download"}
    for made_for, token in tokens.items():
        for name, url in set(every_page(partial(token_or_1, token))):
            asks = of_the_same.get(name, name)
            own = asks if asks in tokens else "runner:appointment"
            if token in url and own != made_for:
                nobody = Browser()
                assert nobody.get(url).status_code in (404, 405, 410), (made_for, name)
                assert nobody.post(url).status_code in (403, 404, 405, 410), (made_for, name)


# Signing in


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("page", ["/accounts/login/", "/accounts/login/code/"])
def test_signing_in_leads_to_no_other_site(unlimited, anas, page, target):
    typed = {"login": "ana@example.com", "password": factories.PASSWORD, "next": target}
    browser = Browser(headers={"referer": target.strip()})
    response = browser.post("/accounts/login/", typed, query_params={"next": target})
    assert response.status_code == 302
    assert re.match(r"/(account/$|%0d%0a)", response["Location"])
    data = anas.get(page, {"next": target})
    assert re.match(r"/[^/\\]", data["Location"])


def test_a_session_that_was_planted_is_not_the_one_that_is_signed_in(world):
    browser = Browser()
    session = browser.session  # made before anybody has signed in
    session["planted"] = True
    session.save()
    planted = browser.cookies["sessionid"].value
    typed = {"login": "ana@example.com", "password": factories.PASSWORD}
    assert browser.post("/accounts/login/", typed)["Location"] == "/account/"
    assert browser.cookies["sessionid"].value != planted
    thief = Browser()
    thief.cookies["sessionid"] = planted
    assert thief.get("/account/").status_code == 302


# What is typed and what it gets into


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\u2028", "\x85"])
def test_a_new_line_in_an_address_or_a_name_adds_no_header(unlimited, desks, end):
    address = f"eve@example.com{end}Bcc: all@example.com"
    Browser().post("/accounts/login/code/", {"email": address})
    assert not SignInMail.objects.filter(address__contains="all@example.com").exists()
    desks.post("/desk/clients/new/", {"name": f"Eve{end}Bcc: all@example.com", "email": address})
    assert not Client.objects.filter(email__contains="all@example.com").exists()
    assert not outbox.outbox


def test_a_line_in_a_name_adds_nothing_to_a_calendar(world):
    plant("Ana\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:planted")
    url = feeds.url_of(world.ana.feed)
    told = Browser().get(url.removeprefix("http://localhost:8000")).content
    assert b"\nSUMMARY:planted" not in told
    icalendar.Calendar.from_ical(told)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_no_name_is_a_formula_in_the_takings(world, formula):
    Client.objects.filter(name="Ana Demo").update(name=formula)
    day = day_of(world.ana.appointments.earliest("starts_at").payments.get().at).isoformat()
    told = world.browsers["desk"].get(f"/diary/{day}/takings.csv").content.decode()
    rows = list(csv.reader(StringIO(told, newline="")))
    assert any(formula in cell for row in rows for cell in row)
    dangerous = [cell for row in rows for cell in row if cell.strip()[:1] in tuple("=+-@")]
    assert not dangerous


# Bodies


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=1&" * 5000, "application/x-www-form-urlencoded"),
        (b"a=" + b"x" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"nonsense", "multipart/form-data; boundary=\xc3\xa9"),
        (b"{", "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded; charset=nonsense"),
    ],
)
@pytest.mark.parametrize("page", ["/accounts/login/", "/plan/", "/book/sports-massage/hold/"])
def test_a_body_too_large_or_broken_is_the_senders_fault(unlimited, massage, page, body, kind):
    browser = Browser(raise_request_exception=False)
    # As it is; post() would write the body anew in the charset that is named.
    assert browser.generic("POST", page, body, content_type=kind).status_code < 500


# Methods


def test_no_page_answers_a_trace(world):
    found = {
        name: world.browsers["owner"].trace(url).status_code
        for name, url in set(every_page(world.argument))
    }
    assert len(found) > 100
    assert {name: status for name, status in found.items() if status not in (403, 405)} == {}
