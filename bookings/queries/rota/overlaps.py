"""Hours that a therapist is written down for twice."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from django.db.models import Q
from django.utils.translation import gettext as _

from bookings.models import ExtraShift, Therapist, WeeklyShift

Shift = WeeklyShift | ExtraShift


def overlaps(therapist: Therapist, *, since: date) -> list[str]:
    """A sentence for each two shifts, weekly or extra, that are worked at the same time.

    Of what holds on the civil day `since` or later; two queries.
    """
    still = Q(valid_until__isnull=True) | Q(valid_until__gte=since)
    weekly = therapist.shifts.filter(still).select_related("therapist")
    extra = therapist.extra_shifts.filter(day__gte=since).select_related("therapist")
    sentence = _("These hours overlap: {one} and {other}.")
    return [sentence.format(one=one, other=other) for one, other in _twice([*weekly, *extra])]


def _twice(shifts: list[Shift]) -> Iterator[tuple[Shift, Shift]]:
    for one, other in combinations(shifts, 2):
        same_time = one.start < other.end and other.start < one.end
        if same_time and _share_a_day(one, other):
            yield one, other


def _share_a_day(one: Shift, other: Shift) -> bool:
    if _weekday(one) != _weekday(other):
        return False
    first = max(_first(one), _first(other))
    return all(last is None or first <= last for last in (_last(one), _last(other)))


def _weekday(shift: Shift) -> int:
    return shift.day.weekday() if isinstance(shift, ExtraShift) else shift.weekday


def _first(shift: Shift) -> date:
    return shift.day if isinstance(shift, ExtraShift) else shift.valid_from


def _last(shift: Shift) -> date | None:
    return shift.day if isinstance(shift, ExtraShift) else shift.valid_until
