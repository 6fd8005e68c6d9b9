"""Every date is looked at and shown, and what was shown is what is booked, or nothing is."""

from datetime import time, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.actions.refusals import Refused, Stale, TooManyAhead
from bookings.actions.series.making import DatesRefused
from bookings.actions.training import own_plans
from bookings.core.scheduling.codes import Rules
from bookings.core.training import DayKind, Schedule, TrainingDay
from bookings.models import Appointment, Mail, MailKind, Series
from bookings.queries.scheduling.slots import Slot
from bookings.queries.series.dates import DateFound
from bookings.queries.training.plans import History
from bookings.web.series.forms import SKIP, usual_choice
from tests import factories

pytestmark = pytest.mark.django_db
WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)


def starts_of(series):
    return sorted(series.appointments.values_list("starts_at", flat=True))


def mails():
    return Mail.objects.exclude(kind=MailKind.REMINDER)


def test_every_date_is_looked_at_and_says_what_it_is(first, taken, rule_of, shown, kim, clinic):
    taken(1)
    day = clinic.day_of(first.starts_at) + 2 * WEEK
    factories.make_absence(clinic.begin_of(day), clinic.begin_of(day + timedelta(days=1)))
    clinic.horizon_days = 30
    clinic.save()
    found = shown(first, rule_of(first, count=6))
    assert [one.found for one in found] == [
        DateFound.TAKEN, DateFound.CLOSED, DateFound.FREE, DateFound.WAITS, DateFound.WAITS,
    ]  # fmt: skip
    near_taken, near_closed = (one.nearest for one in found[:2])
    assert abs(near_taken.start - first.starts_at - WEEK) <= 2 * HOUR
    assert abs(clinic.day_of(near_closed.start) - day) == timedelta(days=1)
    assert all(one.nearest.therapist == kim for one in found[:2])


def test_all_dates_cost_as_many_queries_as_one(
    first, rule_of, shown, django_assert_max_num_queries
):
    for count in (2, 16):
        with django_assert_max_num_queries(14):
            shown(first, rule_of(first, count=count))


def test_all_of_it_is_booked_at_once_with_one_mail(first, make):
    series = make(first)
    expected = [first.starts_at + n * WEEK for n in range(4)]
    assert starts_of(series) == expected
    assert mails().get().kind == MailKind.PLAN_BOOKED
    assert {one.therapist for one in series.appointments.all()} == {first.therapist}


def test_the_same_form_sent_twice_is_one_series(first, make):
    assert make(first, key="k" * 32) == make(first, key="k" * 32)
    assert Appointment.objects.count() == 4


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gone=st.sets(st.integers(1, 5), max_size=3), left_out=st.sets(st.integers(1, 5), max_size=3))
def test_what_was_shown_is_what_is_booked_or_nothing_is(
    first, rule_of, shown, make, taken, clinic, gone, left_out
):
    """Some dates are taken between the page and the press; cal.com has booked those around them."""
    try:
        rule = rule_of(first, count=6)
        chosen = {
            one.of: one.slot for n, one in enumerate(shown(first, rule), 1) if n not in left_out
        }
        for weeks in gone:
            taken(weeks)
        lost = {day for n, day in enumerate(rule.days) if n in gone} & set(chosen)
        before = Appointment.objects.count()
        if not chosen:
            return
        if lost:
            with pytest.raises(DatesRefused) as refused:
                make(first, count=6, slots=chosen)
            assert set(refused.value.refused) == lost
            assert Appointment.objects.count() == before
            assert not Series.objects.exists()
            assert not mails().exists()
        else:
            series = make(first, count=6, slots=chosen)
            booked = {one.start for one in chosen.values()} | {first.starts_at}
            assert set(starts_of(series)) == booked
    finally:
        mails().delete()
        Appointment.objects.exclude(pk=first.pk).delete()
        Series.objects.all().delete()


def test_a_time_that_the_page_cannot_have_shown_is_refused(first, make, rule_of, massage):
    rule = rule_of(first)
    far = Slot(treatment=massage, start=first.starts_at + WEEK + timedelta(days=5))
    with pytest.raises(Stale):
        make(first, slots={rule.days[1]: far})


