"""One table: every page with health data, and what each person gets of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import get_resolver

from bookings import links
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Client
from tests import factories
from therapists.actions import health_checks
from therapists.actions.notes import Draft, sign
from therapists.core.content import Answers, Content, Given
from therapists.health_audit import Reader
from therapists.models import Form, Letter, Note, NoteVersion, Photo, Privacy
from therapists.models.sealed import Sealed

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
    "owner who treats",
    "desk who treats",
]
SIGN_IN, NO, NONE, SEES, EMPTY = "sign in", 403, 404, "sees it", "without it"
# In the order of PEOPLE. `SEES` is 200 with the planted words, `EMPTY` a page without them.
# The answers of the client are private to those who treat; each note is by its privacy.
TABLE = {
    "therapists:today": [SIGN_IN, NO, NO, NO, EMPTY, SEES, SEES, NO, SEES, SEES],
    "therapists:day": [SIGN_IN, NO, NO, NO, EMPTY, SEES, SEES, NO, SEES, SEES],
    "therapists:follow_day": [SIGN_IN, NO, NO, NO, EMPTY, SEES, SEES, NO, SEES, SEES],
    "therapists:sheet": [SIGN_IN, NO, NO, NO, EMPTY, SEES, SEES, NO, SEES, SEES],
    "therapists:offline": [SIGN_IN, NO, NO, NO, EMPTY, EMPTY, EMPTY, NO, EMPTY, EMPTY],
    "therapists:brief": [SIGN_IN, NO, NO, NO, NO, SEES, SEES, NO, SEES, SEES],
    "therapists:ask": [SIGN_IN, NO, NO, NO, NO, EMPTY, EMPTY, NO, EMPTY, EMPTY],
    "therapists:note for therapists": [SIGN_IN, NO, NO, NO, NO, SEES, SEES, NO, SEES, SEES],
    "therapists:note for the author": [SIGN_IN, NO, NO, NO, NO, NO, SEES, NO, NO, NO],
    "therapists:note for the owner": [SIGN_IN, NO, NO, NO, NO, SEES, SEES, SEES, SEES, SEES],
    "therapists:letter": [SIGN_IN, NO, NO, NO, NO, NO, SEES, NO, NO, NO],
    "therapists:letter_pdf": [SIGN_IN, NONE, 200, NONE, NONE, 200, 200, NONE, 200, 200],
    "therapists:notices": [SIGN_IN, NO, NO, *[EMPTY] * 7],
    "therapists:templates": [SIGN_IN, NO, NO, NO, EMPTY, EMPTY, EMPTY, NO, EMPTY, EMPTY],
    "therapists:photo": [SIGN_IN, NONE, 200, NONE, NONE, 200, 200, NONE, 200, 200],
    "therapists:to_write": [SIGN_IN, NO, NO, NO, EMPTY, EMPTY, EMPTY, NO, EMPTY, EMPTY],
    "therapists:history": [SIGN_IN, NO, NO, NO, NO, SEES, SEES, SEES, SEES, SEES],
    "therapists:health": [SIGN_IN, EMPTY, SEES, 302, 302, 302, 302, 302, 302, 302],
    "therapists:health_by_link": [EMPTY] * 10,
    "therapists:accesses": [SIGN_IN, NO, NO, NO, NO, NO, NO, EMPTY, EMPTY, NO],
    "therapists:kept_records": [SIGN_IN, NO, NO, NO, NO, NO, NO, EMPTY, EMPTY, NO],
    "therapists:calendar": [SIGN_IN, EMPTY, EMPTY, 302, EMPTY, EMPTY, EMPTY, 302, EMPTY, EMPTY],
    "therapists:own_time": [SIGN_IN, NO, NO, NO, EMPTY, EMPTY, EMPTY, NO, EMPTY, EMPTY],
    "therapists:busy_calendar": [SIGN_IN, NO, NO, NO, EMPTY, EMPTY, EMPTY, NO, EMPTY, EMPTY],
    "therapists:times_off": [SIGN_IN, NO, NO, EMPTY, NO, NO, NO, EMPTY, EMPTY, EMPTY],
}
SHOWS_NOTHING = {
    "therapists:mark", "therapists:clear", "therapists:draft", "therapists:habits",
    "therapists:withdraw", "therapists:answer_time_off", "therapists:worker", "therapists:feed",
    "therapists:kept_record", "therapists:confirm", "therapists:late", "therapists:pay",
    "therapists:book_again", "therapists:unbook",
    "therapists:template", "therapists:remove_template",
    "therapists:add_photo", "therapists:remove_photo",
    "therapists:add_device", "therapists:end_device", "therapists:manifest",
    "therapists:hand_over", "therapists:remove_busy_calendar",
    "therapists:questions", "therapists:question", "therapists:question_tried",
}  # fmt: skip


def both(role, name):
    """Somebody of the desk, or the owner, who treats as well."""
    user = factories.make_user(f"{name.split()[0].lower()}@example.com", role=role)
    return factories.make_therapist(name, user=user)


@pytest.fixture
def story(ana, kim, lee, visit, earlier, noon):
    """Kim wrote three notes about Ana; Lee covers today's visit; Sam treats nobody here."""
    reader = Reader("therapist: kim@example.com", kim.user, None, "test")
    for days, privacy in ((30, Privacy.AUTHOR), (20, Privacy.OWNER), (10, Privacy.THERAPISTS)):
        draft = Draft(Content(plan=f"{SECRET} {privacy}"), privacy, revision=0, author=kim)
        sign(earlier(days), draft, reader=reader, now=noon)
    note = Note.objects.get(privacy=Privacy.THERAPISTS)
    said = Sealed.of({"to": "Dr Demo", "text": SECRET})
    jpeg = Sealed.of("anBlZw==")
    Photo.objects.create(note=note, added_at=noon, content=jpeg)
    Letter.objects.create(note=note, signed_by=kim, signed_at=noon, content=said)
    told = Answers(1, (), text=SECRET)
    health_checks.give(ana, told, form=Form.FULL, visit=None, reader=reader, now=noon)
    return {
        "kims": visit(noon),
        "lees": visit(noon + timedelta(hours=2), therapist=lee),
        "the owner's": visit(noon + timedelta(hours=4), therapist=both(Role.OWNER, "Uma Demo")),
        "the desk's": visit(noon + timedelta(hours=6), therapist=both(Role.DESK, "Dan Demo")),
        **{note.privacy: note.appointment for note in Note.objects.select_related("appointment")},
    }


