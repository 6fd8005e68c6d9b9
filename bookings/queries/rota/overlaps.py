"""Hours that a therapist is written down for twice."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations
from math import lcm

from django.db.models import Q
from django.utils.translation import gettext as _

from bookings.models import ExtraShift, Therapist, Weekly, WeeklyBreak, WeeklyShift

Shift = WeeklyShift | ExtraShift
WEEK = timedelta(days=7)


def overlaps(therapist: Therapist, *, since: date) -> list[str]:
    """A sentence for each two shifts, weekly or extra, that are worked at the same time.

    Of what holds on the civil day `since` or later; two queries.
    """
    still = Q(valid_until__isnull=True) | Q(valid_until__gte=since)
    weekly = therapist.shifts.filter(still).select_related("therapist")
    extra = therapist.extra_shifts.filter(day__gte=since).select_related("therapist")
    sentence = _("These hours overlap: {one} and {other}.")
    return [sentence.format(one=one, other=other) for one, other in twice([*weekly, *extra])]


def is_never_worked(pause: WeeklyBreak) -> bool:
    """Whether no weekly hours of its therapist are touched by it; one query."""
    shifts = pause.therapist.shifts.filter(
        weekday=pause.weekday, start__lt=pause.end, end__gt=pause.start
    )
    return not any(share_a_day(pause, shift) for shift in shifts)


def twice(shifts: Sequence[Shift]) -> Iterator[tuple[Shift, Shift]]:
    """Each two that are worked at the same time of the same day."""
    for one, other in combinations(shifts, 2):
        same_time = one.start < other.end and other.start < one.end
        if same_time and share_a_day(one, other):
            yield one, other


def share_a_day(one: Shift | Weekly, other: Shift | Weekly) -> bool:
    """Weekly hours know nothing of a day on which extra ones hold instead of them."""
    if isinstance(one, ExtraShift):
        return _holds_on(one.day, other, instead=one.instead)
    if isinstance(other, ExtraShift):
        return _holds_on(other.day, one, instead=other.instead)
    return one.weekday == other.weekday and _meet(one, other)


def _holds_on(day: date, other: Shift | Weekly, *, instead: bool) -> bool:
    if isinstance(other, ExtraShift):
        return other.day == day
    return not instead and other.holds_on(day)


def _meet(one: Weekly, other: Weekly) -> bool:
    """Both repeat together: they meet before they begin anew, or never."""
    first = max(one.valid_from, other.valid_from)
    day = first + timedelta(days=(one.weekday - first.weekday()) % 7)
    weeks = range(lcm(one.every_weeks, other.every_weeks))
    return any(one.holds_on(on) and other.holds_on(on) for on in (day + n * WEEK for n in weeks))
