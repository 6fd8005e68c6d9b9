"""A therapist's own beginnings of notes."""

import pytest

from tests.therapists.conftest import text
from therapists.models import Note, NoteTemplate


@pytest.fixture
def calves(kim):
    return NoteTemplate.objects.create(
        therapist=kim, name="Calves", objective="Calves, slowly", plan="Again in two weeks"
    )


def test_one_is_kept_changed_and_taken_away(kims, kim):
    kims.post("/notes/templates/", {"name": "Calves", "plan": "Again"})
    kept = NoteTemplate.objects.get(therapist=kim)
    assert "Calves" in text(kims.get("/notes/templates/"))
    kims.post(f"/notes/templates/{kept.pk}/", {"name": "Legs", "plan": "Again"})
    kept.refresh_from_db()
    assert kept.name == "Legs"
    kims.post(f"/notes/templates/{kept.pk}/remove/")
    assert not NoteTemplate.objects.exists()


@pytest.mark.parametrize(
    "typed", [{"name": "", "plan": "x"}, {"name": "New"}, {"name": "calves", "plan": "x"}]
)
def test_what_is_wrong_is_said_and_stays_as_typed(kims, calves, typed):
    page = text(kims.post("/notes/templates/", typed), 422)
    assert 'class="problem"' in page
    assert all(value in page for value in typed.values())
    assert NoteTemplate.objects.count() == 1


def test_one_press_puts_it_where_nothing_is_written_yet(kims, visit, write, calves):
    mine = visit()
    assert "Calves" in text(kims.get(f"/visits/{mine.pk}/note/"))
    page = text(write(mine, do=f"template-{calves.pk}", plan="In a week"))
    assert "Calves, slowly" in page
    assert "In a week" in page
    assert "Again in two weeks" not in page
    assert Note.objects.get().has_draft


def test_a_colleagues_is_neither_seen_nor_used_nor_changed(lees, lee, visit, write, calves):
    theirs = visit(therapist=lee)
    assert "Calves" not in text(lees.get(f"/visits/{theirs.pk}/note/"))
    assert "slowly" not in text(write(theirs, browser=lees, do=f"template-{calves.pk}", plan="x"))
    assert "Calves" not in text(lees.get("/notes/templates/"))
    for url in (f"{calves.pk}/", f"{calves.pk}/remove/"):
        assert lees.post(f"/notes/templates/{url}", {"name": "x", "plan": "x"}).status_code == 404


def test_a_dozen_are_as_many_as_there_can_be(kims, kim):
    for number in range(12):
        NoteTemplate.objects.create(therapist=kim, name=f"T{number}", plan="x")
    text(kims.post("/notes/templates/", {"name": "One more", "plan": "x"}), 422)
    assert NoteTemplate.objects.count() == 12