def test_a_series_and_the_plan_never_book_the_same_week_twice_unless_asked(
    first, ana, rule_of, shown, make, massage, kim, room, today, clinic
):
    factories.make_appointment(
        starts_at=first.starts_at + WEEK + 2 * HOUR,
        treatment=massage, therapist=kim, room=room, client=ana,
    )  # fmt: skip
    factories.make_race(client=ana, race_date=today + 8 * WEEK)
    found = shown(first, rule_of(first, count=8))
    assert found[0].visits
    with_a_session = [one for one in found if one.session]
    assert with_a_session
    assert all(one.is_better_left_out for one in [found[0], *with_a_session])
    asked_for = with_a_session[0]
    make(first, count=8, slots={asked_for.of: asked_for.slot})
    assert History.of(ana).has(asked_for.session, clinic)  # and so the plan asks for no other


def test_a_runner_books_no_more_by_a_series_than_one_by_one(first, make, clinic):
    clinic.most_ahead = 3
    clinic.save()
    with pytest.raises(TooManyAhead):
        make(first, count=6)
    assert not Series.objects.exists()
    assert make(first, count=6, by="desk: 1", rules=Rules.DESK)


def test_of_what_is_a_series_already_or_has_no_second_date_none_is_made(first, make):
    with pytest.raises(Refused):
        make(first, slots={}, waits_for=[])
    make(first)
    first.refresh_from_db()
    with pytest.raises(Stale):
        make(first)


@pytest.mark.fixed_clock("2027-10-13T09:00")
def test_over_the_end_of_october_all_of_it_stays_at_the_same_hour(first, make, clinic, kim, at):
    factories.make_week(kim, start=time(17), end=time(20))
    Appointment.objects.filter(pk=first.pk).update(
        starts_at=at(7, 18), ends_at=at(7, 19), blocked_until=at(7, 19)
    )
    first.refresh_from_db()
    series = make(first)
    local = [one.astimezone(clinic.tz) for one in starts_of(series)]
    assert {one.hour for one in local} == {18}
    assert len({one.utcoffset() for one in local}) == 2


def test_the_nearest_is_no_choice_made_for_them_days_from_another_visit(
    first, ana, rule_of, shown, massage, kim, room, at
):
    """It was two days after the visit of the week before."""
    day = (first.starts_at - at(0, 0)).days
    factories.make_absence(at(day + 3, 0), at(day + 8, 0), kim)
    [alone] = shown(first, rule_of(first, count=2))
    assert alone.nearest
    assert not alone.is_better_left_out
    factories.make_appointment(
        starts_at=alone.nearest.start + timedelta(days=2),
        treatment=massage,
        therapist=kim,
        room=room,
        client=ana,
    )
    [beside] = shown(first, rule_of(first, count=2))
    assert beside.nearest is None or beside.is_better_left_out


def test_a_date_that_the_diary_reaches_does_not_wait(first, make, clinic):
    """Who waits has it booked as it opens, and it has opened."""
    days = [clinic.day_of(first.starts_at) + n * WEEK for n in (1, 2)]
    with pytest.raises(Stale):
        make(first, count=3, slots={}, waits_for=days)
    assert not Series.objects.exists()


def test_each_date_says_what_the_own_plan_has_against_it_and_which_day_is_better(
    first, ana, rule_of, shown, today, clinic
):
    """A date was ticked whose next day is a long run, and the plan was against it right after."""
    days = {10: DayKind.HARD, 11: DayKind.LONG, 25: DayKind.LONG}
    own = [TrainingDay(today + n * DAY, days.get(n, DayKind.EASY)) for n in range(30)]
    own_plans.keep(ana, Schedule(tuple(own)), now=timezone.now())
    beside, alone, the_eve = shown(first, rule_of(first))
    assert [bool(one.advice) for one in (beside, alone, the_eve)] == [True, False, True]
    assert "long run" in str(the_eve.advice.reason)
    assert [usual_choice(one, None) == SKIP for one in (beside, alone, the_eve)] == [
        True,
        False,
        True,
    ]
    better = [(clinic.day_of(one.nearest.start) - today).days for one in (beside, the_eve)]
    assert not {9, 10, 11, 24, 25} & set(better)
    assert alone.nearest is None
