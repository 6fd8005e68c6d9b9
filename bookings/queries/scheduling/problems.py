"""May a visit stand here? The only code that knows why a start cannot be had.

A start of the grid is an opening exactly when nothing is found here: the openings are worked
out for all starts at once, this for a single one, and neither knows how the other does it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.core import wording
from bookings.core.intervals import day_bounds
from bookings.core.scheduling.checks import codes_of_timetable
from bookings.core.scheduling.codes import HOURS, Code, Problem, Rules, Severity
from bookings.core.scheduling.openings import Grid
from bookings.models import Client, Clinic, Room, Therapist
from bookings.queries.scheduling.diary import DiaryFacts
from bookings.queries.scheduling.facts import Taken
from bookings.queries.scheduling.slots import Slot

NO_EXCUSE: frozenset[Code] = frozenset()


def problems_with(
    slot: Slot,
    facts: DiaryFacts,
    *,
    rules: Rules,
    client: Client | None = None,
    excused: Collection[Code] = NO_EXCUSE,
    names_nobody: bool = False,
) -> list[Problem]:
    """Every reason why not, each in a sentence for whom the rules are for; none: it may be had.

    A therapist or a room that the slot leaves open is nobody's problem as long as there is one.
    `excused` is not asked this time. Where whoever is free will do, staff hear of the one with
    least against it, whom they may choose all the same, unless it `names_nobody`.
    """
    asked = _Asked(slot, facts, rules, excused, names_nobody)
    people = asked.of_people()
    if gone := [problem for problem in _of_treatment(slot) if asked.binds(problem.code)]:
        return gone  # Whoever cannot have it at all need not hear when.
    found = [
        *_of_start(slot.start, facts.clinic, rules, facts.now),
        *people,
        *asked.of_rooms(nobody=_any_impossible(one.code for one in people)),
        *asked.of_client(client),
    ]
    return [problem for problem in found if asked.binds(problem.code)]


def problems_of_start(
    start: datetime, clinic: Clinic, *, rules: Rules, now: datetime
) -> list[Problem]:
    """The part of it that the clinic's settings and the clock decide: notice, horizon, grid."""
    found = _of_start(start, clinic, rules, now)
    return [problem for problem in found if rules.binds(problem.code)]


def takers(slot: Slot, facts: DiaryFacts) -> list[tuple[Therapist, list[Code]]]:
    """Whoever may be asked, with what is against it: the one with least against it first.

    What is impossible weighs more than rules of the clinic, and being off work more than the
    rest of them: who sets those aside, and names nobody, means somebody who is there. Of equals,
    whoever has the fewest minutes booked that day.
    """
    start, duration = int(slot.start.timestamp()), slot.duration
    found = [
        (
            one,
            [
                *codes_of_timetable(
                    start, duration, facts.timetable_near(one, start, start + duration.blocked)
                ),
                *([Code.LIST_FIRST] * facts.is_for_the_list(start, duration.blocked, one.pk)),
            ],
        )
        for one in facts.takers(slot)
    ]
    return sorted(found, key=lambda taker: _weight(taker[1]))


def _weight(against: Sequence[Code]) -> tuple[bool, int, int]:
    return _any_impossible(against), len(HOURS.intersection(against)), len(against)


def length_in_words(minutes: int) -> str:
    """45 minutes, 2 hours, 1 hour and 30 minutes"""
    hours, rest = divmod(minutes, 60)
    in_hours = ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    in_minutes = ngettext("{count} minute", "{count} minutes", rest).format(count=rest)
    if hours and rest:
        return _("{hours} and {minutes}").format(hours=in_hours, minutes=in_minutes)
    return in_hours if hours else in_minutes


def is_on_the_grid(start: datetime, clinic: Clinic) -> bool:
    day, second = clinic.day_of(start), start.timestamp()
    grid = Grid.over(day, 1, step_minutes=clinic.start_step_minutes, tz=clinic.tz)
    return second in grid.starts


def _of_treatment(slot: Slot) -> Iterator[Problem]:
    treatment = slot.treatment
    if not treatment.active:
        code = Code.TREATMENT_WITHDRAWN
        yield _problem(code, sentence_of(code), treatment=treatment)
    if not treatment.online:
        sentence = _("{treatment} cannot be booked online at the moment.")
        yield _problem(Code.NOT_ONLINE, sentence, treatment=treatment)


