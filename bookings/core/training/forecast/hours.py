"""Expected visits against the hours of those who can give them: where it will be tight."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

FULL = 0.85  # of the hours: beyond it hardly a time is left that suits anybody
HALF_HOURS = 2
Therapists = frozenset[int]


@dataclass(frozen=True)
class Skill:
    """Treatments that nobody gives but these therapists."""

    therapists: Therapists
    treatments: frozenset[int]


@dataclass(frozen=True)
class Load:
    """Of one skill in one week, in hours: what is wanted of what there is, and at most."""

    skill: Skill
    wanted: float
    at_most: float
    hours: float
    booked: float

    @property
    def share(self) -> float | None:
        return self.wanted / self.hours if self.hours else None

    @property
    def is_tight(self) -> bool:
        return self.wanted > FULL * self.hours

    @property
    def may_be_tight(self) -> bool:
        return not self.is_tight and self.at_most > FULL * self.hours

    @property
    def percent(self) -> int | None:
        return None if self.share is None else round(100 * self.share)

    @property
    def percent_at_most(self) -> int | None:
        return round(100 * self.at_most / self.hours) if self.hours else None

    @property
    def free(self) -> float:
        return max(0.0, self.hours - self.booked)

    @property
    def extra(self) -> float:
        """Hours to add so that it is not tight, in half hours; none where it is not."""
        if not self.is_tight:
            return 0.0
        return ceil((self.wanted / FULL - self.hours) * HALF_HOURS) / HALF_HOURS


def skills_of(given_by: Mapping[int, Therapists]) -> list[Skill]:
    """One for each set of therapists that some treatment asks for, and one for all of them.

    What only a few can give must fit into their hours, whatever else they could do meanwhile.
    """
    everybody = frozenset().union(*given_by.values()) if given_by else frozenset()
    groups = {*filter(None, given_by.values()), *([everybody] if everybody else [])}
    found = [
        Skill(who, frozenset(one for one, there in given_by.items() if there and there <= who))
        for who in groups
    ]
    return sorted(found, key=lambda skill: (-len(skill.therapists), sorted(skill.treatments)))


def weekday_to_add(
    skill: Skill,
    wanted: float,
    by_weekday: Mapping[int, float],
    hours: Mapping[int, float],
) -> int | None:
    """The day of the week that lacks most, if it is wanted as it was lately; None if none is.

    `by_weekday` are shares of what was wanted, `hours` what the skill works that week.
    """
    short = {day: wanted * share / FULL - hours.get(day, 0.0) for day, share in by_weekday.items()}
    worst = max(short, key=lambda day: (short[day], -day), default=None)
    return worst if worst is not None and short[worst] > 0 else None


def shares(counts: Mapping[int, float]) -> dict[int, float]:
    whole = sum(counts.values())
    return {day: count / whole for day, count in counts.items()} if whole else {}
