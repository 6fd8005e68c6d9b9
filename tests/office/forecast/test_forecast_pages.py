"""The forecast's page: for the desk and the owner, in numbers that lead to what is behind them."""

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from bookings.models import Change, Race
from bookings.office.forecast import pages
from bookings.queries.reports import limits
from bookings.queries.training import protocol
from tests import factories

PAGE, FILE = "/office/forecast/", "/office/forecast/forecast.csv"
D = timedelta(days=1)


@pytest.fixture
def gives_all(massage):
    massage.session_kinds = [kind.value for kind in protocol.current().session_types]
    massage.save()
    return massage


@pytest.fixture
def visit(kim, room, gives_all, at):
    """So many days from today, booked a week before."""

    def _visit(days, client, hour=10, **fields):
        start = at(days, hour)
        fields = {"booked_at": min(start, timezone.now()) - 7 * D, **fields}
        return factories.make_appointment(
            starts_at=start, treatment=gives_all, therapist=kim, room=room, client=client, **fields
        )

    return _visit


@pytest.fixture
def runner(today):
    """With a marathon in ten weeks."""

    def _runner(name):
        client = factories.make_client(name, email=f"{name.split()[0].lower()}@example.com")
        return client, factories.make_race(client, race_date=today + 70 * D)

    return _runner


def weeks(page):
    return page.context["forecast"].weeks


def test_what_is_booked_is_counted_in_its_week_and_listed_behind_it(desks, ana, visit, today):
    monday = today + (7 - today.weekday()) * D
    visits = [visit((monday - today).days + n, ana, hour) for n, hour in ((0, 10), (2, 11))]
    visit((monday - today).days + 1, ana, status=Status.CANCELLED)
    page = desks.get(PAGE)
    assert [week.of.booked for week in weeks(page)] == [2, *[0] * 7]
    assert weeks(page)[0].first == monday
    behind = desks.get(f"{PAGE}{monday}/")
    assert list(behind.context["visits"]) == visits
    assert "Ana Demo" in behind.content.decode()


def test_open_sessions_of_plans_are_expected_and_those_of_others_are_not(desks, runner, visit):
    proved, _ = runner("Cas Demo")
    unproved, _ = runner("Dee Demo")
    erased, _ = runner("Eli Demo")
    type(proved).objects.filter(pk=unproved.pk).update(proved_at=None)
    type(proved).objects.filter(pk=erased.pk).update(erased_at=timezone.now())
    page = desks.get(PAGE)
    counts = {week.first: week.of.open_sessions for week in weeks(page)}
    assert 2 <= sum(counts.values()) <= 8
    assert all(count <= 2 for count in counts.values())
    first = next(day for day, count in counts.items() if count)
    said = desks.get(f"{PAGE}{first}/").content.decode()
    assert "Cas Demo" in said
    assert not any(name in said for name in ("Dee Demo", "Eli Demo"))


def test_a_race_counts_from_when_it_was_entered(desks, runner, visit):
    _, race = runner("Cas Demo")
    added = Change.objects.get(table=Race._meta.db_table, row=race.pk, did="INSERT")
    page = desks.get(PAGE)
    [session, *_] = page.context["forecast"].ledger.sessions
    assert session.known_on == page.context["forecast"].clinic.day_of(added.at)


def test_hours_are_those_that_are_worked_and_where_there_are_too_few_more_are_proposed(
    desks, owners, ana, visit, kim, at, today
):
    monday = today + (7 - today.weekday()) * D
    ahead = (monday - today).days
    for day in range(ahead, ahead + 7):
        factories.make_absence(at(day, 0), at(day + 1, 0), kim)
    factories.make_extra_shift(kim, monday)
    page = desks.get(PAGE)
    assert weeks(page)[1].in_all.hours == 56
    assert not page.context["forecast"].proposals
    for n in range(8):
        visit(ahead, ana if n == 0 else factories.make_client(f"Runner {n}"), 9 + n)
    answer = owners.get(PAGE)
    said = answer.content.decode()
    assert "It will be tight in one of the next eight weeks, that of" in said
    [proposal] = answer.context["forecast"].proposals
    assert proposal.week.first == monday
    assert proposal.hours in said


