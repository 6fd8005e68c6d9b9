"""What stands in the diary and could not stand there any more: visits to come, and live holds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from bookings.core.intervals import Interval
from bookings.core.scheduling.checks import Timetable, codes_of_timetable, is_clear
from bookings.core.scheduling.codes import HOURS, Code, Problem, Rules
from bookings.core.scheduling.openings import Duration, Span, without
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    AppointmentEvent,
    Clinic,
    Room,
    Therapist,
)
from bookings.queries.rota import facts as rota
from bookings.queries.rota.working_hours import timetables
from bookings.queries.scheduling.problems import sentence_of

# Kinds of events that say where a visit stands, and which rules were set aside for it.
PLACED = ("booked", "moved", "kept")


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A booked visit or a hold, and why it could not stand where it does."""

    appointment: Appointment
    problems: Sequence[Problem]

    @property
    def may_stay(self) -> bool:
        """Whether somebody may say that it is meant so."""
        return self.codes <= HOURS

    @property
    def codes(self) -> frozenset[Code]:
        return frozenset(problem.code for problem in self.problems)


class VisitOrHold(NamedTuple):
    """As much of one as is asked about; there may be thousands."""

    pk: int
    therapist: int
    room: int
    treatment: int
    treatment__active: bool
    status: str
    starts_at: datetime
    ends_at: datetime
    blocked_until: datetime


def conflicts(
    clinic: Clinic,
    *,
    therapist: Therapist | None = None,
    during: Interval | None = None,
    only: Appointment | None = None,
    now: datetime,
) -> list[Conflict]:
    """Of everything to come, or of the therapist's, in a time, or one alone; in order of time.

    A constant number of queries. What somebody has knowingly set aside is no conflict.
    """
    found = codes_that_stand(clinic, therapist=therapist, during=during, only=only, now=now)
    appointments = Appointment.objects.with_everything().with_last_event().in_bulk(found)
    return sorted(
        (
            Conflict(
                appointment=appointments[pk],
                problems=[_problem(code, appointments[pk]) for code in codes],
            )
            for pk, codes in found.items()
        ),
        key=lambda one: (one.appointment.starts_at, one.appointment.pk),
    )


def in_the_way(therapist: Therapist, clinic: Clinic, *, now: datetime) -> list[Conflict]:
    """Visits that stand while the therapist is busy elsewhere: shown, and nothing more."""
    if not therapist.busy_times.filter(ends_at__gt=now).exists():
        return []
    found = conflicts(clinic, therapist=therapist, now=now)
    return [one for one in found if Code.BUSY_ELSEWHERE in one.codes and one.appointment.client_id]


def codes_against(visit: Appointment) -> set[Code]:
    """Why a booked visit that has not begun could not stand where it does; mostly nothing."""
    before = visit.starts_at - timedelta(seconds=1)
    found = codes_that_stand(Clinic.objects.the(), only=visit, now=before)
    return set(found.get(visit.pk, ()))


def codes_that_stand(
    clinic: Clinic,
    *,
    therapist: Therapist | None = None,
    during: Interval | None = None,
    only: Appointment | None = None,
    now: datetime,
) -> dict[int, list[Code]]:
    """By appointment, what is wrong with it; only those with which anything is."""
    there = _standing(therapist, during, now)
    if only is not None:
        there = there.filter(pk=only.pk)
    visits = [VisitOrHold._make(row) for row in there.values_list(*VisitOrHold._fields)]
    if not visits:
        return {}
    found = dict(_all_codes(clinic, visits))
    set_aside = _set_aside([pk for pk, codes in found.items() if HOURS & set(codes)])
    left = {
        pk: [code for code in codes if code not in set_aside.get(pk, ())]
        for pk, codes in found.items()
    }
    return {pk: codes for pk, codes in left.items() if codes}


