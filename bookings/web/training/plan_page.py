"""What the plan page shows: where the runner stands, the hills, and sessions to book."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import dates, links
from bookings.actions.training import training_feedback
from bookings.core import training
from bookings.core.scheduling.statuses import HAS_BEEN
from bookings.core.training.protocol.phases import PhaseRules
from bookings.core.training.protocol.sessions import SessionType
from bookings.core.wording import isolated
from bookings.models import Appointment, Clinic, Race, Weekday
from bookings.models.clients.clients import PARTS_OF_DAY
from bookings.pieces import values_of
from bookings.queries.scheduling.slots import Slot
from bookings.queries.training.plans import (
    SHOWN,
    Offer,
    SessionId,
    Usual,
    as_proposed,
    id_of,
    offers,
    plan_of,
)
from bookings.web.scheduling.bundle import Bundle, name_of
from bookings.web.scheduling.slot_values import as_text, read_slots
from bookings.web.training.hills import Hills, hills_of
from bookings.web.training.own_plan.preview import counted_in_words
from bookings.web.training.plan_store import PlanStore
from bookings.web.training.ribbon import Marked
from bookings.web.waiting_list.better import BetterElsewhere, better_elsewhere

LONGEST_LOOK_BACK = timedelta(weeks=26)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entered:
    """A race with where it is changed, and how far away it is in words."""

    race: Race
    url: str
    when: str


@dataclass(frozen=True)
class ProposedTime:
    """An opening as it is offered: with the usual therapist where that one is free."""

    slot: Slot

    @cached_property
    def value(self) -> str:
        return as_text(self.slot)


@dataclass(frozen=True)
class UnplannedVisit:
    """An appointment that no session asks for: it stands in the plan all the same, in its week."""

    visit: Appointment
    day: date
    phase: PhaseRules
    url: str
    better: BetterElsewhere | None = None

    @property
    def is_done(self) -> bool:
        return self.visit.status in HAS_BEEN


@dataclass(frozen=True)
class Waiting:
    """The newest visit of this browser whose mail has not been answered, with its page's token."""

    visit: Appointment
    token: str
    until: str

    @classmethod
    def among(
        cls, visits: Iterable[Appointment], clinic: Clinic, *, visitor: str, now: datetime
    ) -> "Waiting | None":
        waiting = [one for one in visits if one.waits and one.visitor == visitor]
        newest = max(waiting, key=lambda one: (one.booked_at, one.pk), default=None)
        if newest is None or newest.prove_by is None:
            return None
        until = dates.until(newest.prove_by, now, clinic.tz)
        return cls(newest, links.page_token(newest), until)


@dataclass(frozen=True)
class Proposal:
    """A recommended session in the protocol's words, with the times to book."""

    offer: Offer
    rules: SessionType
    phase: PhaseRules
    times: Sequence[ProposedTime]
    chosen: str  # the value of one of its times
    ticked: bool
    offered_on: date  # the day of the time that is offered, or the one that we suggest
    beside: str  # why the day is advised against, such as a hard one of their own, in a sentence
    by_plan: Sequence[str]  # what their own plan has around the day, in sentences
    suiting: Sequence[date]  # the days of the window that nothing is said against
    other_times_url: str
    good_day_url: str  # of the next good day after its window, where there is none in it
    url: str  # of what is booked
    is_waited_for: bool
    better: BetterElsewhere | None = None

    @property
    def id(self) -> SessionId:
        return id_of(self.offer.session)

    @property
    def day(self) -> date:
        """The day to suggest, or the ideal one of what is booked already."""
        return self.offer.session.ideal if self.offer.booked else self.offer.session.suggested

    @property
    def is_done(self) -> bool:
        return self.offer.booked is not None and self.offer.booked.status in HAS_BEEN

    @property
    def last_day(self) -> date:
        return self.offer.session.window_end - DAY

    @property
    def is_open(self) -> bool:
        """Neither booked nor put aside."""
        offer = self.offer
        return not (offer.booked or offer.closed or offer.declined)

    @property
    def edition(self) -> tuple:
        """All that an open one shows, but what the protocol and the clinic say."""
        offer = self.offer
        times = [(one.value, one.slot.therapist and one.slot.therapist.name) for one in self.times]
        return (
            *(offer.number, offer.session, offer.opens_on, offer.good_day),
            offer.treatment and values_of(offer.treatment),
            *(times, self.chosen, self.ticked, self.offered_on, self.beside, self.by_plan),
            *(self.suiting, self.other_times_url, self.good_day_url, self.is_waited_for),
        )

    @property
    def suits_without_a_gap(self) -> bool:
        first, last = self.suiting[0], self.suiting[-1]
        return 1 < len(self.suiting) == (last - first).days + 1


