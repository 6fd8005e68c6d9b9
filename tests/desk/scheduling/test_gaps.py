"""A press on free time books there: what is free, what fits, and the form filled in."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bookings.models import Appointment, RoomLoan, Treatment, WeeklyBreak
from tests.factories import (
    make_absence,
    make_appointment,
    make_room,
    make_therapist,
    make_treatment,
    make_week,
)

DAY = "2026-12-03"
TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
PANEL = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "panel"}
pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")


@pytest.fixture
def visit(kim, room):
    buffered = make_treatment("Buffered", therapists=[kim], buffer_minutes=15)
    make_treatment("Short", therapists=[kim], minutes=30, buffer_minutes=10)
    return make_appointment(starts_at=TEN, treatment=buffered, therapist=kim, room=room)


def gaps(desk):
    shades = desk.get(f"/diary/{DAY}/feed/").json()["shades"]
    return [(s["start"][11:16], s["end"][11:16]) for s in shades if s["kind"] == "gap"]


def test_what_is_free_lies_between_visits_with_their_buffers_breaks_and_absences(
    desk, visit, kim, clinic
):
    hours = {"weekday": 3, "start": "12:00", "end": "12:30", "valid_from": "2026-01-01"}
    WeeklyBreak.objects.create(therapist=kim, **hours)
    make_absence(TEN + 4 * HOUR, TEN + 5 * HOUR, kim)
    make_absence(TEN + 6 * HOUR, TEN + 9 * HOUR)
    assert gaps(desk) == [
        ("09:00", "10:00"),
        ("11:15", "12:00"),
        ("12:30", "14:00"),
        ("15:00", "16:00"),
    ]


def test_what_is_too_short_for_anything_is_no_gap(desk, visit, massage, kim, room):
    start = TEN + timedelta(minutes=100)
    make_appointment(starts_at=start, treatment=massage, therapist=kim, room=room)
    assert gaps(desk) == [("09:00", "10:00"), ("12:45", "17:00")]  # on the grid


def test_free_time_has_room_for_the_pause_too_before_a_visit_but_not_before_a_break(
    desk, visit, kim
):
    hours = {"weekday": 3, "start": "11:45", "end": "12:00", "valid_from": "2026-01-01"}
    WeeklyBreak.objects.create(therapist=kim, **hours)
    start = TEN + timedelta(minutes=150)
    make_appointment(starts_at=start, treatment=visit.treatment, therapist=kim, room=visit.room)
    assert gaps(desk) == [("09:00", "10:00"), ("11:15", "11:45"), ("13:45", "17:00")]


def test_while_every_room_that_suits_is_taken_or_lent_nothing_is_free(desk, visit, lee):
    kims = {one.pk for one in visit.therapist.treatments.all()}
    make_week(lee)
    baths = make_room("Ice bath")
    make_treatment("Bath", therapists=[make_therapist("Ivo")], rooms=[baths])
    for treatment in Treatment.objects.filter(pk__in=kims):
        treatment.therapists.add(lee)
        treatment.rooms.add(visit.room)
    RoomLoan.objects.create(room=visit.room, starts_at=TEN + 4 * HOUR, ends_at=TEN + 5 * HOUR)
    alone = [("09:00", "10:00"), ("11:15", "14:00"), ("15:00", "17:00")]
    assert gaps(desk) == alone * 2  # both work, in one room
    second = make_room("Room 2")
    visit.treatment.rooms.add(second)
    assert gaps(desk) == [("09:00", "10:00"), ("11:15", "17:00"), ("09:00", "17:00")]


def test_a_columns_head_says_how_much_is_free(desk, visit):
    [kim] = desk.get(f"/diary/{DAY}/feed/").json()["therapists"]
    assert kim["free"] == "405 min free"


@pytest.mark.parametrize(
    ("begins", "head"), [(TEN + 2 * HOUR, "09:00–12:00"), (TEN - 2 * HOUR, "Away")]
)
def test_a_columns_head_says_when_somebody_is_there_not_when_they_would_be(desk, kim, begins, head):
    make_absence(begins, TEN + 9 * HOUR, kim)
    [column] = desk.get(f"/diary/{DAY}/feed/").json()["therapists"]
    assert column["hours"] == head
    assert not column["off"]  # why, is drawn below it


def test_a_gap_leads_to_the_form_with_time_and_therapist_filled_in(desk, visit, kim):
    """Without JavaScript too: the day's table has the links."""
    page = desk.get(f"/diary/{DAY}/").content.decode()
    [link] = re.findall(
        r'href="(/diary/new/\?[^"]+)"[^>]*><span[^>]*>[^\n]*?</span>11:15–17:00',
        page.replace("</a>", "</a>\n"),
    )
    asked = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
    assert asked == {"when": [f"{DAY} 11:15"], "therapist": [str(kim.pk)], "gap": ["1"]}
    form = desk.get(link.replace("&amp;", "&")).content.decode()
    assert f'value="{DAY} 11:15"' in form
    assert f'<option value="{kim.pk}" selected' in form


