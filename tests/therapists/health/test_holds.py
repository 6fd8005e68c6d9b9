"""A hold holds: nobody arrives, is done with or signed for before a therapist has decided."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from bookings.actions.clients import health_hold
from bookings.actions.refusals import OnHold
from bookings.actions.scheduling import attendance
from bookings.core.scheduling.statuses import Status
from tests.roles.world import undone
from tests.therapists.conftest import note_of, text
from tests.therapists.notes.test_briefs import told
from therapists.actions import notes
from therapists.core.content import Content
from therapists.health_audit import Reader
from therapists.models import Access, NoteVersion, Privacy

MUST_LOOK = "must look first"
BANNER = "On hold: no massage unless a therapist says so"
WHY = "Zwetschge was said"  # planted: in no page of the desk's


@pytest.fixture
def held(ana):
    told(ana, "clot_signs", rule="stop", given_at=timezone.now() - timedelta(hours=1), text=WHY)
    health_hold.put(ana, by="runner", now=timezone.now())
    return ana


def decide(browser, visit, decision="treat", **typed):
    typed = {"decision": decision, "reason": "Her doctor has looked", **typed}
    return browser.post(f"/visits/{visit.pk}/clear/", typed, follow=True)


def press(browser, action, visit, *, at_the_desk):
    if action == "sign":
        return browser.post(f"/visits/{visit.pk}/note/", note_of(visit, do="sign", plan="Deep"))
    if at_the_desk:
        seen = {"seen": visit.events.order_by("pk").values_list("pk", flat=True).last() or 0}
        url = f"/diary/appointments/{visit.pk}/mark/"
        return browser.post(url, {"status": action, **seen}, follow=True)
    return browser.post(f"/today/visits/{visit.pk}/mark/", {"status": action}, follow=True)


def has_gone_through(action, visit):
    if action == "sign":
        return NoteVersion.objects.filter(note__appointment=visit).exists()
    visit.refresh_from_db()
    return visit.status == action


MARKS = {"kim", "desk", "owner"}
TABLE = {  # action, hold: by whom it goes through
    ("arrived", "none"): MARKS,
    ("arrived", "on hold"): set(),
    ("arrived", "lifted"): MARKS,
    ("arrived", "treated under hold"): MARKS,
    ("arrived", "no massage"): set(),
    ("arrived", "answered again"): set(),
    ("completed", "none"): MARKS,
    ("completed", "on hold"): set(),
    ("completed", "lifted"): MARKS,
    ("completed", "treated under hold"): MARKS,
    ("completed", "no massage"): set(),
    ("completed", "answered again"): set(),
    ("sign", "none"): {"kim"},
    ("sign", "on hold"): set(),
    ("sign", "lifted"): {"kim"},
    ("sign", "treated under hold"): {"kim"},
    ("sign", "no massage"): set(),  # asked again, beside the note
    ("sign", "answered again"): set(),
}
DECISIONS = {"lifted": "lift", "treated under hold": "treat", "no massage": "not_today"}


@pytest.mark.parametrize(("action", "hold"), TABLE)
def test_who_gets_through_with_what_and_when(
    action, hold, kims, lees, desks, owners, visit, ana, request
):
    mine = visit()
    if hold != "none":
        request.getfixturevalue("held")
    if decision := DECISIONS.get(hold):
        assert decide(kims, mine, decision).status_code == 200
    if hold == "answered again":
        decide(kims, mine)
        health_hold.put(ana, by="runner", now=timezone.now())
    for who, browser in {"kim": kims, "lee": lees, "desk": desks, "owner": owners}.items():
        with undone(browser):
            said = press(browser, action, mine, at_the_desk=who in ("desk", "owner"))
            assert has_gone_through(action, mine) == (who in TABLE[action, hold]), who
        if who in MARKS and action != "sign" and hold in ("on hold", "answered again"):
            assert MUST_LOOK in text(said), who


def test_no_way_back_leads_to_done(kims, desks, visit, ana):
    """Done, then Arrived by correction, then a hold: to take that back would be Done again."""
    mine = visit(status=Status.COMPLETED)
    by: dict[str, Any] = {"by": "desk", "now": timezone.now()}
    attendance.mark(mine, Status.ARRIVED, **by)
    health_hold.put(ana, **by)
    with pytest.raises(OnHold):
        attendance.undo(mine, within=None, **by)
    press(desks, "undo", mine, at_the_desk=True)
    assert has_gone_through("arrived", mine)


def test_what_was_done_before_the_hold_stays_and_may_be_signed(kims, visit, held):
    mine = visit(status=Status.COMPLETED)
    press(kims, "sign", mine, at_the_desk=False)
    assert has_gone_through("sign", mine)


def test_who_did_not_come_and_who_is_called_off_needs_no_decision(visit, held, noon):
    mine = visit()
    attendance.mark(mine, Status.NO_SHOW, by="desk", now=noon + timedelta(hours=1))
    mine.refresh_from_db()
    assert mine.status == Status.NO_SHOW
    with pytest.raises(OnHold):
        attendance.mark(mine, Status.ARRIVED, by="desk", now=noon + timedelta(hours=1))


def test_the_action_itself_signs_nothing_on_hold(visit, kim, held):
    reader = Reader("therapist: 1", kim.user, None, "test")
    draft = notes.Draft(Content(plan="Deep"), Privacy.THERAPISTS, revision=0, author=kim)
    with pytest.raises(OnHold):
        notes.sign(visit(), draft, reader=reader, now=timezone.now())
    assert not NoteVersion.objects.exists()


@pytest.mark.fixed_clock  # before the visit
@pytest.mark.parametrize("decision", DECISIONS.values())
def test_a_decision_is_recorded_sealed_and_without_its_reason_in_the_diary(
    decision, kims, visit, held
):
    mine = visit()
    decide(kims, mine, decision, reason=WHY)
    [kept] = held.clearances.all()
    assert kept.content.opened() == {"decision": decision, "reason": WHY}
    held.refresh_from_db()
    assert held.health_hold == (decision != "lift")
    last = mine.events.last()
    assert last.facts == {}
    assert last.kind == ("health_hold_lifted" if decision == "lift" else "health_decided")


@pytest.mark.parametrize(
    ("typed", "told_so"),
    [
        ({"reason": " "}, "give a reason"),
        ({"decision": ""}, "say what you decide"),
        ({"decision": "deep tissue"}, "say what you decide"),
    ],
)
def test_a_decision_needs_a_reason_and_an_answer(typed, told_so, kims, visit, held):
    mine = visit()
    assert told_so in text(decide(kims, mine, **typed), 422)
    assert not held.clearances.exists()


@pytest.mark.parametrize("action", ["arrived", "completed"])
def test_what_was_pressed_goes_through_with_the_decision(action, kims, visit, held):
    mine = visit()
    asked = press(kims, action, mine, at_the_desk=False)
    assert f'name="then" value="{action}"' in text(asked)
    day = decide(kims, mine, then=action)
    assert day.request["PATH_INFO"].startswith("/today/")
    assert has_gone_through(action, mine)


def test_a_decision_against_massage_marks_nothing(kims, visit, held):
    mine = visit()
    decide(kims, mine, "not_today", then="completed")
    assert not has_gone_through("completed", mine)


def test_the_note_asks_where_it_is_signed_and_loses_nothing(kims, visit, held):
    mine = visit()
    url = f"/visits/{mine.pk}/note/"
    typed = note_of(mine, do="sign", plan="Sent to her doctor")
    page = text(kims.post(url, typed), 422)
    assert "Sent to her doctor" in page
    assert "say what you decide" in page
    decided = {"decision": "not_today", "reason": "Calf is warm"}
    kims.post(url, {**note_of(mine, do="sign", plan="Sent to her doctor"), **decided})
    assert not kims.get(url).context["versions"][0][1].pressure
    assert has_gone_through("sign", mine)
    assert held.clearances.get().content.opened()["reason"] == "Calf is warm"


def test_a_note_of_no_massage_names_no_technique_and_says_so_where_the_eye_is(kims, visit, held):
    mine = visit(status=Status.ARRIVED)
    against = {"decision": "not_today", "reason": "Calf is warm"}
    signed = note_of(mine, do="done", plan="Doctor", techniques=["deep tissue work"])
    page = text(kims.post(f"/visits/{mine.pk}/note/", {**signed, **against}), 422)
    assert "No massage, and yet the note names a technique" in page
    assert page.index("Not done yet") < page.index("<form")
    assert not has_gone_through("sign", mine)
    assert not held.clearances.exists()
    kims.post(f"/visits/{mine.pk}/note/", {**note_of(mine, do="done", plan="Doctor"), **against})
    assert has_gone_through("sign", mine)
    assert not has_gone_through("completed", mine)


def test_who_was_to_be_treated_and_then_not_waits_again(kims, visit, held):
    mine = visit()
    decide(kims, mine, "treat")
    decide(kims, mine, "not_today")
    press(kims, "completed", mine, at_the_desk=False)
    assert not has_gone_through("completed", mine)


def test_the_brief_says_what_was_decided_by_whom_and_why(kims, lees, desks, visit, held, lee):
    mine, hers = visit(), visit(therapist=lee, starts_at=timezone.now() + timedelta(days=2))
    decide(kims, mine, "not_today", reason="Calf is warm & swollen")
    page = text(lees.get(f"/visits/{hers.pk}/"))
    assert "Kim Demo" in strip_tags(page)
    assert "No massage at this visit; the hold stays. “Calf is warm &amp; swollen”" in page
    assert "Calf is warm" not in desks.get(f"/diary/appointments/{mine.pk}/").content.decode()
    read = Access.objects.filter(what="clearance", did="read", user=lee.user)
    assert read.count() == 1


def test_same_as_last_time_brings_no_technique_where_nothing_may_be_done(
    kims, visit, earlier, held
):
    before, mine = earlier(7), visit()
    told_of = {"techniques": ["deep tissue work"], "plan": "Hips first"}
    kims.post(f"/visits/{before.pk}/note/", note_of(before, do="sign", **told_of))
    kims.post(f"/visits/{mine.pk}/note/", note_of(mine, do="same"))
    begun = kims.get(f"/visits/{mine.pk}/note/").context["form"]
    assert begun.initial["plan"] == "Hips first"
    assert not begun.initial["techniques"]


def places(visit, day):
    return {
        "today": "/today/",
        "brief": f"/visits/{visit.pk}/",
        "note": f"/visits/{visit.pk}/note/",
        "sheet": f"/today/{day}/sheet/",
    }


@pytest.mark.parametrize("place", ["today", "brief", "note", "sheet"])
def test_the_banner_stands_in_every_place_of_the_therapist(place, kims, visit, ana, today, request):
    mine = visit()
    url = places(mine, today)[place]
    assert BANNER not in text(kims.get(url))
    request.getfixturevalue("held")
    assert BANNER in text(kims.get(url))
    decide(kims, mine)
    decided = text(kims.get(url))
    assert BANNER not in decided
    assert "On hold, decided" in decided


@pytest.mark.parametrize(
    "place", ["/diary/appointments/{pk}/", "/diary/{day}/", "/diary/{day}/feed/"]
)
def test_the_desk_sees_that_somebody_must_look_and_never_why(place, desks, visit, held, today):
    mine = visit()
    page = desks.get(place.format(pk=mine.pk, day=today)).content.decode()
    assert "to be checked by the therapist" in page
    for secret in (WHY, "clot", "Signs of"):
        assert secret not in page


def test_the_banner_of_the_desks_panel_goes_with_the_decision(desks, kims, visit, held):
    mine = visit()
    url = f"/diary/appointments/{mine.pk}/"
    assert MUST_LOOK in text(desks.get(url))
    decide(kims, mine, reason=WHY)
    page = text(desks.get(url))
    assert MUST_LOOK not in page
    assert "has decided" in page
    assert WHY not in page


def test_the_diary_marks_a_visit_that_waits_and_is_drawn_anew_with_the_decision(
    desks, kims, visit, held, today
):
    mine = visit()
    feed = f"/diary/{today}/feed/"
    waiting = desks.get(feed)
    assert [one["waits"] for one in waiting.json()["visits"]] == [True]
    assert "tag-danger" in text(desks.get(f"/diary/{today}/"))
    decide(kims, mine)
    decided = desks.get(feed, headers={"If-None-Match": waiting["ETag"]})
    assert [one["waits"] for one in decided.json()["visits"]] == [False]
    assert "tag-danger" not in text(desks.get(f"/diary/{today}/"))


def test_the_diary_takes_as_many_queries_for_ten_on_hold_as_for_one(
    desks, visit, held, today, noon, django_assert_max_num_queries, django_assert_num_queries
):
    visit()
    feed = f"/diary/{today}/feed/"
    with django_assert_max_num_queries(30) as seen:
        desks.get(feed)
    as_many = len(seen)
    for hours in range(1, 9):
        visit(noon + timedelta(hours=hours))
    with django_assert_num_queries(as_many):
        assert all(one["waits"] for one in desks.get(feed).json()["visits"])