@pytest.fixture
def people(story, ana, kim, lee, desks, owners, signed_in):
    sam = factories.make_therapist("Sam Demo", user=factories.make_user("sam@example.com"))
    bo = factories.make_client("Bo Demo", user=factories.make_user("bo@example.com"))
    browsers = [
        Browser(), signed_in(bo.user), signed_in(ana.user), desks, signed_in(sam.user),
        signed_in(lee.user), signed_in(kim.user), owners,
        *(signed_in(story[key].therapist.user) for key in ("the owner's", "the desk's")),
    ]  # fmt: skip
    return dict(zip(PEOPLE, browsers, strict=True))


def addresses(story, clinic):
    mine = story["kims"]
    day = clinic.day_of(mine.starts_at)
    token = links.mail_token(mine)
    return {
        "therapists:today": "/today/",
        "therapists:day": f"/today/{day}/",
        "therapists:follow_day": f"/today/{day}/follow/",
        "therapists:sheet": f"/today/{day}/sheet/",
        "therapists:offline": "/today/offline/",
        "therapists:brief": f"/visits/{mine.pk}/",
        "therapists:ask": f"/visits/{mine.pk}/ask/",
        "therapists:note for therapists": f"/visits/{story['therapists'].pk}/note/",
        "therapists:note for the author": f"/visits/{story['author'].pk}/note/",
        "therapists:note for the owner": f"/visits/{story['owner'].pk}/note/",
        "therapists:letter": f"/visits/{story['therapists'].pk}/letter/",
        "therapists:letter_pdf": f"/letters/{Letter.objects.get().pk}.pdf",
        "therapists:notices": "/notices/",
        "therapists:templates": "/notes/templates/",
        "therapists:photo": f"/photos/{Photo.objects.get().pk}.jpg",
        "therapists:to_write": "/notes/",
        "therapists:history": f"/clients/{mine.client_id}/history/",
        "therapists:health": "/health/?all",
        "therapists:health_by_link": f"/appointments/{token}/health/?all",
        "therapists:accesses": "/health/accesses/",
        "therapists:kept_records": "/health/kept/",
        "therapists:calendar": "/calendar/",
        "therapists:own_time": "/my-time/",
        "therapists:busy_calendar": "/my-time/calendar/",
        "therapists:times_off": "/desk/time-off/",
    }


