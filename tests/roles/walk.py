"""One walk over every page as everybody: what each of them gets, and what stands in each answer.

It takes a minute, so whatever is asked of all answers is asked of these. Its tests are done by one
process (tests/conftest.py). What people type about a client holds a script (`plant`), another site
may show the openings in a frame, and Django's admin is off but for its own pages.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urljoin

import pytest
from django.db import transaction
from django.test import override_settings
from django.urls import resolve

from bookings.core.roles import Role
from bookings.models import Client
from bookings.models.clients.legal import LegalText
from clinic.middleware.policy import who_may
from tests import factories
from tests.clock import CLOCK, NOW
from tests.page_forms import forms_of
from tests.roles.addresses import every_page, without_admin
from tests.roles.world import PEOPLE, World, make_world, templates_of_few_words, undone

__all__ = ["walked"]

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
# Where anybody gets in, the policy does not ask who they are: three of the staff are enough.
ENOUGH = frozenset(PEOPLE) - {"lee", "uma"}
# Where a role is refused, whoever has it: one of the two who do is enough. And where no therapist
# may go, an owner who treats is one more owner.
ALIKE = {"bo": Role.RUNNER, "lee": Role.THERAPIST, "uma": Role.THERAPIST}


class Answer(NamedTuple):
    """What one of them gets of one page."""

    who: str
    name: str
    url: str
    got: tuple[str, str]  # by GET, and by POST with nothing in it
    headers: Mapping[str, str]
    content: bytes

    @property
    def opens(self) -> bool:
        return self.got[0] == "200"

    @property
    def is_page(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("text/html")

    @property
    def page(self) -> str:
        """What they are shown; nothing where it does not open, or is no page."""
        return self.content.decode() if self.opens and self.is_page else ""


class ShownForm(NamedTuple):
    """One of each kind that a page shows to one of them, sent as it stands."""

    who: str
    name: str  # of the page
    view: str  # that it goes to
    method: str
    target: str
    came_to: str


@dataclass
class Walk:
    answers: list[Answer] = field(default_factory=list)
    forms: list[ShownForm] = field(default_factory=list)

    def of(self, who: str) -> dict[str, Answer]:
        """What they got, by the page's name."""
        return {one.name: one for one in self.answers if one.who == who}


@pytest.fixture(scope="session")
def walked(django_db_setup, django_db_blocker) -> Walk:
    with django_db_blocker.unblock():
        return _walk()


@cache
def _walk() -> Walk:
    """All that it does is undone."""
    walk = Walk()
    with ExitStack() as around:
        around.enter_context(CLOCK.standing_at(NOW))
        folder = Path(around.enter_context(TemporaryDirectory()))
        around.enter_context(
            override_settings(
                LIMITS={},
                LIMIT_SIGNING_IN=False,
                STAFF_NEED_A_SECOND_FACTOR=True,
                TEMPLATES=templates_of_few_words(folder),
            )
        )
        around.enter_context(transaction.atomic())
        world = make_world()
        plant(SCRIPT)
        factories.make_clinic(embed_origins="https://www.example.com")
        with without_admin():
            _go(walk, world, pages(world))
        _go(walk, world, [one for one in pages(world) if one[0].startswith("admin")])
        transaction.set_rollback(True)
    return walk


def plant(text: str) -> None:
    """Into what people type about clients, races, visits and mails, past the forms."""
    client = Client.objects.get(name="Ana Demo")
    Client.objects.filter(pk=client.pk).update(name=text[:100], phone=text[:20], desk_notes=text)
    client.races.update(name=text[:60])
    client.appointments.update(desk_note=text)
    client.mails.update(note=text, last_error=text)
    LegalText.objects.filter(kind="terms").update(text=text)


def pages(world: World) -> list[tuple[str, str]]:
    """Signing out is left to the tests of sign-in: it would end the walk."""
    every = sorted(set(every_page(world.argument)))
    return [(name, url) for name, url in every if not name.endswith("logout")]


def _go(walk: Walk, world: World, there: list[tuple[str, str]]) -> None:
    shown: dict[tuple[str, str, str, str], tuple[str, dict[str, str]]] = {}
    came: dict[tuple, str] = {}  # by what was asked: a form of every page is sent once
    for name, url in there:
        for who in knocking(name, url):
            get, headers, content = _asked(world, who, "get", url)
            post, *_ = _asked(world, who, "post", url)
            came |= {(who, "get", url): get, (who, "post", url): post}
            answer = Answer(who, name, url, (get, post), headers, content)
            walk.answers.append(answer)
            shown |= {(who, name, *kind): form for kind, form in _forms_on(answer)}
    for (who, name, view, method), (target, sent) in shown.items():
        asked = (who, method, target, *_but_the_token(sent))
        if asked not in came:
            came[asked], *_ = _asked(world, who, method, target, sent)
        walk.forms.append(ShownForm(who, name, view, method, target, came[asked]))


def _but_the_token(sent: dict[str, str]) -> list[tuple[str, str]]:
    """Which is another one on every page, and is not asked for here."""
    return [one for one in sent.items() if one[0] != "csrfmiddlewaretoken"]


def knocking(name: str, url: str) -> list[str]:
    """As whom a page is asked for."""
    roles = who_may(resolve(url).func, name)
    if roles is None:  # EVERYONE
        return [one for one in PEOPLE if one in ENOUGH]
    return [one for one in PEOPLE if one not in ALIKE or ALIKE[one] in roles]


def _asked(
    world: World, who: str, method: str, url: str, sent: dict[str, str] | None = None
) -> tuple[str, Mapping[str, str], bytes]:
    """What was done is undone."""
    browser = world.browsers[who]
    browser.raise_request_exception = False
    with undone(browser):
        response = getattr(browser, method)(url, sent)
        content = b"".join(response)  # an answer that streams is read to its end, which closes it
    return outcome_of(response), response.headers, content


def outcome_of(response: Any) -> str:
    """The status, or where somebody is sent who lacks something."""
    target = response.get("Location", "")
    if target.startswith(("/accounts/login/", "/admin/login/")):
        return "in"
    return "set one up" if target == "/accounts/2fa/" else str(response.status_code)


def _forms_on(answer: Answer) -> Iterator[tuple[tuple[str, str], tuple[str, dict[str, str]]]]:
    """(view it goes to, method), and what would be sent where, of the first of each kind."""
    seen = set()
    for form in forms_of(answer.page):
        target = urljoin(answer.url, form.action).partition("#")[0]
        if form.can_be_sent and not target.endswith("/logout/"):
            kind = resolve(target.partition("?")[0]).view_name, form.method
            if kind not in seen:
                seen.add(kind)
                yield kind, (target, form.sent)