def _of_start(start: datetime, clinic: Clinic, rules: Rules, now: datetime) -> Iterator[Problem]:
    if start <= now:
        yield _problem(Code.PAST, _("That time is in the past."))
    elif start < clinic.first_bookable(now):
        sentence = (
            _("The clinic asks for notice of at least {length}.")
            if rules.is_staff
            else _("We need notice of at least {length}; please ring us for anything sooner.")
        )
        length = length_in_words(clinic.minimum_notice_minutes)
        yield _problem(Code.TOO_SOON, sentence, length=length)
    if start >= day_bounds(clinic.last_bookable_day(now), 1, clinic.tz).end:
        days = clinic.horizon_days
        sentence = ngettext(
            "That is more than {days} day ahead.", "That is more than {days} days ahead.", days
        )
        yield _problem(Code.TOO_FAR, sentence, days=days)
    if not is_on_the_grid(start, clinic):
        clock = wording.clock(start, clinic.tz)
        yield _problem(Code.OFF_GRID, _("Appointments do not start at {time}."), time=clock)


@dataclass(frozen=True)
class _Asked:
    slot: Slot
    facts: DiaryFacts
    rules: Rules
    excused: Collection[Code]
    names_nobody: bool

    def binds(self, code: Code) -> bool:
        return self.rules.binds(code) and code not in self.excused

    def of_people(self) -> list[Problem]:
        there = takers(self.slot, self.facts)
        if self.slot.therapist is not None:
            return self._of_one(self.slot.therapist, there)
        if not there:
            sentence = _("Nobody offers {treatment} at the moment.")
            return [_problem(Code.NOT_OFFERED, sentence, treatment=self.slot.treatment)]
        bound = [(one, [code for code in codes if self.binds(code)]) for one, codes in there]
        if any(not codes for _, codes in bound):
            return []
        best, codes = bound[0]
        if self._names_one and not _any_impossible(codes):
            return [self._in_words(code, best) for code in codes]
        return [self._nobody([set(codes) for _, codes in bound])]

    @property
    def _names_one(self) -> bool:
        return self.rules.is_staff and not self.names_nobody

    def of_rooms(self, *, nobody: bool) -> list[Problem]:
        """Where `nobody` can take it, that there is no room either goes without saying."""
        room, treatment = self.slot.room, self.slot.treatment
        free = self.facts.free_rooms(self.slot)
        if room is not None:
            return [] if room in free else [self._of_room(room)]
        sentence = _("No room for {treatment} is free then.")
        return [] if free or nobody else [self._taken(Code.NO_ROOM, sentence, treatment=treatment)]

    def of_client(self, client: Client | None) -> list[Problem]:
        """Somebody in two places at once; their pause is the clinic's, not theirs."""
        if client is None or client.pk is None:
            return []
        begin, end = (int(at.timestamp()) for at in (self.slot.start, self.slot.interval.end))
        own = self.facts.taken_by_client[client.pk]
        if not any(one.start < end and begin < one.end for one in own):
            return []
        sentence = _("There is already an appointment for this person at that time.")
        return [_problem(Code.CLIENT_BUSY, sentence)]

    def _of_one(
        self, therapist: Therapist, there: list[tuple[Therapist, list[Code]]]
    ) -> list[Problem]:
        if not therapist.active or not there:
            code = Code.NOT_OFFERED if therapist.active else Code.THERAPIST_GONE
            named = {"therapist": therapist, "treatment": self.slot.treatment}
            return [_problem(code, sentence_of(code), **named)]
        return [self._in_words(code, therapist) for code in there[0][1]]

    def _of_room(self, room: Room) -> Problem:
        treatment = self.slot.treatment
        if room not in self.facts.suitable[treatment.pk]:
            code = Code.ROOM_UNSUITABLE if room.active else Code.ROOM_GONE
            return _problem(code, sentence_of(code), room=room, treatment=treatment)
        if self.facts.is_lent_out(room, self.slot):
            return _problem(Code.ROOM_LENT, sentence_of(Code.ROOM_LENT), room=room)
        return self._taken(Code.ROOM_BUSY, _("{room} is taken then."), room=room)

    def _nobody(self, codes: list[set[Code]]) -> Problem:
        """What all of them have in common, if it says more than that nobody is free."""
        if all(Code.CLINIC_CLOSED in one for one in codes):
            return _problem(Code.CLINIC_CLOSED, sentence_of(Code.CLINIC_CLOSED))
        if {Code.LIST_FIRST} in codes:
            return _problem(Code.LIST_FIRST, sentence_of(Code.LIST_FIRST))
        if not self._names_one and all(one & HOURS for one in codes):
            sentence = _("Nobody who offers {treatment} works then.")
            return _problem(Code.OUTSIDE_HOURS, sentence, treatment=self.slot.treatment)
        sentence = _("Nobody who offers {treatment} is free then.")
        return self._taken(Code.NOBODY_FREE, sentence, treatment=self.slot.treatment)

    def _in_words(self, code: Code, therapist: Therapist) -> Problem:
        if code is Code.THERAPIST_BUSY:
            return self._busy(therapist)
        return _problem(code, sentence_of(code), therapist=therapist)

    def _busy(self, therapist: Therapist) -> Problem:
        other = self._in_the_way_of(therapist)
        start, end = (
            wording.clock(datetime.fromtimestamp(at, self.facts.clinic.tz), self.facts.clinic.tz)
            for at in (other.start, other.blocked_until)
        )
        named = {"therapist": therapist, "start": start, "end": end}
        if other.client is None:
            sentence = _("Somebody is booking {therapist} from {start} to {end} this minute.")
        else:
            sentence = _("{therapist} already has {client} from {start} to {end}.")
            named["client"] = self.facts.client_names[other.client]
        return self._taken(Code.THERAPIST_BUSY, sentence, **named)

    def _in_the_way_of(self, therapist: Therapist) -> Taken:
        begin = int(self.slot.start.timestamp())
        end = begin + self.slot.duration.blocked
        theirs = (one for one in self.facts.taken if one.therapist == therapist.pk)
        touching = (one for one in theirs if one.start < end and begin < one.blocked_until)
        return min(touching, key=lambda one: one.start)

    def _taken(self, code: Code, sentence: str, **named: object) -> Problem:
        """Who is there is for the desk alone to know."""
        if not self.rules.is_staff:
            return _problem(code, _("That time has just been taken."))
        return _problem(code, sentence, **named)


