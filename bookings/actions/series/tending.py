"""Booking the next date of a series as the diary reaches it, or telling why it was not."""

from datetime import datetime

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import booking
from bookings.actions.scheduling.booking import BookingRequest
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment, Clinic, MailKind, Series, WhyMissed
from bookings.queries.clients import strangers
from bookings.queries.scheduling.slots import Slot
from bookings.queries.series.dates import AskedFor, DateFound, SeriesDate, looked_at

AT_ONCE = 200
BY_ITSELF = "series"


def book_what_opens(*, now: datetime) -> int:
    """Each date once: under the lock it is settled before anything else, so that a second worker
    finds nothing to do. Returns how many were booked."""
    last = Clinic.objects.the().last_bookable_day(now)
    booked = 0
    for pk in Series.objects.reached(last).values_list("pk", flat=True)[:AT_ONCE]:
        booked += _book_dates_of(pk, now)
    return booked


def _book_dates_of(pk: int, now: datetime) -> int:
    booked = 0
    try:
        while (settled := _settle_next(pk, now=now)) is not None:
            booked += settled
    except Refused:
        pass  # nothing was settled; the next hour
    return booked


@changes_the_diary
def _settle_next(clinic: Clinic, pk: int, *, now: datetime) -> bool | None:
    """Whether its next date was booked; None where none is due."""
    series = Series.objects.with_everything().filter(pk=pk).first()
    last = clinic.last_bookable_day(now)
    due = [day for day in series.still_to_book if day <= last] if series else []
    if series is None or not due:
        return None
    day = min(due)
    series.settle(day)
    start = series.rule.start_on(day, clinic.tz)
    slot = Slot(treatment=series.treatment, start=start, therapist=series.therapist)
    rules = Rules.ONLINE if series.by == Role.RUNNER else Rules.DESK
    [found] = looked_at(clinic, {day: slot}, AskedFor(client=series.client, rules=rules), now=now)
    if why_not := _why_not(series, clinic, found, now):
        _tell_why_not(series, found, why_not, now)
        return False
    [visit] = booking.book(_request(series, found, rules), now=now)
    if not series.client.email:  # so that it is among those to ring
        Appointment.objects.filter(pk=visit.pk).update(not_told=True)
    return True


def _why_not(series: Series, clinic: Clinic, found: SeriesDate, now: datetime) -> WhyMissed | None:
    if found.found is not DateFound.FREE:
        return WhyMissed(found.found.value)
    if found.visits:
        return WhyMissed.WEEK
    if found.advice:
        return WhyMissed.RACE
    if found.session:
        return WhyMissed.PLAN
    ahead = strangers.ahead_of(series.client.email, now) if series.by == Role.RUNNER else 0
    return WhyMissed.MANY if 0 < clinic.most_ahead <= ahead else None


def _request(series: Series, found: SeriesDate, rules: Rules) -> BookingRequest:
    return BookingRequest(
        slots=[found.slot],
        client=series.client,
        key=f"series:{series.pk}:{found.of}",
        series=series,
        rules=rules,
        by=BY_ITSELF,
    )


def _tell_why_not(series: Series, found: SeriesDate, why: WhyMissed, now: datetime) -> None:
    """With the nearest, where that helps; where no mail goes the desk finds it, and rings."""
    if found.slot.start <= now:
        return
    about = {"series": series.pk, "start": found.slot.start.isoformat(), "why": why.value}
    if near := found.nearest:
        therapist = near.therapist.pk if near.therapist else None
        about |= {"nearest": near.start.isoformat(), "therapist": therapist}
    outbox.owe_of_a_series(
        MailKind.SERIES_MISSED,
        series.client,
        about=about,
        not_after=found.slot.start,
        now=now,
    )
