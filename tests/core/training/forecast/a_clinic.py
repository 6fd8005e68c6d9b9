"""Two years of a clinic made up by a seeded chance: its runners' races, sessions and visits."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from bookings.core import training
from bookings.core.training import Distance, Race, Runner
from bookings.core.training.forecast.facts import VisitFact, WantedFact
from tests.core.training.default_protocol import PROTOCOL

D = timedelta(days=1)
FIRST, LAST = date(2026, 1, 5), date(2028, 1, 2)  # a Monday and a Sunday
RACE_DAYS = [date(2026, 4, 26), date(2026, 10, 11), date(2027, 4, 25), date(2027, 10, 10)]
SIXTY, NINETY = 60, 90  # treatments, by their minutes


class MadeUp:
    """`half` of the sessions are taken up, booked up to five weeks before; some are cancelled."""

    def __init__(self, seed: int, runners: int = 60, others: int = 25, half: float = 0.5):
        self.dice = random.Random(seed)
        self.numbers = count(1)
        self.half = half
        self.sessions: list[WantedFact] = []
        self.visits: list[VisitFact] = []
        for client in range(runners):
            self._train(client)
        for client in range(runners, runners + others):
            self.visits += self._come_again(client)

    def _train(self, client: int) -> None:
        for day in self.dice.sample(RACE_DAYS, self.dice.choice((1, 2, 3))):
            race = Race(day, self.dice.choice((Distance.MARATHON, Distance.HALF)))
            known = day - self.dice.randint(80, 150) * D
            plan = training.plan([race], Runner(), PROTOCOL, as_of=known)
            for one in plan.sessions:
                self.sessions.append(wanted(client, one, known))
                if self.dice.random() < self.half:
                    self.visits.append(self._visit(client, one.ideal, known))

    def _come_again(self, client: int) -> Iterator[VisitFact]:
        day = FIRST + self.dice.randint(0, 28) * D
        while day <= LAST:
            yield self._visit(client, day, day - 20 * D)
            day += self.dice.randint(21, 40) * D

    def _visit(self, client: int, day: date, earliest: date) -> VisitFact:
        booked = max(day - self.dice.randint(1, 35) * D, earliest)
        gone = day - D if self.dice.random() < 0.1 else None
        treatment = self.dice.choice((SIXTY, SIXTY, NINETY))
        return VisitFact(next(self.numbers), client, day, booked, gone, treatment)


def wanted(client: int, one: training.Session, known: date) -> WantedFact:
    return WantedFact(
        client=client,
        kind=one.kind,
        phase=one.phase,
        ideal=one.ideal,
        opens=one.window_start,
        closes=one.window_end,
        known_on=known,
        treatment=SIXTY,
    )
