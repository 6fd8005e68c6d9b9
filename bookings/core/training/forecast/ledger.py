"""Visits and sessions side by side, counted by week and by how many weeks before it one looks."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from bookings.core.training.forecast.facts import VisitFact, WantedFact, monday
from bookings.core.training.protocol.vocabulary import Kind, Phase

AHEAD = 8  # weeks
LEADS = range(AHEAD + 1)
Group = tuple[Kind, Phase]
At = tuple[int, int]  # a week, and how many weeks before its Monday one looks


@dataclass
class Ledger:
    """`served` are the sessions that a visit was for; all counts are of what was so at the time."""

    visits: Sequence[VisitFact]
    sessions: Sequence[WantedFact]
    served: dict[int, WantedFact] = field(default_factory=dict)  # by visit
    _for: dict[WantedFact, list[VisitFact]] = field(default_factory=lambda: defaultdict(list))
    came: Counter[int] = field(default_factory=Counter)  # by week
    booked: Counter[At] = field(default_factory=Counter)
    stood: Counter[At] = field(default_factory=Counter)
    open: Counter[tuple[At, Group]] = field(default_factory=Counter)
    taken_up: Counter[tuple[At, Group]] = field(default_factory=Counter)
    open_in_all: Counter[At] = field(default_factory=Counter)
    taken_up_in_all: Counter[At] = field(default_factory=Counter)
    besides: Counter[At] = field(default_factory=Counter)
    came_for: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    visits_in: dict[int, list[VisitFact]] = field(default_factory=lambda: defaultdict(list))
    sessions_in: dict[int, list[WantedFact]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, visits: Iterable[VisitFact], sessions: Iterable[WantedFact]) -> "Ledger":
        ledger = cls(list(visits), list(dict.fromkeys(sessions)))
        ledger._join()
        for visit in ledger.visits:
            ledger._count_visit(visit)
        for session in ledger.sessions:
            ledger._count_session(session)
        return ledger

    @property
    def first_week(self) -> int | None:
        return min(self.visits_in, default=None)

    def is_open(self, session: WantedFact, on: date) -> bool:
        """Whether it was known as the day began, and nothing was booked for it."""
        if not session.was_known(on):
            return False
        return not any(visit.was_booked(on) for visit in self._for.get(session, ()))

    def comes_besides(self, visit: VisitFact, on: date) -> bool:
        """Whether as the day began neither a booking nor an open session stood for it."""
        if visit.booked_on < on:
            return False
        session = self.served.get(visit.visit)
        return session is None or not self.is_open(session, on)

    def _join(self) -> None:
        """Each visit is for the session of its client whose window it lies in, the nearest one."""
        of_client: dict[int, list[WantedFact]] = defaultdict(list)
        for session in self.sessions:
            of_client[session.client].append(session)
        for visit in self.visits:
            covering = [s for s in of_client.get(visit.client, ()) if s.covers(visit.day)]
            nearest = min(covering, key=lambda s: abs(s.ideal - visit.day), default=None)
            if nearest is not None:
                self.served[visit.visit] = nearest
                self._for[nearest].append(visit)

    def _count_visit(self, visit: VisitFact) -> None:
        self.visits_in[visit.week].append(visit)
        self.came[visit.week] += visit.stood
        self.came_for[visit.week][visit.treatment] += visit.stood
        for lead in LEADS:
            at, on = (visit.week, lead), monday(visit.week - lead)
            if visit.was_booked(on):
                self.booked[at] += 1
                self.stood[at] += visit.stood
            elif visit.stood and self.comes_besides(visit, on):
                self.besides[at] += 1

    def _count_session(self, session: WantedFact) -> None:
        self.sessions_in[session.week].append(session)
        for lead in LEADS:
            on = monday(session.week - lead)
            if not self.is_open(session, on):
                continue
            at, later = (session.week, lead), self._for.get(session, ())
            taken_up = any(visit.stood and visit.booked_on >= on for visit in later)
            self.open[at, session.group] += 1
            self.open_in_all[at] += 1
            self.taken_up[at, session.group] += taken_up
            self.taken_up_in_all[at] += taken_up
