"""One table: every page with health data, and what each person gets of it."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import get_resolver

from bookings import links
from tests import factories
from therapists.actions import health_checks
from therapists.actions.notes import sign
from therapists.core.content import Answers, Content
from therapists.health_audit import Reader
from therapists.models import Form, Note, NoteVersion, Privacy

SECRET = "planted-health-words"
PEOPLE = [
    "anonymous",
    "other client",
    "the client",
    "desk",
    "stranger",
    "covering",
    "author",
    "owner",
]
SIGN_IN, NO, NONE, SEES, EMPTY = "sign in", 403, 404, "sees it", "without it"
# In the order of PEOPLE. `SEES` is 200 with the planted words, `EMPTY` a page without them.
# The answers of the client are private to those who treat; each note is by its privacy.
TABLE = {
    "therapists:today": [SIGN_IN, NO, NO, NO, EMPTY, SEES, SEES, NO],
    "therapists:day": [SIGN_IN, NO, NO, NO, EMPTY, SEES, SEES, NO],
    "therapists:sheet": [SIGN_IN, NO, NO, NO, EMPTY, SEES, SEES, NO],
    "therapists:offline": [SIGN_IN, NO, NO, NO, EMPTY, EMPTY, EMPTY, NO],
    "therapists:brief": [SIGN_IN, NO, NO, NO, NO, SEES, SEES, NO],
    "therapists:note for therapists": [SIGN_IN, NO, NO, NO, NO, SEES, SEES, NO],
    "therapists:note for the author": [SIGN_IN, NO, NO, NO, NO, NO, SEES, NO],
    "therapists:note for the owner": [SIGN_IN, NO, NO, NO, NO, SEES, SEES, SEES],
    "therapists:history": [SIGN_IN, NO, NO, NO, NO, SEES, SEES, SEES],
    "therapists:health": [SIGN_IN, EMPTY, SEES, 302, 302, 302, 302, 302],
    "therapists:health_by_link": [EMPTY] * 8,
    "therapists:accesses": [SIGN_IN, NO, NO, NO, NO, NO, NO, EMPTY],
    "therapists:kept_records": [SIGN_IN, NO, NO, NO, NO, NO, NO, EMPTY],
    "therapists:calendar": [SIGN_IN, EMPTY, EMPTY, 302, EMPTY, EMPTY, EMPTY, 302],
    "therapists:own_time": [SIGN_IN, NO, NO, NO, EMPTY, EMPTY, EMPTY, NO],
    "therapists:times_off": [SIGN_IN, NO, NO, EMPTY, NO, NO, NO, EMPTY],
}
SHOWS_NOTHING = {
    "therapists:mark", "therapists:clear", "therapists:draft", "therapists:habits",
    "therapists:withdraw", "therapists:answer_time_off", "therapists:worker", "therapists:feed",
    "therapists:kept_record", "therapists:confirm",
}  # fmt: skip


@pytest.fixture
def story(ana, kim, lee, visit, earlier, noon):
    """Kim wrote three notes about Ana; Lee covers today's visit; Sam treats nobody here."""
    reader = Reader("therapist: kim@example.com", kim.user, None, "test")
    for days, privacy in ((30, Privacy.AUTHOR), (20, Privacy.OWNER), (10, Privacy.THERAPISTS)):
        sign(
            earlier(days),
            Content(plan=f"{SECRET} {privacy}"),
            privacy=privacy,
            revision=0,
            author=kim,
            reader=reader,
            now=noon,
        )
    told = Answers(1, (), text=SECRET)
    health_checks.give(ana, told, form=Form.FULL, visit=None, reader=reader, now=noon)
    return {
        "kims": visit(noon),
        "lees": visit(noon + timedelta(hours=2), therapist=lee),
        **{note.privacy: note.appointment for note in Note.objects.select_related("appointment")},
    }


@pytest.fixture
def people(ana, kim, lee, desks, owners, signed_in):
    sam = factories.make_therapist("Sam Demo", user=factories.make_user("sam@example.com"))
    bo = factories.make_client("Bo Demo", user=factories.make_user("bo@example.com"))
    browsers = [
        Browser(), signed_in(bo.user), signed_in(ana.user), desks, signed_in(sam.user),
        signed_in(lee.user), signed_in(kim.user), owners,
    ]  # fmt: skip
    return dict(zip(PEOPLE, browsers, strict=True))


def addresses(story, clinic):
    mine = story["kims"]
    day = clinic.day_of(mine.starts_at)
    token = links.mail_token(mine)
    return {
        "therapists:today": "/today/",
        "therapists:day": f"/today/{day}/",
        "therapists:sheet": f"/today/{day}/sheet/",
        "therapists:offline": "/today/offline/",
        "therapists:brief": f"/visits/{mine.pk}/",
        "therapists:note for therapists": f"/visits/{story['therapists'].pk}/note/",
        "therapists:note for the author": f"/visits/{story['author'].pk}/note/",
        "therapists:note for the owner": f"/visits/{story['owner'].pk}/note/",
        "therapists:history": f"/clients/{mine.client_id}/history/",
        "therapists:health": "/health/?all",
        "therapists:health_by_link": f"/appointments/{token}/health/?all",
        "therapists:accesses": "/health/accesses/",
        "therapists:kept_records": "/health/kept/",
        "therapists:calendar": "/calendar/",
        "therapists:own_time": "/my-time/",
        "therapists:times_off": "/desk/time-off/",
    }


def got(response):
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return SIGN_IN
    if response.status_code == 200:
        return SEES if SECRET in response.content.decode() else EMPTY
    return response.status_code


def test_every_page_gives_each_person_exactly_what_the_table_says(story, people, clinic):
    urls = addresses(story, clinic)
    assert set(urls) == set(TABLE)
    found = {
        page: [got(people[person].get(url)) for person in PEOPLE] for page, url in urls.items()
    }
    assert found == TABLE


def test_every_page_of_the_therapists_is_in_the_table():
    (ours,) = (
        p for p in get_resolver().url_patterns if getattr(p, "namespace", "") == "therapists"
    )
    names = {f"therapists:{pattern.name}" for pattern in ours.url_patterns}
    assert names == {page.split(" ")[0] for page in TABLE} | SHOWS_NOTHING


WRITERS = ["author"]


@pytest.mark.parametrize("person", [person for person in PEOPLE if person not in WRITERS])
def test_nobody_else_writes_the_note_of_a_visit(story, people, person):
    url = f"/visits/{story['kims'].pk}/note/"
    typed = {"revision": 0, "privacy": "therapists", "plan": "x", "do": "sign"}
    before = NoteVersion.objects.count()
    for address in (url, f"{url}draft/"):
        response = people[person].post(address, typed)
        assert response.status_code in (302, 403)
    assert NoteVersion.objects.count() == before
    assert not Note.objects.filter(appointment=story["kims"]).exists()


@pytest.mark.parametrize(
    "person", ["anonymous", "other client", "the client", "desk", "stranger", "owner"]
)
def test_only_those_who_treat_lift_a_hold(story, people, ana, person):
    ana.health_hold = True
    ana.save()
    people[person].post(f"/visits/{story['kims'].pk}/clear/", {"decision": "lift", "reason": "x"})
    ana.refresh_from_db()
    assert ana.health_hold


def test_no_page_with_health_data_is_stored_by_a_browser(story, people, clinic):
    for page, url in addresses(story, clinic).items():
        for person in ("author", "the client", "owner"):
            response = people[person].get(url)
            if response.status_code == 200:
                assert "no-store" in response["Cache-Control"], page
