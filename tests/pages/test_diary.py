"""The diary's pages: the day, its feed, moving, undoing, marking; and who may open them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core.roles import Role
from bookings.core.statuses import Status
from bookings.models import Mail, MailKind
from tests.factories import (
    make_absence,
    make_appointment,
    make_client,
    make_race,
    make_therapist,
    make_user,
)

DAY = "2026-12-03"
TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
AS_JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def the_day_before():
    with time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def desk(client, db):
    client.force_login(make_user("desk@example.com", role=Role.DESK))
    return client


@pytest.fixture
def visit(massage, kim, room):
    return make_appointment(starts_at=TEN, treatment=massage, therapist=kim, room=room)


@pytest.fixture
def typed(kim):
    """The move form's answers: noon with Kim unless the test says otherwise."""

    def _typed(**facts):
        facts = {"date": DAY, "time": "12:00", "minutes": 60, "revision": 0, **facts}
        return {"therapist": kim.pk, "room": "", "tell": "no", **facts}

    return _typed


def test_the_day_is_a_table_that_leads_to_each_appointment_and_its_move(desk, visit):
    page = desk.get(f"/diary/{DAY}/").content.decode()
    assert "10:00–11:00" in page
    assert f"/diary/appointments/{visit.pk}/move/" in page


def test_the_feed_speaks_the_clinics_wall_clock(desk, clinic, massage, kim, room):
    summer = datetime(2027, 7, 1, 9, tzinfo=UTC)
    make_appointment(starts_at=summer, treatment=massage, therapist=kim, room=room)
    [shown] = desk.get("/diary/2027-07-01/feed/").json()["visits"]
    assert (shown["start"], shown["end"]) == ("2027-07-01T10:00:00", "2027-07-01T11:00:00")


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_the_feed_keeps_lengths_when_the_clocks_change(desk, day, massage, kim, room):
    start = datetime.fromisoformat(f"{day}T00:30:00+00:00")
    make_appointment(starts_at=start, treatment=massage, therapist=kim, room=room)
    [shown] = desk.get(f"/diary/{day}/feed/").json()["visits"]
    assert datetime.fromisoformat(shown["end"]) - datetime.fromisoformat(shown["start"]) == HOUR


def test_the_feed_says_how_many_days_to_the_race(desk, visit):
    make_race(visit.client, race_date=date(2026, 12, 13))
    [shown] = desk.get(f"/diary/{DAY}/feed/").json()["visits"]
    assert shown["phase"].endswith("10 days to race")


def test_an_unchanged_day_costs_no_body_and_a_changed_one_does(desk, visit):
    tag = desk.get(f"/diary/{DAY}/feed/").headers["ETag"]
    assert desk.get(f"/diary/{DAY}/feed/", HTTP_IF_NONE_MATCH=tag).status_code == 304
    make_absence(TEN + HOUR, TEN + 2 * HOUR, visit.therapist)
    assert desk.get(f"/diary/{DAY}/feed/", HTTP_IF_NONE_MATCH=tag).status_code == 200


@pytest.mark.parametrize("path", ["", "feed/", "week/kim-demo/"])
def test_a_full_day_costs_no_more_queries_than_a_quiet_one(desk, path, massage, kim, room):
    def cost(hours):
        for hour in hours:
            asked = {"treatment": massage, "therapist": kim, "room": room}
            make_race(make_appointment(starts_at=TEN.replace(hour=hour), **asked).client)
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(f"/diary/{DAY}/{path}").status_code == 200
        return len(asked)

    cost([8])  # fills what is kept in the process
    assert cost([9]) == cost(range(10, 22))


def test_a_moved_appointment_can_be_put_back(desk, visit, typed):
    answer = desk.post(f"/diary/appointments/{visit.pk}/move/", typed(), **AS_JSON)
    assert "12:00" in answer.json()["said"]
    back = desk.post(
        f"/diary/appointments/{visit.pk}/undo/", {"revision": answer.json()["revision"]}, **AS_JSON
    )
    assert back.status_code == 200
    visit.refresh_from_db()
    assert visit.starts_at == TEN