@dataclass(frozen=True)
class PhaseRow:
    """A line of the table: a phase, its days, the race it belongs to, and sessions in it;
    `own_days` is what the runner's own plan has there, in words."""

    phase: PhaseRules
    start: date
    last: date
    race: str
    is_now: bool
    sessions: Sequence["InWords"]
    own_days: str


@dataclass(frozen=True)
class InWords:
    """A pin of the hills as the table tells it."""

    mark: Marked
    name: str


@dataclass(frozen=True)
class Efforts:
    """Hard workouts and long runs: what was told lately, and the days that a press can tell of."""

    plan: training.Plan
    told: Sequence[date]

    @property
    def today(self) -> date:
        return self.plan.as_of

    @property
    def lately(self) -> list[date]:
        return [day for day in self.told if day > self.today - training_feedback.LONGEST_AGO]

    @property
    def yesterday(self) -> date:
        return self.today - DAY

    @property
    def earliest(self) -> date:
        return self.today - training_feedback.LONGEST_AGO

    @property
    def are_asked_for(self) -> bool:
        """Only in the phases in which an effort adds a session (S9)."""
        days = (self.today - n * DAY for n in range(3))
        return any(self.plan.on(day).phase in training.HARD_WORK for day in days)


@dataclass(frozen=True)
class PlanPage:
    races: Sequence[Entered]
    phase: PhaseRules
    stretches: Sequence[PhaseRow]
    proposals: Sequence[Proposal]
    standing: Sequence[UnplannedVisit]
    hills: Hills
    efforts: Efforts
    told: Usual
    protocol: training.Protocol

    @property
    def long_run(self) -> str:
        """The name of its weekday."""
        return str(Weekday(self.efforts.plan.runner.long_run_weekday).label)

    @property
    def usual(self) -> str:
        """In the evening, with Ines Carrow; nothing where any time and anyone will do."""
        part = str(PARTS_OF_DAY[self.told.part]) if self.told.part is not None else ""
        who = isolated(self.told.therapist.name) if self.told.therapist else ""
        words = [part, _("with {therapist}").format(therapist=who) if who else ""]
        return ", ".join(filter(None, words))

    @property
    def weekly_volume_km(self) -> int:
        return round(self.efforts.plan.runner.weekly_volume_km)

    @property
    def build_up_starts(self) -> date | None:
        return self.efforts.plan.build_up_starts

    @property
    def rows(self) -> list[Proposal | UnplannedVisit]:
        """Sessions and appointments in the order of their days."""
        return sorted([*self.proposals, *self.standing], key=lambda row: row.day)

    @property
    def any_booked(self) -> bool:
        return any(one.offer.booked or one.offer.closed for one in self.proposals)

    @property
    def can_be_booked(self) -> bool:
        return any(proposal.times for proposal in self.proposals)


def plan_page(
    clinic: Clinic,
    store: PlanStore,
    *,
    now: datetime,
    visitor: str,
    bundle: Bundle | None = None,
) -> PlanPage:
    """What has been ticked and chosen before is so again, by the `bundle`."""
    today = clinic.day_of(now)
    plan = plan_of(store.races, store.runner, today=today)
    found = offers(clinic, plan, store.history, declined=store.declined, now=now, holder=visitor)
    start = first_day(plan)
    segments = plan.segments(start, training.end_of(plan, start))
    dots = [_in_words(offer, clinic, plan.protocol) for offer in found if not offer.declined]
    marked = [dot.mark for dot in dots]
    return PlanPage(
        races=[_entered(race, store, today) for race in store.races],
        phase=plan.protocol.phases[plan.on(today).phase],
        stretches=[_stretch(segment, plan, today, dots) for segment in segments],
        proposals=list(_proposals(found, plan, store, clinic, bundle=bundle, now=now)),
        standing=list(_standing(found, plan, store, clinic, since=start, now=now)),
        hills=hills_of(as_drawn(segments), marked, plan.protocol, today=today, runner=plan.runner),
        efforts=Efforts(plan, store.hard_efforts),
        told=store.history.usual,
        protocol=plan.protocol,
    )


