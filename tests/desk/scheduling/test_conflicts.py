"""What stands where it cannot stand any more is drawn, marked, and listed on the first page."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Absence, Room
from tests.diary_requests import move_one
from tests.factories import (
    make_absence,
    make_appointment,
    make_client,
    make_room,
    make_therapist,
)

DAY = "2026-12-03"
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")
LISTED = "Appointments that cannot stay where they are"


@pytest.fixture
def visit(massage, kim, room):
    return make_appointment(starts_at=TEN, treatment=massage, therapist=kim, room=room)


@pytest.fixture
def gone(kim):
    kim.active = False
    kim.save()
    return kim


def test_the_first_page_lists_them_with_why(desk, visit, room):
    assert LISTED not in desk.get("/desk/").text
    room.active = False
    room.save()
    page = desk.get("/desk/").text
    assert LISTED in page
    assert "Room 1 is out of use." in page
    assert "It is meant so" not in page


def test_somebody_outside_the_hours_may_be_meant_to_stand_there(desk, visit, kim):
    kim.shifts.update(start=time(12))
    assert "It is meant so" in desk.get("/desk/").text
    url, sent = f"/diary/appointments/{visit.pk}/keep/", {"revision": visit.revision}
    assert "stays where it is" in desk.post(url, sent, follow=True).text
    assert LISTED not in desk.get("/desk/").text
    make_absence(TEN, TEN + HOUR, kim)
    assert "Kim Demo is away then." in desk.get("/desk/").text
    assert "is away then" in desk.post(url, sent, follow=True).text


def test_the_first_page_costs_no_more_with_many_of_them(desk, massage, kim, room):
    def cost(hours):
        for hour in hours:
            make_appointment(
                starts_at=TEN.replace(hour=hour), treatment=massage, therapist=kim, room=room
            )
        with CaptureQueriesContext(connection) as data:
            assert desk.get("/desk/").text.count("does not work then") > 0
        return len(data)

    kim.shifts.all().delete()
    assert cost([8]) == cost(range(9, 20))


def test_a_room_out_of_use_is_drawn_as_long_as_something_stands_in_it(desk, visit, room):
    tag = desk.get(f"/diary/{DAY}/feed/").headers["ETag"]
    room.active = False
    room.save()
    drawn = desk.get(f"/diary/{DAY}/feed/", HTTP_IF_NONE_MATCH=tag).json()
    assert drawn["rooms"] == [{"id": f"r{room.pk}", "title": "Room 1 (out of use)"}]
    assert "The room is out of use" in drawn["visits"][0]["flags"]
    assert desk.get("/diary/2026-12-04/feed/").json()["rooms"] == []


def test_a_therapist_who_has_left_is_drawn_and_marked(desk, visit, gone):
    drawn = desk.get(f"/diary/{DAY}/feed/").json()
    [column] = drawn["therapists"]
    assert (column["id"], column["title"]) == (f"t{gone.pk}", "Kim Demo (has left)")
    assert (column["free"], column["off"]) == ("", False)
    assert "The therapist has left" in drawn["visits"][0]["flags"]


def test_a_week_marks_a_room_that_is_out_of_use(desk, visit, room):
    room.active = False
    room.save()
    assert "The room is out of use" in desk.get(f"/diary/{DAY}/week/kim-demo/").text


def test_a_week_lists_who_has_left_as_long_as_something_of_theirs_stands(desk, visit, gone):
    make_therapist("Lee Demo")
    page = desk.get(f"/diary/{DAY}/week/lee-demo/").text
    assert f'href="/diary/{DAY}/week/kim-demo/"' in page
    assert "Kim Demo</bdi> (has left)" in page
    assert "The therapist has left" in desk.get(f"/diary/{DAY}/week/kim-demo/").text
    assert "kim-demo" not in desk.get("/diary/2026-12-14/week/lee-demo/").text


def test_the_move_form_does_not_choose_somebody_else_for_who_has_left(desk, visit, gone, massage):
    massage.therapists.add(make_therapist("Lee Demo"))
    page = desk.get(f"/diary/appointments/{visit.pk}/move/")
    assert "Please choose" in str(page.context["form"]["therapist"])
    assert "selected" not in str(page.context["form"]["therapist"]).partition("Lee Demo")[0][-40:]
    sent = {"date": DAY, "time": "12:00", "minutes": 60, "revision": 0, "tell": "no"}
    refused = desk.post(f"/diary/appointments/{visit.pk}/move/", {**sent, "therapist": ""})
    assert refused.status_code == 422


def test_time_off_of_who_has_left_stays_theirs(desk, kim, gone):
    make_therapist("Lee Demo")
    off = Absence.objects.create(therapist=kim, starts_at=TEN, ends_at=TEN + HOUR)
    field = str(desk.get(f"/diary/blocks/off/{off.pk}/").context["form"]["therapist"])
    assert "Please choose" in field


@pytest.mark.parametrize("kind", ["off", "extra", "break"])
def test_nobody_is_blocked_by_being_the_first_of_the_list(desk, kim, kind):
    url = f"/diary/blocks/{kind}/new/"
    assert "Please choose" in str(desk.get(url).context["form"]["therapist"])
    asked_for = str(desk.get(url, {"therapist": kim.pk}).context["form"]["therapist"])
    assert "Please choose" not in asked_for


def test_a_day_left_empty_is_still_chosen_as_a_day_after_a_refusal(desk, kim):
    refused = desk.post("/diary/blocks/off/new/", {"therapist": kim.pk, "last": ""})
    assert 'type="date"' in str(refused.context["form"]["last"])


def undo_is_offered(desk, visit):
    return "Undo the last move" in desk.get(f"/diary/appointments/{visit.pk}/").text


def test_undo_is_offered_after_the_desks_move_and_works(desk, visit):
    assert not undo_is_offered(desk, visit)
    move_one(visit, TEN + HOUR, by="desk: desk@example.com", now=NOW)
    assert undo_is_offered(desk, visit)
    desk.post(f"/diary/appointments/{visit.pk}/undo/", {"revision": 1})
    visit.refresh_from_db()
    assert visit.starts_at == TEN


@pytest.mark.parametrize("how", ["taken", "away", "room gone"])
def test_undo_is_not_offered_where_the_visit_could_not_stand_any_more(
    desk, visit, how, kim, room, massage
):
    other = make_room("Room 2")
    massage.rooms.add(other)
    move_one(visit, TEN + HOUR, by="desk: desk@example.com", now=NOW)
    if how == "taken":
        place = {"treatment": massage, "therapist": kim, "room": other}
        make_appointment(client=make_client(), starts_at=TEN - HOUR / 2, **place)
    elif how == "away":
        make_absence(TEN, TEN + HOUR, kim)
    else:
        Room.objects.filter(pk=room.pk).update(active=False)
    assert not undo_is_offered(desk, visit)


def test_undo_is_not_offered_after_the_runners_own_move(desk, visit):
    move_one(visit, TEN + HOUR, now=NOW)
    assert not undo_is_offered(desk, visit)
    answer = desk.post(f"/diary/appointments/{visit.pk}/undo/", {"revision": 1}, follow=True)
    assert "nothing to undo" in answer.text


def test_undo_is_not_offered_for_a_move_of_which_too_little_was_kept(desk, visit):
    moved = move_one(visit, TEN + HOUR, by="desk: desk@example.com", now=NOW)
    before = {"starts_at": TEN.isoformat(), "therapist": "Kim Demo"}
    moved.events.update(facts={"from": before, "to": before})
    assert not undo_is_offered(desk, visit)
