"""The forecast as its page and its file have it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import dates
from bookings.core.training.forecast.hours import Load, Skill, shares, skills_of, weekday_to_add
from bookings.core.training.forecast.ledger import AHEAD, Ledger
from bookings.core.training.forecast.past import Error, TrackRecord, back_test
from bookings.core.training.forecast.weeks import Expected, band, expected
from bookings.core.wording import isolated
from bookings.models import Clinic
from bookings.queries.office.forecast import (
    HoursAhead,
    Offered,
    hours_ahead,
    ledger_of,
    offered,
    wanted_by_weekday,
)

DAY = timedelta(days=1)
NAMED = 3  # treatments of a skill


@dataclass(frozen=True)
class WeekShown:
    """A week ahead: what is expected of it and the hours there are for it."""

    of: Expected
    low: float
    high: float
    loads: Sequence[Load]

    @property
    def first(self) -> date:
        return self.of.monday

    @property
    def last(self) -> date:
        return self.first + 6 * DAY

    @property
    def in_all(self) -> Load | None:
        """Of everybody who gives anything, who come first."""
        return next(iter(self.loads), None)

    @property
    def hours(self) -> float:
        return self.in_all.hours if self.in_all else 0.0

    @property
    def wanted(self) -> float:
        return self.in_all.wanted if self.in_all else 0.0

    @property
    def percent(self) -> int | None:
        """Of the hours that are wanted by then."""
        share = self.in_all.share if self.in_all else None
        return None if share is None else round(100 * share)

    @property
    def stands(self) -> int:
        """In per cent of what is booked."""
        return round(100 * self.of.stands)

    @property
    def tight(self) -> list[Load]:
        return [load for load in self.loads if load.is_tight]

    @property
    def perhaps(self) -> list[Load]:
        return [load for load in self.loads if load.may_be_tight]


@dataclass(frozen=True)
class ProposedHours:
    """Hours to add in a week, on what day and by whom; without people anybody will do."""

    week: WeekShown
    load: Load
    skill: str
    people: str
    weekday: str
    closed: Sequence[date]

    @property
    def hours(self) -> str:
        count = self.load.extra
        whole = int(count)
        if count == whole:
            return ngettext("{count} hour", "{count} hours", whole).format(count=whole)
        return _("{count} hours").format(count=count)


@dataclass(frozen=True)
class Forecast:
    """All that the page shows, worked out when it is asked for."""

    clinic: Clinic
    now: datetime
    ledger: Ledger
    offer: Offered
    ahead: HoursAhead

    @property
    def today(self) -> date:
        return self.clinic.day_of(self.now)

    @cached_property
    def record(self) -> TrackRecord:
        return back_test(self.ledger, self.today)

    @property
    def errors(self) -> list[Error]:
        return self.record.errors()

    @property
    def error(self) -> Error | None:
        return self.record.error()

    @property
    def tried_before(self) -> int | None:
        """Made at most so many weeks before, where the books are too short to try it for all."""
        most = max((one.lead for one in self.errors), default=AHEAD)
        return most if most < AHEAD else None

    @cached_property
    def skills(self) -> list[Skill]:
        return skills_of(self.offer.given_by)

    @cached_property
    def weeks(self) -> list[WeekShown]:
        return [self._week(one) for one in expected(self.ledger, self.today)]

    @cached_property
    def proposals(self) -> list[ProposedHours]:
        """Of skills that lie within one another, the one that lacks most hours that week."""
        return [
            self._proposal(week, max(week.tight, key=lambda load: load.extra))
            for week in self.weeks
            if week.tight
        ]

    @property
    def says(self) -> str:
        """What the page finds, in a sentence."""
        tight = [one.week for one in self.proposals]
        if not tight:
            return _("The next eight weeks have room enough: no extra hours are proposed.")
        words = ngettext(
            "It will be tight in one of the next eight weeks, that of {day}.",
            "It will be tight in {count} of the next eight weeks, first in that of {day}.",
            len(tight),
        )
        return words.format(count=len(tight), day=dates.civil_day_from(tight[0].first, self.today))

    def skill_in_words(self, skill: Skill) -> str:
        """Sports massage 60, Pre-race 30 and 2 more; of everybody's, that."""
        if self._is_everybody(skill):
            return _("All treatments")
        names = sorted(
            isolated(self.offer.treatments[pk].name)
            for pk in skill.treatments
            if self.offer.treatments[pk].active
        )
        more = len(names) - NAMED
        if more <= 1:
            return ", ".join(names)
        return _("{names} and {count} more").format(names=", ".join(names[:NAMED]), count=more)

    def _is_everybody(self, skill: Skill) -> bool:
        return bool(self.skills) and skill == self.skills[0]

    def people_in_words(self, skill: Skill) -> str:
        return ", ".join(
            sorted(isolated(self.offer.therapists[pk].name) for pk in skill.therapists)
        )

    def _week(self, one: Expected) -> WeekShown:
        low, high = band(one, self.record.widened(one.lead))
        factor = high / one.visits if one.visits else 1.0
        return WeekShown(one, low, high, [self._load(skill, one, factor) for skill in self.skills])

    def _load(self, skill: Skill, one: Expected, factor: float) -> Load:
        wanted = self.offer.hours(dict(one.by_treatment), skill.treatments)
        booked = self.offer.hours(dict(one.booked_of), skill.treatments)
        hours = sum(self._hours(skill, one.week).values())
        return Load(skill, wanted, wanted * factor, hours, booked)

    def _hours(self, skill: Skill, week: int) -> dict[int, float]:
        """By weekday, what these therapists work."""
        return {
            day: sum(self.ahead.worked.get((week, day), {}).get(pk, 0.0) for pk in skill.therapists)
            for day in range(7)
        }

    def _proposal(self, week: WeekShown, load: Load) -> ProposedHours:
        """On a day on which somebody works: what is wanted that week has no others to go to."""
        there = self.ahead.open(week.of.week)
        lately: Counter[int] = Counter()
        for treatment, counts in wanted_by_weekday(self.ledger, self.today).items():
            if treatment in load.skill.treatments:
                lately.update({day: count for day, count in counts.items() if day in there})
        hours = self._hours(load.skill, week.of.week)
        day = weekday_to_add(load.skill, load.wanted, shares(lately), hours)
        return ProposedHours(
            week,
            load,
            skill=self.skill_in_words(load.skill),
            people="" if self._is_everybody(load.skill) else self.people_in_words(load.skill),
            weekday=str(WEEKDAYS[day]) if day is not None else "",
            closed=self.ahead.closed_in(week.of.week),
        )


def forecast_of(clinic: Clinic, *, now: datetime) -> Forecast:
    offer = offered()
    ahead = hours_ahead(offer.therapists, clinic, now=now)
    return Forecast(clinic, now, ledger_of(clinic, now=now), offer, ahead)


def lines_of(forecast: Forecast) -> Iterator[Sequence[object]]:
    """For a spreadsheet: a line a week, and no name."""
    yield [
        _("Week of"), _("Booked"), _("Of those expected to stand"), _("From plans"),
        _("Besides"), _("Expected"), _("At least"), _("At most"), _("Hours"), _("Hours wanted"),
    ]  # fmt: skip
    for week in forecast.weeks:
        yield [
            week.first.isoformat(),
            week.of.booked,
            *(round(n, 1) for n in (week.of.standing, week.of.by_plan, week.of.besides)),
            *(round(n, 1) for n in (week.of.visits, week.low, week.high)),
            *(round(n, 1) for n in (week.hours, week.wanted)),
        ]
