"""The slot picker: days with the number of free starts, and the chosen day's times."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone

from bookings.models import Weekday
from tests import factories
from tests.clock import day_of
from tests.reading import first_match

URL = "/book/sports-massage/"


@pytest.fixture
def picker(client, massage):
    """The picker as a page with this query has it."""
    return lambda **data: client.get(URL, data).context["picker"]


@pytest.fixture
def cells(picker):
    return lambda **data: {cell.date: cell for cell in picker(**data).cells}


@pytest.fixture
def starts(picker):
    """The chosen day's starts as HH:MM, by part of day."""

    def _starts(**data):
        shown = picker(**data)
        return {
            part.name: [
                f"{one.starts_at.astimezone(shown.clinic.tz):%H:%M}" for one in part.openings
            ]
            for part in shown.parts
        }

    return _starts


def test_two_weeks_are_shown_from_today(picker, at):
    shown = picker()
    assert len(shown.days) == 14
    assert shown.first == shown.today == at(0, 12).date()


def test_a_day_says_how_many_starts_are_free(cells, start):
    assert cells()[start.date()].word == "29 free"  # 9:00 to 16:00, each quarter of an hour


def test_times_are_grouped_by_part_of_day_on_the_clinics_clock(starts, clinic, start):
    clinic.start_step_minutes = 60
    clinic.save()
    assert starts(day=start.date()) == {
        "Morning": ["09:00", "10:00", "11:00"],
        "Afternoon": ["12:00", "13:00", "14:00", "15:00", "16:00"],
    }


def test_the_first_day_with_openings_is_chosen_at_first(picker, kim, at):
    today = timezone.now()
    factories.make_absence(today - timedelta(days=1), at(4, 0), kim)
    assert picker().chosen.date == at(4, 12).date()


def test_a_full_day_says_so_and_cannot_be_chosen(cells, massage, kim, room, at):
    factories.make_appointment(
        starts_at=at(3, 9),
        treatment=massage,
        therapist=kim,
        room=room,
        ends_at=at(3, 17),
        blocked_until=at(3, 17),
    )
    cell = cells()[at(3, 12).date()]
    assert (cell.word, cell.url) == ("full", None)


def test_a_day_on_which_nobody_works_is_closed(cells, kim, at):
    kim.shifts.filter(weekday=at(3, 12).weekday()).delete()
    assert cells()[at(3, 12).date()].word == "closed"


def test_a_closure_makes_a_day_closed_and_not_full(cells, kim, at):
    factories.make_absence(at(3, 0), at(4, 0))
    assert cells()[at(3, 12).date()].word == "closed"


def test_a_day_off_of_the_therapist_asked_for_says_away(cells, kim, at):
    factories.make_absence(at(3, 0), at(4, 0), kim)
    assert cells(therapist=kim.slug)[at(3, 12).date()].word == "away"


def test_a_day_past_the_horizon_is_not_open_yet(cells, clinic, at):
    clinic.horizon_days = 5
    clinic.save()
    assert cells()[at(5, 12).date()].word.endswith("free")
    assert cells()[at(6, 12).date()].word == "not yet"


def test_earlier_and_later_lead_through_the_horizon_and_not_beyond(picker, clinic, at):
    clinic.horizon_days = 20
    clinic.save()
    first = picker()
    assert first.earlier_url is None
    second = picker(**{"from": first_match(r"from=(\S+)", first.later_url)[1]})
    assert second.first == at(14, 12).date()
    assert second.later_url is None
    assert second.earlier_url


def test_one_therapist_can_be_chosen(picker, massage, kim, start):
    lee = factories.make_therapist("Lee Demo")
    factories.make_week(lee, time(9), time(12))
    massage.therapists.add(lee)
    shown = picker(therapist="lee-demo", day=start.date())
    assert {one for part in shown.parts for one in part.openings[0].therapists} == {lee}
    assert [choice.name for choice in shown.choices if choice.chosen] == ["Lee Demo"]


def test_a_day_asked_for_in_vain_leads_to_the_next_with_times_and_says_why(
    client, massage, kim, at
):
    factories.make_absence(at(3, 0), at(4, 0), kim)
    data = {"day": at(3, 12).date(), "therapist": kim.slug}
    answer = client.get(URL, data)
    assert answer.context["picker"].chosen.date == at(4, 12).date()
    assert "Kim Demo is away on" in answer.content.decode()


@pytest.fixture
def called(client):
    """Who can take the times of the first day shown, in words."""
    found = re.compile(r'<button class="start".*?<small>(.*?)</small>')

    def _called() -> set[str]:
        page = client.get(URL).content.decode().replace("\u2068", "").replace("\u2069", "")
        return set(found.findall(page))

    return _called


