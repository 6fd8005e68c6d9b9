"""What a race that is moved or cancelled does to its runners, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import prefetch_related_objects

from bookings import dates
from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, Outcome, Race, Therapist
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.slots import Slot
from bookings.queries.training import protocol
from bookings.queries.training.plans import (
    History,
    SessionWanted,
    Usual,
    openings_for_many,
    plan_of,
    runner_of,
)

SHOWN = 3  # times for each visit
LOOKED_AT = 12  # so that many runners are not shown the same


@dataclass(frozen=True)
class Unfitting:
    """A visit that no longer fits, and the nearest times that nobody above is shown first."""

    visit: Appointment
    misfit: training.Misfit
    choices: Sequence[Slot]

    @property
    def name(self) -> str:
        return f"visit-{self.visit.public_id}"


@dataclass(frozen=True)
class Consequence:
    """Of one runner's race; `refused` is why it cannot be changed, which leaves it alone."""

    race: Race
    change: training.PlanChange
    visits: Sequence[Unfitting]
    refused: str = ""

    @property
    def client(self) -> Client:
        return self.race.client

    @property
    def sessions(self) -> int:
        """How many of those suggested have another day, or none any more."""
        return len(self.change.session_shifts())


@dataclass(frozen=True)
class RaceChanged:
    """A runner's race, the day that it was on, and what is different of it."""

    race: Race
    was: date
    changes: Mapping[str, date | str]

    @property
    def before(self) -> Race:
        return _copy(self.race, {"race_date": self.was, "outcome": Outcome.EXPECTED})

    @property
    def after(self) -> Race:
        return _copy(self.race, self.changes)


def consequences(
    clinic: Clinic, changed: Sequence[RaceChanged], *, now: datetime
) -> list[Consequence]:
    """In their order, whether the races are changed already or not."""
    prefetch_related_objects(
        [one.race for one in changed],
        "client__races", "client__hard_efforts", "client__own_plan", "client__usual_therapist",
    )  # fmt: skip
    histories = histories_of([one.race.client for one in changed])
    rules, today = protocol.current(), clinic.day_of(now)
    told = [_change(one, histories[one.race.client_id], rules, today) for one in changed]
    found = [
        (number, visit, misfit)
        for number, one in enumerate(changed)
        for visit, misfit in _misfits(told[number], histories[one.race.client_id], clinic, now)
    ]
    spread = _times(found, changed, told, histories, clinic=clinic, now=now)
    by_number: dict[int, list[Unfitting]] = defaultdict(list)
    for (number, visit, misfit), choices in zip(found, spread, strict=True):
        by_number[number].append(Unfitting(visit, misfit, choices))
    return [
        Consequence(one.race, told[number], by_number[number], _refusal(one, rules, today))
        for number, one in enumerate(changed)
    ]


def _times(
    found: Sequence[tuple[int, Appointment, training.Misfit]],
    changed: Sequence[RaceChanged],
    told: Sequence[training.PlanChange],
    histories: Mapping[int, History],
    *,
    clinic: Clinic,
    now: datetime,
) -> Iterator[list[Slot]]:
    wanted = [
        SessionWanted(
            told[number].after,
            histories[changed[number].race.client_id],
            visit.treatment,
            misfit.instead,
        )
        for number, visit, misfit in found
    ]
    free = openings_for_many(clinic, wanted, now=now, most=LOOKED_AT)
    return _spread(found, free, told, clinic)


def change_of(one: RaceChanged, history: History, *, today: date) -> training.PlanChange:
    return _change(one, history, protocol.current(), today)


def _change(
    one: RaceChanged, history: History, rules: training.Protocol, today: date
) -> training.PlanChange:
    others = [race for race in one.race.client.races.all() if race.pk != one.race.pk]
    runner, after = runner_of(one.race.client, history), one.after
    return training.PlanChange(
        before=plan_of([*others, one.before], runner, today=today, rules=rules),
        after=plan_of([*others, after], runner, today=today, rules=rules),
        was=one.before.in_training,
        race=after.in_training if after.in_training.is_run else None,
    )


def _refusal(one: RaceChanged, rules: training.Protocol, today: date) -> str:
    """The training rules' own sentence."""
    races = [r.in_training for r in one.race.client.races.all() if r.pk != one.race.pk]
    for rejection in training.rejections([*races, one.after.in_training], rules, today=today):
        if rejection.index == len(races):
            return dates.translated(rejection.sentence)
    return ""


def misfits_of(
    change: training.PlanChange, history: History, clinic: Clinic, now: datetime
) -> list[tuple[Appointment, training.Misfit]]:
    return list(_misfits(change, history, clinic, now))


def _misfits(
    change: training.PlanChange, history: History, clinic: Clinic, now: datetime
) -> Iterator[tuple[Appointment, training.Misfit]]:
    visits = {
        visit: training.Booked(clinic.day_of(visit.starts_at), visit.treatment.kinds)
        for visit in history.visits
        if visit.status == Status.BOOKED and visit.starts_at > now
    }
    misfits = {misfit.visit: misfit for misfit in change.misfits(list(visits.values()))}
    yield from ((visit, misfits[one]) for visit, one in visits.items() if one in misfits)


def histories_of(clients: Sequence[Client]) -> dict[int, History]:
    visits: dict[int, list[Appointment]] = defaultdict(list)
    there = Appointment.objects.visits().filter(client__in={one.pk for one in clients})
    there = there.exclude(status=Status.CANCELLED).with_everything().select_related("series")
    for visit in there.with_waits().order_by("starts_at"):
        visits[visit.client_id].append(visit)
    return {
        one.pk: History(visits[one.pk], Usual(one.usual_part, one.usual_therapist))
        for one in clients
    }


def _spread(
    found: Sequence[tuple[int, Appointment, training.Misfit]],
    free: Sequence[Sequence[Opening]],
    told: Sequence[training.PlanChange],
    clinic: Clinic,
) -> Iterator[list[Slot]]:
    """The first of each stands beside the first of all the others."""
    taken: list[tuple[Therapist, datetime, datetime]] = []
    for (number, visit, _misfit), openings in zip(found, free, strict=True):
        advised = [
            one
            for one in openings
            if not training.against(frozenset(), clinic.day_of(one.starts_at), told[number].after)
        ]
        length = visit.blocked_until - visit.starts_at
        slots = [slot for one in advised if (slot := _slot(visit, one, taken, length))]
        if slots and slots[0].therapist:
            taken.append((slots[0].therapist, slots[0].start, slots[0].start + length))
        yield slots[:SHOWN]


def _slot(
    visit: Appointment,
    opening: Opening,
    taken: Iterable[tuple[Therapist, datetime, datetime]],
    length: timedelta,
) -> Slot | None:
    """With the same therapist, where they are free."""
    start, end = opening.starts_at, opening.starts_at + length
    busy = {who for who, begins, ends in taken if begins < end and start < ends}
    there = [one for one in opening.therapists if one not in busy]
    if not there:
        return None
    therapist = visit.therapist if visit.therapist in there else there[0]
    return Slot(treatment=visit.treatment, start=start, therapist=therapist)


def _copy(race: Race, fields: Mapping[str, date | str]) -> Race:
    kept = {field.attname: getattr(race, field.attname) for field in Race._meta.concrete_fields}
    return Race(**kept | dict(fields))
