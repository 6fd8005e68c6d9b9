"""What is asked of a series: how often and until when, what of each date, which to change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.core.scheduling.series import (
    A_WEEK,
    MOST_DATES,
    MOST_WEEKS_BETWEEN,
    Rule,
    last_of,
)
from bookings.core.scheduling.weeks import monday_of
from bookings.core.wording import isolated
from bookings.models import Appointment, Clinic, Series, Therapist, Weekday
from bookings.queries.scheduling.slots import Slot
from bookings.queries.series.dates import DateFound, Key, SeriesDate
from bookings.queries.series.race_ahead import RaceAhead
from bookings.queries.series.scope import Scope
from bookings.web.forms import DayField, InstantField, KeyForm, plain

USUAL_WEEKS, USUAL_COUNT = 3, 6
SKIP, WAIT = "skip", "wait"
BETWEEN = "|"
COUNT, UNTIL, RACE = "count", "until", "race"


def every(weeks: int) -> str:
    words = ngettext("Each week", "Every {count} weeks", weeks)
    return words.format(count=weeks)


class WithWhomForm(forms.Form):
    """With whom; empty is whoever is free."""

    therapist = forms.ModelChoiceField(
        Therapist.objects.none(),
        label=gettext_lazy("With"),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("Whoever is free"),
        error_messages={"invalid_choice": gettext_lazy("Nobody of that name offers it now.")},
    )

    def __init__(self, *args: Any, visit: Appointment, **kwargs: Any):
        super().__init__(*args, **kwargs)
        people: Any = self.fields["therapist"]
        people.queryset = visit.treatment.therapists.filter(active=True)


class RuleForm(WithWhomForm):
    """How often the visit comes again, counted from itself, and until when."""

    every_weeks = forms.TypedChoiceField(
        label=gettext_lazy("How often"),
        coerce=int,
        choices=lambda: [(weeks, every(weeks)) for weeks in range(1, MOST_WEEKS_BETWEEN + 1)],
    )
    ends = forms.ChoiceField(
        label=gettext_lazy("It ends"),
        choices=[
            (COUNT, gettext_lazy("after so many appointments, this one included")),
            (UNTIL, gettext_lazy("on a day")),
        ],
        widget=forms.RadioSelect,
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many"),
        required=False,
        min_value=2,
        max_value=MOST_DATES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    until = DayField(label=gettext_lazy("The last day"), required=False)

    helper = plain("every_weeks", "therapist", "ends", "count", "until")

    def __init__(
        self,
        *args: Any,
        visit: Appointment,
        clinic: Clinic,
        race: RaceAhead | None = None,
        **kwargs: Any,
    ):
        super().__init__(*args, visit=visit, **kwargs)
        self.race = race
        if race:
            ends: Any = self.fields["ends"]
            before = _("before the race week of {race}").format(race=isolated(race.name))
            ends.choices = [*ends.choices, (RACE, before)]
        self.first_day = clinic.day_of(visit.starts_at)
        self.at = visit.starts_at.astimezone(clinic.tz).time()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        ends = data.get("ends")
        if ends in (COUNT, UNTIL) and ends not in self.errors and not data.get(ends):
            missing = {COUNT: _("Please say how many."), UNTIL: _("Please say until when.")}
            self._refuse(ends, missing[ends])
        if not self.errors and ends == UNTIL:
            self._refuse_an_odd_end(UNTIL, data["until"], data["every_weeks"] * A_WEEK)
        if not self.errors and ends == RACE and self.race:
            self._refuse_an_odd_end("ends", self.race.last_day, data["every_weeks"] * A_WEEK)
        return data

    @property
    def rule(self) -> Rule:
        data = self.cleaned_data
        weeks = data["every_weeks"]
        last = self._last_day(weeks)
        rule = Rule(first_day=self.first_day, at=self.at, every_weeks=weeks, last_day=last)
        return replace(rule, last_day=rule.days[-1])

    def _last_day(self, weeks: int) -> date:
        data = self.cleaned_data
        if data["ends"] == RACE and self.race:
            return self.race.last_day
        until: date | None = data["until"] if data["ends"] == UNTIL else None
        return until or last_of(self.first_day, weeks, data["count"])

    def _refuse_an_odd_end(self, field: str, until: date, step: timedelta) -> None:
        if until < self.first_day + step and field == UNTIL:
            self._refuse(field, _("Please give a day on which it comes again, or a later one."))
        elif until < self.first_day + step:
            self._refuse(field, _("It would not come again before that race week."))
        elif (until - self.first_day) // step + 1 > MOST_DATES:
            sentence = _("A series has at most {count} appointments: please give an earlier day.")
            self._refuse(field, sentence.format(count=MOST_DATES))

    def _refuse(self, field: str, sentence: str) -> None:
        if field not in self.errors:
            self.add_error(field, sentence)


@dataclass(frozen=True)
class DateLine:
    """A date as the page shows it, with what can be chosen of it, and what is."""

    date: SeriesDate
    name: str
    choices: Sequence[tuple[str, str, Slot | None]]
    chosen: str
    was: Appointment | None = None
    errors: Sequence[str] = ()


class DatesForm(KeyForm):
    """One choice for each of the dates that the page has shown, and none left out."""

    def __init__(
        self,
        *args: Any,
        dates: Sequence[SeriesDate],
        visits: Mapping[Key, Appointment] | None = None,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.dates, self.visits = dates, visits or {}
        for one in dates:
            self.fields[name_of(one.of)] = forms.CharField(
                max_length=200,
                error_messages={"required": _("Please choose what becomes of this date.")},
            )

    @property
    def lines(self) -> list[DateLine]:
        return [self._line(one) for one in self.dates]

    @property
    def chosen_slots(self) -> dict[Key, Slot]:
        """As they stood on the page; whoever asks again under the lock says whether they can be."""
        return {one.of: slot for one in self.dates if (slot := self._slot(one)) is not None}

    @property
    def chosen_to_wait(self) -> list[date]:
        chosen = (one.of for one in self.dates if self._said(one) == WAIT)
        return [day for day in chosen if isinstance(day, date)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        people = {one.slug: one for one in Therapist.objects.active()}
        self.read: dict[Key, Slot] = {}
        for one in self.dates:
            said = data.get(name_of(one.of))
            if said in (None, SKIP, WAIT):
                continue
            try:
                self.read[one.of] = slot_in(said, one.slot, people)
            except ValidationError as error:
                self.add_error(name_of(one.of), error)
        return data

    def _line(self, one: SeriesDate) -> DateLine:
        was, said = self.visits.get(one.of), self._said(one)
        choices, usual = choices_of(one, was), usual_choice(one, was)
        there = {value for value, _kind, _slot in choices}
        return DateLine(
            date=one,
            name=name_of(one.of),
            choices=choices,
            chosen=said if said in there else usual,
            was=was,
            errors=[*self.errors.get(name_of(one.of), [])] if self.is_bound else [],
        )

    def _said(self, one: SeriesDate) -> str:
        return str(self.data.get(name_of(one.of), "")) if self.is_bound else ""

    def _slot(self, one: SeriesDate) -> Slot | None:
        return self.read.get(one.of)


def name_of(key: Key) -> str:
    return f"on-{key}"


def choices_of(one: SeriesDate, was: Appointment | None) -> list[tuple[str, str, Slot | None]]:
    """Value, kind and slot of each: to take it, the nearest instead, or nothing of it.

    `was` is the visit that is to move; where it stands is nothing nearer.
    """
    choices: list[tuple[str, str, Slot | None]] = []
    if one.found is DateFound.FREE:
        choices.append((as_text(one.slot), "keep", one.slot))
    if one.nearest and not (was and one.nearest.start == was.starts_at):
        kind = "better" if one.found is DateFound.FREE else "nearest"
        choices.append((as_text(one.nearest), kind, one.nearest))
    if one.waits and not was:
        choices.append((WAIT, WAIT, None))
    return [*choices, (SKIP, "stay" if was else SKIP, None)]


def usual_choice(one: SeriesDate, was: Appointment | None) -> str:
    """The first that is possible; nothing where the training is against it, or in a week that
    has a visit or a session of the plan.

    What is booked already moves to the very time that was asked for, or stays.
    """
    if was and one.found is not DateFound.FREE:
        return SKIP
    if one.is_better_left_out and not was:
        return SKIP
    return choices_of(one, was)[0][0]


def as_text(slot: Slot) -> str:
    return f"{slot.start.isoformat()}{BETWEEN}{slot.therapist.slug if slot.therapist else ''}"


def slot_in(text: str, wanted: Slot, people: Mapping[str, Therapist]) -> Slot:
    start, _between, slug = text.partition(BETWEEN)
    instant: datetime | None = InstantField().clean(start)
    if instant is None or (slug and slug not in people):
        raise ValidationError(_("Please choose one of the free times."))
    return replace(wanted, start=instant, therapist=people.get(slug), room=None)


class ScopeForm(forms.Form):
    """Which of the series a change is for."""

    scope = forms.ChoiceField(
        label=gettext_lazy("Which ones"),
        choices=[
            (Scope.LATER.value, gettext_lazy("This one and all later ones")),
            (Scope.ALL.value, gettext_lazy("All that are still to come")),
        ],
        widget=forms.RadioSelect,
        initial=Scope.LATER.value,
    )

    @property
    def chosen(self) -> Scope:
        return Scope(self.cleaned_data["scope"])


class CancelScopeForm(ScopeForm):
    """Or what is not booked yet alone."""

    helper = plain("scope")

    def __init__(self, *args: Any, waits: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if waits:
            scopes: Any = self.fields["scope"]
            only = _("Only those that are not booked yet: the rest stays")
            scopes.choices = [*scopes.choices, (Scope.WAITING.value, only)]


class MoveScopeForm(ScopeForm, WithWhomForm):
    """To which day of the same week, what time, and with whom."""

    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the week"), coerce=int, choices=Weekday.choices
    )
    at = forms.TimeField(
        label=gettext_lazy("Time"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": gettext_lazy("Please give a time such as 17:30.")},
    )

    helper = plain("scope", "weekday", "at", "therapist")

    def rule_of(self, series: Series) -> Rule:
        """Each of its dates on that day of its week."""
        day = monday_of(series.first_day) + timedelta(days=self.cleaned_data["weekday"])
        at = self.cleaned_data["at"].replace(second=0, microsecond=0)
        return series.rule.moved(by=day - series.first_day, at=at)


class ConfirmForm(forms.Form):
    """What the page has shown, as its digest."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, max_length=300)