def test_a_gap_that_is_over_is_not_offered(desk, massage, clock, at):
    clock.move_to(at(2, 17))
    assert "/diary/new/?when" not in desk.get(f"/diary/{DAY}/").content.decode()


@pytest.fixture
def panel(desk, kim):
    def _panel(when, **asked):
        asked = {"when": f"{DAY} {when}", "therapist": kim.pk, "gap": 1, **asked}
        return desk.get("/diary/new/", asked, **PANEL).content.decode()

    return _panel


def test_beside_the_diary_only_the_treatments_that_fit_can_be_chosen(panel, kim, visit):
    for minutes in (30, 60, 90):
        make_treatment(f"Sports {minutes}", therapists=[kim], minutes=minutes)
    make_treatment("Somebody else’s")
    offered = re.findall(
        r'name="treatment"[^>]*><span>.*?(Sports \d+|Buffered|Some\w+)', panel("09:00")
    )
    assert offered == ["Sports 30", "Sports 60"]
    assert "checked" in panel("09:00").split("Sports 30")[0][-200:]


def test_the_pressed_time_is_chosen_and_the_form_books_it(desk, panel, massage, ana, kim, only):
    page = panel("09:00", who="ana")
    hidden = r'name="(who_shown|when_shown|key|when)"[^>]*? value="([^"]*)"'
    data = dict(re.findall(hidden, page))
    [data["start"]] = re.findall(r'name="start" value="([^"]*)" checked', page)
    data |= {"who": "ana", "treatment": massage.pk, "therapist": kim.pk, "tell": "yes"}
    answer = desk.post("/diary/new/", data)
    assert answer.status_code == 302, answer.content.decode()
    assert (only().starts_at, only().therapist, only().client) == (TEN - HOUR, kim, ana)


def test_the_same_place_can_be_blocked_instead(panel, kim):
    page = panel("09:00", until="12:30").replace("&amp;", "&")
    filled = f"first={DAY}&start=09%3A00&end=12%3A30&therapist={kim.pk}"
    assert f"/diary/blocks/off/new/?{filled}" in page
    assert "end=10%3A00" in panel("09:00", until="nonsense")


NO_PLACE = ["", "nonsense", "tuesday", "0001-01-01 00:00", "2026-13-40T25:00", "9999-12-31 23:59"]


@pytest.mark.parametrize("when", NO_PLACE)
def test_an_address_that_names_no_place_is_the_ordinary_form(desk, massage, when):
    page = desk.get("/diary/new/", {"gap": 1, "when": when, "therapist": "x"})
    assert page.status_code == 200
    beside = desk.get("/diary/new/", {"gap": 1, "when": when, "therapist": "x"}, **PANEL)
    assert beside.headers["HX-Redirect"] == "/diary/new/"
    assert not Appointment.objects.exists()


def test_a_place_in_the_past_says_so_and_can_be_blocked(panel, massage, kim, clock, at):
    clock.move_to(at(2, 15))
    page = panel("09:00")
    assert "No treatment fits here." in page
    assert "is in the past" in page
    assert f"first={DAY}&amp;start=09%3A00" in page


def test_of_a_gap_that_has_begun_the_rest_is_offered(desk, massage, clock, at):
    clock.move_to(at(2, 10, 20))
    assert gaps(desk) == [("10:30", "17:00")]
    clock.move_to(at(2, 16, 40))
    assert gaps(desk) == []


def test_somebody_who_has_walked_in_an_hour_ago_can_still_be_booked(desk, massage, kim, clock, at):
    clock.move_to(at(2, 10, 30))
    page = desk.get("/diary/new/", {"when": "today 10:00", "therapist": kim.pk}).content.decode()
    assert "all the same" in page
    assert "is in the past" in desk.get("/diary/new/", {"when": "today 08:00"}).content.decode()
