"""When a therapist does not work within a day's hours, and why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _

from bookings.core.intervals import Interval, day_bounds
from bookings.models import Clinic, WeeklyBreak


@dataclass(frozen=True)
class Away:
    """Time off, a closure of the clinic, or a weekly break."""

    during: Interval
    why: str
    all_day: bool = False


def away_told(
    absences: Iterable[Sequence], breaks: Iterable[Sequence], day: date, clinic: Clinic
) -> list[Away]:
    """Of one therapist on the day, cut to it, in order.

    Absences are rows: key, therapist, start, end in seconds, and reason. Without a key it is out of
    the therapist's own calendar, without a therapist everybody's. Breaks: see `breaks_told`.
    """
    bounds = day_bounds(day, 1, clinic.tz)
    aways = [_cut(row, bounds) for row in absences]
    aways += [
        Away(during, pause.reason or _("break"))
        for pause, during in breaks_told(breaks, day, 1, clinic)
    ]
    return sorted(aways, key=lambda one: one.during.start)


def breaks_told(
    rows: Iterable[Sequence], first: date, days: int, clinic: Clinic
) -> Iterator[tuple[WeeklyBreak, Interval]]:
    """The weekly breaks that rows tell of, on each of these days on which they hold."""
    for pk, therapist, weekday, start, end, since, until, every, counted_from, reason in rows:
        pause = WeeklyBreak(
            pk=pk,
            therapist_id=therapist,
            weekday=weekday,
            start=time.fromisoformat(start),
            end=time.fromisoformat(end),
            valid_from=date.fromisoformat(since),
            valid_until=date.fromisoformat(until) if until else None,
            every_weeks=every,
            counted_from=date.fromisoformat(counted_from) if counted_from else None,
            reason=reason,
        )
        for day in (first + timedelta(days=n) for n in range(days)):
            if during := pause.on(day, clinic.tz):
                yield pause, during


def _cut(row: Sequence, bounds: Interval) -> Away:
    pk, therapist, *span, reason = row
    start, end = (datetime.fromtimestamp(at, UTC) for at in span)
    during = Interval(max(start, bounds.start), min(end, bounds.end))
    return Away(during, _why(pk, therapist, reason), all_day=during == bounds)


def _why(pk: int | None, therapist: int | None, reason: str) -> str:
    if pk is None:
        return _("busy in your own calendar")
    if therapist is not None:
        return reason or _("time off")
    if not reason:
        return _("the clinic is closed")
    return _("the clinic is closed: {why}").format(why=reason)
