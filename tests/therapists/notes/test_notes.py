"""Notes: drafts, signing, amendments, the body map."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from tests import factories
from tests.reading import first_match, present
from tests.therapists.conftest import note_of, text
from therapists.models import Note, NoteVersion
from therapists.models.sealed import Sealed

SIGNED = ("note/", "note/?amend", "letter/")


def test_a_draft_is_kept_and_comes_back(write, kims, visit):
    mine = visit()
    write(mine, subjective="Tight after Sunday", **{"kind-left-calf": "tightness",
                                                    "level-left-calf": "6"})  # fmt: skip
    page = text(kims.get(f"/visits/{mine.pk}/note/"))
    assert "Tight after Sunday" in page
    assert "Left calf: tight 6" in page
    assert not NoteVersion.objects.exists()


@pytest.mark.fixed_clock("2026-12-02T09:00")
def test_every_page_of_an_old_visit_says_of_which_day_it_is(sign, kims, earlier):
    old = earlier(3)
    pages = {url: text(kims.get(f"/visits/{old.pk}/{url}")) for url in ("", "ask/", "note/")}
    sign(old, plan="x")
    pages |= {f"signed {url}": text(kims.get(f"/visits/{old.pk}/{url}")) for url in SIGNED}
    assert [url for url, page in pages.items() if not re.search("Sun(day)? 29 Nov", page)] == []


def test_signing_locks_what_was_written(sign, kims, visit):
    mine = visit()
    sign(mine, plan="Calves again in two weeks")
    page = text(kims.get(f"/visits/{mine.pk}/note/"))
    assert "Calves again in two weeks" in page
    assert "Signed by <bdi>Kim Demo</bdi>" in page
    assert "<textarea" not in page


def test_an_amendment_keeps_the_original(sign, write, kims, visit):
    mine = visit()
    sign(mine, plan="Left calf")
    assert "say what the amendment" in text(write(mine, do="sign", plan="Right calf"), 409)
    sign(mine, plan="Right calf", amendment="I had mixed up the sides")
    page = text(kims.get(f"/visits/{mine.pk}/note/"))
    assert page.index("Amendment 1") < page.index("Left calf")
    assert "I had mixed up the sides" in page


@pytest.mark.parametrize("preset", [{}, {"pressure": "medium"}])
def test_an_empty_note_cannot_be_signed(write, visit, preset):
    assert "nothing to sign" in text(write(visit(), do="sign", **preset), 409)


def test_a_second_window_does_not_overwrite_the_first(write, visit):
    mine = visit()
    write(mine, subjective="From the first window")
    page = text(write(mine, subjective="From the second", revision=0), 409)
    assert "Another window has saved this note since" in page
    assert page.index("From the first window") < page.index("From the second")
    assert present(Note.objects.get().content).opened()["subjective"] == "From the first window"
    shown = first_match(r'name="revision" value="(\d+)"', page)[1]
    write(mine, subjective="Both, put together", revision=shown)
    assert present(Note.objects.get().content).opened()["subjective"] == "Both, put together"


def test_what_another_window_has_signed_is_shown_and_can_only_be_amended(sign, write, visit):
    mine = visit()
    sign(mine, plan="Signed elsewhere")
    page = text(write(mine, do="sign", plan="Typed here", revision=0), 409)
    assert page.index("Signed elsewhere") < page.index("Typed here")
    assert "What this amendment is about" in page
    assert NoteVersion.objects.count() == 1


def test_a_draft_is_saved_as_it_is_typed(kims, visit):
    mine = visit()
    url = f"/visits/{mine.pk}/note/draft/"
    answer = kims.post(url, note_of(mine, subjective="Half a sen"))
    assert answer.json() == {"revision": 1}
    assert kims.post(url, note_of(mine, revision=0)).status_code == 409
    assert kims.post(url, note_of(mine, subjective="x" * 5000)).status_code == 422


@pytest.mark.parametrize(
    "typed",
    [
        {"kind-left-calf": "nonsense"},
        {"kind-left-calf": "pain", "level-left-calf": "11"},
        {"kind-left-calf": "pain", "level-left-calf": "a lot"},
        {"kind-nowhere": "pain", "level-nowhere": "3"},
    ],
)
def test_marks_that_the_map_does_not_have_are_left_out(write, visit, typed):
    mine = visit()
    write(mine, plan="x", **typed)
    assert present(Note.objects.get().content).opened()["marks"] == []


@pytest.mark.parametrize("typed", [{"pressure": "crushing"}, {"privacy": "world"},
                                   {"plan": "x" * 4001}])  # fmt: skip
def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(write, visit, typed):
    page = text(write(visit(), subjective="Still here", **typed), 422)
    assert "Not done yet" in page
    assert "Still here" in page


def test_the_note_is_preset_for_the_phase(kims, visit, ana, noon, clinic):
    day = clinic.day_of(noon)
    factories.make_race(ana, race_date=day + timedelta(days=3))
    page = text(kims.get(f"/visits/{visit().pk}/note/"))
    assert "Race week" in page
    assert 'value="light" id="id_pressure_0" checked' in page
    assert "Light flowing strokes" in page


def test_same_as_last_time_fills_what_is_empty(sign, write, kims, visit, earlier):
    sign(earlier(14), objective="Calves, slowly", plan="The same again",
         **{"kind-left-calf": "tightness", "level-left-calf": "4"})  # fmt: skip
    mine = visit()
    write(mine, do="same", plan="Something new")
    content = present(Note.objects.get(appointment=mine).content).opened()
    assert content["objective"] == "Calves, slowly"
    assert content["plan"] == "Something new"
    assert content["marks"] == [{"place": "left-calf", "kind": "tightness", "level": 4}]


def test_the_last_visits_marks_are_faint_underneath(sign, kims, visit, earlier):
    sign(earlier(14), plan="x", **{"kind-left-calf": "pain", "level-left-calf": "4"})
    page = text(kims.get(f"/visits/{visit().pk}/note/"))
    assert "Left calf: nothing marked, last time pain 4" in page


# What was signed never changes.


@pytest.mark.django_db
@pytest.mark.parametrize(
    "attempt",
    [
        lambda version: NoteVersion.objects.update(content=Sealed.of({"plan": "other"})),
        lambda version: NoteVersion.objects.all().delete(),
        lambda version: NoteVersion.objects.filter(pk=version.pk).update(number=7),
        lambda version: version.save(),
        lambda version: version.delete(),
    ],
)
def test_the_database_refuses_to_change_a_signed_version(sign, visit, attempt):
    version = sign(visit(), plan="As it was")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        attempt(version)
    version.refresh_from_db()
    assert version.content.opened()["plan"] == "As it was"


ONE, TWO = "1" * 16, "2" * 16  # as pages are named


def test_what_is_sent_again_because_its_answer_got_lost_is_saved_and_no_other_windows_work(
    kims, visit
):
    mine = visit()
    url = f"/visits/{mine.pk}/note/draft/"

    def save(window, words, revision=0):
        typed = note_of(mine, subjective=words, window=window)
        return kims.post(url, typed | {"revision": revision})

    assert save(ONE, "The first words").json() == {"revision": 1}
    assert save(ONE, "The first words, and more").json() == {"revision": 2}
    assert save(TWO, "From another window").status_code == 409
    assert save(TWO, "From another window", revision=2).json() == {"revision": 3}
    assert save(ONE, "The first words, and more").status_code == 409
    for unnamed in ("", "some words"):
        assert save(unnamed, "From a page of before").status_code == 409
    assert "words" not in Note.objects.get().saved_from


def test_a_signature_that_is_sent_again_signs_once(kims, visit):
    mine = visit()
    typed = note_of(mine, do="sign", subjective="Once", window=ONE)
    kims.post(f"/visits/{mine.pk}/note/", typed)
    assert kims.post(f"/visits/{mine.pk}/note/", typed).status_code == 409
    assert NoteVersion.objects.count() == 1
