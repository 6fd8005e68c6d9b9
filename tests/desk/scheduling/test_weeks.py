"""The week of all therapists, from whose free time one books; and what a day is marked with."""

from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core.scheduling.statuses import Status
from bookings.models import Client
from tests.factories import make_absence, make_appointment, make_client, make_therapist, make_week
from tests.reading import first_match

TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = "/diary/2026-12-03/week/"
pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")


@pytest.fixture
def visit(massage, kim, room, ana):
    return make_appointment(starts_at=TEN, client=ana, treatment=massage, therapist=kim, room=room)


@pytest.fixture
def drawn(desk):
    return lambda: desk.get("/diary/2026-12-03/feed/").json()


def test_free_time_of_everybody_on_each_day_leads_to_the_form_filled_in(desk, visit, kim):
    page = desk.get(WEEK).text
    link = first_match(r'href="(/diary/new/[^"]+2026-12-03\+11[^"]+)"', page)[1]
    asked = parse_qs(urlsplit(unescape(link)).query)
    assert (asked["when"], asked["therapist"]) == (["2026-12-03 11:00"], [str(kim.pk)])
    assert "1 visit" in page
    assert "2026-11-30+09" not in page  # a day that is over


def test_whoever_is_away_has_nothing_free(desk, massage, kim):
    away = datetime(2026, 12, 4, tzinfo=UTC)
    make_absence(away, away + timedelta(days=1), kim)
    page = desk.get(WEEK).text
    assert "2026-12-03+09" in page
    assert "2026-12-04" not in page.replace("/diary/2026-12-04/", "")


def test_a_day_on_which_somebody_is_away_says_so(desk, kim):
    away = datetime(2026, 12, 4, tzinfo=UTC)
    make_absence(away, away + timedelta(days=1), kim, reason="Flu")
    assert desk.get(WEEK).text.count("Flu") == 1


def test_many_therapists_cost_no_more_queries_than_one(desk, visit):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            desk.get(WEEK)
        return len(asked)

    one = cost()
    for _ in range(9):
        make_week(make_therapist())
    assert cost() <= one


def test_who_is_not_at_work_can_fold_away_and_a_head_says_the_hours(drawn, visit, kim):
    make_therapist("Lee Demo")
    [at_work, off] = drawn()["therapists"]
    assert (at_work["hours"], at_work["off"]) == ("09:00–17:00", False)
    assert off["off"]


def test_a_first_visit_and_somebody_under_18_are_marked(drawn, visit, massage, kim, room):
    before = make_client("Bo Demo")
    there = {"treatment": massage, "therapist": kim, "room": room, "client": before}
    make_appointment(starts_at=TEN - timedelta(days=9), status=Status.COMPLETED, **there)
    make_appointment(starts_at=TEN + 2 * HOUR, **there)
    Client.objects.filter(pk=before.pk).update(
        date_of_birth=date(2011, 1, 1), guardian_agreed_at=TEN
    )
    [ana, bo] = drawn()["visits"]
    assert "First visit" in ana["flags"]
    assert "First visit" not in bo["flags"]
    assert "Under 18" in bo["flags"]
    assert bo["signs"] == ["<18"]


def test_a_visit_that_was_missed_is_no_first_visit(drawn, visit, massage, kim, room):
    there = {"treatment": massage, "therapist": kim, "room": room, "client": visit.client}
    make_appointment(starts_at=TEN - timedelta(days=9), status=Status.NO_SHOW, **there)
    assert "First visit" in drawn()["visits"][0]["flags"]


def test_a_printed_day_has_phone_numbers(desk, visit):
    assert "07700 900123" in desk.get("/diary/2026-12-03/").text
