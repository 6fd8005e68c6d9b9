"""Time off, closures, extra hours and weekly breaks, and what is booked in them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bookings.actions.refusals import AgainstTheRules, Refused, Stale
from bookings.actions.rota import blocks
from bookings.actions.rota.impact import VisitsAffected, digest_of
from bookings.actions.rota.stamp import stamp
from bookings.actions.scheduling import changes
from bookings.actions.scheduling.changes import MoveRequest
from bookings.core.scheduling.codes import Code, Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Absence, Appointment, ExtraShift, WeeklyBreak
from bookings.queries.scheduling.conflicts import conflicts
from bookings.queries.scheduling.openings import openings
from bookings.queries.scheduling.slots import Slot
from tests.factories import NOW, make_therapist

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
DESK = "desk: demo@example.com"


@pytest.fixture
def visit(book):
    return book()


@pytest.fixture
def day(clinic, start) -> date:
    return clinic.day_of(start)


@pytest.fixture
def lunch(kim, day):
    """From noon to one on the weekday of the visit, from the day before on."""

    def _lunch(**fields):
        fields = {"weekday": day.weekday(), "start": time(12), "end": time(13), **fields}
        return WeeklyBreak(therapist=kim, valid_from=day - timedelta(days=1), **fields)

    return _lunch


def starts_on(clinic, treatment, day):
    found = openings(clinic, treatment, first=day, days=1, now=NOW)
    return [one.starts_at.astimezone(clinic.tz).time() for one in found]


def test_time_off_over_appointments_names_them_and_is_made_knowingly(clinic, visit, kim):
    away = Absence(therapist=kim, starts_at=visit.starts_at - HOUR, ends_at=visit.ends_at)
    with pytest.raises(VisitsAffected, match="1 appointment is booked") as caught:
        blocks.keep(away, now=NOW)
    assert caught.value.visits == [visit]
    assert [one.codes for one in caught.value.impact.visits] == [{Code.THERAPIST_AWAY}]
    assert not Absence.objects.exists()
    blocks.keep(away, accepted=caught.value.impact.digest, now=NOW)
    assert blocks.booked_in(clinic, Absence.objects.get(), now=NOW) == [visit]


def test_touching_is_not_in_the_way(visit, kim):
    blocks.keep(
        Absence(therapist=kim, starts_at=visit.ends_at, ends_at=visit.ends_at + HOUR), now=NOW
    )
    assert Absence.objects.count() == 1


def test_anothers_time_off_is_in_nobodys_way_but_a_closure_in_everybodys(visit):
    span = {"starts_at": visit.starts_at, "ends_at": visit.ends_at}
    blocks.keep(Absence(therapist=make_therapist(), **span), now=NOW)
    with pytest.raises(VisitsAffected):
        blocks.keep(Absence(**span), now=NOW)


def test_a_break_takes_its_time_out_of_every_such_weekday(clinic, massage, lunch, day):
    blocks.keep(lunch(valid_until=day + WEEK), now=NOW)
    assert time(11, 30) not in starts_on(clinic, massage, day)
    assert time(13) in starts_on(clinic, massage, day)
    assert time(12) not in starts_on(clinic, massage, day + WEEK)
    assert time(12) in starts_on(clinic, massage, day + 2 * WEEK)
    assert time(12) in starts_on(clinic, massage, day + timedelta(days=1))


def test_a_break_is_on_the_clinics_clock_all_year(clinic, massage, lunch, day):
    clinic.horizon_days = 400
    clinic.save()
    blocks.keep(lunch(), now=NOW)
    for weeks in range(0, 52, 4):  # whenever the clocks change
        assert time(12) not in starts_on(clinic, massage, day + weeks * WEEK)
        assert time(13) in starts_on(clinic, massage, day + weeks * WEEK)


def test_a_break_over_appointments_names_each(visit, lunch):
    with pytest.raises(VisitsAffected) as caught:
        blocks.keep(lunch(start=time(10, 30), end=time(11)), now=NOW)
    assert caught.value.visits == [visit]
    blocks.keep(lunch(start=time(9), end=time(10)), now=NOW)


def test_the_desk_may_move_somebody_into_a_break_knowingly(visit, kim, lunch, start):
    blocks.keep(lunch(), now=NOW)
    noon = Slot(treatment=visit.treatment, start=start + 2 * HOUR, therapist=kim)
    data = MoveRequest(appointment=visit, slot=noon, revision=0, rules=Rules.DESK_MOVE, by=DESK)
    with pytest.raises(AgainstTheRules, match="Kim Demo has a break then"):
        changes.move(data, now=NOW)
    assert changes.move(replace(data, rules=Rules.OVERRIDDEN), now=NOW).revision == 1


def test_extra_hours_open_the_diary(clinic, massage, kim, day):
    kim.shifts.all().delete()
    blocks.keep(ExtraShift(therapist=kim, day=day, start=time(9), end=time(11)), now=NOW)
    assert time(9) in starts_on(clinic, massage, day)


def test_the_same_made_twice_is_one(lunch):
    assert blocks.keep(lunch(), now=NOW) == blocks.keep(lunch(), now=NOW)
    assert WeeklyBreak.objects.count() == 1


def test_a_form_that_is_out_of_date_changes_and_removes_nothing(lunch):
    kept = blocks.keep(lunch(), now=NOW)
    seen = stamp(WeeklyBreak.objects.get())
    assert isinstance(kept, WeeklyBreak)
    kept.end = time(14)
    blocks.keep(kept, seen=seen, now=NOW)
    kept.end = time(15)
    with pytest.raises(Stale, match="12:00–14:00"):
        blocks.keep(kept, seen=seen, now=NOW)
    with pytest.raises(Stale):
        blocks.remove(kept, seen=seen, now=NOW)
    assert WeeklyBreak.objects.get().end == time(14)
    blocks.remove(WeeklyBreak.objects.get(), seen=stamp(WeeklyBreak.objects.get()), now=NOW)
    assert not WeeklyBreak.objects.exists()


def test_time_that_the_clock_change_swallows_is_refused(kim):
    gap = datetime(2027, 3, 28, 1, tzinfo=UTC)
    with pytest.raises(Refused, match="clocks"):
        blocks.keep(Absence(therapist=kim, starts_at=gap, ends_at=gap), now=NOW)


def test_what_was_accepted_is_what_was_shown_and_nothing_else(visit, kim, book, start):
    away = Absence(therapist=kim, starts_at=visit.starts_at - HOUR, ends_at=start + 9 * HOUR)
    with pytest.raises(VisitsAffected) as shown:
        blocks.keep(away, now=NOW)
    book(start=start + 3 * HOUR, visitor="bo")
    with pytest.raises(VisitsAffected, match="2 appointments"):
        blocks.keep(away, accepted=shown.value.impact.digest, now=NOW)


def test_a_time_that_is_being_booked_is_named_and_let_go_when_it_is_meant(hold, book, start, kim):
    held = hold()
    away = Absence(therapist=kim, starts_at=start, ends_at=start + HOUR)
    with pytest.raises(VisitsAffected, match="1 time is being booked") as caught:
        blocks.keep(away, now=NOW)
    blocks.keep(away, accepted=caught.value.impact.digest, now=NOW)
    held.refresh_from_db()
    assert held.status == Status.EXPIRED


def test_a_page_that_has_shown_no_hold_accepts_none(hold, book, start, kim):
    visit, held = book(visitor="bo"), hold(start=start + 2 * HOUR)
    for booked, until in ([], 1), ([visit], 4):  # the hold alone, and with a visit beside it
        begins = start + (2 * HOUR if not booked else -HOUR)
        away = Absence(therapist=kim, starts_at=begins, ends_at=begins + until * HOUR)
        with pytest.raises(VisitsAffected, match="1 time is being booked"):
            blocks.keep(away, accepted=digest_of(booked), now=NOW)
    held.refresh_from_db()
    assert held.status == Status.HELD


def test_a_hold_that_was_shown_and_has_run_out_asks_nobody_again(visit, hold, start, kim):
    hold(start=start + 2 * HOUR, visitor="bo")
    away = Absence(therapist=kim, starts_at=start, ends_at=start + 4 * HOUR)
    with pytest.raises(VisitsAffected) as shown:
        blocks.keep(away, now=NOW)
    Appointment.objects.filter(status=Status.HELD).update(status=Status.EXPIRED)
    assert blocks.keep(away, accepted=shown.value.impact.digest, now=NOW)


def test_extra_hours_that_have_a_visit_in_them_are_not_removed_unasked(book, kim, start):
    kim.shifts.all().delete()
    extra = blocks.keep(
        ExtraShift(therapist=kim, day=start.date(), start=time(9), end=time(12)), now=NOW
    )
    visit = book()
    with pytest.raises(VisitsAffected) as caught:
        blocks.remove(extra, seen=stamp(ExtraShift.objects.get()), now=NOW)
    assert caught.value.visits == [visit]
    assert ExtraShift.objects.exists()


def test_a_visit_that_was_put_outside_the_hours_knowingly_is_no_conflict(
    clinic, book, kim, start, massage
):
    visit = book(start=start.replace(hour=18), rules=Rules.OVERRIDDEN, by=DESK)
    assert conflicts(clinic, now=NOW) == []
    visit.events.update(facts={})
    assert [one.codes for one in conflicts(clinic, now=NOW)] == [{Code.OUTSIDE_HOURS}]


def test_what_stands_in_the_past_asks_nobody(visit, kim):
    away = Absence(therapist=kim, starts_at=visit.starts_at, ends_at=visit.ends_at)
    blocks.keep(away, now=visit.starts_at + HOUR)


def test_conflicts_are_found_in_a_constant_number_of_queries(
    clinic, kim, book, start, django_assert_num_queries
):
    for day in range(3):
        book(start=start + timedelta(days=day), visitor=str(day), email=f"{day}@example.com")
    kim.active = False
    kim.save()
    with django_assert_num_queries(8):
        assert len(conflicts(clinic, now=NOW)) == 3
