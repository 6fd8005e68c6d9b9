"""Cancelling and moving this one and later, or all: one transaction, one mail, every calendar."""

from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import cancellation, undoing
from bookings.actions.series import changing
from bookings.actions.series.changing import OthersNow, SeriesCancel, SeriesMove
from bookings.actions.series.making import DatesRefused
from bookings.core.scheduling.statuses import Status
from bookings.mail.compose import compose
from bookings.models import Appointment, Clinic, Mail, MailKind
from bookings.queries.scheduling.cutoffs import why_not_cancel, why_not_move
from bookings.queries.scheduling.slots import Slot
from bookings.queries.series.scope import Scope, concerned, visits_of
from tests.reading import present

pytestmark = pytest.mark.django_db
WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def series(first, make):
    return make(first)


@pytest.fixture
def visits(series):
    return visits_of(series)


def seen(series, visit, scope, why_not=None):
    clinic = Clinic.objects.the()
    return concerned(series, visit, scope, clinic, why_not=why_not, now=timezone.now())


def cancel(series, visit, scope=Scope.LATER, *, by="runner", digest=None, **data):
    shown = seen(series, visit, scope, why_not_cancel if by == "runner" else None).digest
    wanted = SeriesCancel(visit=visit, scope=scope, seen=digest or shown, by=by, **data)
    return changing.cancel(wanted, now=timezone.now())


def move(series, visit, scope=Scope.LATER, *, days=1, hours=2, by="runner", leave=(), **data):
    """A day and two hours later."""
    shown = seen(series, visit, scope, why_not_move if by == "runner" else None)
    tz, step = Clinic.objects.the().tz, timedelta(days=days, hours=hours)
    slots = {
        one.pk: Slot(treatment=one.treatment, start=one.starts_at + step, therapist=one.therapist)
        for one in shown.visits
        if one.pk not in leave
    }
    at = (visit.starts_at + step).astimezone(tz).time()
    request = {
        "visit": visit,
        "scope": scope,
        "seen": shown.digest,
        "rule": series.rule.moved(by=timedelta(days=days), at=at),
        "therapist": series.therapist,
        "slots": slots,
        "by": by,
        **data,
    }
    return changing.move(SeriesMove(**request), now=timezone.now())


def files_of(mail):
    """What the files of the message tell calendars: UID, method, sequence and status of each."""
    clinic = Clinic.objects.the()
    message = compose(mail, clinic, now=timezone.now())
    assert "/series/" in present(message.get_body(("plain",))).get_content()
    found = {}
    for part in message.iter_attachments():
        calendar = Calendar.from_ical(part.get_content())
        [event] = calendar.walk("VEVENT")
        found[str(event["uid"])] = (calendar["method"], event["sequence"], event["status"])
    return found


def test_this_and_later_are_cancelled_at_once_and_each_leaves_the_calendar(series, visits):
    cancel(series, visits[1])
    series.refresh_from_db()
    assert series.ended_at
    statuses = [one.status for one in visits_of(series)]
    assert statuses == [Status.BOOKED, *[Status.CANCELLED] * 3]
    mail = Mail.objects.get(kind=MailKind.SERIES_CHANGED)
    expected = {one.public_id: ("CANCEL", one.revision + 1, "CANCELLED") for one in visits[1:]}
    assert files_of(mail) == expected
    assert not Mail.objects.filter(kind=MailKind.CANCELLED).exists()
    assert all(one.events.filter(kind=Status.CANCELLED).count() == 1 for one in visits[1:])


def test_all_are_moved_at_once_and_each_moves_in_the_calendar(series, visits, clinic):
    move(series, visits[1], Scope.ALL)
    moved = visits_of(series)
    assert [one.starts_at for one in moved] == [one.starts_at + DAY + 2 * HOUR for one in visits]
    assert not any(one.not_told for one in moved)
    series.refresh_from_db()
    assert series.first_day == clinic.day_of(visits[0].starts_at) + DAY
    mail = Mail.objects.get(kind=MailKind.SERIES_CHANGED)
    expected = {one.public_id: ("REQUEST", one.revision + 1, "CONFIRMED") for one in visits}
    assert files_of(mail) == expected
    assert not Mail.objects.filter(kind=MailKind.MOVED).exists()


def test_a_week_later_none_goes_where_the_next_one_stands(series, visits):
    move(series, visits[0], Scope.ALL, days=7, hours=0)
    assert [one.starts_at for one in visits_of(series)] == [one.starts_at + WEEK for one in visits]