def got(response):
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return SIGN_IN
    if response["Content-Type"] in ("application/pdf", "image/jpeg"):
        return response.status_code
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
    patterns: list[Any] = get_resolver().url_patterns
    (ours,) = (p for p in patterns if getattr(p, "namespace", "") == "therapists")
    names = {f"therapists:{pattern.name}" for pattern in ours.url_patterns}
    assert names == {page.split(" ")[0] for page in TABLE} | SHOWS_NOTHING


WRITERS = ["author"]


def test_nobody_else_writes_the_note_of_a_visit(story, people):
    url = f"/visits/{story['kims'].pk}/note/"
    typed = {"revision": 0, "privacy": "therapists", "plan": "x", "do": "sign"}
    before = NoteVersion.objects.count()
    for person in (one for one in PEOPLE if one not in WRITERS):
        for address in (url, f"{url}draft/"):
            response = people[person].post(address, typed)
            assert response.status_code in (302, 403), person
        assert NoteVersion.objects.count() == before, person
        assert not Note.objects.filter(appointment=story["kims"]).exists(), person


def test_only_those_who_treat_lift_a_hold(story, people, ana):
    ana.health_hold = True
    ana.save()
    lift = {"decision": "lift", "reason": "x"}
    for person in ("anonymous", "other client", "the client", "desk", "stranger", "owner"):
        people[person].post(f"/visits/{story['kims'].pk}/clear/", lift)
        ana.refresh_from_db()
        assert ana.health_hold, person


def test_no_page_with_health_data_is_stored_by_a_browser(story, people, clinic):
    for page, url in addresses(story, clinic).items():
        for person in ("author", "the client", "owner"):
            response = people[person].get(url)
            if response.status_code == 200:
                assert "no-store" in response["Cache-Control"], page


HELD = "Signs of a clot"


@pytest.fixture
def on_hold(story, ana, kim, noon):
    """Ana has said yes to signs of a clot."""
    given = (Given("clot_signs", "?", "stop", True, "See a doctor", True),)
    reader = Reader("runner", None, None, "test")
    health_checks.give(ana, Answers(1, given), form=Form.FULL, visit=None, reader=reader, now=noon)
    return story


def test_why_a_hold_is_there_is_said_where_somebody_decides_and_nowhere_else(
    on_hold, people, clinic
):
    """In the banner of Today, brief and note; the desk is told that there is one, never why."""
    mine = {"author": "kims", "owner who treats": "the owner's", "desk who treats": "the desk's"}
    for person, key in mine.items():
        pk = on_hold[key].pk
        for url in ("/today/", f"/visits/{pk}/", f"/visits/{pk}/note/"):
            page = people[person].get(url).content.decode()
            assert f'<span class="hold-why">{HELD}' in page, (person, url)
    for person in ("desk", "owner", *mine):
        visit = on_hold["kims"]
        for url in (
            "/desk/",
            f"/diary/{clinic.day_of(visit.starts_at)}/",
            f"/diary/appointments/{visit.pk}/",
            f"/desk/clients/{visit.client_id}/",
        ):
            assert HELD not in people[person].get(url).content.decode(), (person, url)


