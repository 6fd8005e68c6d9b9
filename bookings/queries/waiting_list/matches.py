"""For each day of a gap: who on the list it suits, in the clinic's order, and why not the rest."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bookings.core import training
from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.openings import Duration
from bookings.core.scheduling.parts_of_day import part_of_day
from bookings.core.waiting_list.matching import Match, Moment, match, wanted
from bookings.core.waiting_list.order import Rank, in_order, need_on
from bookings.core.waiting_list.reasons import WhyNot
from bookings.core.waiting_list.wishes import ListedWish, Start
from bookings.models import Appointment, Clinic, FreedTime, Treatment, WaitlistEntry
from bookings.queries.scheduling.diary import DiaryFacts, diary_facts
from bookings.queries.scheduling.slots import NOTHING, Ignoring, Placement, Slot
from bookings.queries.waiting_list.came_free import CameFree, came_free_since, with_each
from bookings.queries.waiting_list.people import mailbox_of_client
from bookings.queries.waiting_list.plans import plans_of
from bookings.queries.waiting_list.wishes import duration_of, wishes_of


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An entry on one day of the gap: what it would be offered, or why not.

    `wanted` are the starts that they would like, whether or not a mail may offer them.
    """

    entry: WaitlistEntry
    found: Match | WhyNot
    wanted: Sequence[Start]
    rank: Rank
    better_on: Container[date] | None = None

    def because(self, start: Start) -> training.Because | None:
        """Why that start suits their training better, of whoever waits for such."""
        days = self.better_on
        return days.why(start.day) if isinstance(days, training.BetterDays) else None

    @property
    def match(self) -> Match | None:
        return self.found if isinstance(self.found, Match) else None

    @property
    def why_not(self) -> WhyNot | None:
        return None if isinstance(self.found, Match) else self.found


