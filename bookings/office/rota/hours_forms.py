"""The weeks of one therapist, each a row of cells with when it holds; saved together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import dates
from bookings.actions.rota.hours import Wanted
from bookings.core.scheduling.hours_text import DayHours, written
from bookings.core.scheduling.weeks import MOST_WEEKS, is_every, monday_of
from bookings.models import Therapist, Weekday, WeeklyShift
from bookings.office.rota.fields import HoursField, hours_of
from bookings.queries.rota.overlaps import twice
from bookings.queries.rota.patterns import Pattern, Rhythm, patterns, stamp_of
from bookings.web.forms import AsksAboutFarDays, DayField, whole_number

DAY = timedelta(days=1)
WHEN = ("first", "last", "every_weeks", "counted_from")


@dataclass(frozen=True)
class RotaCell:
    """A weekday's two fields, and its hours as a drawing has them: minutes of the day."""

    weekday: Weekday
    hours: BoundField
    breaks: BoundField
    bars: Sequence[tuple[int, int]]
    pauses: Sequence[tuple[int, int]]


class WeekOfHoursForm(AsksAboutFarDays):
    """One week of somebody's: new, or as it stands (`before`)."""

    first = DayField(required=False)
    last = DayField(label=gettext_lazy("Until"), required=False)
    every_weeks = forms.IntegerField(
        label=gettext_lazy("Every so many weeks"),
        min_value=1,
        max_value=MOST_WEEKS,
        widget=forms.TextInput({"inputmode": "numeric"}),
        error_messages={
            "min_value": gettext_lazy("Please give 1 for every week, 2 for every other.")
        },
    )
    counted_from = DayField(label=gettext_lazy("Counted from"), required=False)

    def __init__(
        self, data: QueryDict | None, *, before: Pattern | None, today: date, **options: Any
    ):
        super().__init__(data, use_required_attribute=False, **options)
        self.before, self.today = before, today
        for day in Weekday:
            self.fields[f"hours_{day}"] = HoursField(label=day.label)
            self.fields[f"breaks_{day}"] = HoursField(
                label=_("{day}, breaks").format(day=day.label), words=True
            )
        self.initial.update(self._as_it_stands())
        self.fields["first"].label = (
            _("What you change holds from") if self.has_begun else _("From")
        )

    @property
    def has_begun(self) -> bool:
        return self.before is not None and self.before.rhythm.has_begun(self.today)

    def _field(self, name: str) -> HoursField:
        return cast(HoursField, self.fields[name])

    @property
    def title(self) -> str:
        """When these hours hold, in words."""
        if self.before is None:
            return _("Hours to come")
        rhythm, weeks = self.before.rhythm, _("Every week")
        if rhythm.every_weeks > 1:
            weeks = _("Every {count} weeks, next in the week of {monday},").format(
                count=rhythm.every_weeks, monday=dates.day_of_year(self._next_week(rhythm))
            )
        first = dates.day_of_year(rhythm.valid_from)
        if rhythm.valid_until is None:
            sentence = _("{weeks} since {first}") if self.has_begun else _("{weeks} from {first}")
            return sentence.format(weeks=weeks, first=first)
        last = dates.day_of_year(rhythm.valid_until)
        return _("{weeks} from {first} to {last}").format(weeks=weeks, first=first, last=last)

    def _next_week(self, rhythm: Rhythm) -> date:
        """The Monday of the first week to come, this one among them, in which the hours hold."""
        monday = monday_of(max(self.today, rhythm.valid_from))
        weeks = (monday + n * 7 * DAY for n in range(rhythm.every_weeks))
        return next(one for one in weeks if is_every(rhythm.every_weeks, one, rhythm.counted_from))

    @property
    def is_touched(self) -> bool:
        return bool(self.is_bound and (self.has_changed() or self.errors))

    def _as_it_stands(self) -> dict[str, Any]:
        if self.before is None:
            return {"first": self.today, "every_weeks": 1}
        rhythm = self.before.rhythm
        cells = {}
        for day in Weekday:
            hours, breaks = f"hours_{day}", f"breaks_{day}"
            cells[hours] = self._field(hours).stands(self.before.hours_of(day))
            cells[breaks] = self._field(breaks).stands(self.before.breaks_of(day))
        return {
            "first": max(rhythm.valid_from, self.today),
            "last": rhythm.valid_until,
            "every_weeks": rhythm.every_weeks,
            "counted_from": rhythm.counted_from,
            **cells,
        }

    @property
    def cells(self) -> Iterator[RotaCell]:
        for day in Weekday:
            hours, breaks = f"hours_{day}", f"breaks_{day}"
            bars = [_minutes(one) for one in hours_of(self, hours)]
            pauses = [_minutes(one) for one in hours_of(self, breaks)]
            yield RotaCell(day, self[hours], self[breaks], bars, pauses)

    @property
    def is_different(self) -> bool:
        """A new one is there as soon as anything stands in a cell of it."""
        if self.before is None:
            return any(
                self[f"{kind}_{day}"].value() for kind in ("hours", "breaks") for day in Weekday
            )
        return bool(self.different_cells("hours") or self.different_cells("breaks")) or bool(
            set(self.changed_data) & set(WHEN)
        )

    def different_cells(self, kind: str) -> dict[int, list[DayHours]]:
        """By weekday, what is typed and means something else than what stands there."""
        typed = {int(day): self.cleaned_data.get(f"{kind}_{day}") for day in Weekday}
        return {
            day: hours
            for day, hours in typed.items()
            if hours is not None and written(hours) != self.initial.get(f"{kind}_{day}", "")
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.before is None and not self.is_different:
            self.errors.clear()  # nobody has written anything down
            return data
        every, counted = data.get("every_weeks"), data.get("counted_from")
        if every and every > 1 and not counted and "counted_from" not in self.errors:
            self.add_error(
                "counted_from", _("Please give a day of a week in which these hours hold.")
            )
        self._refuse_what_ends_before(data.get("first"), data.get("last"))
        self._refuse_breaks_from_no_work()
        self.ask_if_far_off("first", self.today)
        return data

    def _refuse_breaks_from_no_work(self) -> None:
        """Those that are typed; one that stands outside already holds nobody up."""
        for day in self.different_cells("breaks"):
            hours = self.cleaned_data.get(f"hours_{day}")
            if hours is None:  # they cannot be read, which is said there
                continue
            if outside := outside_of(hours, self.cleaned_data[f"breaks_{day}"]):
                sentence = _("“{breaks}” is outside the hours of that day: nobody works then.")
                self.add_error(f"breaks_{day}", sentence.format(breaks=written(outside)))

    def breaks_left_outside(self) -> list[str]:
        """The days whose hours are typed anew, so that a break that stands is outside them."""
        return [
            str(Weekday(day).label)
            for day, hours in self.different_cells("hours").items()
            if outside_of(hours, self.cleaned_data[f"breaks_{day}"])
        ]

    def _refuse_what_ends_before(self, first: date | None, last: date | None) -> None:
        began = self.before.rhythm.valid_from if self.before and self.has_begun else first
        if self.has_begun and (self.different_cells("hours") or self.different_cells("breaks")):
            if first and first < self.today:
                self.add_error("first", _("What has been worked is not changed any more."))
            began = first
        if last and began and last < began:
            self.add_error("last", _("The last day must not be before the first."))
        elif last and "last" in self.changed_data and last < self.today - DAY:
            self.add_error("last", _("What has been worked is not changed any more."))

    @property
    def rhythm(self) -> Rhythm:
        data = self.cleaned_data
        every = data["every_weeks"]
        first = data["first"] or self.today
        counted = monday_of(data["counted_from"]) if every > 1 else None
        if counted and self.before and counted != self.before.rhythm.counted_from:
            counted = self._same_weeks(counted, every)
        return Rhythm(
            valid_from=self.before.rhythm.valid_from if self.before and self.has_begun else first,
            valid_until=data["last"],
            every_weeks=every,
            counted_from=counted,
        )

    def _same_weeks(self, counted: date, every: int) -> date:
        """The Monday that stands there, where the one that is typed means the same weeks."""
        old = self.before.rhythm if self.before else None
        if old and old.counted_from and old.every_weeks == every:
            return old.counted_from if is_every(every, counted, old.counted_from) else counted
        return counted

    @property
    def wanted(self) -> Wanted:
        rhythm = self.rhythm
        return Wanted(
            before=self.before,
            rhythm=rhythm,
            since=self.cleaned_data["first"] or self.today if self.has_begun else rhythm.valid_from,
            hours=self.different_cells("hours"),
            breaks=self.different_cells("breaks"),
        )

    def shifts(self, therapist: Therapist) -> Iterator[tuple[int, WeeklyShift]]:
        """By weekday, what would be worked from `since` on."""
        wanted = self.wanted
        since = {"valid_from": wanted.since} if wanted.begins_anew else {}
        when = {**vars(wanted.rhythm), **since}
        for day in Weekday:
            for one in self.cleaned_data[f"hours_{day}"]:
                row = {"weekday": int(day), "start": one.start, "end": one.end}
                yield int(day), WeeklyShift(therapist=therapist, **row, **when)


def outside_of(hours: Sequence[DayHours], breaks: Sequence[DayHours]) -> list[DayHours]:
    """The breaks in which nobody would be at work anyway."""
    return [
        pause
        for pause in breaks
        if not any(one.start < pause.end and pause.start < one.end for one in hours)
    ]


def _minutes(hours: DayHours) -> tuple[int, int]:
    first, last = (at.hour * 60 + at.minute for at in (hours.start, hours.end))
    return first, last - first


class RotaForm:
    """All weeks of a therapist that still hold, and a blank one."""

    def __init__(self, data: QueryDict | None, therapist: Therapist, today: date):
        self.therapist, self.data = therapist, data
        there = patterns(therapist, since=today)
        self.weeks = [
            WeekOfHoursForm(data, before=one, today=today, prefix=f"w{number}")
            for number, one in enumerate(there)
        ]
        self.blank = WeekOfHoursForm(data, before=None, today=today, prefix="new")
        self.seen = data.get("seen", "") if data is not None else stamp_of(therapist)

    @property
    def forms(self) -> list[WeekOfHoursForm]:
        return [*self.weeks, self.blank]

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in self.forms)

    def is_valid(self) -> bool:
        said = [form.errors for form in self.forms]  # each says what is wrong with it
        if any(said):
            return False
        self._refuse_what_is_worked_twice()
        return not any(form.errors for form in self.forms)

    @property
    def different(self) -> list[WeekOfHoursForm]:
        return [form for form in self.forms if form.is_different and form.wanted.is_different]

    @property
    def is_different(self) -> bool:
        return bool(self.different)

    def _refuse_what_is_worked_twice(self) -> None:
        """Beside the cell that makes it so, in the last of the weeks that is different."""
        different = self.different
        whose = {}
        for form in [*(one for one in self.weeks if one not in different), *different]:
            for day, row in form.shifts(self.therapist):
                whose[id(row)] = (form, day, row)
        rows = [row for _form, _day, row in whose.values()]
        for one, other in twice(rows):
            form, day, _row = whose[id(other)]
            if form in different:
                sentence = _("They are at work then already: {hours}.").format(hours=one)
                form.add_error(f"hours_{day}", sentence)


def copied(data: QueryDict) -> QueryDict:
    """What is typed, with a day's cells in those of others: `copy` names the week."""
    typed, prefix = data.copy(), data.get("copy", "")
    source = whole_number(data.get(f"{prefix}-copy_from"))
    for day in map(whole_number, data.getlist(f"{prefix}-copy_to")):
        for kind in ("hours", "breaks"):
            if source in Weekday.values and day in Weekday.values:
                name = f"{prefix}-{kind}_"
                typed[f"{name}{day}"] = data.get(f"{name}{source}", "")
    return typed


def ended(therapist: Therapist, today: date) -> Sequence[Pattern]:
    return [one for one in patterns(therapist) if one.rhythm.has_ended(today)]


def days_in_words(pattern: Pattern) -> Mapping[str, str]:
    """By weekday, what was worked."""
    return {
        str(day.label): written(pattern.hours_of(day)) for day in Weekday if pattern.hours_of(day)
    }