LEADS_TO: dict[str, set[str]] = {
    "desk": set(),
    "owner": {"history"},
    "owner who treats": {"brief", "history"},
    "desk who treats": {"brief", "history"},
}


def test_an_appointment_links_what_whoever_looks_may_read(story, people):
    visit = story["kims"]
    doors = {
        "brief": f'href="/visits/{visit.pk}/"',
        "note": f'href="/visits/{visit.pk}/note/"',
        "history": f'href="/clients/{visit.client_id}/history/?visit={visit.pk}"',
    }
    for person, leads_to in LEADS_TO.items():
        page = people[person].get(f"/diary/appointments/{visit.pk}/").content.decode()
        assert {name for name, link in doors.items() if link in page} == leads_to, person


WHO_READS: dict[str, set[str]] = {
    "author": set(),
    "therapists": {"owner who treats", "desk who treats"},
    "owner": {"owner", "owner who treats", "desk who treats"},
    "the owner's": {"owner who treats"},  # hers to write
}


def test_a_note_is_linked_for_whoever_it_opens_to(story, people):
    for key, who_reads in WHO_READS.items():
        link = f'href="/visits/{story[key].pk}/note/"'
        for person in LEADS_TO:
            page = people[person].get(f"/diary/appointments/{story[key].pk}/").content.decode()
            assert (link in page) == (person in who_reads), (key, person)


def test_whoever_treats_finds_today_and_their_time_on_every_page(story, people):
    for person in ("owner who treats", "desk who treats", "author"):
        for url in ("/desk/", "/today/", "/my-time/"):
            page = people[person].get(url).content.decode()
            assert 'href="/today/"' in page, (person, url)
            assert 'href="/my-time/"' in page, (person, url)
        staff = 'href="/desk/clients/"' in people[person].get("/today/").content.decode()
        assert staff == (person != "author"), person


def test_nobody_else_is_led_to_today(story, people):
    for person in ("desk", "owner"):
        assert 'href="/today/"' not in people[person].get("/desk/").content.decode()


def test_a_history_leads_back_to_the_brief_it_was_opened_from(story, people):
    for person, key in (("author", "kims"), ("owner who treats", "the owner's")):
        visit, browser = story[key], people[person]
        url = f"/clients/{visit.client_id}/history/"
        assert f'{url}?visit={visit.pk}"' in browser.get(f"/visits/{visit.pk}/").content.decode()
        back = f'class="crumb" href="/visits/{visit.pk}/"'
        assert back in browser.get(f"{url}?visit={visit.pk}").content.decode(), person


def test_a_history_opened_by_itself_leads_to_the_record_or_to_today(story, people, ana, bo_visit):
    url = f"/clients/{ana.pk}/history/"
    for asked in ("", "?visit=no", f"?visit={bo_visit.pk}"):
        page = people["owner"].get(url + asked).content.decode()
        assert f'class="crumb" href="/desk/clients/{ana.pk}/"' in page
        assert 'class="crumb" href="/today/"' in people["author"].get(url + asked).content.decode()


@pytest.fixture
def bo_visit(visit, noon, people):
    return visit(noon + timedelta(days=1), client=Client.objects.get(name="Bo Demo"))


@pytest.mark.parametrize(
    ("person", "key"), [("owner who treats", "the owner's"), ("desk who treats", "the desk's")]
)
def test_owner_and_desk_who_treat_decide_mark_and_sign(on_hold, people, ana, person, key):
    visit, browser = on_hold[key], people[person]
    decided = {"decision": "lift", "reason": "Seen by a doctor", "then": "arrived"}
    assert browser.post(f"/visits/{visit.pk}/clear/", decided).status_code == 302
    ana.refresh_from_db()
    visit.refresh_from_db()
    assert not ana.health_hold
    assert visit.status == Status.ARRIVED
    typed = {"revision": 0, "privacy": "therapists", "plan": "x", "do": "sign"}
    browser.post(f"/visits/{visit.pk}/note/", typed)
    assert NoteVersion.objects.filter(note__appointment=visit).count() == 1
    assert browser.get("/calendar/").status_code == 200