@dataclass(frozen=True, kw_only=True)
class OpenGap:
    """What is known of a stretch of the diary and of everybody who waits.

    What has come free within the pause (`paused`) is none yet; `freed` is what came free since
    anybody joined, and when. A time that is passed on is one `therapist`'s.
    """

    clinic: Clinic
    interval: Interval
    paused: Sequence[Interval]
    freed: Sequence[CameFree] = ()
    facts: DiaryFacts
    entries: Mapping[int, WaitlistEntry]
    wishes: Mapping[int, ListedWish]
    now: datetime
    therapist: int | None = None
    plans: dict[int, training.Plan | None] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        """Those on which anybody would like to come."""
        there = (self.facts.first + timedelta(days=n) for n in range(self.facts.days))
        wishes = self.wishes.values()
        return [day for day in there if any(one.first <= day <= one.last for one in wishes)]

    @property
    def moment(self) -> Moment:
        notice = timedelta(minutes=self.clinic.minimum_notice_minutes)
        return Moment(now=self.now, today=self.clinic.day_of(self.now), notice=notice)

    def has_room_in(self, interval: Interval) -> bool:
        """Whether anything that is waited for fits in there."""
        there = replace(self, interval=interval)
        first, last = (self.clinic.day_of(at) for at in (interval.start, interval.end))
        days = (day for day in self.days if first <= day <= last)
        return any(starts for day in days for starts in there._starts(day).values())

    def whom(self) -> Iterator[tuple[int, Match | WhyNot]]:
        """What is found for each who waits, on each day of it; nobody is ranked."""
        first, last = (self.clinic.day_of(at) for at in (self.interval.start, self.interval.end))
        for day in (day for day in self.days if first <= day <= last):
            starts = self._starts(day)
            for pk, wish in self.wishes.items():
                yield pk, match(wish, starts[self._kind(pk)], self.moment)

    def candidates(self, day: date) -> list[Candidate]:
        """Everybody who waits: whom it can be offered to in their order, then whom it suits."""
        starts = self._starts(day)
        found = {pk: match(wish, starts[self._kind(pk)], self.moment) for pk, wish in
                 self.wishes.items()}  # fmt: skip
        suited = [pk for pk, one in found.items() if isinstance(one, Match) or one.wants_it]
        self._plan_for(suited)
        ranked = [self._candidate(pk, found[pk], starts, day) for pk in found]
        return sorted(ranked, key=lambda one: (_place(one), one.rank.key))

    def next_in_line(self, day: date) -> Candidate | None:
        """Whoever comes first of those whom it can be offered to; nobody else is ranked."""
        starts = self._starts(day)
        tried = ((pk, match(one, starts[self._kind(pk)], self.moment))
                 for pk, one in self.wishes.items())  # fmt: skip
        found = {pk: one for pk, one in tried if isinstance(one, Match)}
        self._plan_for(found)
        ranks = in_order(self._rank(pk, day) for pk in found)
        return (
            self._candidate(ranks[0].entry, found[ranks[0].entry], starts, day) if ranks else None
        )

    def refused(self, entry: int, start: Start) -> "OpenGap":
        """The same after that start turned out not to be free for them any more."""
        wish = self.wishes[entry]
        anew = replace(wish, tried=wish.tried | {start.at})
        return replace(self, wishes={**self.wishes, entry: anew})

    def without(self, entry: int, placement: Placement) -> "OpenGap":
        """The same after one of them has been offered that: they are offered no more for now."""
        mailbox = self.wishes[entry].mailbox
        wishes = {pk: one for pk, one in self.wishes.items() if one.mailbox != mailbox}
        return replace(self, wishes=wishes, facts=self.facts.with_taken(placement))

    def _candidate(
        self,
        pk: int,
        found: Match | WhyNot,
        starts: Mapping[tuple[int, Duration], Sequence[Start]],
        day: date,
    ) -> Candidate:
        suits = isinstance(found, Match) or found.wants_it
        there = starts[self._kind(pk)] if suits else ()
        return Candidate(
            entry=self.entries[pk],
            found=found,
            wanted=wanted(self.wishes[pk], there, self.moment),
            rank=self._rank(pk, day),
            better_on=self.wishes[pk].better_on,
        )

    def _rank(self, pk: int, day: date) -> Rank:
        entry = self.entries[pk]
        need = need_on(day, entry.kinds, self.plans.get(entry.client_id))
        return Rank(entry=pk, need=need, since=self.wishes[pk].since, now=self.now)

    def _plan_for(self, entries: Iterable[int]) -> None:
        """Only of whom it might be offered to: a plan takes longer to make than to match."""
        people = [self.entries[pk].client for pk in entries]
        if new := [client for client in people if client.pk not in self.plans]:
            self.plans.update(plans_of(new, self.clinic, now=self.now))

    def _kind(self, pk: int) -> tuple[int, Duration]:
        entry = self.entries[pk]
        return entry.treatment_id, duration_of(entry)

    def _starts(self, day: date) -> dict[tuple[int, Duration], list[Start]]:
        """The free starts of the day that touch the gap, of each length that is waited for."""
        kinds = {self._kind(pk): self.entries[pk].treatment for pk in self.wishes}
        return {kind: self._free(treatment, kind[1], day) for kind, treatment in kinds.items()}

    def _free(self, treatment: Treatment, duration: Duration, day: date) -> list[Start]:
        """Those within the gap first, so that it is what is offered if it can be."""
        if treatment.pk not in self.facts.offered_by:
            return []
        rules = Rules.DESK_MOVE
        found = self.facts.starts(treatment, first=day, days=1, duration=duration, rules=rules)
        blocked = timedelta(seconds=duration.blocked)
        there = [(datetime.fromtimestamp(start, UTC), takers) for start, takers in found.items()]
        there.sort(key=lambda one: (one[0] < self.interval.start, one[0]))
        return [
            self._start(treatment, at, day, takers, duration)
            for at, takers in there
            if self._touches(Interval(at, at + blocked)) and self._is_theirs(takers)
        ]

    def _is_theirs(self, takers: Sequence[int]) -> bool:
        return self.therapist is None or self.therapist in takers

    def _touches(self, visit: Interval) -> bool:
        return visit.overlaps(self.interval) and not any(map(visit.overlaps, self.paused))

    def _start(
        self,
        treatment: Treatment,
        at: datetime,
        day: date,
        takers: Sequence[int],
        duration: Duration,
    ) -> Start:
        part = part_of_day(at.astimezone(self.clinic.tz).time())
        if self.therapist is not None:
            return Start(at=at, day=day, part=part, therapists=frozenset({self.therapist}))
        slot = Slot(
            treatment=treatment,
            start=at,
            length=timedelta(seconds=duration.length),
            pause=timedelta(seconds=duration.buffer),
        )
        came_free = self._came_free(slot, day, takers)
        return Start(at=at, day=day, part=part, therapists=frozenset(takers), came_free=came_free)

    def _came_free(self, slot: Slot, day: date, takers: Sequence[int]) -> dict[int, datetime]:
        opened = self.clinic.begin_of(day - timedelta(days=self.clinic.horizon_days))
        there = [one for one in self.freed if one.interval.overlaps(slot.blocked)]
        rooms = [room.pk for room in self.facts.free_rooms(slot)] if there else []
        return with_each(takers, rooms, there, opened)


