"""Every question of the protocol, a yes and a no: what follows, and in which place it is told."""

from html import unescape

import pytest

from bookings.queries.training import protocol
from tests.therapists.conftest import text
from therapists.core.content import SERIOUS
from therapists.core.contraindications import SHORT

KEYS = sorted(SHORT)
THERAPISTS = ("today", "brief", "note", "sheet")
DESKS = ("appointment", "day", "feed", "home", "record", "list", "mails")


def questions():
    return {one.key: one for one in protocol.current().contraindications}


@pytest.fixture
def answer(anas):
    """Ana fills in the whole health check, by hand."""

    def _answer(*yes, **typed):
        data = {key: "yes" if key in yes else "no" for key in questions()}
        return text(anas.post("/health/?all", {**data, "agreed": "on", **typed}))

    return _answer


@pytest.fixture
def pages(kims, desks, today):
    """What each place says of a visit, the therapist's and the desk's."""

    def _pages(visit):
        pk, client = visit.pk, visit.client_id
        urls = {
            "today": "/today/",
            "brief": f"/visits/{pk}/",
            "note": f"/visits/{pk}/note/",
            "sheet": f"/today/{today}/sheet/",
            "appointment": f"/diary/appointments/{pk}/",
            "day": f"/diary/{today}/",
            "feed": f"/diary/{today}/feed/",
            "home": "/desk/",
            "record": f"/desk/clients/{client}/",
            "list": "/desk/clients/",
            "mails": f"/desk/clients/{client}/mails/",
        }
        browser = {place: kims if place in THERAPISTS else desks for place in urls}
        return {place: unescape(text(browser[place].get(url))) for place, url in urls.items()}

    return _pages


def test_the_table_has_every_question_of_the_protocol(clinic):
    assert sorted(questions()) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_a_yes_is_told_to_whoever_treats_in_every_place_and_at_the_desk_in_none(
    key, answer, pages, visit, ana
):
    mine, asked = visit(), questions()[key]
    thanks = answer(key, **{f"{key}-more": "since-planted"})
    assert ("Please get medical help" in thanks) == asked.urgent
    ana.refresh_from_db()
    is_serious = asked.rule in SERIOUS
    assert ana.health_hold == is_serious
    said = pages(mine)
    for place in THERAPISTS:
        assert SHORT[key] in said[place], place
        assert ("On hold: no massage" in said[place]) == is_serious, place
    for place in ("today", "brief", "note"):
        why = said[place].partition('class="hold-why">')[2].partition("<")[0]
        assert why == (SHORT[key] if is_serious else ""), place
    assert asked.action in said["brief"]
    assert "since-planted" in said["brief"]
    for place in DESKS:
        for word in (SHORT[key], "since-planted", asked.action):
            assert word not in said[place], (place, word)
    marked = "Health: to be checked by the therapist"
    assert (marked in said["appointment"]) == is_serious


def test_a_no_to_every_question_is_told_nowhere(answer, pages, visit, ana):
    mine = visit()
    thanks = answer()
    assert "Thank you" in thanks
    ana.refresh_from_db()
    assert not ana.health_hold
    said = pages(mine)
    for place, page in said.items():
        body = page.partition("Ask before you start")[0]  # the brief asks some in any case
        assert not [key for key in KEYS if SHORT[key] in body], place
        assert "On hold" not in page
    assert "No to every question" in said["brief"]