def first_day(plan: training.Plan) -> date:
    """The first day of training for a race that is not over yet, or today."""
    ahead = [
        race.plan_start(plan.protocol)
        for race in plan.races
        if race.drives_a_plan
        and -race.days_to(plan.as_of) <= race.recovers_as(plan.protocol).return_last_day
    ]
    return max(min([plan.as_of, *ahead]), plan.as_of - LONGEST_LOOK_BACK)


def as_drawn(segments: Iterable[training.Segment]) -> list[training.Segment]:
    """One phase after the other, whichever race it is of; the table tells those apart."""
    drawn: list[training.Segment] = []
    for segment in segments:
        alike = drawn and drawn[-1].phase is segment.phase is not training.Phase.RACE_DAY
        if alike:
            drawn[-1] = replace(drawn[-1], end=segment.end)
        else:
            drawn.append(segment)
    return drawn


def _marked(offer: Offer, clinic: Clinic) -> Marked:
    day = offer.session.suggested
    if offer.booked:
        day = clinic.day_of(offer.booked.starts_at)
    elif offer.openings:
        day = clinic.day_of(offer.openings[0].starts_at)
    return Marked(offer.number, day, offer.booked is not None or offer.closed)


def _in_words(offer: Offer, clinic: Clinic, protocol: training.Protocol) -> InWords:
    return InWords(_marked(offer, clinic), protocol.session_types[offer.session.kind].name)


def _stretch(
    segment: training.Segment, plan: training.Plan, today: date, dots: Iterable[InWords]
) -> PhaseRow:
    return PhaseRow(
        phase=plan.protocol.phases[segment.phase],
        start=segment.start,
        last=segment.end - DAY,
        race=segment.race.name if segment.race else "",
        is_now=segment.start <= today < segment.end,
        sessions=[dot for dot in dots if segment.start <= dot.mark.day < segment.end],
        own_days=_own_days(plan.runner.schedule, segment),
    )


def _own_days(own: training.Schedule, segment: training.Segment) -> str:
    """3 long runs, 4 hard days; assumed where the runner's own plan has ended."""
    if own.last is None or own.first is None or segment.end <= own.first:
        return ""
    if segment.start > own.last:
        return _("assumed")
    days = (one for one in own.days if segment.start <= one.day < segment.end)
    return ", ".join(counted_in_words(training.Schedule(tuple(days))))


def _proposals(
    found: Sequence[Offer],
    plan: training.Plan,
    store: PlanStore,
    clinic: Clinic,
    *,
    bundle: Bundle | None,
    now: datetime,
) -> Iterator[Proposal]:
    """Until somebody has ticked, only the next with times is: none while a booking is unproved."""
    is_next = not any(visit.waits for visit in store.history.visits)
    elsewhere = _chosen_elsewhere(found, store, bundle, now)
    to_book = plan.beside(store.history.days(clinic))
    for offer in found:
        name = name_of(id_of(offer.session))
        times = _with_chosen(elsewhere.get(name), _times(offer, store), offer)
        day = clinic.day_of(times[0].slot.start) if times else offer.session.suggested
        in_advance = bool(times) and is_next and not training.against(frozenset(), day, to_book)
        yield Proposal(
            offer=offer,
            times=times,
            chosen=_chosen(times, bundle.times.get(name, "") if bundle else ""),
            ticked=in_advance if bundle is None else bool(times) and name in bundle.ticked,
            **_of_the_day(day, offer, plan if offer.booked else to_book),
            **_of_what_is_booked(offer, plan, store, clinic, now),
            is_waited_for=not times and id_of(offer.session) in store.waited_for,
        )
        is_next = is_next and not in_advance


