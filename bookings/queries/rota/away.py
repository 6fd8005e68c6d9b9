"""When a therapist does not work within a day's hours, and why."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from bookings.core.intervals import Interval, day_bounds
from bookings.models import Absence, Clinic, Therapist


@dataclass(frozen=True)
class Away:
    """Time off, a closure of the clinic, or a weekly break."""

    during: Interval
    why: str
    all_day: bool = False


def away_of(therapist: Therapist, day: date, clinic: Clinic) -> list[Away]:
    """What falls on the day, cut to it, in order; three queries."""
    bounds = day_bounds(day, 1, clinic.tz)
    off = Absence.objects.touching(bounds).filter(Q(therapist=therapist) | Q(therapist=None))
    aways = [_cut(one, bounds) for one in off]
    for busy in therapist.busy_times.touching(bounds):
        shown = Interval(max(busy.starts_at, bounds.start), min(busy.ends_at, bounds.end))
        aways.append(Away(shown, _("busy in your own calendar"), all_day=shown == bounds))
    for pause in therapist.breaks.filter(weekday=day.weekday()):
        if during := pause.on(day, clinic.tz):
            aways.append(Away(during, pause.reason or _("break")))
    return sorted(aways, key=lambda one: one.during.start)


def _cut(absence: Absence, bounds: Interval) -> Away:
    start, end = max(absence.starts_at, bounds.start), min(absence.ends_at, bounds.end)
    why = absence.reason or _("time off")
    if absence.therapist_id is None:
        sentence = _("the clinic is closed: {why}") if absence.reason else _("the clinic is closed")
        why = sentence.format(why=absence.reason)
    during = Interval(start, end)
    return Away(during, why, all_day=during == bounds)
