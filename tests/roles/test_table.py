"""Everybody knocks at every page, and gets what the one written table says (table.txt).

And every form that they are shown goes where it is taken: no button leads to an error.
"""

from pathlib import Path

from tests.roles.addresses import every_page
from tests.roles.walk import *  # noqa: F403 - fixtures
from tests.roles.walk import outcome_of, pages
from tests.roles.world import BARE, PEOPLE, make_world, templates_of_few_words, undone

LINES = (Path(__file__).parent / "table.txt").read_text().splitlines()
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


def in_column(row: tuple[str, ...], who: str) -> tuple[str, str]:
    column = PEOPLE.index(who)
    return row[column], row[column + len(PEOPLE)]


def test_every_page_stands_in_the_table_and_every_line_has_a_page():
    names = {name for name, _ in every_page(lambda *_: "1") if not name.endswith("logout")}
    assert names == set(TABLE)


def test_everybody_gets_of_each_page_what_the_table_says(walked):
    wrong = [
        f"{one.name} {one.who}: {one.got}"
        for one in walked.answers
        if one.got not in {in_column(row, one.who) for row in TABLE[one.name]}
    ]
    assert {one.name for one in walked.answers} == set(TABLE)
    assert {one.who for one in walked.answers} == set(PEOPLE)
    assert not wrong, "\n".join(wrong)


def test_every_form_that_somebody_is_shown_is_taken(walked):
    wrong = [
        f"{one.name}: {one.who}'s {one.method} to {one.target} ({one.view}) is {one.came_to}"
        for one in walked.forms
        if one.came_to in NOT_TAKEN or one.came_to.startswith("5")
    ]
    assert {one.who for one in walked.forms} == set(PEOPLE)
    assert len(walked.forms) > 400
    assert not wrong, "\n".join(wrong)


def test_staff_without_a_second_factor_change_nothing(db, walked, settings, tmp_path):
    """Where they change something with one. What each may read is in
    tests/clinic/accounts/test_second_factor.py."""
    settings.STAFF_NEED_A_SECOND_FACTOR = True
    settings.LIMIT_SIGNING_IN = False
    settings.TEMPLATES = templates_of_few_words(tmp_path)
    world, refused = make_world(), set()
    for who in BARE:
        usual, browser = walked.of(who.removeprefix("bare ")), world.browsers[who]
        browser.raise_request_exception = False
        for name, url in pages(world):
            if name in REACHABLE or usual[name].got[1] in ("403", "405"):
                continue
            with undone(browser):
                got = outcome_of(browser.post(url))
            assert got in ("set one up", "403", "404"), (name, who, got)
            refused.add(name)
    assert len(refused) > 150


REACHABLE = {
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "account_reauthenticate",
}  # fmt: skip