def _standing(
    therapist: Therapist | None, during: Interval | None, now: datetime
) -> QuerySet[Appointment]:
    there = Appointment.objects.filter(
        Q(status=Status.BOOKED) | Q(status=Status.HELD, held_until__gt=now), starts_at__gt=now
    )
    if therapist is not None:
        there = there.filter(therapist=therapist)
    return there.order_by("starts_at") if during is None else there.touching(during)


def _all_codes(clinic: Clinic, visits: Sequence[VisitOrHold]) -> Iterator[tuple[int, list[Code]]]:
    treatments = {one.treatment for one in visits}
    offered = _pairs(rota.offering(treatments))
    suitable = _pairs(rota.suitable_rooms(treatments))
    people = _timetables(clinic, visits)
    clear = {pk: without(one.working, one.off) for pk, one in people.items()}
    gone = set(Therapist.objects.filter(active=False).values_list("pk", flat=True))
    out_of_use, lent = rota.rooms_not_there(_stretch(visits))
    for one in visits:
        codes = []
        if one.therapist in gone:
            codes.append(Code.THERAPIST_GONE)
        elif (one.treatment, one.therapist) not in offered:
            codes.append(Code.NOT_OFFERED)
        if one.room in out_of_use:
            codes.append(Code.ROOM_GONE)
        elif (one.treatment, one.room) not in suitable:
            codes.append(Code.ROOM_UNSUITABLE)
        if one.room in lent and _is_lent_out(one, lent[one.room]):
            codes.append(Code.ROOM_LENT)
        # A booked visit keeps a treatment that is withdrawn; a hold could not be booked any more.
        if one.status == Status.HELD and not one.treatment__active:
            codes.append(Code.TREATMENT_WITHDRAWN)
        # Of thousands nearly all are where they should be: a look at each has to be short.
        span = int(one.starts_at.timestamp()), int(one.ends_at.timestamp())
        if not is_clear(span, clear[one.therapist]):
            codes += _codes_of_time(span, people[one.therapist])
        if codes:
            yield one.pk, codes


def _is_lent_out(one: VisitOrHold, loans: Iterable[Span]) -> bool:
    """Whoever comes into it then finds it as the pause after the visit leaves it."""
    start, until = one.starts_at.timestamp(), one.blocked_until.timestamp()
    return any(begin < until and start < end for begin, end in loans)


def _pairs(by_treatment: Mapping[int, Iterable[Therapist | Room]]) -> set[tuple[int, int]]:
    return {(treatment, one.pk) for treatment, there in by_treatment.items() for one in there}


def _timetables(clinic: Clinic, visits: Sequence[VisitOrHold]) -> dict[int, Timetable]:
    """Sorted, so that the part around a visit can be cut out. Of the days of the visits alone:
    between them and one that somebody has written into a far year may lie a century."""
    days = {clinic.day_of(at) for one in visits for at in (one.starts_at, one.ends_at)}
    people = {one.therapist for one in visits}
    found = timetables(people, days, _stretch(visits), clinic)
    return {pk: one.in_order() for pk, one in found.items()}


def _stretch(visits: Sequence[VisitOrHold]) -> Interval:
    begins = min(one.starts_at for one in visits)
    return Interval(begins, max(one.blocked_until for one in visits))


def _codes_of_time(span: Span, timetable: Timetable) -> list[Code]:
    start, end = span
    found = codes_of_timetable(start, Duration(end - start), timetable.around(span))
    return [code for code in found if Rules.STANDING.binds(code)]


def _set_aside(appointments: Sequence[int]) -> dict[int, list[str]]:
    """By appointment, the rules that were set aside when it came to stand where it does."""
    if not appointments:
        return {}
    placed = AppointmentEvent.objects.filter(appointment__in=appointments, kind__in=PLACED)
    latest = placed.order_by("appointment", "-pk").distinct("appointment")
    return {
        pk: facts.get("set_aside", []) for pk, facts in latest.values_list("appointment", "facts")
    }


def _problem(code: Code, visit: Appointment) -> Problem:
    named = {"therapist": visit.therapist, "room": visit.room, "treatment": visit.treatment}
    return Problem(code=code, sentence=sentence_of(code).format(**named))
