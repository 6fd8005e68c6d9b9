"""What holds of every answer, read in those of one walk (tests/roles/walk.py)."""

import re

from django.core.signing import BadSignature, Signer, TimestampSigner
from django.urls import resolve

from bookings import links
from bookings.web.access import EVERYONE, NOBODY, SIGNED_IN
from clinic.middleware.policy import who_may
from tests.reading import present
from tests.roles.walk import *  # noqa: F403 - fixtures
from tests.roles.world import make_world

SIGNED = re.compile(r"[\w.~-]+(?::[\w.~-]+)*:[\w-]{43}")  # SHA-256 at its end
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
IN_A_FRAME_OF_OURS = {"desk:mail_body", "desk:mail_kind_body"}
IN_A_FRAME_OF_OTHERS = {"runner:embed"}


def test_every_page_shows_a_script_as_text(walked):
    pages = [one for one in walked.answers if one.is_page]
    found = [
        (one.name, one.who)
        for one in pages
        if b"<script>alert" in one.content or b"<img src=x" in one.content
    ]
    assert len([one for one in pages if b"&lt;script&gt;alert" in one.content]) > 50
    assert not found


def test_every_answer_says_of_what_kind_it_is(walked):
    kinds = {
        (one.name, one.who): one.headers["Content-Type"].replace('"', "")
        for one in walked.answers
        if one.opens
    }
    assert len(kinds) > 150
    assert {name: kind for name, kind in kinds.items() if kind not in KINDS} == {}


def test_whoever_has_signed_in_finds_a_way_to_sign_out_on_every_page(walked):
    pages = [one for one in walked.answers if one.opens and one.who != "nobody"]
    without = {
        one.name for one in pages if b"<html" in one.content and b"/logout/" not in one.content
    }
    assert without == WITHOUT_SIGNING_OUT


def test_no_page_lets_itself_be_framed(walked):
    for one in walked.answers:
        if one.name not in IN_A_FRAME_OF_OTHERS and one.who == "nobody":
            framed = one.name in IN_A_FRAME_OF_OURS
            policy = one.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy or framed, one.name
            assert one.headers["X-Frame-Options"] == "DENY" or framed, one.name


# Links


def test_no_page_of_the_staff_has_a_clients_link(walked):
    found = {
        (one.name, one.who)
        for one in walked.answers
        if one.who not in ("nobody", "ana", "bo") and is_of_staff(one)
        if signed_here(one.content.decode(errors="replace"))
    }
    assert not found


def is_of_staff(answer) -> bool:
    return who_may(resolve(answer.url).func, answer.name) not in (EVERYONE, SIGNED_IN, NOBODY)


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


def test_a_link_on_such_a_page_would_be_noticed(db, settings):
    settings.LIMIT_SIGNING_IN = False
    world = make_world()
    visit = present(world.ana.appointments.first())
    alive = [links.mail_token(visit), links.page_url(visit)]
    alive += [links.client_url(one, world.ana) for one in links.Purpose]
    assert all(signed_here(f'<a href="/x/{one}/">') for one in alive)
    with links.leading_nowhere():
        assert not signed_here(links.mailed_url(visit))