def test_hours_are_never_proposed_on_a_closed_day_and_the_week_says_which_it_is(
    desks, visit, kim, at, today
):
    """Most came on that weekday lately, and so most would be missing there."""
    monday = today + (7 - today.weekday()) * D
    ahead = (monday - today).days
    for week in range(2, 6):
        visit(ahead + 4 - 7 * week, factories.make_client(f"Fri {week}"), status=Status.COMPLETED)
    visit(ahead + 2 - 14, factories.make_client("Wed"), status=Status.COMPLETED)
    for day in (0, 1, 3, 5, 6):
        factories.make_absence(at(ahead + day, 0), at(ahead + day + 1, 0), kim)
    factories.make_absence(at(ahead + 4, 0), at(ahead + 5, 0))
    for n in range(8):
        visit(ahead + 2, factories.make_client(f"Runner {n}"), 9 + n)
    page = desks.get(PAGE)
    [proposal] = page.context["forecast"].proposals
    assert proposal.weekday == "Wednesday"
    assert [day.weekday() for day in proposal.closed] == [4]
    assert "The clinic is closed on Friday " in page.content.decode()


@pytest.mark.parametrize("weekday", [0, 2, 6])
def test_each_figure_of_a_week_is_the_sum_of_what_its_page_shows(
    desks, runner, visit, clock, at, today, weekday
):
    """On any day: what comes besides is the average of the weeks that are listed."""
    clock.move_to(at((weekday - today.weekday()) % 7, 12))
    for n in range(1, 9):
        for day in (7 * n, 7 * n - 3):
            booked = timezone.now() - (day + n % 4) * D
            guest = factories.make_client(f"Guest {n} {day}")
            visit(-day, guest, status=Status.COMPLETED, booked_at=booked)
    visit(10, runner("Cas Demo")[0])
    for week in weeks(desks.get(PAGE))[:2]:
        page = desks.get(f"{PAGE}{week.first}/")
        shown, of = page.context, page.context["week"].of
        assert sum(shown["lately"])
        assert shown["on_average"] == sum(shown["lately"]) / len(shown["lately"])
        assert of.besides == pytest.approx(shown["on_average"] * shown["season"])
        assert of.standing == pytest.approx(len(shown["visits"]) * of.stands)
        assert abs(sum(one.percent for one in shown["sessions"]) / 100 - of.by_plan) < 0.1
        assert of.visits == of.standing + of.by_plan + of.besides


def test_the_file_has_a_line_a_week_and_nobody_s_name(desks, ana, visit):
    visit(9, ana)
    answer = desks.get(FILE)
    lines = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert len(lines) == 9
    assert {len(line) for line in lines} == {10}
    assert "Ana" not in answer.content.decode()


@pytest.mark.parametrize("path", [PAGE, FILE])
def test_nobody_but_the_desk_and_the_owner_sees_it(path, client, anas, kims):
    assert [browser.get(path).status_code for browser in (client, anas, kims)] == [302, 403, 403]


def test_of_a_week_that_is_over_or_too_far_nothing_is_said(desks, today):
    for day in (today, today - 7 * D, today + 80 * D):
        page = desks.get(f"{PAGE}{day}/")
        assert "Only the eight weeks after this one are forecast." in page.content.decode()


def test_it_asks_as_much_for_one_runner_as_for_twelve(
    desks, runner, visit, django_assert_num_queries, django_assert_max_num_queries
):
    first, _ = runner("Cas Demo")
    visit(9, first)
    with django_assert_max_num_queries(40) as asked:
        desks.get(PAGE)
    for n in range(11):
        visit(10 + n // 4, runner(f"Runner{n} Demo")[0], 9 + n % 4)
    with django_assert_max_num_queries(len(asked)):
        desks.get(PAGE)


def test_past_weeks_say_how_far_off_it_would_have_been(desks, visit):
    people = [factories.make_client(f"Runner {n}") for n in range(3)]
    for week in range(1, 20):
        for n, who in enumerate(people):
            visit(-7 * week, who, 10 + n, status=Status.COMPLETED)
    page = desks.get(PAGE)
    errors = page.context["forecast"].errors
    assert [one.lead for one in errors] == list(range(1, 9))
    assert "“The same as last month” would have been off by" in page.content.decode()


def test_a_forecast_that_takes_too_long_is_stopped_on_each_of_its_pages(desks, today, monkeypatch):
    def slow(*_args, **_kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(limits, "MOST_SECONDS", 0.1)
    monkeypatch.setattr(pages, "forecast_of", slow)
    for place in (PAGE, f"{PAGE}{today + 7 * D}/", FILE):
        answer = desks.get(place)
        assert answer.status_code == 503
        assert "before it had counted everything" in answer.content.decode()