def test_where_one_cannot_be_had_none_is_moved(series, visits, taken):
    taken(2, starts_at=visits[2].starts_at + DAY + 2 * HOUR)
    with pytest.raises(DatesRefused) as refused:
        move(series, visits[0], Scope.ALL)
    assert set(refused.value.refused) == {visits[2].pk}
    assert [one.starts_at for one in visits_of(series)] == [one.starts_at for one in visits]
    move(series, visits[0], Scope.ALL, leave=[visits[2].pk])
    assert [one.revision for one in visits_of(series)] != [0, 0, 0, 0]


def test_what_is_too_late_for_a_runner_is_said_and_stays(series, visits, clock):
    clock.move_to(visits[1].starts_at - HOUR)
    found = seen(series, visits[1], Scope.LATER, why_not_cancel)
    assert [one.pk for one, _why in found.too_late] == [visits[1].pk]
    cancel(series, visits[1])
    assert visits_of(series)[1].status == Status.BOOKED
    assert visits_of(series)[2].status == Status.CANCELLED


def test_at_the_desk_each_that_is_late_costs_its_fee(series, visits, clock, clinic):
    clinic.late_cancellation_fee = 20
    clinic.save()
    clock.move_to(visits[1].starts_at - HOUR)
    cancel(series, visits[1], by="desk: 1", charging=True)
    fees = [one.fees.count() for one in visits_of(series)]
    assert fees == [0, 1, 0, 0]


def test_what_has_changed_since_the_page_is_told_and_the_same_form_twice_ends_at_the_first(
    series, visits
):
    old = seen(series, visits[1], Scope.LATER, why_not_cancel).digest
    cancellation.cancel(visits[3], by="runner", now=timezone.now())
    with pytest.raises(OthersNow):
        cancel(series, visits[1], digest=old)
    now = seen(series, visits[1], Scope.LATER, why_not_cancel).digest
    cancel(series, visits[1], digest=now)
    cancel(series, visits[1], digest=now)
    assert Mail.objects.filter(kind=MailKind.SERIES_CHANGED).count() == 1


def test_what_is_not_booked_yet_can_be_given_up_alone(first, make, clinic):
    clinic.horizon_days = 10
    clinic.save()
    series = make(first)
    assert series.waits_for
    cancel(series, first, Scope.WAITING)
    series.refresh_from_db()
    assert (series.still_to_book, visits_of(series)[0].status) == ([], Status.BOOKED)


def test_who_takes_one_back_after_the_mail_is_told_of_that(series, visits):
    """The mail about several said that it is off; with silence the runner would not come."""
    cancel(series, visits[1])
    Mail.objects.filter(kind=MailKind.SERIES_CHANGED).update(data_at=timezone.now())
    one = visits_of(series)[1]
    undoing.undo(one, revision=one.revision, by="runner", now=timezone.now())
    assert Mail.objects.filter(kind=MailKind.CONFIRMED, appointment=one).exists()
    assert one.pk not in {gone.pk for gone in _still_told(series)}


def _still_told(series):
    mail = Mail.objects.get(kind=MailKind.SERIES_CHANGED)
    revisions = {int(pk): number for pk, number in mail.about["visits"].items()}
    return [one for one in visits_of(series) if revisions.get(one.pk) == one.revision]


def test_silently_nobody_is_told_and_the_diary_says_so(series, visits):
    move(series, visits[1], by="desk: 1", notify=Notify.NONE)
    assert not Mail.objects.filter(kind=MailKind.SERIES_CHANGED).exists()
    assert [one.not_told for one in visits_of(series)] == [False, True, True, True]


def test_a_runner_moves_nothing_past_the_cut_off_by_naming_it(series, visits, clock):
    clock.move_to(visits[1].starts_at - HOUR)
    found = seen(series, visits[1], Scope.LATER, why_not_move)
    slot = Slot(treatment=visits[1].treatment, start=visits[1].starts_at + DAY)
    wanted = SeriesMove(
        visit=visits[1],
        scope=Scope.LATER,
        seen=found.digest,
        rule=series.rule,
        therapist=None,
        slots={visits[1].pk: slot},
        by="runner",
    )
    with pytest.raises(Refused):
        changing.move(wanted, now=timezone.now())
    assert Appointment.objects.get(pk=visits[1].pk).starts_at == visits[1].starts_at
