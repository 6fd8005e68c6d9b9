"""A therapist's weeks: hours and breaks that begin, end and recur together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from django.db.models import Q

from bookings.core.scheduling.hours_text import DayHours
from bookings.models import Therapist, Weekly, WeeklyBreak, WeeklyShift

DIGITS = 24
ByWeekday = dict[int, list]


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """From when and until when, and in which weeks."""

    valid_from: date
    valid_until: date | None = None
    every_weeks: int = 1
    counted_from: date | None = None

    @classmethod
    def of(cls, row: Weekly) -> "Rhythm":
        return cls(
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            every_weeks=row.every_weeks,
            counted_from=row.counted_from,
        )

    def has_begun(self, today: date) -> bool:
        return self.valid_from <= today

    def has_ended(self, today: date) -> bool:
        return self.valid_until is not None and self.valid_until < today


@dataclass(frozen=True)
class Pattern:
    """The rows of one rhythm, by weekday and in order."""

    rhythm: Rhythm
    shifts: dict[int, list[WeeklyShift]] = field(default_factory=lambda: defaultdict(list))
    breaks: dict[int, list[WeeklyBreak]] = field(default_factory=lambda: defaultdict(list))

    @property
    def rows(self) -> list[Weekly]:
        kinds: Sequence[Iterable[Sequence[Weekly]]] = (self.shifts.values(), self.breaks.values())
        return [row for kind in kinds for rows in kind for row in rows]

    def hours_of(self, weekday: int) -> list[DayHours]:
        return [DayHours(row.start, row.end) for row in self.shifts.get(weekday, [])]

    def breaks_of(self, weekday: int) -> list[DayHours]:
        return [DayHours(row.start, row.end, row.reason) for row in self.breaks.get(weekday, [])]


def patterns(therapist: Therapist, *, since: date | None = None) -> list[Pattern]:
    """In order of their beginning; of what holds on the day `since` or later. Two queries."""
    still = Q(valid_until__isnull=True) | Q(valid_until__gte=since) if since else Q()
    found: dict[Rhythm, Pattern] = {}
    for shift in therapist.shifts.filter(still).order_by("start", "pk"):
        _in(found, shift).shifts[shift.weekday].append(shift)
    for pause in therapist.breaks.filter(still).order_by("start", "pk"):
        _in(found, pause).breaks[pause.weekday].append(pause)
    return sorted(found.values(), key=lambda one: _order(one.rhythm))


def _in(found: dict[Rhythm, Pattern], row: Weekly) -> Pattern:
    rhythm = Rhythm.of(row)
    return found.setdefault(rhythm, Pattern(rhythm))


def _order(rhythm: Rhythm) -> tuple:
    ends = rhythm.valid_until or date.max
    return rhythm.valid_from, ends, rhythm.every_weeks, rhythm.counted_from or date.min


def stamp_of(therapist: Therapist) -> str:
    """Of all the weeks, to know later whether somebody else has changed them; two queries."""
    rows = [
        list(kind.order_by("pk").values_list()) for kind in (therapist.shifts, therapist.breaks)
    ]
    return sha256(repr(rows).encode()).hexdigest()[:DIGITS]


def usual_hours(therapist: Therapist, day: date) -> list[DayHours]:
    """Of that day by the weeks alone."""
    rows = therapist.shifts.filter(weekday=day.weekday())
    return sorted({DayHours(row.start, row.end) for row in rows if row.holds_on(day)})


def hours_on(therapist: Therapist, day: date) -> list[DayHours]:
    """Of that day as it is, whoever is away."""
    extra = list(therapist.extra_shifts.filter(day=day))
    usual = [] if any(one.instead for one in extra) else usual_hours(therapist, day)
    return sorted({*usual, *(DayHours(one.start, one.end) for one in extra)})


def day_stamp(therapist: Therapist, day: date) -> str:
    extra = sorted(therapist.extra_shifts.filter(day=day).values_list())
    return f"{stamp_of(therapist)} {extra}"
