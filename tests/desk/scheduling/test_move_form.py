"""One form moves: what is typed is what the wish box of a booking understands."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bookings.models import Client, Mail, MailKind
from bookings.queries.scheduling.alternatives import alternatives_to
from bookings.queries.scheduling.slots import Ignoring, Slot
from tests.clock import NOW
from tests.factories import (
    make_absence,
    make_appointment,
    make_client,
    make_room,
    make_therapist,
    make_week,
)

TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
JSON = "application/json"
PEOPLE = {"HX-Request": "true", "HX-Target": "people"}
pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")


@pytest.fixture
def visit(massage, kim, room):
    return make_appointment(starts_at=TEN, treatment=massage, therapist=kim, room=room)


@pytest.fixture
def lee(massage):
    """A colleague with a room of their own."""
    lee = make_therapist("Lee Demo")
    make_week(lee)
    massage.therapists.add(lee)
    make_room("Room 2")
    return lee


@pytest.fixture
def form(desk, visit):
    """Sends what is typed as the page does that has shown the list for it."""
    url = f"/diary/appointments/{visit.pk}/move/"

    def _form(**typed):
        now_at = {"date": "2026-12-03", "time": "10:00", "minutes": 60, "revision": 0}
        data = {**now_at, "treatment": "", "room": "", "therapist": "", "tell": "yes", **typed}
        names = ("treatment", "therapist", "when", "minutes")
        shown = "|".join(str(data.get(name, "")) for name in names)
        answer = desk.post(url, {"when_shown": shown, **data})
        visit.refresh_from_db()
        return answer

    return _form


@pytest.mark.parametrize(
    ("typed", "then"),
    [
        ("thu 15:30", datetime(2026, 12, 3, 15, 30, tzinfo=UTC)),
        ("fri first thing", datetime(2026, 12, 4, 9, tzinfo=UTC)),
        ("tomorrow after 3", datetime(2026, 12, 2, 15, tzinfo=UTC)),
    ],
)
def test_what_is_said_on_the_phone_moves(form, visit, kim, typed, then):
    assert form(when=typed, therapist=kim.pk).status_code == 302
    assert visit.starts_at == then


def test_the_list_comes_while_one_types_and_the_visit_itself_is_in_no_way(desk, visit, kim):
    url = f"/diary/appointments/{visit.pk}/move/"
    asked = {"when": "thu 10:15", "therapist": kim.pk, "minutes": 60, "treatment": ""}
    part = desk.get(url, asked, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="times").text
    assert "<html" not in part
    [first, *_] = re.findall(r'name="start" value="([^"]+)" checked', part)
    assert first == "2026-12-03T10:15:00+00:00"


def test_anybody_who_is_free_takes_it(form, visit, kim, lee, massage, room):
    there = {"treatment": massage, "therapist": kim, "room": room}
    make_appointment(starts_at=TEN + 4 * HOUR, client=make_client("Bo Demo"), **there)
    assert form(when="thu 14:00", therapist="").status_code == 302
    assert (visit.starts_at, visit.therapist) == (TEN + 4 * HOUR, lee)


def test_without_javascript_the_first_press_shows_and_the_second_moves(form, visit, kim):
    page = form(when="thu 15:00", therapist=kim.pk, when_shown="")
    assert page.status_code == 422
    assert "Choose when" in page.text
    assert visit.revision == 0


def test_a_refusal_keeps_what_was_typed_the_answer_and_the_line(form, visit, kim):
    said = {"when": "thu 3 in the morning", "tell": "no", "note": "A line of mine"}
    page = form(therapist=kim.pk, **said).text
    assert visit.revision == 0
    assert 'value="thu 3 in the morning"' in page
    assert 'value="A line of mine"' in page
    assert re.search(r'name="tell" value="no"[^>]*checked', page)


def test_nothing_typed_leaves_the_time_and_changes_the_rest(form, visit, lee):
    assert form(when="", therapist=lee.pk).status_code == 302
    assert (visit.starts_at, visit.therapist) == (TEN, lee)
    assert Mail.objects.filter(kind=MailKind.MOVED).exists()


def test_a_link_that_proposes_a_time_shows_it_in_the_box(desk, visit):
    page = desk.get(
        f"/diary/appointments/{visit.pk}/move/", {"date": "2026-12-04", "time": "12:15"}
    )
    assert 'value="2026-12-04 12:15"' in page.text
    assert "2026-12-04T12:15:00+00:00" in page.text


def near(visit, **asked):
    slot = Slot(treatment=visit.treatment, start=visit.starts_at, therapist=visit.therapist)
    return alternatives_to(slot, now=NOW, **asked)


def test_a_colleague_at_the_hour_that_is_taken_is_offered_and_takes_it(
    form, visit, massage, kim, lee, room
):
    noon = TEN + 2 * HOUR
    make_appointment(starts_at=noon, treatment=massage, therapist=kim, room=room)
    shown = form(when="thu 12:00", therapist=kim.pk)
    [first, *_] = shown.context["times"].lines
    assert (first.opening.starts_at, first.instead) == (noon, lee)
    assert form(when="thu 12:00", therapist=kim.pk, start=first.value).status_code == 302
    assert (visit.starts_at, visit.therapist) == (noon, lee)


def test_a_refused_drag_does_not_offer_where_the_visit_stands_already(desk, visit, kim):
    make_absence(TEN + 2 * HOUR, TEN + 3 * HOUR, kim)
    there = {
        "date": "2026-12-03",
        "time": "12:15",
        "minutes": 60,
        "therapist": kim.pk,
        "tell": "yes",
    }
    url = f"/diary/appointments/{visit.pk}/move/"
    answer = desk.post(url, {**there, "room": "", "revision": 0}, headers={"accept": JSON})
    assert answer.status_code == 409
    offered = [(one["time"], one["therapist"]) for one in answer.json()["nearest"]]
    assert offered
    assert ("10:00", kim.pk) not in offered


def test_the_nearest_are_three_that_differ_colleagues_at_the_same_hour_among_them(visit, kim, lee):
    found = near(visit)
    assert len(found) == 3
    assert (TEN, (lee,)) in [(one.starts_at, one.therapists) for one in found]
    own = [one.starts_at for one in found if one.therapists == (kim,)]
    assert own
    apart = sorted(one.starts_at for one in found if one.therapists[0] == lee)
    assert all(later - sooner >= HOUR for sooner, later in pairwise(apart))


def test_the_present_place_is_not_among_them_but_a_colleague_then_is(visit, kim, lee):
    found = near(visit, ignoring=Ignoring(appointments=(visit.pk,)))
    assert (TEN, (kim,)) not in [(one.starts_at, one.therapists) for one in found]
    assert (TEN, (lee,)) in [(one.starts_at, one.therapists) for one in found]


def test_a_visit_goes_to_the_same_time_of_another_week_or_to_whom_the_wish_names(form, visit, lee):
    assert form(when="same time next week").status_code == 302
    assert visit.starts_at == datetime(2026, 12, 10, 10, tzinfo=UTC)
    form(when="same time a day later with lee", revision=visit.revision)
    assert (visit.starts_at, visit.therapist) == (datetime(2026, 12, 11, 10, tzinfo=UTC), lee)


def test_whom_no_mail_reaches_no_form_offers_to_mail_and_nothing_is_owed(desk, visit):
    Client.objects.update(email="")
    url = f"/diary/appointments/{visit.pk}/"
    again = desk.post(f"{url}repeat/", {"every_weeks": 2, "ends": "count", "count": 3}).text
    for page in (desk.get(url).text, desk.get(f"{url}move/").text, again):
        assert "There is no e-mail address" in page
        assert not re.search(r"by mail|<(?!input type=.hidden)[^>]* name=.tell", page)
    people = desk.get("/diary/new/", {"who": str(visit.client)}, headers=PEOPLE).text
    assert re.search(rf'value="{visit.client_id}"[^>]* data-no-mail', people)
    now_at = {"date": "2026-12-03", "time": "11:00", "minutes": 60, "revision": 0}
    moved = desk.post(f"{url}move/", {**now_at, "tell": "yes"}, follow=True)
    assert 'data-undo="180"' in moved.text  # Z
    told = desk.post(f"{url}tell/", {"revision": 1}, follow=True)
    assert "There is no e-mail address: please ring them." in told.text
    desk.post(f"{url}cancel/", {"seen": visit.events.latest("pk").pk, "tell": "yes"})
    visit.refresh_from_db()
    assert (visit.revision, visit.status) == (2, "cancelled")
    assert not Mail.objects.exists()