def test_the_form_moves_and_tells_the_client_with_a_line(desk, visit, typed):
    asked = typed(tell="yes", note="Kim is away that morning.")
    answer = desk.post(f"/diary/appointments/{visit.pk}/move/", asked)
    assert answer.status_code == 302
    assert Mail.objects.get(kind=MailKind.MOVED).note == "Kim is away that morning."


def test_a_dragged_move_tells_nobody_until_the_desk_says_so(desk, visit, typed):
    answer = desk.post(f"/diary/appointments/{visit.pk}/move/", typed(), **AS_JSON).json()
    assert not Mail.objects.filter(kind=MailKind.MOVED).exists()
    facts = {"revision": answer["revision"], "note": "See you at noon."}
    for _ in range(2):
        desk.post(f"/diary/appointments/{visit.pk}/tell/", facts, **AS_JSON)
    assert Mail.objects.get(kind=MailKind.MOVED).note == "See you at noon."


def test_a_rule_of_ours_is_said_and_may_be_set_aside(desk, visit, typed):
    url, asked = f"/diary/appointments/{visit.pk}/move/", typed(time="18:00")
    refused = desk.post(url, asked)
    assert refused.status_code == 409
    assert "Kim Demo does not work then." in refused.content.decode()
    assert 'value="18:00"' in refused.content.decode()
    assert "Move it all the same" in refused.content.decode()
    assert desk.post(url, {**asked, "knowingly": "on"}).status_code == 302


def test_a_conflict_offers_the_nearest_times_and_no_way_round(desk, visit, typed, massage, room):
    asked = {"treatment": massage, "therapist": visit.therapist, "room": room}
    make_appointment(starts_at=TEN + 2 * HOUR, client=make_client("Bo Demo"), **asked)
    url = f"/diary/appointments/{visit.pk}/move/"
    refused = desk.post(url, typed(), **AS_JSON).json()
    assert refused["said"] == "Kim Demo already has Bo Demo from 12:00 to 13:00."
    assert refused["nearest"]
    assert not refused["ours"]


def test_a_form_that_is_out_of_date_says_what_has_changed(desk, visit, typed):
    url = f"/diary/appointments/{visit.pk}/move/"
    desk.post(url, typed())
    refused = desk.post(url, typed(time="14:00"))
    assert refused.status_code == 409
    assert "changed by desk: desk@example.com" in refused.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"time": "soon"}, {"date": ""}, {"minutes": 0}, {"therapist": 0}, {"revision": "x"}]
)
def test_nonsense_changes_nothing_and_keeps_the_form(desk, visit, typed, wrong):
    answer = desk.post(f"/diary/appointments/{visit.pk}/move/", typed(**wrong))
    assert answer.status_code == 422
    visit.refresh_from_db()
    assert visit.revision == 0


def test_the_desk_says_who_has_come_and_takes_it_back(desk, visit):
    url = f"/diary/appointments/{visit.pk}/mark/"
    with time_machine.travel(TEN, tick=True):
        desk.force_login(make_user("desk2@example.com", role=Role.DESK))
        desk.post(url, {"status": "arrived"})
        visit.refresh_from_db()
        assert visit.status == Status.ARRIVED
        desk.post(url, {"status": "undo"})
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_the_desk_cancels_with_a_reason(desk, visit):
    desk.post(f"/diary/appointments/{visit.pk}/cancel/", {"reason": "ill", "tell": "yes"})
    assert "ill" in desk.get(f"/diary/appointments/{visit.pk}/").content.decode()
    assert Mail.objects.filter(kind=MailKind.CANCELLED).exists()


@pytest.mark.parametrize("role", [Role.RUNNER, None])
def test_the_diary_is_the_desks(client, visit, role):
    user = make_user(role=role or Role.RUNNER)
    if role is None:
        make_therapist(user=user)
    client.force_login(user)
    paths = [f"/diary/{DAY}/", f"/diary/{DAY}/feed/", f"/diary/appointments/{visit.pk}/"]
    assert {client.get(path).status_code for path in paths} == {403}


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "1999-01-01"])
def test_a_day_that_is_none_is_not_found(desk, day, clinic):
    assert desk.get(f"/diary/{day}/").status_code == 404
