"""The sessions of a race that a series follows, as its runner's plan has them now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from bookings.core import training
from bookings.core.scheduling.series import settled_by_now
from bookings.models import Client, Clinic, Race, Series
from bookings.queries.training.plans import (
    History,
    SessionId,
    declined_by,
    id_of,
    plan_of,
    runner_of,
)

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class PlanNow:
    """A client's plan, with what is booked and put aside of it."""

    clinic: Clinic
    plan: training.Plan
    history: History
    declined: frozenset[SessionId]
    last: date  # of the diary

    @classmethod
    def of(cls, client: Client, clinic: Clinic, *, now: datetime) -> "PlanNow":
        history, today = History.of(client), clinic.day_of(now)
        plan = plan_of(client.races.all(), runner_of(client, history), today=today)
        declined, last = declined_by(client), clinic.last_bookable_day(now)
        return cls(clinic=clinic, plan=plan, history=history, declined=declined, last=last)

    def sessions_of(self, race: Race) -> list[training.Session]:
        return [one for one in self.plan.sessions if one.race.race_date == race.race_date]

    def is_to_book(self, session: training.Session) -> bool:
        """Nobody has booked it or put it aside."""
        return id_of(session) not in self.declined and not self.history.has(session, self.clinic)

    def later_ones(self, race: Race) -> list[training.Session]:
        """Those to book of which the diary reaches no day."""
        later = [one for one in self.sessions_of(race) if one.window_start > self.last]
        return [one for one in later if self.is_to_book(one)]

    def settled_until(self, race: Race) -> date:
        """What can be booked now is the runner's own choice; the day before the later ones."""
        opened = [one.ideal for one in self.sessions_of(race) if one.window_start <= self.last]
        later = [one.ideal - DAY for one in self.later_ones(race)]
        return min([max([self.last, *opened]), *later])


@dataclass(frozen=True)
class Following:
    """A race's series beside the plan as it is now."""

    series: Series
    now: PlanNow

    @cached_property
    def sessions(self) -> Sequence[training.Session]:
        """All of the race that come after what is settled, in order."""
        series, race = self.series, self.series.race
        if not series.goes_on or not race or not series.settled_until or not series.race_was_on:
            return []
        settled = settled_by_now(
            series.settled_until, race_was_on=series.race_was_on, race_is_on=race.race_date
        )
        return [one for one in self.now.sessions_of(race) if one.ideal > settled]

    @property
    def waiting(self) -> list[training.Session]:
        return [one for one in self.sessions if self.now.is_to_book(one)]

    @property
    def due(self) -> list[training.Session]:
        """The diary has come to the day that we would suggest."""
        return [one for one in self.sessions if one.suggested <= self.now.last]


def following(series: Series, clinic: Clinic, *, now: datetime) -> Following:
    return Following(series, PlanNow.of(series.client, clinic, now=now))


def still_to_book(series: Series, clinic: Clinic, *, now: datetime) -> list[date]:
    """The days that wait for the diary, by its rule or by the plan."""
    if not series.follows_a_race:
        return series.still_to_book
    if not series.goes_on:
        return []
    return [one.suggested for one in following(series, clinic, now=now).waiting]


def booked_as_they_open(client: Client, clinic: Clinic, *, now: datetime) -> frozenset[SessionId]:
    """The sessions that any of their series waits for."""
    found = Series.objects.following_a_race(clinic.day_of(now)).filter(client=client)
    series = list(found.with_everything())
    if not series:
        return frozenset()
    here = PlanNow.of(client, clinic, now=now)
    return frozenset(id_of(one) for each in series for one in Following(each, here).waiting)
