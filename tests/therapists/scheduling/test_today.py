"""The therapist's day on a phone."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from bookings.core.intervals import day_bounds
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from tests import factories
from therapists.models import Access


def text(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def day(noon, clinic):
    return clinic.day_of(noon)


def mark(browser, appointment, status):
    return browser.post(f"/today/visits/{appointment.pk}/mark/", {"status": status}, follow=True)


def test_what_is_next_stands_at_the_top(kims, visit, noon):
    visit(noon - timedelta(hours=3), client=factories.make_client("Early Demo"), status="completed")
    visit(noon)
    page = text(kims.get("/today/"))
    above, _, list_of_day = page.partition("The day</h2>")
    top = above.partition("Next</h2>")[2]  # what is still to be written stands over it
    assert "Ana Demo" in top
    assert "Early Demo" not in top
    assert "Early Demo" in list_of_day


@pytest.mark.fixed_clock("2026-12-02T12:30")
@pytest.mark.parametrize(
    ("early", "current", "top"),
    [
        ("booked", "booked", "Current"),  # nobody has said whether the early one came
        ("arrived", "booked", "Early"),  # still in the room
        ("arrived", "arrived", "Current"),
        ("booked", "completed", "Later"),
        ("arrived", "completed", "Early"),
    ],
)
def test_who_is_in_the_room_comes_before_what_was_forgotten(early, current, top, kims, visit, noon):
    for name, hours, status in (
        ("Early", -3, early),
        ("Current", 0, current),
        ("Later", 2, "booked"),
    ):
        someone = factories.make_client(f"{name} Demo")
        visit(noon + timedelta(hours=hours), client=someone, status=status)
    assert kims.get("/today/").context["shown"].next.visit.client.name == f"{top} Demo"


def test_the_list_is_mine_and_has_the_gaps(kims, visit, lee, noon):
    visit(noon)
    visit(noon + timedelta(hours=3), client=factories.make_client("Later Demo"))
    visit(
        noon,
        therapist=lee,
        client=factories.make_client("Not Mine"),
        room=factories.make_room(),
    )
    page = text(kims.get("/today/"))
    assert "Later Demo" in page
    assert "Not Mine" not in page
    assert "free, 120 minutes" in page


def test_what_is_no_free_time_says_so_by_name(kims, visit, kim, lee, noon, clinic):
    kim.breaks.create(
        weekday=noon.astimezone(clinic.tz).weekday(), start=time(13, 30), end=time(14),
        valid_from=date(2026, 1, 1), reason="Lunch",
    )  # fmt: skip
    visit(noon)
    hour = timedelta(hours=1)
    factories.make_absence(noon + 3 * hour, noon + 4 * hour, kim, reason="Dentist")
    factories.make_absence(noon + 5 * hour, noon + 6 * hour, lee, reason="Not mine")
    factories.make_absence(noon + 6 * hour, noon + 7 * hour, None, reason="Boiler")
    rows = [" ".join(strip_tags(row).split()) for row in
            re.findall(r'<li class="gap.*?</li>', text(kims.get("/today/")))]  # fmt: skip
    assert rows == [
        "13:00 to 13:30 free, 30 minutes",
        "13:30 to 14:00 Lunch",
        "14:00 to 15:00 free, 60 minutes",
        "15:00 to 16:00 Dentist",
        "16:00 to 17:00 free, 60 minutes",  # then Kim goes home
        "18:00 to 19:00 the clinic is closed: Boiler",
    ]


def test_hours_that_nobody_works_are_not_free(visit, lees, lee, noon, day, clinic):
    weekday = noon.astimezone(clinic.tz).weekday()
    factories.make_shift(lee, weekday, time(7), time(11))
    factories.make_shift(lee, weekday, time(13), time(16))
    for start in (time(7), time(13, 30), time(19)):
        visit(datetime.combine(day, start, clinic.tz), therapist=lee)
    gaps = [row for row in lees.get("/today/").context["shown"].rows if hasattr(row, "minutes")]
    told = [(one.start.astimezone(clinic.tz).time(), one.minutes) for one in gaps]
    assert told == [(time(8), 180), (time(13), 30), (time(14, 30), 90)]


def test_a_day_off_is_one_line_and_has_nobody_in_it(kims, kim, clinic, day):
    start = day_bounds(day, 1, clinic.tz).start
    factories.make_absence(start - timedelta(days=1), start + timedelta(days=3), kim)
    page = " ".join(strip_tags(text(kims.get("/today/"))).split())
    assert "Nobody is booked with you on this day. All day time off" in page


def test_phase_race_and_pressure(kims, visit, ana, day):
    factories.make_race(ana, race_date=day + timedelta(days=4), name="Canal Half", distance="half")
    visit()
    page = text(kims.get("/today/"))
    assert "Race week, 4 days to Canal Half" in page
    assert "<dd>light</dd>" in page


def test_another_day_has_no_next(kims, visit, noon, day):
    visit(noon + timedelta(days=1))
    page = text(kims.get(f"/today/{day + timedelta(days=1)}/"))
    assert "Ana Demo" in page
    assert "Next</h2>" not in page


@pytest.mark.parametrize("day", ["nonsense", "2026-02-30", "9999-12-31"])
def test_a_day_that_is_none_is_not_found(kims, day):
    assert kims.get(f"/today/{day}/").status_code == 404


def test_on_the_day_the_clocks_go_back_every_visit_is_listed(kims, visit, clinic):
    """25 October 2026 has 25 hours in London."""
    start = datetime(2026, 10, 25, 23, 30, tzinfo=clinic.tz)
    visit(start)
    assert "Ana Demo" in text(kims.get("/today/2026-10-25/"))
    assert "Ana Demo" not in text(kims.get("/today/2026-10-26/"))


def test_arrived_then_done_and_back(kims, visit):
    mine = visit()
    for status, now in [
        ("arrived", Status.ARRIVED),
        ("completed", Status.COMPLETED),
        ("undo", Status.ARRIVED),
    ]:
        mark(kims, mine, status)
        mine.refresh_from_db()
        assert mine.status == now
    assert [event.by for event in mine.events.all()] == [
        factories.key_of("kim@example.com", Role.THERAPIST)
    ] * 3


def test_done_without_arrived_can_be_undone(kims, visit):
    mine = visit()
    mark(kims, mine, "completed")
    mark(kims, mine, "undo")
    mine.refresh_from_db()
    assert mine.status == Status.BOOKED


def test_pressing_twice_is_pressing_once(kims, visit):
    mine = visit()
    mark(kims, mine, "arrived")
    mark(kims, mine, "arrived")
    assert mine.events.count() == 1


def test_a_no_show_cannot_be_said_before_the_start(kims, visit):
    mine = visit(timezone.now() + timedelta(hours=1))
    assert "once it has come" in text(mark(kims, mine, "no_show"))
    mine.refresh_from_db()
    assert mine.status == Status.BOOKED


def test_after_a_quarter_of_an_hour_only_the_desk_corrects(kims, visit):
    mine = visit()
    mark(kims, mine, "arrived")
    mine.events.update(at=timezone.now() - timedelta(minutes=16))
    assert "too late" in text(mark(kims, mine, "undo"))
    mine.refresh_from_db()
    assert mine.status == Status.ARRIVED
    assert "Undo" not in text(kims.get("/today/"))


def test_nothing_was_marked_so_nothing_is_undone(kims, visit):
    assert "has changed" in text(mark(kims, visit(), "undo"))


def test_a_colleagues_visit_is_not_mine_to_mark(lees, visit):
    mine = visit()
    assert mark(lees, mine, "arrived").status_code == 404
    mine.refresh_from_db()
    assert mine.status == Status.BOOKED


def test_fourteen_visits_take_as_many_queries_as_one(
    kims, visit, noon, day, django_assert_max_num_queries, django_assert_num_queries
):
    visit(noon)
    with django_assert_max_num_queries(3) as seen:  # who it is, the day, and that it was read
        kims.get("/today/")
    for n in range(1, 14):
        client = factories.make_client()
        factories.make_race(client, race_date=day + timedelta(days=n))
        start = noon + timedelta(minutes=45 + 15 * n)
        end = start + timedelta(minutes=15)
        visit(start, client=client, ends_at=end, blocked_until=end)
    with django_assert_num_queries(len(seen)):
        page = text(kims.get("/today/"))
    tokens = re.findall(r'csrfmiddlewaretoken" value="(.+?)"', page)
    assert len(tokens) >= 14
    assert len(set(tokens)) == 1  # masked once for the page, not for each of its forms


def test_the_day_follows_what_the_desk_does_and_nobody_reads_while_nothing_is_done(
    kims, visit, noon, day, clock, django_assert_num_queries
):
    mine = visit(noon)
    seen = kims.get("/today/").context["stamp"]
    read = Access.objects.count()
    with django_assert_num_queries(2):  # who it is, and the day
        assert kims.get(f"/today/{day}/follow/", {"seen": seen}).status_code == 204
    assert Access.objects.count() == read
    mine.become(Status.ARRIVED, by="desk", now=timezone.now())
    answer = kims.get(f"/today/{day}/follow/", {"seen": seen})
    assert "Now</h2>" in text(answer)
    assert "<html" not in text(answer)
    seen = answer.context["stamp"]
    assert kims.get(f"/today/{day}/follow/", {"seen": seen}).status_code == 204
    visit(noon + timedelta(hours=2), client=factories.make_client("New Demo"))
    assert "New Demo" in text(kims.get(f"/today/{day}/follow/", {"seen": seen}))


@pytest.mark.by_day
def test_that_a_visit_has_begun_is_news_too(kims, visit, noon, day, clock):
    begins = timezone.now() + timedelta(minutes=1)
    visit(begins)
    seen = kims.get("/today/").context["stamp"]
    assert kims.get(f"/today/{day}/follow/", {"seen": seen}).status_code == 204
    clock.move_to(begins + timedelta(seconds=1))
    assert "No-show" in text(kims.get(f"/today/{day}/follow/", {"seen": seen}))


def test_a_day_of_another_year_says_its_year(kims, clinic):
    assert "1 Jan 2099" in text(kims.get("/today/2099-01-01/"))
