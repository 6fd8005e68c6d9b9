"""Time off, closures, extra hours and breaks. What is booked in them stays: a person moves it."""

from copy import copy
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.utils.translation import gettext as _

from bookings import dates
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.refusals import Refused
from bookings.actions.rota.impact import asking_first
from bookings.actions.rota.stamp import refuse_if_changed
from bookings.core.intervals import Interval, day_bounds
from bookings.models import (
    Absence,
    Appointment,
    Clinic,
    ExtraShift,
    Therapist,
    User,
    WeeklyBreak,
)

Block = Absence | ExtraShift | WeeklyBreak
NEW = ""


@changes_the_diary
def keep(
    clinic: Clinic, block: Block, *, seen: str = NEW, accepted: str = "", now: datetime
) -> Block:
    """Make it, or change it as it was `seen`; making the same again changes nothing.

    Raises VisitsAffected, unless exactly that has been `accepted`, and Stale when it is no
    longer as it was seen.
    """
    if isinstance(block, Absence) and block.ends_at.timestamp() <= block.starts_at.timestamp():
        raise Refused(_("The clocks change then, and nothing is left of that time."))
    block = copy(block)  # The caller's stays as it was, if this is refused or tried again.
    _refuse_if_of_leaving(block)
    if block.pk is None:
        if twin := _same(block):
            return twin
    else:
        refuse_if_changed(block, seen)
    with asking_first(clinic, accepted=accepted, now=now, **_reach(block)):
        block.save()
    return block


@changes_the_diary
def remove(clinic: Clinic, block: Block, *, seen: str, accepted: str = "", now: datetime) -> None:
    """Raises Stale when it is no longer as it was seen, or gone already.

    And VisitsAffected, unless accepted: extra hours have visits in them.
    """
    _refuse_if_of_leaving(block)
    refuse_if_changed(block, seen)
    with asking_first(clinic, accepted=accepted, therapist=block.therapist, now=now):
        block.delete()


def _refuse_if_of_leaving(block: Block) -> None:
    """Else whoever leaves could be booked again, while People says that they leave."""
    stored = Absence.objects.filter(pk=block.pk).first() if isinstance(block, Absence) else None
    if stored and stored.of_leaving:
        raise Refused(why_it_stays(stored))


def why_it_stays(off: Absence) -> str:
    """Of the time off of somebody who leaves."""
    therapist = cast(Therapist, off.therapist)
    day = dates.civil_day_and_year(cast(date, cast(User, therapist.user).leaves_on))
    sentence = _(
        "{name}’s last day is {day}, and this stands for it: it goes, or moves, with that day, "
        "which the owner says under People."
    )
    return sentence.format(name=therapist, day=day)


def booked_in(clinic: Clinic, block: Block, *, now: datetime) -> list[Appointment]:
    """The coming visits that the block lies over, in order; extra hours lie over none."""
    if isinstance(block, ExtraShift):
        return []
    coming = Appointment.objects.upcoming(now).with_everything()
    if block.therapist_id:
        coming = coming.filter(therapist=block.therapist_id)
    if isinstance(block, Absence):
        away = Interval(block.starts_at, block.ends_at)
        return list(coming.touching(away).filter(ends_at__gt=away.start))
    since = day_bounds(block.valid_from, 1, clinic.tz).start
    coming = coming.filter(starts_at__gte=since)
    if block.valid_until:
        coming = coming.filter(starts_at__lt=day_bounds(block.valid_until, 1, clinic.tz).end)
    return [visit for visit in coming if _is_paused(clinic, block, visit)]


def _reach(block: Block) -> dict[str, Any]:
    """Whose time, and how much of it, the block can touch: hours that move leave some behind."""
    if isinstance(block, ExtraShift):
        return {}
    if isinstance(block, WeeklyBreak):
        return {"therapist": block.therapist}
    return {"therapist": block.therapist, "during": Interval(block.starts_at, block.ends_at)}


def _is_paused(clinic: Clinic, pause: WeeklyBreak, visit: Appointment) -> bool:
    first = clinic.day_of(visit.starts_at)
    days = (first, first + timedelta(days=1))  # a visit over midnight touches two
    spans = (pause.on(day, clinic.tz) for day in days)
    return any(span.overlaps(visit.interval) for span in spans if span)


def _same(block: Block) -> Block | None:
    facts = {
        field.attname: getattr(block, field.attname)
        for field in block._meta.concrete_fields
        if not field.primary_key
    }
    return type(block)._default_manager.filter(**facts).first()
