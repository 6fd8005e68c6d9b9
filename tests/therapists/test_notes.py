"""Notes: drafts, signing, amendments, who reads what, and the brief that comes of them."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests import factories
from therapists.encrypting import Sealed
from therapists.models import Access, HealthCheck, Note, NoteVersion


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def note_of(appointment, **typed):
    """What a browser sends: only what the test is about."""
    revision = Note.objects.filter(appointment=appointment).values_list("revision", flat=True)
    return {
        "revision": next(iter(revision), 0),
        "privacy": "therapists",
        "do": "save",
        **typed,
    }


@pytest.fixture
def write(kims):
    def _write(appointment, browser=kims, **typed):
        url = f"/visits/{appointment.pk}/note/"
        return browser.post(url, note_of(appointment, **typed), follow=True)

    return _write


@pytest.fixture
def sign(write):
    def _sign(appointment, **typed):
        response = write(appointment, do="sign", **typed)
        assert response.status_code == 200
        return NoteVersion.objects.filter(note__appointment=appointment).last()

    return _sign


def test_a_draft_is_kept_and_comes_back(write, kims, visit):
    mine = visit()
    write(mine, subjective="Tight after Sunday", **{"kind-left-calf": "tightness",
                                                    "level-left-calf": "6"})  # fmt: skip
    page = text(kims.get(f"/visits/{mine.pk}/note/"))
    assert "Tight after Sunday" in page
    assert "Left calf: tight 6" in page
    assert not NoteVersion.objects.exists()


def test_signing_locks_what_was_written(sign, kims, visit):
    mine = visit()
    sign(mine, plan="Calves again in two weeks")
    page = text(kims.get(f"/visits/{mine.pk}/note/"))
    assert "Calves again in two weeks" in page
    assert "Signed by Kim Demo" in page
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
    assert Note.objects.get().content.opened()["subjective"] == "From the first window"
    shown = re.search(r'name="revision" value="(\d+)"', page)[1]
    write(mine, subjective="Both, put together", revision=shown)
    assert Note.objects.get().content.opened()["subjective"] == "Both, put together"


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
    assert Note.objects.get().content.opened()["marks"] == []


@pytest.mark.parametrize("typed", [{"pressure": "crushing"}, {"privacy": "world"},
                                   {"plan": "x" * 4001}])  # fmt: skip
def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(write, visit, typed):
    page = text(write(visit(), subjective="Still here", **typed), 422)
    assert "Not saved yet" in page
    assert "Still here" in page


def test_the_note_is_preset_for_the_phase(kims, visit, ana, noon, clinic):
    day = noon.astimezone(clinic.tz).date()
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
    content = Note.objects.get(appointment=mine).content.opened()
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


# The brief.


def test_the_brief_says_what_the_protocol_and_the_notes_say(sign, kims, visit, earlier, ana):
    for days in (40, 30, 20, 10):
        sign(earlier(days), plan=f"Plan of {days} days ago",
             **{"kind-left-calf": "tightness", "level-left-calf": "5"})  # fmt: skip
    page = text(kims.get(f"/visits/{visit().pk}/"))
    assert "Plan of 10 days ago" in page
    assert "left calf in 4 of the last 4" in page
    assert "No race load" in page
    assert "One calf or thigh swollen" in page


def test_after_a_race_the_brief_asks_for_its_warning_signs(kims, visit, ana, noon, clinic):
    before = text(kims.get(f"/visits/{visit().pk}/"))
    assert "dark (cola) urine" not in before
    day = noon.astimezone(clinic.tz).date()
    factories.make_race(ana, race_date=day - timedelta(days=2))
    after = text(kims.get(f"/visits/{ana.appointments.get().pk}/"))
    assert "dark (cola) urine" in after


def told(client, *yes, no=(), form="full", rule="clearance", given_at=factories.NOW, **more):
    given = [
        {"key": key, "ask": "?", "rule": rule, "urgent": False, "action": "Doctor agrees.",
         "yes": key in yes, "more": "Since May"} for key in (*yes, *no)
    ]  # fmt: skip
    content = {"protocol": 1, "given": given, "text": "", "pressure": "", "changed": None, **more}
    return HealthCheck.objects.create(
        client=client, form=form, given_at=given_at, by="runner", content=Sealed.of(content)
    )


def test_the_answers_stand_in_the_brief_and_in_short_on_today(kims, visit, ana):
    told(ana, "anticoagulants_bleeding", text="Ask me about my hip")
    mine = visit()
    page = text(kims.get(f"/visits/{mine.pk}/"))
    assert "Blood thinners or bleeding" in page
    assert "Since May" in page
    assert "Ask me about my hip" in page
    assert "Blood thinners or bleeding" in text(kims.get("/today/"))


def test_a_later_no_takes_a_yes_back(kims, visit, ana):
    told(ana, "fever_infection", "varicose_veins", rule="wait")
    later = factories.NOW + timedelta(days=9)
    told(ana, no=["fever_infection"], form="changed", changed=False, given_at=later)
    page = text(kims.get(f"/visits/{visit().pk}/"))
    assert "Fever or infection" not in page
    assert "Varicose veins" in page


def test_what_led_to_a_hold_is_seen_until_a_therapist_lifts_it(kims, visit, ana):
    ana.health_hold = True
    ana.save()
    now = timezone.now()
    told(ana, "clot_signs", form="changed", given_at=now - timedelta(days=2))
    told(ana, no=["clot_signs", "cancer"], given_at=now - timedelta(days=1))
    mine = visit()
    assert "Signs of a clot" in text(kims.get(f"/visits/{mine.pk}/"))
    kims.post(f"/visits/{mine.pk}/clear/", {"reason": "Seen by her doctor"})
    assert "Signs of a clot" not in text(kims.get(f"/visits/{mine.pk}/"))


def test_the_hold_is_lifted_with_a_reason_and_not_without(kims, visit, ana):
    ana.health_hold = True
    ana.save()
    mine = visit()
    assert "On hold" in text(kims.get("/today/"))
    assert "give a reason" in text(kims.post(f"/visits/{mine.pk}/clear/", {"reason": " "}), 422)
    kims.post(f"/visits/{mine.pk}/clear/", {"reason": "Her doctor agrees"})
    ana.refresh_from_db()
    assert not ana.health_hold
    assert ana.clearances.get().content.opened() == {"reason": "Her doctor agrees"}


# Who reads what.


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
    assert (access.did, access.what, access.who) == ("read", "note", "therapist: kim@example.com")
    assert (access.page, access.address) == ("therapists:brief", "127.0.0.1")


def test_a_reading_stays_recorded_when_the_page_then_fails(sign, kims, visit, earlier, monkeypatch):
    sign(earlier(10), plan="x")
    Access.objects.all().delete()
    monkeypatch.setattr("therapists.views.brief.render", None)
    kims.raise_request_exception = False
    assert kims.get(f"/visits/{visit().pk}/").status_code == 500
    assert Access.objects.count() == 1


def test_the_history_takes_as_many_queries_for_ten_visits_as_for_one(
    sign, kims, earlier, django_assert_max_num_queries, django_assert_num_queries
):
    sign(earlier(1), plan="x")
    url = f"/clients/{Note.objects.get().appointment.client_id}/history/"
    with django_assert_max_num_queries(16) as seen:
        kims.get(url)
    as_many = len(seen)
    for days in range(2, 11):
        sign(earlier(days), plan="x", **{"kind-left-knee": "pain", "level-left-knee": "3"})
    with django_assert_num_queries(as_many):
        page = text(kims.get(url))
    assert "What was marked, visit by visit" in page
