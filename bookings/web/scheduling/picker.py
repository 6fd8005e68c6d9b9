"""The slot picker: two weeks of days, and the chosen day's starts by part of day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import dates
from bookings.core import training
from bookings.core.scheduling.parts_of_day import part_of_day
from bookings.models import Appointment, Clinic, Therapist, Treatment
from bookings.queries.replica import from_replica
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.open_days import Day, Why, days_of
from bookings.queries.scheduling.openings import next_free
from bookings.queries.scheduling.slots import Ignoring
from bookings.web.scheduling.picker_query import (
    ANYBODY,
    FREE,
    GOOD,
    NEXT,
    STRIP,
    STRIP_DAYS,
    Asked,
)

PAGE, PART = "web/scheduling/times.html", "web/scheduling/_picker.html"
PARTS = (gettext_lazy("Morning"), gettext_lazy("Afternoon"), gettext_lazy("Evening"))
WORDS = {
    Why.FULL: gettext_lazy("full"),
    Why.CLOSED: gettext_lazy("closed"),
    Why.OVER: gettext_lazy("over"),
    Why.NOT_YET: gettext_lazy("not yet"),
}
WHOLE_WORDS = {
    Why.FULL: gettext_lazy("There is nothing free any more on {day}."),
    Why.CLOSED: gettext_lazy("We are closed on {day}."),
    Why.OVER: gettext_lazy("There is nothing left on {day}."),
    Why.NOT_YET: gettext_lazy("The diary is not open yet on {day}."),
}
VERDICTS = {
    training.Verdict.GOOD: gettext_lazy("Good day"),
    training.Verdict.LIGHT_ONLY: gettext_lazy("Light only"),
    training.Verdict.NOT_ADVISED: gettext_lazy("Better not"),
}
SIGNS = {
    training.Verdict.GOOD: "good",
    training.Verdict.LIGHT_ONLY: "light",
    training.Verdict.NOT_ADVISED: "rest",
}
HALF_AN_HOUR = 30  # minutes


def treatment_online_or_404(slug: str) -> Treatment:
    found = Treatment.objects.listed_online(slug)
    if not found:
        raise Http404
    return found[0]


@dataclass(frozen=True)
class Part:
    """Morning, afternoon or evening of the chosen day; `more` are openings to look up."""

    name: str
    openings: list[Opening]
    first: list[Opening]
    more: list[Opening]


@dataclass(frozen=True)
class Advised:
    """A day's verdict for the treatment: its word, its sign, and why."""

    advice: training.Advice

    @property
    def word(self) -> str:
        return str(VERDICTS[self.advice.verdict])

    @property
    def sign(self) -> str:
        """Of colour and icon alike: good, light or rest."""
        return SIGNS[self.advice.verdict]


@dataclass(frozen=True)
class Choice:
    """A line of the therapist filter."""

    name: str
    url: str
    chosen: bool
    portrait_url: str = ""


@dataclass(frozen=True)
class Cell:
    """A day in the strip; `url` is None where there is nothing to choose.

    `advised` is for a runner with a race, of a day that can be chosen; `wait_url` leads from a day
    that is full to the waiting list.
    """

    date: date
    word: str
    url: str | None
    chosen: bool
    shows_month: bool
    advised: Advised | None
    wait_url: str


