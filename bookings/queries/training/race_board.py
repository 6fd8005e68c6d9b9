"""Who runs what, and what of it is not booked: a constant number of queries for any number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from bookings.core import training
from bookings.core.clients.search_text import name_compared
from bookings.core.scheduling.statuses import Status
from bookings.core.scheduling.weeks import monday_of
from bookings.core.training import Phase
from bookings.models import Appointment, Clinic, Race
from bookings.queries.training import protocol
from bookings.queries.training.listed import is_run

BEHIND, AHEAD = timedelta(weeks=16), timedelta(weeks=26)
MOST = 3000  # races
COMES_OR_CAME = (Status.BOOKED, Status.ARRIVED, Status.COMPLETED)
TYPED = "typed"  # a race that is none of the list

Window = tuple[date, date]


class Missing(StrEnum):
    """What a runner has nothing booked for."""

    PEAK = "peak"
    RACE_WEEK = "race_week"
    AFTER = "after"
    NOT_BACK = "not_back"
    NEVER = "never"


@dataclass(frozen=True)
class BoardRunner:
    """A race with whoever runs it, and how they stand."""

    race: Race
    phase: Phase
    missing: frozenset[Missing]
    therapists: frozenset[int]
    last: date | None
    next: date | None

    @property
    def which(self) -> str:
        """The race that it is, as a filter names it; typed ones by what they are called."""
        if self.race.listed:
            return str(self.race.listed.listed_race_id)
        return f"{TYPED} {name_compared(str(self.race))}"

    @property
    def called(self) -> str:
        listed = self.race.listed
        return listed.listed_race.name if listed else str(self.race)

    @property
    def is_typed(self) -> bool:
        return self.race.listed is None

    @property
    def week(self) -> date:
        return monday_of(self.race.race_date)


@dataclass(frozen=True)
class BoardLine:
    """A race in its week, and how many of its runners lack what."""

    called: str
    which: str
    is_typed: bool
    day: date
    runners: int
    missing: Mapping[Missing, int]

    @property
    def week(self) -> date:
        return monday_of(self.day)


def runners(clinic: Clinic, *, today: date) -> list[BoardRunner]:
    """By the day of their race, and by name. Of who has told us of no race, nothing is here."""
    races = Race.objects.filter(is_run(), race_date__range=(today - BEHIND, today + AHEAD))
    races = races.select_related("client", "listed__listed_race")
    there = list(races.order_by("race_date", "client__name", "pk")[:MOST])
    return standings(clinic, there, today=today)


def standings(clinic: Clinic, there: Sequence[Race], *, today: date) -> list[BoardRunner]:
    """How those stand who run these, in their order; each race with its client and its list."""
    visits = _visits(clinic, {race.client_id for race in there})
    rules = protocol.current()

    @cache  # Many train for the same race.
    def windows(race: training.Race) -> dict[Phase, Window]:
        return {span.phase: (span.start, span.end) for span in training.spans_of(race, rules)}

    return [
        _standing(race, windows(replace(race.in_training, name="")), visits[race.client_id], today)
        for race in there
    ]


def by_race_and_week(found: Iterable[BoardRunner], *, today: date) -> list[BoardLine]:
    """Races of the list, and those that were typed alike, in the order of their weeks; of those
    that are over, where anybody lacks anything."""
    alike: dict[tuple[date, str], list[BoardRunner]] = defaultdict(list)
    for one in found:
        alike[one.week, one.which].append(one)
    lines = [_line(runners) for _key, runners in sorted(alike.items(), key=lambda one: one[0])]
    return [line for line in lines if line.day >= today or any(line.missing.values())]


def _line(alike: Sequence[BoardRunner]) -> BoardLine:
    lacking = {one: sum(one in runner.missing for runner in alike) for one in Missing}
    first = alike[0]
    return BoardLine(
        called=first.called,
        which=first.which,
        is_typed=first.is_typed,
        day=max(one.race.race_date for one in alike),
        runners=len(alike),
        missing=lacking,
    )


Visits = list[tuple[date, str, int]]


def _visits(clinic: Clinic, clients: set[int]) -> dict[int, Visits]:
    rows = Appointment.objects.filter(client__in=clients, status__in=COMES_OR_CAME)
    found: dict[int, Visits] = defaultdict(list)
    told = rows.values_list("client", "starts_at", "status", "therapist").order_by("starts_at")
    for client, starts_at, status, therapist in told:
        found[client or 0].append((clinic.day_of(starts_at), status, therapist))
    return found


def _standing(
    race: Race, windows: Mapping[Phase, Window], visits: Visits, today: date
) -> BoardRunner:
    days = [day for day, _status, _therapist in visits]
    usual = race.client.usual_therapist_id
    return BoardRunner(
        race=race,
        phase=_phase(windows, today),
        missing=frozenset(_missing(race, windows, days, today)),
        therapists=frozenset(
            {therapist for *_, therapist in visits} | ({usual} if usual else set())
        ),
        last=max((day for day in days if day < today), default=None),
        next=min((day for day in days if day >= today), default=None),
    )


def _phase(windows: Mapping[Phase, Window], today: date) -> Phase:
    here = (phase for phase, (start, end) in windows.items() if start <= today < end)
    return next(here, Phase.OFF_SEASON)


def _missing(
    race: Race, windows: Mapping[Phase, Window], days: Sequence[date], today: date
) -> Iterable[Missing]:
    for one, phases in (
        (Missing.PEAK, (Phase.PEAK,)),
        (Missing.RACE_WEEK, (Phase.RACE_WEEK,)),
        (Missing.AFTER, (Phase.ACUTE, Phase.RECOVERY)),
    ):
        there = [windows[phase] for phase in phases if phase in windows]
        if there and _is_open(there, days, today):
            yield one
    if race.race_date < today and not any(day > race.race_date for day in days):
        yield Missing.NOT_BACK
    if not days:
        yield Missing.NEVER


def _is_open(windows: Sequence[Window], days: Sequence[date], today: date) -> bool:
    """Not over, and nothing stands in it."""
    start, end = min(one[0] for one in windows), max(one[1] for one in windows)
    return end > today and not any(start <= day < end for day in days)
