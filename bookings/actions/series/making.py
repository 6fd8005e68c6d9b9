"""An appointment that comes again: all of its dates as they were chosen, or none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import dates
from bookings.actions.clients.identity import ClientErased
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import NotBookable, Refused, Stale
from bookings.actions.scheduling import booking
from bookings.actions.scheduling.booking import BookingRequest
from bookings.core.scheduling.codes import Problem, Rules
from bookings.core.scheduling.series import AROUND, Rule
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, Series, Therapist
from bookings.queries.scheduling.slots import Slot
from bookings.queries.series.dates import AskedFor, Key, problems_of

COMES_AGAIN = (Status.BOOKED, Status.ARRIVED, Status.COMPLETED)


class DatesRefused(NotBookable):
    """Nothing was changed: what was chosen cannot be had any more. `refused` is by their keys."""

    sentence = gettext_lazy("Some of the dates cannot be had any more. Nothing was changed.")

    def __init__(self, refused: Mapping[Key, Sequence[Problem]], starts: Sequence[datetime]):
        clinic = Clinic.objects.the()
        named = [dates.day_year_and_time(start, clinic.tz) for start in starts]
        sentence = (
            _("{day} cannot be had any more. Nothing was changed.").format(day=named[0])
            if len(named) == 1
            else str(self.sentence)
        )
        super().__init__(sentence)
        self.refused = refused


@dataclass(frozen=True, kw_only=True)
class SeriesRequest:
    """The same `key` again returns the series that was made first.

    `visit` is the first of it. Each date of the rule after that is one of `slots`, as it stood on
    the page, one of those that are `waits_for` until the diary reaches them, or nobody wants it.
    """

    visit: Appointment
    therapist: Therapist | None
    rule: Rule
    slots: Mapping[date, Slot]
    waits_for: Sequence[date]
    key: str
    rules: Rules
    notify: Notify = Notify.NOW
    by: str


@changes_the_diary
def make(clinic: Clinic, request: SeriesRequest, *, now: datetime) -> Series:
    """Exactly what was chosen is booked, with one mail, or nothing is.

    Raises DatesRefused, Stale, TooManyAhead, ClientBusy or Busy.
    """
    if first := Series.objects.filter(key=request.key).first():
        return first
    visit = Appointment.objects.with_everything().get(pk=request.visit.pk)
    _refuse_what_has_changed(visit, request, clinic)
    refuse_other_days(clinic, request.rule, request.slots)
    _refuse_to_wait_for_what_is_open(clinic, request, now)
    refuse_what_is_taken(
        clinic, request.slots, AskedFor(client=visit.whose, rules=request.rules), now=now
    )
    series = _written_down(visit, request, now)
    Appointment.objects.filter(pk=visit.pk).update(series=series)
    visit.record("repeated", by=request.by, now=now, facts={"every_weeks": series.every_weeks})
    if request.slots:
        booking.book(_of_all(series, visit.whose, request), now=now)
    return series


def refuse_other_days(clinic: Clinic, rule: Rule, slots: Mapping[date, Slot]) -> None:
    """Each is a date of the series, at its time or near it."""
    for day, slot in slots.items():
        if day not in rule.days or abs(clinic.day_of(slot.start) - day) > AROUND:
            raise Stale(_("The dates are not those of the series. Please look at them again."))


def refuse_what_is_taken(
    clinic: Clinic, slots: Mapping[Any, Slot], asked: AskedFor, *, now: datetime
) -> None:
    if refused := problems_of(clinic, slots, asked, now=now):
        raise DatesRefused(refused, sorted(slots[key].start for key in refused))


def may_come_again(visit: Appointment) -> bool:
    """It is or was, and belongs to no series that still goes on."""
    series = visit.series
    return visit.status in COMES_AGAIN and not (series and series.goes_on)


def _refuse_what_has_changed(visit: Appointment, request: SeriesRequest, clinic: Clinic) -> None:
    if visit.whose.erased_at:
        raise ClientErased
    if not may_come_again(visit):
        raise Stale
    if clinic.day_of(visit.starts_at) != request.rule.first_day:
        raise Stale(_("The appointment has been moved. Please look at the dates again."))
    if not (request.slots or request.waits_for):
        raise Refused(_("Please choose at least one more date."))


def _refuse_to_wait_for_what_is_open(clinic: Clinic, request: SeriesRequest, now: datetime) -> None:
    """The hourly look would book it, at whatever time near it, without its being shown."""
    if any(day <= clinic.last_bookable_day(now) for day in request.waits_for):
        raise Stale(_("The diary has opened for some of the dates. Please look at them again."))


def _written_down(visit: Appointment, request: SeriesRequest, now: datetime) -> Series:
    rule = request.rule
    return Series.objects.create(
        client=visit.whose,
        treatment=visit.treatment,
        therapist=request.therapist,
        first_day=rule.first_day,
        at=rule.at,
        every_weeks=rule.every_weeks,
        last_day=rule.last_day,
        waits_for=sorted(day for day in request.waits_for if day in rule.days),
        made_at=now,
        by=request.by,
        key=request.key,
    )


def _of_all(series: Series, client: Client, request: SeriesRequest) -> BookingRequest:
    asked: dict[str, Any] = {"rules": request.rules, "notify": request.notify, "by": request.by}
    return BookingRequest(
        slots=[slot for _, slot in sorted(request.slots.items())],
        client=client,
        key=f"series:{series.pk}",
        series=series,
        **asked,
    )
