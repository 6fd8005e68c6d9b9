"""Where each stands on the list, by the very order in which offers go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings.core.waiting_list.order import Rank, in_order, need_on
from bookings.models import Clinic, WaitlistEntry
from bookings.queries.waiting_list.not_open import first_day_open
from bookings.queries.waiting_list.plans import plans_of

A_WEEK = 7


@dataclass(frozen=True)
class InLine:
    """An entry as it ranks on the first day that will do."""

    entry: WaitlistEntry
    day: date
    rank: Rank


@dataclass(frozen=True)
class PlaceInLine:
    """Of those who would take the same treatment on that day."""

    number: int
    of: int
    day: date


def in_line(
    entries: Iterable[WaitlistEntry], clinic: Clinic, *, day: date | None = None, now: datetime
) -> list[InLine]:
    """Whoever comes first; each on the first day that they want, or all on one. Three queries."""
    there = list(entries)
    if not there:
        return []
    plans, today = plans_of([one.client for one in there], clinic, now=now), clinic.day_of(now)
    lines: dict[int, InLine] = {}
    for one in there:
        on = day or first_day_for(one, today)
        need = need_on(on, one.kinds, plans.get(one.client_id))
        rank = Rank(entry=one.pk, need=need, since=one.joined_at, now=now)
        lines[one.pk] = InLine(one, on, rank)
    return [lines[rank.entry] for rank in in_order(line.rank for line in lines.values())]


def place_of(entry: WaitlistEntry, clinic: Clinic, *, now: datetime) -> PlaceInLine:
    """Among all who could be offered what comes free on the first day that they want and that is
    not over.
    """
    found = first_day_open(entry, clinic, now=now)
    day = found or first_day_for(entry, clinic.day_of(now))
    alike = WaitlistEntry.objects.wanting(day, day).filter(treatment=entry.treatment)
    alike = alike.with_everything()
    others = [one for one in alike.exclude(pk=entry.pk) if not one.client.is_provisional]
    line = in_line([entry, *others], clinic, day=day, now=now)
    number = [one.entry.pk for one in line].index(entry.pk) + 1
    return PlaceInLine(number=number, of=len(line), day=day)


def first_day_for(entry: WaitlistEntry, today: date) -> date:
    first = max(entry.first_day, today)
    days = (first + timedelta(days=n) for n in range(A_WEEK))
    wanted = (day for day in days if not entry.weekdays or day.weekday() in entry.weekdays)
    return next(wanted, first)
