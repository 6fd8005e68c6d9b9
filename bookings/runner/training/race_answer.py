"""What the home page says of a race before anything is kept, or of the race that is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import dates
from bookings.core import training
from bookings.core.wording import isolated
from bookings.models import Clinic, Race
from bookings.pieces import piece
from bookings.queries.scheduling.diary import Opening
from bookings.queries.training.plans import History, Offer, SessionId, next_offer
from bookings.web.training.hills import Hills, hills_of
from bookings.web.training.plan_page import as_drawn, first_day
from bookings.web.training.plan_store import PlanStore
from bookings.web.training.ribbon import Marked

WEEK = timedelta(days=7)
WEEKS_BEFORE_THE_EXAMPLE = 3  # off-season, so that one sees where the build-up begins
IN_WEEKS_FROM = 14  # days


@dataclass(frozen=True)
class NextSession:
    """The session to book next, in the protocol's words, and the best time for it if one is free.

    `opens_on` is set while the diary does not reach it yet.
    """

    name: str
    day: str
    opening: Opening | None
    opens_on: date | None


@dataclass(frozen=True)
class RaceAnswer:
    """`figure` and `to` are one phrase: 21, "weeks to Sunday 25 April 2027"."""

    figure: int
    to: str
    standing: str
    sessions: int
    next: NextSession | None
    hills: Hills


@dataclass(frozen=True)
class Example:
    """The build-up of any race over a distance, as hills; `weeks` is how long it usually is."""

    distance: training.Distance
    weeks: int
    land: SafeString


def answer(
    clinic: Clinic,
    plan: training.Plan,
    race: training.Race,
    history: History,
    *,
    declined: Iterable[SessionId] = (),
    to: str,
    now: datetime,
    holder: str,
) -> RaceAnswer:
    """Of one race of the plan; `to` names it, as in "to Sunday 25 April"."""
    offer = next_offer(clinic, plan, history, declined=frozenset(declined), now=now, holder=holder)
    figure, unit = _how_far(race.days_to(plan.as_of), to)
    return RaceAnswer(
        figure=figure,
        to=unit,
        standing=_standing(plan),
        sessions=len(plan.sessions),
        next=_in_words(offer, plan) if offer else None,
        hills=_drawn(clinic, plan, history),
    )


def answer_to(
    store: PlanStore, plan: training.Plan, clinic: Clinic, *, now: datetime, holder: str
) -> RaceAnswer | None:
    """Of the race that somebody whose races are known is greeted with, if one is near enough."""
    race = race_to_greet(store.races, plan.protocol, clinic.day_of(now))
    if race is None:
        return None
    return answer(
        clinic,
        plan,
        race.in_training,
        store.history,
        declined=store.declined,
        to=called(race),
        now=now,
        holder=holder,
    )


def example(distance: training.Distance, protocol: training.Protocol, today: date) -> Example:
    weeks = protocol.distances[distance].default_weeks
    edition = (distance, protocol.digest, today)
    land = piece(
        "runner/home/_land.html",
        edition,
        lambda: {"answer": None, "hills": _anybodys_hills(distance, weeks, protocol, today)},
    )
    return Example(distance, weeks, land)


def _anybodys_hills(
    distance: training.Distance, weeks: int, protocol: training.Protocol, today: date
) -> Hills:
    day = today + (weeks + WEEKS_BEFORE_THE_EXAMPLE) * WEEK
    race = training.Race(day + timedelta(days=6 - day.weekday()), distance)
    plan = training.plan([race], training.Runner(), protocol, as_of=today)
    segments = plan.segments(today, training.end_of(plan, today))
    marked = (Marked(n, one.suggested, False) for n, one in enumerate(plan.sessions, start=1))
    return hills_of(segments, marked, protocol, today=None)


def race_to_greet(races: Iterable[Race], protocol: training.Protocol, today: date) -> Race | None:
    """The next race, or the last one while its recovery goes on."""
    planned = [race for race in races if race.in_training.is_run]
    ahead = [race for race in planned if race.race_date >= today]
    if ahead:
        return next((race for race in ahead if race.in_training.drives_a_plan), ahead[0])
    return next(
        (race for race in reversed(planned) if _is_recovering(race.in_training, protocol, today)),
        None,
    )


def called(race: Race) -> str:
    """As its runner is told of it."""
    return isolated(race.name) if race.name else race.distance_of_yours


def _is_recovering(race: training.Race, protocol: training.Protocol, today: date) -> bool:
    return -race.days_to(today) <= race.recovers_as(protocol).return_last_day


def _how_far(days: int, to: str) -> tuple[int, str]:
    if days >= IN_WEEKS_FROM:
        weeks = days // 7
        return weeks, ngettext("week to {race}", "weeks to {race}", weeks).format(race=to)
    if days == 0:
        return days, _("days to go: it is today")
    if days > 0:
        return days, ngettext("day to {race}", "days to {race}", days).format(race=to)
    return -days, ngettext("day since {race}", "days since {race}", -days).format(race=to)


def _standing(plan: training.Plan) -> str:
    """Where the runner is today, as somebody says it who has a race in the calendar."""
    if plan.build_up_starts:
        day = dates.civil_day_from(plan.build_up_starts, plan.as_of)
        return _("Your training block starts on {day}.").format(day=day)
    phase = plan.protocol.phases[plan.on(plan.as_of).phase].name
    return _("Now: {phase}.").format(phase=isolated(phase))


def _in_words(offer: Offer, plan: training.Plan) -> NextSession:
    return NextSession(
        name=plan.protocol.session_types[offer.session.kind].name,
        day=dates.civil_day_from(offer.session.suggested, plan.as_of),
        opening=next(iter(offer.advised), None),
        opens_on=offer.opens_on,
    )


def _drawn(clinic: Clinic, plan: training.Plan, history: History) -> Hills:
    start = first_day(plan)
    segments = as_drawn(plan.segments(start, training.end_of(plan, start)))
    marked = list(_marked(clinic, plan, history))
    return hills_of(segments, marked, plan.protocol, today=plan.as_of)


def _marked(clinic: Clinic, plan: training.Plan, history: History) -> Iterable[Marked]:
    for number, session in enumerate(plan.sessions, start=1):
        booked = history.booked_for(session, clinic)
        day = clinic.day_of(booked.starts_at) if booked else session.suggested
        yield Marked(number, day, history.has(session, clinic))