def sentence_of(code: Code) -> str:
    """What is wrong with a place in the diary, for {therapist}, {room} and {treatment}."""
    match code:
        case Code.THERAPIST_GONE:
            return _("{therapist} does not work here any more.")
        case Code.NOT_OFFERED:
            return _("{therapist} does not offer {treatment}.")
        case Code.ROOM_GONE:
            return _("{room} is out of use.")
        case Code.ROOM_UNSUITABLE:
            return _("{room} does not suit {treatment}.")
        case Code.ROOM_LENT:
            return _("{room} is lent out then.")
        case Code.CLINIC_CLOSED:
            return _("The clinic is closed then.")
        case Code.THERAPIST_AWAY:
            return _("{therapist} is away then.")
        case Code.BUSY_ELSEWHERE:
            return _("{therapist} is busy in their own calendar then.")
        case Code.PAUSE_INTO_TIME_OFF:
            return _("The pause after it would run into time off of {therapist}.")
        case Code.BREAK:
            return _("{therapist} has a break then.")
        case Code.OUTSIDE_HOURS:
            return _("{therapist} does not work then.")
        case Code.LIST_FIRST:
            return _("This time has just come free, and the waiting list is asked about it first.")
        case Code.TREATMENT_WITHDRAWN:
            return _("{treatment} is not offered any more.")
    raise ValueError(f"{code} is told in a sentence of its own.")


def _any_impossible(codes: Iterable[Code]) -> bool:
    return any(code.severity is Severity.IMPOSSIBLE for code in codes)


def _problem(code: Code, sentence: str, **named: object) -> Problem:
    return Problem(code=code, sentence=sentence.format(**named))
