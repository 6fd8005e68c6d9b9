"""What is expected of the weeks to come, and how far it may be off."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, sqrt
from statistics import fmean

from bookings.core.training.forecast.facts import DAYS, VisitFact, WantedFact, monday, week_of
from bookings.core.training.forecast.ledger import AHEAD, Group, Ledger

LEARNS_FROM = 26  # weeks
BESIDES_FROM = 12  # weeks
YEAR = 52  # weeks
ALIKE = 10  # a group's own share counts against the clinic's as if it had so many sessions more
EIGHTY = 1.2816  # standard deviations on either side hold four of five
SEASON_AROUND = 2  # weeks on either side of last year's
SEASON_DAMPED = 10.0  # visits
SEASON_BETWEEN = (0.5, 2.0)


@dataclass(frozen=True)
class Expected:
    """Of one week: `standing` of what is `booked`, `by_plan` of open sessions, `besides` the rest.
    `stands` is the share of bookings that are not cancelled.

    `spread` is the variance that chance alone gives it; `booked_of` are bookings by treatment.
    """

    week: int
    lead: int
    booked: int
    stands: float
    by_plan: float
    besides: float
    open_sessions: int
    spread: float
    by_treatment: Mapping[int, float]
    booked_of: Mapping[int, int]

    @property
    def monday(self) -> date:
        return monday(self.week)

    @property
    def standing(self) -> float:
        return self.booked * self.stands

    @property
    def visits(self) -> float:
        return self.standing + self.by_plan + self.besides


def band(one: Expected, widened: float) -> tuple[float, float]:
    """From where to where it is expected in four of five weeks."""
    reach = EIGHTY * sqrt(one.spread * widened)
    return max(0.0, one.visits - reach), one.visits + reach


def expected(ledger: Ledger, today: date, weeks: int = AHEAD) -> list[Expected]:
    """The weeks after this one, by all that is known today."""
    looks = Looking.today(ledger, today)
    return [looks.at(lead) for lead in range(1, weeks + 1)]


def expected_then(ledger: Ledger, week: int, lead: int) -> Expected:
    """What would have been said of a week so many weeks before, by what was known then."""
    now = week - lead
    return Looking(ledger, now, known_until=monday(now).toordinal(), into=0).at(lead)


@dataclass(frozen=True)
class Looking:
    """From the week `now`, of which the share `into` is over, with all before `known_until`."""

    ledger: Ledger
    now: int
    known_until: int
    into: float

    @classmethod
    def today(cls, ledger: Ledger, day: date) -> "Looking":
        """As the day ends: all of it is known."""
        return cls(ledger, week_of(day), day.toordinal() + 1, (day.weekday() + 1) / DAYS)

    @property
    def on(self) -> date:
        return date.fromordinal(self.known_until)

    def at(self, lead: int) -> Expected:
        week = self.now + lead
        there = self.ledger.visits_in.get(week, ())
        booked = [one for one in there if one.was_booked(self.on)]
        stands = self.standing_share(lead)
        chances = list(self.chances(week, lead))
        besides = fmean(self.besides_lately(lead)) * self.season(lead)
        by_plan = sum(chance for _, chance in chances)
        spread = len(booked) * stands * (1 - stands) + besides * (1 + 1 / self._weeks_learnt())
        spread += sum(chance * (1 - chance) for _, chance in chances)
        return Expected(
            week=week,
            lead=lead,
            booked=len(booked),
            stands=stands,
            by_plan=by_plan,
            besides=besides,
            open_sessions=len(chances),
            spread=max(spread, 1.0),
            by_treatment=self._by_treatment(booked, stands, chances, besides),
            booked_of=Counter(visit.treatment for visit in booked),
        )

    def chances(self, week: int, lead: int) -> Iterator[tuple[WantedFact, float]]:
        """The sessions of a week that nothing is booked for, and how likely each comes to be."""
        chance: dict[Group, float] = {}
        for session in self.ledger.sessions_in.get(week, ()):
            if self.ledger.is_open(session, self.on):
                if session.group not in chance:
                    chance[session.group] = self.take_up(session.group, lead)
                yield session, chance[session.group]

    def standing_share(self, lead: int) -> float:
        """Of visits booked so long before, how many were not cancelled; at first nearly all."""
        return self._between(lead, self._standing_share)

    def take_up(self, group: Group, lead: int) -> float:
        """Of such sessions that were open so long before, how many were booked after all."""
        return self._between(lead, lambda whole: self._take_up(group, whole))

    def _between(self, lead: int, of_whole_weeks: Callable[[int], float]) -> float:
        """In the middle of a week, between what holds of its beginning and of its end."""
        exact = lead - self.into
        low, high = floor(exact), ceil(exact)
        if low == high:
            return of_whole_weeks(low)
        return (high - exact) * of_whole_weeks(low) + (exact - low) * of_whole_weeks(high)

    def _standing_share(self, lead: int) -> float:
        weeks = range(self.now - LEARNS_FROM, self.now)
        booked = sum(self.ledger.booked[week, lead] for week in weeks)
        stood = sum(self.ledger.stood[week, lead] for week in weeks)
        return (stood + ALIKE * 0.9) / (booked + ALIKE)

    def _take_up(self, group: Group, lead: int) -> float:
        """Drawn to the clinic's own share of all groups, the more the fewer there were."""
        ledger = self.ledger
        # Windows reach into the next week: what came of the last one is not known yet.
        weeks = range(self.now - LEARNS_FROM, self.now - 1)
        open_ = sum(ledger.open[(week, lead), group] for week in weeks)
        taken = sum(ledger.taken_up[(week, lead), group] for week in weeks)
        return (taken + ALIKE * self._all_take_up(lead)) / (open_ + ALIKE)

    def _all_take_up(self, lead: int) -> float:
        weeks = range(self.now - LEARNS_FROM, self.now - 1)
        open_ = sum(self.ledger.open_in_all[week, lead] for week in weeks)
        taken = sum(self.ledger.taken_up_in_all[week, lead] for week in weeks)
        return (taken + 1) / (open_ + 4)

    def _weeks_learnt(self) -> int:
        first = self.ledger.first_week
        return max(1, min(BESIDES_FROM, self.now - first)) if first is not None else 1

    def besides_lately(self, lead: int) -> list[int]:
        """In each of the last weeks, how many came so late without a plan asking for them."""
        weeks = _before(self.now, self._weeks_learnt())
        if not self.into:
            return [self.ledger.besides[week, lead] for week in weeks]
        before = self.days_before(lead)
        return [
            sum(
                visit.stood and self.ledger.comes_besides(visit, monday(week) - before)
                for visit in self.ledger.visits_in.get(week, ())
            )
            for week in weeks
        ]

    def days_before(self, lead: int) -> timedelta:
        """From where it is looked until that week begins."""
        return monday(self.now + lead) - self.on

    def season(self, lead: int) -> float:
        """The pace of that week last year; 1.0 where the books do not go back so far."""
        return self._between(lead, self._season)

    def _season(self, lead: int) -> float:
        """How that week stood last year beside the weeks before this one a year ago."""
        first = self.ledger.first_week
        a_year_ago = self.now - YEAR
        if first is None or a_year_ago - BESIDES_FROM < first:
            return 1.0
        there = a_year_ago + lead
        around = range(there - SEASON_AROUND, there + SEASON_AROUND + 1)
        then = sum(self.ledger.besides[week, lead] for week in around) / len(around)
        before = sum(self.ledger.besides[w, lead] for w in _before(a_year_ago, BESIDES_FROM))
        least, most = SEASON_BETWEEN
        ratio = (then + SEASON_DAMPED) / (before / BESIDES_FROM + SEASON_DAMPED)
        return min(max(ratio, least), most)

    def _by_treatment(
        self,
        booked: Sequence[VisitFact],
        stands: float,
        chances: Sequence[tuple[WantedFact, float]],
        besides: float,
    ) -> Mapping[int, float]:
        """What comes besides is shared out as what came lately."""
        found: dict[int, float] = defaultdict(float)
        for visit in booked:
            found[visit.treatment] += stands
        lately = self._lately_by_treatment()
        whole = sum(lately.values())
        loose = besides
        for session, chance in chances:
            if session.treatment is None:
                loose += chance
            else:
                found[session.treatment] += chance
        for treatment, count in lately.items() if whole else ():
            found[treatment] += loose * count / whole
        return found

    def _lately_by_treatment(self) -> Counter[int]:
        found: Counter[int] = Counter()
        for week in _before(self.now, BESIDES_FROM):
            found.update(self.ledger.came_for.get(week, {}))
        return found


def _before(week: int, count: int) -> range:
    return range(week - count, week)