def _good_day_url(offer: Offer, store: PlanStore) -> str:
    if offer.treatment is None or offer.good_day is None:
        return ""
    asked = {"session": name_of(id_of(offer.session)), "day": offer.good_day}
    return f"{store.times_url(offer.treatment)}?{urlencode(asked)}"


def _of_what_is_booked(
    offer: Offer, plan: training.Plan, store: PlanStore, clinic: Clinic, now: datetime
) -> dict[str, Any]:
    """And where it is booked otherwise."""
    return {
        "better": _better(offer.booked, plan, store, clinic, now),
        "other_times_url": store.times_url(offer.treatment) if offer.treatment else "",
        "good_day_url": _good_day_url(offer, store),
        "url": store.url_of_visit(offer.booked) if offer.booked else "",
    }


def _of_the_day(day: date, offer: Offer, plan: training.Plan) -> dict[str, Any]:
    """Why it suits or does not, and which other days do."""
    against = training.against(frozenset(), day, plan)
    kinds = offer.treatment.kinds if offer.treatment else frozenset()
    return {
        "rules": plan.protocol.session_types[offer.session.kind],
        "phase": plan.protocol.phases[offer.session.phase],
        "offered_on": day,
        "beside": against.reason if against else "",
        "by_plan": training.around(day, plan),
        "suiting": training.suiting_days(offer.session, kinds, plan),
    }


def _with_chosen(slot: Slot | None, times: list[ProposedTime], offer: Offer) -> list[ProposedTime]:
    """What was chosen elsewhere comes first among what is offered."""
    if slot is None or not times or slot.treatment != offer.treatment:
        return times
    return [ProposedTime(slot), *times[: SHOWN - 1]]


def _chosen(times: Sequence[ProposedTime], value: str) -> str:
    values = [time.value for time in times]
    return value if value in values else next(iter(values), "")


def _chosen_elsewhere(
    found: Sequence[Offer], store: PlanStore, bundle: Bundle | None, now: datetime
) -> dict[str, Slot]:
    """By session: times to come that were chosen and are not among those suggested."""
    if bundle is None:
        return {}
    suggested = {time.value for offer in found for time in _times(offer, store)}
    other = {name: value for name, value in bundle.times.items() if value not in suggested}
    slots = {as_text(slot): slot for slot in read_slots(other.values())} if other else {}
    return {
        name: slots[value]
        for name, value in other.items()
        if value in slots and slots[value].start > now
    }


def _standing(
    found: Iterable[Offer],
    plan: training.Plan,
    store: PlanStore,
    clinic: Clinic,
    *,
    since: date,
    now: datetime,
) -> Iterator[UnplannedVisit]:
    met = {offer.booked for offer in found}
    for visit in store.history.visits:
        day = clinic.day_of(visit.starts_at)
        if visit not in met and day >= since:
            phase = plan.protocol.phases[plan.on(day).phase]
            better = _better(visit, plan, store, clinic, now)
            yield UnplannedVisit(visit, day, phase, store.url_of_visit(visit), better)


def _better(
    visit: Appointment | None, plan: training.Plan, store: PlanStore, clinic: Clinic, now: datetime
) -> BetterElsewhere | None:
    url = store.url_of_another_time(visit) if visit else None
    if visit is None or url is None:
        return None
    others = store.history.days(clinic, but=visit)
    return better_elsewhere(visit, plan.beside(others), url, clinic, now=now)


def _times(offer: Offer, store: PlanStore) -> list[ProposedTime]:
    treatment = offer.treatment
    if treatment is None:
        return []
    return [ProposedTime(as_proposed(treatment, one, store.history)) for one in offer.openings]


def _entered(race: Race, store: PlanStore, today: date) -> Entered:
    return Entered(race, store.url_of(race), _how_far((race.race_date - today).days))


def _how_far(days: int) -> str:
    """In 16 weeks, in 9 days, tomorrow, today, 3 days ago."""
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    if days in near:
        return near[days]
    if days >= 14:
        return ngettext("in {count} week", "in {count} weeks", days // 7).format(count=days // 7)
    words = (
        ngettext("in {count} day", "in {count} days", days)
        if days > 0
        else ngettext("{count} day ago", "{count} days ago", -days)
    )
    return words.format(count=abs(days))
