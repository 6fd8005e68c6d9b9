"""Who reads and writes a note, and what is recorded of it."""

from datetime import timedelta

import pytest

from bookings.core.roles import Role
from tests import factories
from tests.therapists.conftest import note_of, text
from therapists.models import Access, NoteVersion


@pytest.fixture
def covering(lee, visit, noon, room):
    """Lee covers: a visit of Ana's tomorrow is in Lee's diary."""
    return visit(noon + timedelta(days=1), therapist=lee)


def test_a_covering_colleague_gets_the_brief_without_private_notes(sign, lees, earlier, covering):
    sign(earlier(20), plan="For all of us")
    sign(earlier(10), plan="Mine alone", privacy="author")
    page = text(lees.get(f"/visits/{covering.pk}/"))
    assert "For all of us" in page
    assert "Mine alone" not in page
    assert "1 note private to its author" in page


def test_a_colleague_takes_over_a_visit_whose_note_had_been_begun(
    write, sign, lees, lee, visit, earlier
):
    earlier(10)  # so that Kim goes on treating Ana
    moved = visit()
    write(moved, subjective="Kim had begun")
    type(moved).objects.filter(pk=moved.pk).update(therapist=lee)
    url = f"/visits/{moved.pk}/note/"
    assert "Kim had begun" not in text(lees.get(url))
    typed = {"revision": 0, "privacy": "therapists", "do": "sign", "plan": "Lee's own"}
    lees.post(url, typed)
    assert "Lee&#x27;s own" in text(lees.get(url))
    sign(moved, subjective="Kim has signed it after all")
    page = text(lees.get(url))
    assert page.index("Lee&#x27;s own") < page.index("Kim has signed it after all")
    assert page.count("?amend") == 1


def test_a_private_note_is_its_authors_alone(sign, lees, owners, earlier, covering):
    private = earlier(10)
    sign(private, plan="Mine alone", privacy="author")
    for browser in (lees, owners):
        assert browser.get(f"/visits/{private.pk}/note/").status_code == 403
        assert "Mine alone" not in text(browser.get(f"/clients/{private.client_id}/history/"), 200)


def test_the_owner_reads_what_is_opened_to_the_owner(sign, owners, earlier):
    for_therapists, for_the_owner = earlier(20), earlier(10)
    sign(for_therapists, plan="For therapists")
    sign(for_the_owner, plan="For the owner too", privacy="owner")
    assert owners.get(f"/visits/{for_therapists.pk}/note/").status_code == 403
    assert "For the owner too" in text(owners.get(f"/visits/{for_the_owner.pk}/note/"))


def test_only_the_author_writes(sign, write, lees, earlier, covering):
    theirs = earlier(10)
    sign(theirs, plan="Kim's")
    response = lees.post(f"/visits/{theirs.pk}/note/", note_of(theirs, plan="Lee's"))
    assert response.status_code == 403
    assert "Kim&#x27;s" in text(lees.get(f"/visits/{theirs.pk}/note/"))
    assert lees.post(f"/visits/{theirs.pk}/note/draft/", note_of(theirs)).status_code == 403
    assert NoteVersion.objects.count() == 1


def test_every_reading_and_writing_is_recorded(sign, kims, visit, earlier):
    sign(earlier(10), plan="x")
    Access.objects.all().delete()
    kims.get(f"/visits/{visit().pk}/")
    access = Access.objects.get()
    assert (access.did, access.what, access.who) == (
        "read",
        "note",
        factories.key_of("kim@example.com", Role.THERAPIST),
    )
    assert (access.page, access.address) == ("therapists:brief", "127.0.0.1")


def test_a_reading_stays_recorded_when_the_page_then_fails(sign, kims, visit, earlier, monkeypatch):
    sign(earlier(10), plan="x")
    Access.objects.all().delete()
    monkeypatch.setattr("therapists.pages.notes.brief.render", None)
    kims.raise_request_exception = False
    assert kims.get(f"/visits/{visit().pk}/").status_code == 500
    assert Access.objects.count() == 1