def gap_of(
    clinic: Clinic,
    interval: Interval,
    *,
    at_once: bool = False,
    everybody: bool = False,
    ignoring: Ignoring = NOTHING,
    now: datetime,
) -> OpenGap | None:
    """What is free of the interval and who might like it; None if nobody waits or it is over.

    `at_once` does not wait for second thoughts, and `everybody` is for the desk, which sees why
    not as well; what it is `ignoring` counts as free.
    """
    entries = {one.pk: one for one in _waiting(clinic, interval, everybody=everybody)}
    wishes = wishes_of(list(entries.values()), clinic, now=now)
    during = _within_what_is_wanted(interval, wishes.values(), clinic, now)
    if during is None:
        return None
    return OpenGap(
        clinic=clinic,
        interval=during,
        paused=[] if at_once else [one.interval for one in FreedTime.objects.paused(now)],
        freed=came_free_since(during, wishes.values()),
        facts=_facts(clinic, during, entries.values(), ignoring, now),
        entries=entries,
        wishes=wishes,
        now=now,
    )


def _waiting(clinic: Clinic, interval: Interval, *, everybody: bool) -> Iterable[WaitlistEntry]:
    if everybody:
        return WaitlistEntry.objects.waiting().with_everything()
    first, last = clinic.day_of(interval.start), clinic.day_of(interval.end)
    return WaitlistEntry.objects.wanting(first, last).that_may_be_offered()


def relayed_gap(
    clinic: Clinic, visit: Appointment, *, everybody: bool = False, now: datetime
) -> OpenGap | None:
    """As if the visit were gone whose time is passed on; for other mailboxes than whose it is."""
    ignoring = Ignoring(appointments=(visit.pk,))
    during = Interval(visit.starts_at, visit.blocked_until)
    asked: Any = {"at_once": True, "everybody": everybody, "ignoring": ignoring, "now": now}
    gap = gap_of(clinic, during, **asked)
    return is_of(visit, gap) if gap else None


def is_of(visit: Appointment, gap: OpenGap) -> OpenGap:
    """Of its therapist, and for others than whose it is, under whatever name."""
    own = mailbox_of_client(visit.whose)
    others = {
        pk: one
        for pk, one in gap.wishes.items()
        if one.client != visit.client_id and mailbox_of_client(gap.entries[pk].client) != own
    }
    return replace(gap, therapist=visit.therapist_id, wishes=others)


def _facts(
    clinic: Clinic,
    during: Interval,
    entries: Collection[WaitlistEntry],
    ignoring: Ignoring,
    now: datetime,
) -> DiaryFacts:
    first = clinic.day_of(during.start)
    return diary_facts(
        clinic,
        first=first,
        days=(clinic.day_of(during.end) - first).days + 1,
        treatments={one.treatment for one in entries if _is_offered(one.treatment)},
        longest=timedelta(seconds=max(duration_of(one).blocked for one in entries)),
        ignoring=ignoring,
        now=now,
    )


def _within_what_is_wanted(
    interval: Interval, wishes: Iterable[ListedWish], clinic: Clinic, now: datetime
) -> Interval | None:
    """As much of it as is ahead, within the horizon, and on days that anybody asks for."""
    days = [(wish.first, wish.last) for wish in wishes]
    if not days:
        return None
    first = max(min(first for first, _ in days), clinic.day_of(now))
    last = min(max(last for _, last in days), clinic.last_bookable_day(now))
    if last < first:
        return None
    whole = day_bounds(first, (last - first).days + 1, clinic.tz)
    start, end = max(interval.start, whole.start, now), min(interval.end, whole.end)
    return Interval(start, end) if start < end else None


def _is_offered(treatment: Treatment) -> bool:
    return treatment.active and treatment.online


def _place(candidate: Candidate) -> int:
    """Whom it can be offered to, whom it suits, the others."""
    if candidate.match:
        return 0
    return 1 if candidate.why_not and candidate.why_not.wants_it else 2