def test_a_time_names_who_can_take_it(called, massage, kim):
    assert called() == {"Kim Demo"}
    lee = factories.make_therapist("Lee Demo")
    factories.make_week(lee)
    massage.therapists.add(lee)
    assert called() == {"Kim or Lee"}


def test_of_many_who_can_take_a_time_two_are_named(called, massage, kim):
    for name in ("Lee Demo", "Mo Demo", "Zoe Demo"):
        factories.make_week(person := factories.make_therapist(name))
        massage.therapists.add(person)
    assert called() == {"Kim, Lee or 2 others"}


def test_hours_and_halves_come_first_and_quarters_behind_more_times(picker, client, start):
    morning = picker(day=start.date()).parts[0]
    clocks = [[f"{one.starts_at:%M}" for one in some] for some in (morning.first, morning.more)]
    assert [set(some) for some in clocks] == [{"00", "30"}, {"15", "45"}]
    assert len(morning.first) + len(morning.more) == len(morning.openings)
    page = client.get(URL, {"day": start.date()}).content.decode()
    assert 0 < page.index("More times") < page.index(morning.more[0].starts_at.isoformat())


def test_where_there_are_only_quarters_they_stand_first(picker, massage, kim, at, start):
    kim.shifts.all().delete()
    factories.make_week(kim, time(9, 15), time(10, 15))
    [part] = picker(day=start.date()).parts
    assert (len(part.first), part.more) == (1, [])


def test_next_free_leads_back_to_the_first_free_day_from_anywhere(picker, client, at):
    far = picker(**{"from": at(28, 12).date()})
    assert far.soonest_url.endswith("?next=free")
    shown = client.get(far.soonest_url).context["picker"]
    assert shown.chosen.date == day_of(picker().soonest.starts_at)


def test_when_two_weeks_are_empty_the_picker_opens_at_the_next_free_time(picker, kim, at):
    factories.make_absence(timezone.now() - timedelta(days=1), at(40, 0), kim)
    shown = picker()
    assert shown.first == at(40, 12).date()
    assert shown.soonest.starts_at == at(40, 9)


def test_two_empty_weeks_that_were_asked_for_say_so(client, massage, kim, at):
    factories.make_absence(timezone.now() - timedelta(days=1), at(40, 0), kim)
    page = client.get(URL, {"from": at(14, 12).date()}).content.decode()
    assert "Nothing is free in these two weeks" in page
    assert "next free time" in page


@pytest.mark.parametrize(
    "data",
    [
        {"day": "yesterday"},
        {"day": "0001-01-01"},
        {"day": "9999-12-31"},
        {"from": "2026-13-45"},
        {"from": "\x00"},
        {"therapist": "nobody"},
        {"therapist": "' OR 1=1"},
    ],
)
def test_an_address_that_asks_in_vain_still_shows_times(client, massage, data):
    assert client.get(URL, data).status_code == 200


def test_the_clinics_time_is_named_once(client, massage):
    page = client.get(URL).content.decode()
    assert page.count("Times are London time") == 1


def test_htmx_gets_the_part_that_is_the_same_file(client, massage):
    part = client.get(URL, headers={"HX-Request": "true"})
    whole = client.get(URL)
    assert part.content.decode().startswith('<div id="picker"')
    assert "<html" in whole.content.decode()
    assert "HX-Request" in part["Vary"]
    assert "HX-Request" in whole["Vary"]


def test_what_is_not_offered_has_no_picker(client, massage):
    massage.online = False
    massage.save()
    assert client.get(URL).status_code == 404


def test_looking_makes_no_session(client, massage):
    assert "sessionid" not in client.get(URL).cookies


def test_more_therapists_and_appointments_cost_no_more_queries(
    client, massage, kim, room, at, django_assert_num_queries
):
    with django_assert_num_queries(5):
        client.get(URL)
    for _ in range(7):
        person = factories.make_therapist()
        factories.make_week(person)
        massage.therapists.add(person)
    for day in range(1, 9):
        factories.make_appointment(
            starts_at=at(day, 10), treatment=massage, therapist=kim, room=room
        )
    with django_assert_num_queries(5):
        client.get(URL)


def test_saturday_hours_only_leave_the_other_days_closed(cells, kim):
    kim.shifts.exclude(weekday=Weekday.SATURDAY).delete()
    words = [cell.word for cell in cells().values() if cell.date.weekday() != Weekday.SATURDAY]
    assert set(words) <= {"closed"}
