"""Time off, closures, extra hours and breaks. What is booked in them stays: a person moves it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.refusals import Refused, Stale
from bookings.core.intervals import Interval, day_bounds
from bookings.models import (
    Absence,
    Appointment,
    Clinic,
    ExtraShift,
    Therapist,
    WeeklyBreak,
)

Block = Absence | ExtraShift | WeeklyBreak
NEW = ""


class InTheWay(Refused):
    """`visits` are booked in it; they stay where they are when it is made all the same."""

    def __init__(self, visits: Sequence[Appointment]):
        many = len(visits) != 1
        super().__init__(
            f"{len(visits)} appointment{'s are' if many else ' is'} booked in that time."
        )
        self.visits = visits


@changes_the_diary
def take_off(_clinic: Clinic, therapist: Therapist, away: Interval, *, reason: str) -> Absence:
    """Nothing new can be booked with the therapist in it; the same again changes nothing."""
    absence, _ = Absence.objects.get_or_create(
        therapist=therapist, starts_at=away.start, ends_at=away.end, defaults={"reason": reason}
    )
    return absence


@changes_the_diary
def keep(
    clinic: Clinic, block: Block, *, seen: str = NEW, knowingly: bool = False, now: datetime
) -> Block:
    """Make it, or change it as it was `seen`; making the same again changes nothing.

    Raises InTheWay, unless done `knowingly`, and Stale when it is no longer as it was seen.
    """
    if isinstance(block, Absence) and block.ends_at.timestamp() <= block.starts_at.timestamp():
        raise Refused("The clocks change then, and nothing is left of that time.")
    if block.pk is None:
        if twin := _same(block):
            return twin
    else:
        _refuse_if_changed(block, seen)
    if not knowingly and (visits := booked_in(clinic, block, now=now)):
        raise InTheWay(visits)
    block.save()
    return block


@changes_the_diary
def remove(_clinic: Clinic, block: Block, *, seen: str) -> None:
    """Raises Stale when it is no longer as it was seen, or gone already."""
    _refuse_if_changed(block, seen)
    block.delete()


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


def stamp(block: Block) -> str:
    """The block as a form keeps it, to know later whether it has changed."""
    values = [getattr(block, field.attname) for field in block._meta.concrete_fields]
    return "|".join(
        value.isoformat() if hasattr(value, "isoformat") else str(value) for value in values
    )


def _is_paused(clinic: Clinic, pause: WeeklyBreak, visit: Appointment) -> bool:
    first = visit.starts_at.astimezone(clinic.tz).date()
    days = (first, first + timedelta(days=1))  # a visit over midnight touches two
    spans = (
        Interval.on_clock(day, pause.start, pause.end, clinic.tz)
        for day in days
        if pause.holds_on(day)
    )
    return any(span.overlaps(visit.interval) for span in spans if span)


def _same(block: Block) -> Block | None:
    facts = {
        field.attname: getattr(block, field.attname)
        for field in block._meta.concrete_fields
        if not field.primary_key
    }
    return type(block)._default_manager.filter(**facts).first()


def _refuse_if_changed(block: Block, seen: str) -> None:
    stored = type(block)._default_manager.filter(pk=block.pk).first()
    if stored is None:
        raise Stale("It has been removed meanwhile.")
    if stamp(stored) != seen:
        raise Stale(f"It has been changed meanwhile: {stored}. Please look again.")
