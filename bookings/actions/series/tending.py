"""Booking the next date of a series as the diary reaches it, or telling why it was not."""

from collections.abc import Callable
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
        booked += each_that_is_due(_settle_next, pk, now)
    return booked


def each_that_is_due(settle_next: Callable[..., bool | None], pk: int, now: datetime) -> int:
    """Until it says None. Returns how many were booked."""
    booked = 0
    try:
        while (settled := settle_next(pk, now=now)) is not None:
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
    asked = AskedFor(client=series.client, rules=rules_of(series))
    [found] = looked_at(clinic, {day: slot}, asked, now=now)
    if why_not := _why_not(series, clinic, found, now):
        _tell_why_not(series, found, why_not, now)
        return False
    book_by_itself(series, found.slot, f"series:{series.pk}:{found.of}", now=now)
    return True


def rules_of(series: Series) -> Rules:
    return Rules.ONLINE if series.by == Role.RUNNER else Rules.DESK


def has_too_many(series: Series, clinic: Clinic, now: datetime) -> bool:
    """What a runner has made is booked no further than they may book themselves."""
    ahead = strangers.ahead_of(series.client.email, now) if series.by == Role.RUNNER else 0
    return 0 < clinic.most_ahead <= ahead


def book_by_itself(series: Series, slot: Slot, key: str, *, now: datetime) -> None:
    request = BookingRequest(
        slots=[slot],
        client=series.client,
        key=key,
        series=series,
        rules=rules_of(series),
        by=BY_ITSELF,
    )
    [visit] = booking.book(request, now=now)
    if not series.client.email:  # so that it is among those to ring
        Appointment.objects.filter(pk=visit.pk).update(not_told=True)


def _why_not(series: Series, clinic: Clinic, found: SeriesDate, now: datetime) -> WhyMissed | None:
    if found.found is not DateFound.FREE:
        return WhyMissed(found.found.value)
    if found.visits:
        return WhyMissed.WEEK
    if found.advice:
        return WhyMissed.RACE
    if found.session:
        return WhyMissed.PLAN
    return WhyMissed.MANY if has_too_many(series, clinic, now) else None


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
