"""Everybody's week on one page."""

from datetime import date, time, timedelta

import pytest

from tests import factories

DAY = timedelta(days=1)
PAGE = "/office/rota/"
MONDAY = date(2026, 11, 30)

pytestmark = pytest.mark.fixed_clock


def days_of(answer, name: str) -> list[list[tuple[str, str]]]:
    [week] = [one for one in answer.context["rota"].weeks if one.therapist.name == name]
    return [[(one.kind, one.hours) for one in day.shown] for day in week.days]


def test_each_day_shows_what_holds_on_it(office, clinic, kim, lee):
    kim.shifts.exclude(weekday=0).delete()
    kim.breaks.create(weekday=0, start=time(12), end=time(13), valid_from=MONDAY, reason="lunch")
    factories.make_extra_shift(kim, MONDAY + DAY, time(9), time(12))
    factories.make_shift(lee, 2, every_weeks=2, counted_from=MONDAY + 7 * DAY)
    noon = clinic.begin_of(MONDAY + 2 * DAY) + timedelta(hours=12)
    factories.make_absence(noon, noon + timedelta(hours=2), kim, reason="dentist")
    factories.make_absence(clinic.begin_of(MONDAY + 6 * DAY), clinic.begin_of(MONDAY + 7 * DAY))
    answer = office.get(PAGE)
    kims = days_of(answer, "Kim Demo")
    assert kims[:3] == [[("weekly", "09–17")], [("extra", "09–12")], [("away", "12–14")]]
    assert "without 12–13 lunch" in answer.text
    assert days_of(answer, "Lee Demo") == [[]] * 7
    assert days_of(office.get(f"{PAGE}?week=2026-12-10"), "Lee Demo")[2] == [("weekly", "09–17")]
    rota = answer.context["rota"]
    assert [one.closed for one in rota.days] == [None] * 6 + [""]
    assert rota.weeks[0].minutes == (7 + 3) * 60


def test_hours_instead_of_the_weekly_ones_are_shown_alone(office, kim):
    extra = factories.make_extra_shift(kim, MONDAY, time(10), time(12))
    assert days_of(office.get(PAGE), "Kim Demo")[0] == [("weekly", "09–17"), ("extra", "10–12")]
    type(extra).objects.update(instead=True)
    assert days_of(office.get(PAGE), "Kim Demo")[0] == [("extra", "10–12")]


def test_more_people_than_rooms_in_an_hour_are_seen(office, kim, lee, room):
    factories.make_week(lee, time(12), time(14))
    [first, *_rest] = office.get(PAGE).context["rota"].days
    assert (first.most.hour, first.most.people, first.most.is_over) == (12, 2, True)
    assert "only 1 room" in office.get(PAGE).text


@pytest.mark.parametrize("week", ["", "nonsense", "1999-01-01", "2026-02-30", "9999-12-31"])
def test_a_week_that_is_none_is_this_one(office, kim, week):
    assert office.get(PAGE, {"week": week}).context["rota"].monday == MONDAY


@pytest.mark.parametrize("week", ["2000-01-01", "2199-12-31"])
def test_the_first_and_the_last_week_have_no_dead_ends(office, kim, week):
    answer = office.get(PAGE, {"week": week})
    for name in ("before", "after"):
        assert office.get(PAGE, {"week": answer.context[name]}).status_code == 200
    assert answer.status_code == 200


def test_thirty_therapists_ask_no_more_than_one(
    office, kim, django_assert_num_queries, django_assert_max_num_queries
):
    office.get(PAGE)
    with django_assert_max_num_queries(25) as seen:
        office.get(PAGE)
    for _ in range(29):
        factories.make_week(factories.make_therapist())
    with django_assert_num_queries(len(seen)):
        assert office.get(PAGE).text.count('<th scope="row">') == 31