@dataclass(frozen=True, kw_only=True)
class Picker:
    """What the picker shows, as the address (`query`) asks for it.

    `path` is the page it stands on, `target` where a start goes to, and `kept` what every address
    of it carries along; the days are advised from the races of `plan`. `waits_at` is where one
    joins the waiting list, if that can be done here. One that asks for no day opens on the visit's
    own week when moving, else on the first good day of the runner's training, else at the next
    free. Of a page that answers no press the free times `may_be_old`, by some seconds.
    """

    clinic: Clinic
    treatment: Treatment
    query: Mapping[str, str]
    path: str
    target: str
    now: datetime
    holder: str = ""
    moving: Appointment | None = None
    plan: training.Plan | None = None
    kept: Mapping[str, str] = field(default_factory=dict)
    waits_at: str = ""
    may_be_old: bool = False

    @cached_property
    def today(self) -> date:
        return self.clinic.day_of(self.now)

    @cached_property
    def therapists(self) -> list[Therapist]:
        return Therapist.objects.listed_with_portraits(self.treatment.pk)

    @property
    def therapist(self) -> Therapist | None:
        return self._asked.therapist

    @property
    def usual(self) -> Therapist | None:
        """For whom an address stands that names none: whom a moved visit was asked of."""
        asked_of = None if self.moving is None or self.moving.any_therapist else self.moving
        return asked_of.therapist if asked_of and asked_of.therapist in self.therapists else None

    @cached_property
    def days(self) -> list[Day]:
        """Two weeks; they move on to the first good day of the training, if none is asked for."""
        days = self._days_asked_for
        if not self._may_open_for_training or self._first_good(days):
            return days
        later = self._good_day_after(days[-1].date)
        good = self._look(later) if later else []
        return good if self._first_good(good) else days

    @cached_property
    def opened_for_training(self) -> Day | None:
        """The first good day, where nobody has asked for another."""
        return self.next_good if self._may_open_for_training else None

    @cached_property
    def chosen(self) -> Day | None:
        """The first day with openings from the one asked for, or else before it."""
        free = [day for day in self.days if day.openings]
        later = (day for day in free if self.wanted is None or day.date >= self.wanted)
        return next(later, free[-1] if free else None)

    @property
    def wanted(self) -> date | None:
        opened = self.opened_for_training
        return opened.date if opened else self._asked.day

    @cached_property
    def soonest(self) -> Opening | None:
        """Where the days from today on, or from the next free one, have been looked at; of a visit
        that moves always, for its page opens on the visit's week."""
        days = self._days_asked_for
        if not (self._asked.says_nothing or days[0].date == self.today):
            return self._next_free() if self.moving else None
        return next((day.openings[0] for day in days if day.openings), None)

    @property
    def first(self) -> date:
        return self.days[0].date

    @property
    def last(self) -> date:
        return self.days[-1].date

    @property
    def cells(self) -> Iterator[Cell]:
        for day in self.days:
            url = self._url(self.therapist, first=self.first, day=day.date)
            yield Cell(
                date=day.date,
                word=self.word(day),
                url=url if day.openings else None,
                chosen=day is self.chosen,
                shows_month=day.date == self.first or day.date.day == 1,
                advised=self._advised(day) if day.openings else None,
                wait_url=self._wait_url(day.date) if day.why_none is Why.FULL else "",
            )

    @property
    def wait_url(self) -> str:
        """For whom nothing of the day shown, or of all these days, will do."""
        return self._wait_url(self.chosen.date if self.chosen else self.first, self.last)

    def _wait_url(self, day: date, until: date | None = None) -> str:
        if not self.waits_at:
            return ""
        therapist = self.therapist.slug if self.therapist else None
        asked = {"day": day, "until": until, "therapist": therapist}
        return f"{self.waits_at}?{urlencode({name: one for name, one in asked.items() if one})}"

    def word(self, day: Day) -> str:
        if day.why_none is None:
            return _("{count} free").format(count=len(day.openings))
        off = self.therapist is not None and day.why_none is Why.CLOSED
        return _("away") if off else str(WORDS[day.why_none])

    @property
    def advised(self) -> Advised | None:
        """Of the chosen day."""
        return self._advised(self.chosen) if self.chosen else None

    @property
    def is_for_other_weeks(self) -> bool:
        """On a day that is not good anyhow, whether the treatment does not fit the phase either."""
        if not (self.plan and self.chosen and self.treatment.kinds):
            return False
        day = self.chosen.date
        is_good = training.advice_on(day, self.plan).verdict is training.Verdict.GOOD
        return not is_good and not training.fits(self.treatment.kinds, day, self.plan)

    @property
    def lighter(self) -> Treatment | None:
        """The light treatment to have instead, on a day that is advised for light ones only."""
        if not (self.plan and self.chosen and self.advised and self.treatment not in self._light):
            return None
        if self.advised.advice.verdict is not training.Verdict.LIGHT_ONLY:
            return None
        day, plan = self.chosen.date, self.plan
        return min(
            self._light,
            key=lambda one: (not training.fits(one.kinds, day, plan), one.minutes),
            default=None,
        )

    @cached_property
    def _light(self) -> list[Treatment]:
        kinds = training.light_kinds(self.plan.protocol) if self.plan else set()
        return [one for one in Treatment.objects.listed_online() if one.kinds & kinds]

    @property
    def lighter_url(self) -> str:
        day = self.chosen.date if self.chosen else self.first
        return f"{self.lighter.get_absolute_url()}?day={day}" if self.lighter else ""

    @property
    def why_another_day(self) -> str:
        """Why not the day that was asked for; nothing when it is the one shown."""
        missed = next((day for day in self.days if day.date == self.wanted), None)
        if missed is None or missed is self.chosen or missed.why_none is None:
            return ""
        sentence = str(WHOLE_WORDS[missed.why_none])
        if missed.why_none is Why.CLOSED and self.therapist is not None:
            sentence = _("{therapist} is away on {day}.")
        return sentence.format(therapist=self.therapist, day=dates.civil_day(missed.date))

    @property
    def wait_for_that_day(self) -> str:
        """Where one waits for the day that was asked for, if it is full."""
        missed = next((day for day in self.days if day.date == self.wanted), None)
        return self._wait_url(missed.date) if missed and missed.why_none is Why.FULL else ""

    @property
    def parts(self) -> list[Part]:
        """The parts of the chosen day that have openings."""
        found: dict[int, list[Opening]] = {}
        for opening in self.chosen.openings if self.chosen else ():
            found.setdefault(part_of_day(self._clock(opening)), []).append(opening)
        return [self._part(part, openings) for part, openings in found.items()]

    def _part(self, number: int, openings: list[Opening]) -> Part:
        """Hours and halves first, and the time of the visit that is moved."""
        first = [one for one in openings if self._comes_first(one)]
        more = [one for one in openings if not self._comes_first(one)] if first else []
        return Part(str(PARTS[number]), openings, first or openings, more)

    def _comes_first(self, opening: Opening) -> bool:
        is_now = self.moving is not None and opening.starts_at == self.moving.starts_at
        return is_now or self._clock(opening).minute % HALF_AN_HOUR == 0

    @property
    def choices(self) -> list[Choice]:
        return [self._choice(therapist) for therapist in (None, *self.therapists)]

    @property
    def earlier_url(self) -> str | None:
        if self.first <= self.today:
            return None
        return self._url(self.therapist, first=max(self.today, self.first - STRIP))

    @property
    def later_url(self) -> str | None:
        if self.days[-1].why_none is Why.NOT_YET:
            return None
        return self._url(self.therapist, first=self.first + STRIP)

    @property
    def soonest_url(self) -> str:
        return self._url(self.therapist, next=FREE)

    @property
    def good_url(self) -> str:
        return self._url(self.therapist, next=GOOD)

    @property
    def next_good(self) -> Day | None:
        """The first good day of those shown that can be had."""
        return self._first_good(self.days)

    def _advised(self, day: Day) -> Advised | None:
        if self.plan is None:
            return None
        return Advised(training.advice_for(self.treatment.kinds, day.date, self.plan))

    def _clock(self, opening: Opening) -> time:
        return opening.starts_at.astimezone(self.clinic.tz).time()

    def _choice(self, therapist: Therapist | None) -> Choice:
        day = self.chosen.date if self.chosen else None
        return Choice(
            name=therapist.name if therapist else _("Any therapist"),
            url=self._url(therapist, first=self.first, day=day),
            chosen=therapist == self.therapist,
            portrait_url=therapist.portrait_url if therapist else "",
        )

    def _url(
        self,
        therapist: Therapist | None,
        *,
        first: date | None = None,
        day: date | None = None,
        next: str = "",
    ) -> str:
        asked: dict[str, date | str | None] = {"from": first, "day": day, NEXT: next, **self.kept}
        if therapist != self.usual:
            asked["therapist"] = therapist.slug if therapist else ANYBODY
        asked = {name: value for name, value in asked.items() if value}
        return f"{self.path}?{urlencode(asked)}" if asked else self.path

    @cached_property
    def _asked(self) -> Asked:
        last = self.clinic.last_bookable_day(self.now)
        asked = Asked.read(self.query, self.therapists, self.usual, self.today, last)
        if self.moving is None:
            return asked
        return asked.on_the_week_of(self.clinic.day_of(self.moving.starts_at), self.today)

    @cached_property
    def _days_asked_for(self) -> list[Day]:
        days = self._look(self._asked.strip(self.today))
        if not self._asked.says_nothing or any(day.openings for day in days):
            return days
        later = self._next_free()
        return self._look(self.clinic.day_of(later.starts_at) if later else self.today)

    def _next_free(self) -> Opening | None:
        how = {"after": self.now, "now": self.now, **self._how}
        ask = from_replica(next_free) if self.may_be_old else next_free
        return ask(self.clinic, self.treatment, **how)

    def _look(self, first: date) -> list[Day]:
        how = {"days": STRIP_DAYS, "now": self.now, **self._how}
        ask = from_replica(days_of) if self.may_be_old else days_of
        return ask(self.clinic, self.treatment, first=first, **how)

    @property
    def _how(self) -> dict[str, Any]:
        """A moved appointment does not stand in its own way, and keeps the length it has."""
        if self.moving is None:
            return {"therapist": self.therapist, "ignoring": Ignoring(holder=self.holder)}
        but = Ignoring(appointments=(self.moving.pk,))
        return {"therapist": self.therapist, "ignoring": but, "duration": self.moving.duration}

    @property
    def _may_open_for_training(self) -> bool:
        return self.plan is not None and self._asked.says_nothing and self._asked.next != FREE

    def _first_good(self, days: Sequence[Day]) -> Day | None:
        free = (day for day in days if day.openings)
        return next((day for day in free if self._suits(day.date)), None)

    def _good_day_after(self, last_shown: date) -> date | None:
        """The first good day within the horizon, whether or not it is free."""
        days = (self.clinic.last_bookable_day(self.now) - last_shown).days
        after = (last_shown + timedelta(days=n) for n in range(1, days + 1))
        return next((day for day in after if self._suits(day)), None)

    def _suits(self, day: date) -> bool:
        plan = self.plan
        return plan is not None and training.suits(self.treatment.kinds, day, plan)
