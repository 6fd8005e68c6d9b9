"""Finding a place in the diary for a chosen start: who takes it, in which room, or why nobody."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Count, Q

from bookings.actions.refusals import NotBookable, SlotTaken, TooManyHolds
from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Therapist, Treatment
from bookings.queries.scheduling.openings import Diary, Opening, diary, nearest

NEAREST = 3
LOOKED_THROUGH = 100  # a day or two of openings


@dataclass(frozen=True)
class Choice:
    """A start of a treatment as somebody chose it; no therapist means whoever is free."""

    treatment: Treatment
    start: datetime
    therapist: Therapist | None = None

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.start + timedelta(minutes=self.treatment.minutes))

    @property
    def is_offered(self) -> bool:
        return self.treatment.active and self.treatment.online

    def is_met_by(self, appointment: Appointment) -> bool:
        return (
            appointment.treatment_id == self.treatment.pk
            and appointment.starts_at == self.start
            and (self.therapist is None or appointment.therapist_id == self.therapist.pk)
        )


def let_go(visitor: str, now: datetime, but: Collection[Appointment] = ()) -> None:
    """Expire every hold that is past its end, and the visitor's own."""
    gone = Appointment.objects.filter(status=Status.HELD).filter(
        Q(held_until__lte=now) | Q(visitor=visitor)
    )
    if but:
        gone = gone.exclude(pk__in=[kept.pk for kept in but])
    gone.update(status=Status.EXPIRED)


def limit_holds(address: str, now: datetime) -> None:
    """Nobody may hold the whole diary. Raises TooManyHolds."""
    if not address:
        return
    made = Appointment.objects.filter(
        held_from=address, created_at__gt=now - timedelta(hours=1)
    ).aggregate(
        live=Count("pk", filter=Q(status=Status.HELD)),
        lately=Count("pk"),
    )
    if (
        made["live"] >= settings.HOLDS_AT_ONCE_PER_ADDRESS
        or made["lately"] >= settings.HOLDS_PER_HOUR_PER_ADDRESS
    ):
        raise TooManyHolds


def held_for(choice: Choice, visitor: str, now: datetime) -> Appointment | None:
    """The visitor's hold of that start; late is safe while nobody has taken it over."""
    if not visitor or choice.start <= now:
        return None
    held = Appointment.objects.held_by(visitor).filter(
        treatment=choice.treatment, starts_at=choice.start
    )
    if choice.therapist is not None:
        held = held.filter(therapist=choice.therapist)
    return held.first()


def place(clinic: Clinic, choice: Choice, now: datetime) -> Appointment:
    """A new appointment, not yet saved, with a therapist and a room that are free then.

    Raises NotBookable or SlotTaken.
    """
    treatment = choice.treatment
    if not choice.is_offered:
        raise NotBookable(f"{treatment} cannot be booked online at the moment.")
    day = open_day(clinic, choice, now)
    taker = choose(day, choice.start, choice.therapist)
    ends_at = choice.interval.end
    return Appointment(
        treatment=treatment,
        therapist=taker,
        any_therapist=choice.therapist is None,
        room_id=day.rooms_free_at(choice.start)[0],
        starts_at=choice.start,
        ends_at=ends_at,
        blocked_until=ends_at + timedelta(minutes=treatment.buffer_minutes),
        price=treatment.price,
        created_at=now,
    )


def open_day(
    clinic: Clinic, choice: Choice, now: datetime, moving: Appointment | None = None
) -> Diary:
    """The diary of the start's day. Raises NotBookable for a start that can never be offered."""
    treatment, start, therapist = choice.treatment, choice.start, choice.therapist
    if start < clinic.first_bookable(now):
        raise NotBookable(_too_soon(clinic, start, now))
    if start >= _end_of_horizon(clinic, now):
        raise NotBookable(f"The diary is open {clinic.horizon_days} days ahead.")
    local = start.astimezone(clinic.tz)
    day = diary(
        clinic, treatment, first=local.date(), days=1, now=now, therapist=therapist, moving=moving
    )
    if not day.is_on_the_grid(start):
        raise NotBookable(f"Appointments do not start at {local:%H:%M}.")
    if not day.therapists:
        raise NotBookable(
            f"{therapist.name} does not offer {treatment}."
            if therapist
            else f"Nobody offers {treatment} at the moment."
        )
    return day


def choose(day: Diary, start: datetime, wanted: Therapist | None) -> Therapist:
    """The wanted therapist, else whoever has the fewest minutes booked that day."""
    takers = day.takers(start)
    if wanted is not None:
        takers = [taker for taker in takers if taker == wanted]
    if not takers:
        raise SlotTaken
    return min(takers, key=lambda taker: (day.booked[taker.pk], taker.name))


@contextmanager
def offering_the_nearest(
    choice: Choice, visitor: str, now: datetime, moving: Appointment | None = None
) -> Iterator[None]:
    """Adds the nearest openings to a refusal, once the lock has been given back."""
    try:
        yield
    except (SlotTaken, NotBookable) as refusal:
        refusal.nearest = nearest_to(choice, visitor, now, moving)
        raise


def nearest_to(
    choice: Choice,
    visitor: str,
    now: datetime,
    moving: Appointment | None = None,
    avoid: Interval | None = None,
) -> tuple[Opening, ...]:
    """Free starts near the chosen one: the therapist's own, or else anybody's.

    None of them in `avoid`, a time that is about to be blocked.
    """
    if moving is None and not choice.is_offered:
        return ()
    clinic = Clinic.objects.the()
    start = min(max(choice.start, now), _end_of_horizon(clinic, now))
    count = NEAREST if avoid is None else LOOKED_THROUGH
    free = partial(
        nearest,
        clinic,
        choice.treatment,
        start,
        now=now,
        visitor=visitor,
        moving=moving,
        count=count,
    )
    length = choice.interval.end - choice.start
    for whose in (choice.therapist, None):
        kept = [
            one
            for one in free(therapist=whose)
            if avoid is None or not Interval(one.starts_at, one.starts_at + length).overlaps(avoid)
        ]
        if kept:
            near = sorted(kept, key=lambda one: abs(one.starts_at - start))[:NEAREST]
            return tuple(sorted(near, key=lambda one: one.starts_at))
    return ()


def _end_of_horizon(clinic: Clinic, now: datetime) -> datetime:
    return day_bounds(clinic.last_bookable_day(now), 1, clinic.tz).end


def _too_soon(clinic: Clinic, start: datetime, now: datetime) -> str:
    if start <= now:
        return "That time is in the past."
    hours = clinic.minimum_notice_minutes / 60
    return f"We need at least {hours:g} hours' notice; please ring us for anything sooner."
