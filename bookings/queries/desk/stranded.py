"""What cannot stay where it stands, and where each could go instead."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import F

from bookings.core.intervals import Interval, days_from
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Absence, Appointment, Clinic, Mail, MailKind, Therapist
from bookings.queries.scheduling.conflicts import Conflict, conflicts
from bookings.queries.scheduling.diary import DiaryFacts, Opening, diary_facts, taken_by
from bookings.queries.scheduling.facts import Taken
from bookings.queries.scheduling.slots import Placement, Slot

SHOWN = 30  # at once: each is moved under the lock for itself
NEAR = timedelta(hours=12)
LOOKS = (1, 2, 4, 14)  # ever more days, of which mostly the first few are enough


@dataclass(frozen=True)
class FreePlace:
    """A free start with somebody; `value` is how a form names it."""

    start: datetime
    therapist: Therapist

    @property
    def value(self) -> str:
        return f"{self.start.isoformat()} {self.therapist.pk}"


@dataclass(frozen=True)
class Stranded:
    """A visit, why it cannot stay, and its places.

    `same_hour` are colleagues, who has least that day first; `later` is the next with the same
    therapist and the next with anybody else. `best` is one of them that no best of another takes.
    `is_offered`: a mail offers times.
    """

    conflict: Conflict
    same_hour: Sequence[FreePlace]
    later: Sequence[FreePlace]
    best: FreePlace | None
    is_offered: bool

    @property
    def visit(self) -> Appointment:
        return self.conflict.appointment

    @property
    def places(self) -> list[FreePlace]:
        return [*self.same_hour, *self.later]

    @property
    def stays_near(self) -> bool:
        """Whether the best is within hours; whoever would come on another day is asked first."""
        return self.best is not None and self.best.start - self.visit.starts_at < NEAR


def all_stranded(
    clinic: Clinic,
    *,
    therapist: Therapist | None = None,
    absence: Absence | None = None,
    now: datetime,
) -> list[Conflict]:
    """Booked visits to come that cannot stay, all of them, or those that one of these is about."""
    during = Interval(absence.starts_at, absence.ends_at) if absence else None
    whose = absence.therapist if absence else therapist
    found = conflicts(clinic, therapist=whose, during=during, now=now)
    return [one for one in found if one.appointment.status == Status.BOOKED]


def with_places(clinic: Clinic, found: Sequence[Conflict], *, now: datetime) -> list[Stranded]:
    """In a constant number of queries; no two are offered the same place.

    Each has a best that stands beside those of all the others.
    """
    if not found:
        return []
    visits = [one.appointment for one in found]
    days = [clinic.day_of(one.starts_at) for one in visits]
    first, last = days[0], days[-1]
    facts = diary_facts(
        clinic,
        first=first,
        days=(last - first).days + sum(LOOKS),
        treatments={one.treatment for one in visits},
        longest=max(one.blocked_until - one.starts_at for one in visits),
        asked={one for day in days for one in days_from(day, sum(LOOKS) + 1)},
        now=now,
    )
    offered = _offered_by_mail(visits)
    bests = _bests(visits, facts)
    rows: list[Stranded] = []
    for conflict in found:
        visit = conflict.appointment
        others = replace(facts, rows=[*facts.rows, *_taken(bests, but=visit)])
        not_again = {place for row in rows for place in row.places}
        same_hour, later = _places(visit, others, not_again)
        best = next(iter([*same_hour, *later]), None)
        rows.append(Stranded(conflict, same_hour, later, best, visit.pk in offered))
    return rows


def _offered_by_mail(visits: Sequence[Appointment]) -> set[int]:
    """Those whom a mail offers other times than where they stand now."""
    offers = Mail.objects.filter(kind=MailKind.OFFER, appointment__in=visits)
    current = offers.filter(revision=F("appointment__revision"))
    return set(current.values_list("appointment", flat=True))


def _bests(visits: Sequence[Appointment], facts: DiaryFacts) -> dict[int, Placement]:
    """By visit, the first place that there is once those before it stand in theirs."""
    found: dict[int, Placement] = {}
    for visit in visits:
        there = replace(facts, rows=[*facts.rows, *_taken(found, but=visit)])
        same_hour, later = _places(visit, there)
        if best := next(iter([*same_hour, *later]), None):
            found[visit.pk] = _placement(visit, best, there)
    return found


def _taken(placements: Mapping[int, Placement], *, but: Appointment) -> list[Taken]:
    return [taken_by(one) for pk, one in placements.items() if pk != but.pk]


def _places(
    visit: Appointment, facts: DiaryFacts, not_again: Collection[FreePlace] = ()
) -> tuple[list[FreePlace], list[FreePlace]]:
    """Those of the same hour, and later ones."""
    alone = replace(facts, rows=[row for row in facts.rows if row[0] != visit.pk])
    busy = [
        (one.start, one.end) for one in alone.taken if one.client == visit.client_id is not None
    ]
    same_hour: list[FreePlace] = []
    later: list[FreePlace] = []
    for place in _found(visit, alone, not_again):
        start = int(place.start.timestamp())
        if any(start < end and begin < start + visit.duration.length for begin, end in busy):
            continue
        (same_hour if place.start == visit.starts_at else later).append(place)
    return same_hour, later


def _found(
    visit: Appointment, facts: DiaryFacts, not_again: Collection[FreePlace]
) -> Iterator[FreePlace]:
    """Colleagues at the same hour, and the next free times."""
    day, wanted = facts.clinic.day_of(visit.starts_at), {"theirs", "others"}
    for look in LOOKS:
        days = facts.openings(
            visit.treatment,
            first=day,
            days=look,
            duration=visit.duration,
            rules=Rules.DESK_MOVE,
        )
        left = (_without(one, not_again) for one in days) if not_again else days
        yield from _among(visit, left, facts, wanted)
        if not wanted:
            return
        day += timedelta(days=look)


def _without(opening: Opening, places: Container[FreePlace]) -> Opening:
    people = (one for one in opening.therapists if FreePlace(opening.starts_at, one) not in places)
    return replace(opening, therapists=tuple(people))


def _among(
    visit: Appointment, openings: Iterable[Opening], facts: DiaryFacts, wanted: set[str]
) -> Iterator[FreePlace]:
    """In order of time, so that those of the same hour come before what ends the search."""
    for opening in openings:
        people = {one.pk: one for one in opening.therapists}
        if opening.starts_at == visit.starts_at:
            order = facts.takers(_slot(visit, opening.starts_at))
            yield from (FreePlace(opening.starts_at, one) for one in order if one.pk in people)
        elif opening.starts_at > visit.starts_at:
            own = people.pop(visit.therapist_id, None)
            if own and "theirs" in wanted:
                wanted.discard("theirs")
                yield FreePlace(opening.starts_at, own)
            elif people and "others" in wanted:
                wanted.discard("others")
                yield FreePlace(opening.starts_at, next(iter(people.values())))
        if not wanted:
            return


def _slot(visit: Appointment, start: datetime, therapist: Therapist | None = None) -> Slot:
    return Slot(
        treatment=visit.treatment,
        start=start,
        therapist=therapist,
        length=visit.ends_at - visit.starts_at,
        pause=visit.blocked_until - visit.ends_at,
    )


def _placement(visit: Appointment, place: FreePlace, facts: DiaryFacts) -> Placement:
    slot = _slot(visit, place.start, place.therapist)
    return Placement(
        treatment=visit.treatment,
        therapist=place.therapist,
        room=next(iter(facts.free_rooms(slot)), visit.room),
        interval=slot.interval,
        blocked_until=slot.blocked.end,
        price=visit.price,
    )
