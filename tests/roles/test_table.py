"""Everybody knocks at every page, and gets what the one written table says (table.txt).

And every form that they are shown goes where it is taken: no button leads to an error.
"""

from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.test import client as django_client
from django.urls import resolve

from bookings.core.roles import Role
from clinic.middleware.policy import who_may
from tests.page_forms import forms_of
from tests.roles.addresses import every_page
from tests.roles.world import BARE, PEOPLE, make_world, undone

LINES = (Path(__file__).parent / "table.txt").read_text().splitlines()
METHODS = ("get", "post")
# Where anybody gets in, the policy does not ask who they are: two of the staff are enough.
ENOUGH = frozenset(PEOPLE) - {"lee", "owner", "uma"}
# Where a role is refused, whoever has it: one of the two who do is enough.
ALIKE = {"bo": Role.RUNNER, "lee": Role.THERAPIST}
NOT_TAKEN = ("403", "404", "405")


def written() -> dict[str, set[tuple[str, ...]]]:
    """What a page's name may stand for: one row, but the admin's redirects have one name in all."""
    table: dict[str, set[tuple[str, ...]]] = {}
    for line in LINES:
        if not line.startswith("#"):
            name, *cells = (part.strip() for part in line.split("|"))
            table.setdefault(name, set()).add(tuple(" ".join(cells).split()))
    return table


TABLE = written()


@pytest.fixture
def world(db, settings, tmp_path, monkeypatch):
    """What thousands of answers need not have is left out: words of refusals, and notes of
    everything that a page was made of."""
    settings.STAFF_NEED_A_SECOND_FACTOR = True
    settings.LIMIT_SIGNING_IN = False
    for refusal in ("403.html", "404.html"):
        (tmp_path / refusal).touch()
    [usual] = settings.TEMPLATES
    settings.TEMPLATES = [{**usual, "DIRS": [tmp_path, *usual["DIRS"]]}]
    monkeypatch.setattr(django_client, "store_rendered_templates", lambda *_args, **_asked: None)
    return make_world()


def knocking(name, url) -> list[str]:
    roles = who_may(resolve(url).func, name)
    if roles is None:  # EVERYONE
        return [one for one in PEOPLE if one in ENOUGH]
    return [one for one in PEOPLE if one not in ALIKE or ALIKE[one] in roles]


def pages(world):
    """Signing out is left to the tests of sign-in: it would end the walk."""
    every = sorted(set(every_page(world.argument)))
    return [(name, url) for name, url in every if not name.endswith("logout")]


def test_every_page_stands_in_the_table_and_every_line_has_a_page():
    names = {name for name, _ in every_page(lambda *_: "1") if not name.endswith("logout")}
    assert names == set(TABLE)


def test_everybody_gets_of_each_page_what_the_table_says_and_forms_that_are_taken(world):
    wrong: list[str] = []
    forms: dict[tuple[str, str, str, str], tuple[str, dict[str, str]]] = {}
    for name, url in pages(world):
        for who in knocking(name, url):
            shown, page = asked(world.browsers[who], "get", url)
            got = (shown, asked(world.browsers[who], "post", url)[0])
            if got not in {in_column(row, who) for row in TABLE[name]}:
                wrong.append(f"{name} {who}: {got}")
            forms |= {(who, name, *kind): form for kind, form in forms_on(page, url).items()}
    for (who, name, view, method), (target, sent) in forms.items():
        came_to, _ = asked(world.browsers[who], method, target, sent)
        if came_to in NOT_TAKEN or came_to.startswith("5"):
            wrong.append(f"{name}: {who}'s {method} to {target} ({view}) is {came_to}")
    assert {who for who, *_ in forms} == set(PEOPLE)
    assert len(forms) > 400
    assert not wrong, "\n".join(wrong)


def forms_on(page: str, url: str) -> dict[tuple[str, str], tuple[str, dict[str, str]]]:
    """What would be sent where, of one form of each kind: (view it goes to, method)."""
    found: dict[tuple[str, str], tuple[str, dict[str, str]]] = {}
    for form in forms_of(page):
        target = urljoin(url, form.action).partition("#")[0]
        if form.can_be_sent and not target.endswith("/logout/"):
            view = resolve(target.partition("?")[0]).view_name
            found.setdefault((view, form.method), (target, form.sent))
    return found


def test_staff_without_a_second_factor_change_nothing(world):
    """What each may read is in tests/clinic/accounts/test_second_factor.py."""
    for name, url in pages(world):
        for who in BARE if name not in REACHABLE else ():
            got, _ = asked(world.browsers[who], "post", url)
            assert got in ("set one up", "403", "404"), (name, who, got)


REACHABLE = {
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "account_reauthenticate",
}  # fmt: skip


def in_column(row: tuple[str, ...], who: str) -> tuple[str, str]:
    column = PEOPLE.index(who)
    return row[column], row[column + len(PEOPLE)]


def asked(browser, method: str, url: str, sent: dict[str, str] | None = None) -> tuple[str, str]:
    """(outcome, page): the status, or where somebody is sent who lacks something, and what is
    shown. What was done is undone."""
    browser.raise_request_exception = False
    with undone(browser):
        response = getattr(browser, method)(url, sent)
        content = b"".join(response)  # an answer that streams is read to its end, which closes it
    target = response.get("Location", "")
    if target.startswith(("/accounts/login/", "/admin/login/")):
        return "in", ""
    is_page = response.status_code == 200 and response.get("Content-Type", "").startswith(
        "text/html"
    )
    outcome = "set one up" if target == "/accounts/2fa/" else str(response.status_code)
    return outcome, content.decode() if is_page else ""
