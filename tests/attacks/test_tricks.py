"""The old tricks, each tried where it would work if anywhere.

The timing of known and unknown addresses is in tests/clinic/accounts/test_even_answers.py, the
browser's locks in tests/clinic/accounts/test_locks.py, links that are changed or end in
tests/web/test_links.py.
"""

import csv
import re
from functools import partial
from io import StringIO

import icalendar
import pytest
from django.core import mail as outbox
from django.core.signing import BadSignature, Signer, TimestampSigner
from django.test import Client as Browser
from django.urls import resolve

from bookings import links
from bookings.models import Client, SignInMail
from bookings.models.clients.legal import LegalText
from bookings.web.access import EVERYONE, NOBODY, SIGNED_IN
from clinic.middleware.policy import who_may
from tests import factories
from tests.clock import day_of
from tests.roles.addresses import every_page
from tests.roles.world import make_world
from therapists import feeds

SIGNED = re.compile(r"[\w.~-]+(?::[\w.~-]+)*:[\w-]{43}")  # SHA-256 at its end
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example",
    "https:evil.example", "javascript:alert(1)", "/%0d%0aLocation:https://evil.example",
    " https://evil.example", "\thttps://evil.example", "http:///evil.example", "///evil.example",
]  # fmt: skip


READERS = ("ana", "kim", "desk", "owner")
KINDS = {
    "text/html; charset=utf-8", "text/calendar; charset=utf-8", "text/csv; charset=utf-8",
    "text/javascript; charset=utf-8", "application/json", "application/yaml",
    "image/jpeg", "image/webp", "text/css",
    "application/manifest+json",  # JSON is in UTF-8 by itself
}  # fmt: skip
# Seen in another page's frame, by anybody, or without a signal.
WITHOUT_SIGNING_OUT = {
    "desk:mail_body",
    "desk:mail_kind_body",
    "office:mail_tried",
    "office:text_tried",
    "runner:embed",
    "therapists:offline",
    "therapists:question_tried",
}


@pytest.fixture
def unlimited(db, settings):
    settings.LIMIT_SIGNING_IN = False


@pytest.fixture
def world(unlimited):
    return make_world()


# Links


def token_or_1(token: str, _view: str, argument: str) -> str:
    return token if argument == "token" else "1"


def test_a_link_for_one_purpose_opens_no_page_of_another(world):
    """Every link there is, put into every address that asks for one."""
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
                assert Browser().get(url).status_code in (404, 405, 410), (made_for, name)
                assert Browser().post(url).status_code in (403, 404, 405, 410), (made_for, name)


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


def test_every_page_shows_a_script_as_text_to_staff_no_clients_link_and_a_way_to_sign_out(world):
    """One walk as everybody who has signed in, read for all that holds of every page."""
    plant(SCRIPT)
    kinds: dict[tuple[str, str], str] = {}
    without: set[str] = set()
    found: list[str] = []
    for name, url in sorted(set(every_page(world.argument))):
        roles = who_may(resolve(url).func, name)
        of_staff = roles not in (EVERYONE, SIGNED_IN, NOBODY)
        for who in (one for one in READERS if not name.endswith("logout")):
            response = world.browsers[who].get(url)
            page = b"".join(response)
            if response.get("Content-Type", "").startswith("text/html"):
                assert b"<script>alert" not in page, (name, who)
                assert b"<img src=x" not in page, (name, who)
            if of_staff and who != "ana":
                found += [f"{name} {who}" for _ in signed_here(page.decode(errors="replace"))]
            if response.status_code == 200:
                kinds[name, who] = response["Content-Type"].replace('"', "")
                if b"<html" in page and b"/logout/" not in page:
                    without.add(name)
    assert len(kinds) > 150
    assert {name: kind for name, kind in kinds.items() if kind not in KINDS} == {}
    assert without == WITHOUT_SIGNING_OUT
    assert not found, "\n".join(found)


def test_a_line_in_a_name_adds_nothing_to_a_calendar(world):
    plant("Ana\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:planted")
    url = feeds.url_of(world.ana.feed)
    told = Browser().get(url.removeprefix("http://localhost:8000")).content
    assert b"\nSUMMARY:planted" not in told
    icalendar.Calendar.from_ical(told)


def plant(text: str) -> None:
    """Into what people type about clients, races, visits and mails, past the forms."""
    client = Client.objects.get(name="Ana Demo")
    Client.objects.filter(pk=client.pk).update(name=text[:100], phone=text[:20], desk_notes=text)
    client.races.update(name=text[:60])
    client.appointments.update(desk_note=text)
    client.mails.update(note=text, last_error=text)
    LegalText.objects.filter(kind="terms").update(text=text)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_no_name_is_a_formula_in_the_takings(world, formula):
    Client.objects.filter(name="Ana Demo").update(name=formula)
    day = day_of(world.ana.appointments.earliest("starts_at").payments.get().at).isoformat()
    told = world.browsers["desk"].get(f"/diary/{day}/takings.csv").content.decode()
    rows = list(csv.reader(StringIO(told, newline="")))
    assert any(formula in cell for row in rows for cell in row)
    dangerous = [cell for row in rows for cell in row if cell.strip()[:1] in tuple("=+-@")]
    assert not dangerous


def signed_here(page: str) -> list[str]:
    """Tokens that open something of a client's: for a page, a mail, or one purpose of a client."""
    signers = [Signer(salt=f"appointment.{one}") for one in ("page", "mail")]
    signers += [TimestampSigner(salt=f"client.{purpose}") for purpose in links.Purpose]
    return [
        candidate
        for candidate in set(SIGNED.findall(page))
        if any(_is_signed_by(one, candidate) for one in signers)
    ]


def _is_signed_by(signer: Signer, token: str) -> bool:
    try:
        signer.unsign(token)
    except BadSignature:
        return False
    return True


def test_a_link_on_such_a_page_would_be_noticed(world):
    visit = world.ana.appointments.first()
    alive = [links.mail_token(visit), links.page_url(visit)]
    alive += [links.client_url(one, world.ana) for one in links.Purpose]
    assert all(signed_here(f'<a href="/x/{one}/">') for one in alive)
    with links.leading_nowhere():
        assert not signed_here(links.mailed_url(visit))


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


# Frames


def test_no_page_lets_itself_be_framed(world):
    clinic = factories.make_clinic(embed_origins="https://www.example.com")
    assert clinic.framed_by
    for name, url in sorted(set(every_page(world.argument))):
        if name == "runner:embed" or name.endswith("logout"):
            continue
        response = world.browsers["nobody"].get(url)
        b"".join(response)  # an answer that streams is read to its end, which closes it
        policy = response.headers["Content-Security-Policy"]
        own = name in ("desk:mail_body", "desk:mail_kind_body")
        assert "frame-ancestors 'none'" in policy or own, name
        assert response.headers["X-Frame-Options"] == "DENY" or own, name


# Methods


def test_no_page_answers_a_trace(world):
    found = {
        name: world.browsers["owner"].trace(url).status_code
        for name, url in set(every_page(world.argument))
    }
    assert len(found) > 100
    assert {name: status for name, status in found.items() if status not in (403, 405)} == {}
