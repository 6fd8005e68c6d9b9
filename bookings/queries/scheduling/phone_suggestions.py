"""The best few openings for somebody on the phone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from bookings import dates
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.core.scheduling.when import Wish
from bookings.models import Appointment, Client, Clinic, Therapist, Treatment
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.openings import nearest, openings
from bookings.queries.scheduling.slots import NOTHING, Ignoring, Slot

RULES = Rules.DESK_MOVE  # Notice and horizon bind runners: what is against them is found as well.
SHOWN = 6
DAYS_AHEAD = 14
APART = timedelta(minutes=45)
A_USUAL_START = time(10)


@dataclass(frozen=True)
class Suggested:
    """Openings, the best first; `fits` is False when they are only near what was asked for.

    `has_more` is whether later ones would fit as well.
    """

    openings: Sequence[Opening]
    fits: bool
    has_more: bool = False


def suggested(
    clinic: Clinic,
    treatment: Treatment,
    wish: Wish,
    *,
    therapist: Therapist | None,
    count: int = SHOWN,
    length: timedelta | None = None,
    pause: timedelta | None = None,
    ignoring: Ignoring = NOTHING,
    now: datetime,
) -> Suggested:
    """Some of what was asked for, not all in a row; or a colleague then, and what is nearest."""
    slot = Slot(treatment=treatment, start=now, therapist=therapist, length=length, pause=pause)
    among = [] if therapist else list(Therapist.objects.filter(pk__in=wish.people))

    def near(start: datetime, **other: Any) -> list[Opening]:
        there = replace(slot, start=start, **other)
        whom = [there] if other or not among else [replace(there, therapist=x) for x in among]
        asked: Any = {"count": 4 * count, "rules": RULES, "ignoring": ignoring, "now": now}
        return _near(_together(nearest(clinic, one, **asked) for one in whom), start, count)

    if wish.at is not None:
        return _at_the_very_time(wish.at, near, count, is_named=bool(therapist or among))
    if fitting := _with_one_of(_fitting(clinic, slot, wish, ignoring, now), among):
        chosen = _spread(fitting, count + 1)
        return Suggested(chosen[:count], fits=True, has_more=len(chosen) > count)
    start = datetime.combine(wish.first, wish.since or A_USUAL_START, clinic.tz).astimezone(UTC)
    return Suggested(near(max(start, now)), fits=False)


def _with_one_of(found: Iterable[Opening], among: Sequence[Therapist]) -> list[Opening]:
    """Of them who is `among` those that were named; all where nobody was."""
    if not among:
        return list(found)
    named = [
        replace(one, therapists=tuple(who for who in one.therapists if who in among))
        for one in found
    ]
    return [one for one in named if one.therapists]


def _together(of_each: Iterable[Iterable[Opening]]) -> list[Opening]:
    """The openings of several as of one clinic: each start once, with all who can take it."""
    starts: dict[datetime, Opening] = {}
    for found in of_each:
        for one in found:
            there = starts.get(one.starts_at, Opening(one.starts_at, (), for_the_list=True))
            starts[one.starts_at] = replace(
                there,
                therapists=there.therapists + one.therapists,
                for_the_list=there.for_the_list and one.for_the_list,
            )
    return list(starts.values())


def _at_the_very_time(
    at: datetime, near: Callable[..., list[Opening]], count: int, *, is_named: bool
) -> Suggested:
    around = sorted(near(at), key=lambda one: abs(one.starts_at - at))
    if any(one.starts_at == at for one in around):
        return Suggested(around, fits=True)
    colleagues = near(at, therapist=None) if is_named else []
    then = [one for one in colleagues if one.starts_at == at]
    return Suggested([*then, *around][:count], fits=False)


def _fitting(
    clinic: Clinic, slot: Slot, wish: Wish, ignoring: Ignoring, now: datetime
) -> list[Opening]:
    days = DAYS_AHEAD if wish.last is None else (wish.last - wish.first).days + 1
    found = openings(
        clinic,
        slot.treatment,
        first=wish.first,
        days=days,
        therapist=slot.therapist,
        duration=slot.duration,
        rules=RULES,
        ignoring=ignoring,
        now=now,
    )
    return [one for one in found if wish.holds(one.starts_at, clinic.tz)]


def _near(found: Iterable[Opening], start: datetime, count: int) -> list[Opening]:
    """The nearest first and others some time apart from it, in order of time."""
    chosen: list[Opening] = []
    for one in sorted(found, key=lambda one: abs(one.starts_at - start)):
        if all(abs(one.starts_at - other.starts_at) >= APART for other in chosen):
            chosen.append(one)
    return sorted(chosen[:count], key=lambda one: one.starts_at)


def _spread(found: Iterable[Opening], count: int) -> list[Opening]:
    """From the first on, some time apart: quarter hours in a row are no choice."""
    chosen: list[Opening] = []
    for one in found:
        if not chosen or one.starts_at - chosen[-1].starts_at >= APART:
            chosen.append(one)
        if len(chosen) == count:
            break
    return chosen


def last_booked(clients: Sequence[Client], clinic: Clinic) -> dict[int, str]:
    """By client, what tells them from somebody of the same name and numbers: their last visit."""
    booked = _of_the_last_visit([one.pk for one in clients], "starts_at")
    return {one.pk: _last_booked(one, booked.get(one.pk), clinic) for one in clients}


def _last_booked(client: Client, at: datetime | None, clinic: Clinic) -> str:
    if at is not None:
        day = dates.civil_day_and_year(clinic.day_of(at))
        return _("last booked for {day}").format(day=day)
    known = dates.day_year_and_time(client.created_at, clinic.tz)
    return _("never booked, known since {at}").format(at=known)


def last_treatments(clients: Sequence[int]) -> dict[int, int]:
    """By client, the treatment of their last visit that was not cancelled, if still offered."""
    return _of_the_last_visit(clients, "treatment", treatment__active=True)


def _of_the_last_visit(clients: Sequence[int], column: str, **such: Any) -> dict[int, Any]:
    """By client; a look into the index for each, however many visits they have had."""
    visits = Appointment.objects.visits().exclude(status=Status.CANCELLED)
    last = visits.filter(client=OuterRef("pk"), **such).order_by("-starts_at").values(column)[:1]
    known = Client.objects.filter(pk__in=clients).annotate(last=Subquery(last))
    return dict(known.filter(last__isnull=False).values_list("pk", "last"))
