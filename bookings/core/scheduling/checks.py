"""Which rules a single start is against, from one therapist's timetable and the taken rooms.

It shares no arithmetic with the openings, so that each is a test of the other.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

from bookings.core.scheduling.codes import Code
from bookings.core.scheduling.openings import Duration, Roster, Seconds, Span, joined


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """One therapist's time by what it is: `working` without `breaks`; `visits` with their pauses.

    `closures` are the whole clinic's; `elsewhere` is out of the therapist's own calendar.
    """

    working: Sequence[Span]
    breaks: Sequence[Span] = ()
    closures: Sequence[Span] = ()
    absences: Sequence[Span] = ()
    elsewhere: Sequence[Span] = ()
    visits: Sequence[Span] = ()

    @cached_property
    def roster(self) -> Roster:
        return Roster(self.working, [*self.off, *self.visits])

    @property
    def off(self) -> list[Span]:
        """Time off, whoever says so."""
        return [*self.closures, *self.absences, *self.elsewhere]

    @cached_property
    def sorted_roster(self) -> Roster:
        """The same in sorted, separate spans, of which a part can be cut."""
        return Roster(joined(self.roster.working), joined(self.roster.taken))

    def in_order(self) -> "Timetable":
        """All of it in sorted, separate spans."""
        return self._each(joined)

    def around(self, span: Span) -> "Timetable":
        """Of one in order, what touches a stretch of time."""
        return self._each(lambda spans: inside(spans, span))

    def _each(self, change: Callable[[Sequence[Span]], Sequence[Span]]) -> "Timetable":
        return Timetable(**{one.name: change(getattr(self, one.name)) for one in fields(self)})


def codes_of_timetable(start: Seconds, duration: Duration, timetable: Timetable) -> list[Code]:
    """Why the therapist cannot take the visit then, time off before hours before other visits."""
    end, blocked = start + duration.length, start + duration.blocked
    found = []
    if _touches((start, end), timetable.closures):
        found.append(Code.CLINIC_CLOSED)
    elif _touches((start, end), timetable.absences):
        found.append(Code.THERAPIST_AWAY)
    elif _touches((start, end), timetable.elsewhere):
        found.append(Code.BUSY_ELSEWHERE)
    elif _touches((start, blocked), timetable.off):
        found.append(Code.PAUSE_INTO_TIME_OFF)
    if not _lies_in((start, end), timetable.working):
        on_break = _touches((start, end), timetable.breaks)
        found.append(Code.BREAK if on_break else Code.OUTSIDE_HOURS)
    if _touches((start, blocked), timetable.visits):
        found.append(Code.THERAPIST_BUSY)
    return found


def is_clear(span: Span, clear: Sequence[Span]) -> bool:
    """Whether it lies in one of sorted, separate spans: at work, and in no time off."""
    near = inside(clear, span)
    return len(near) == 1 and near[0][0] <= span[0] and span[1] <= near[0][1]


def inside(spans: Sequence[Span], around: Span) -> Sequence[Span]:
    """Those of sorted, separate spans that touch a stretch of time."""
    since, until = around
    first = bisect_left(spans, since, key=lambda span: span[1])
    return spans[first : bisect_left(spans, until, key=lambda span: span[0])]


def _touches(span: Span, others: Sequence[Span]) -> bool:
    start, end = span
    return any(other[0] < end and start < other[1] for other in others)


def _lies_in(span: Span, stretches: Sequence[Span]) -> bool:
    start, end = span
    near = [one for one in stretches if one[0] <= end and start <= one[1]]
    return any(since <= start and end <= until for since, until in joined(near))
