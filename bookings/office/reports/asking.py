"""Which days a report is about, whose, and which days it is compared with."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Clinic, Therapist
from bookings.office.reports import days
from bookings.queries.reports.definitions import Report
from bookings.queries.reports.periods import LONGEST_DAYS, LONGEST_YEARS, Period
from bookings.queries.reports.selection import USUAL_WEEKS, AskedReport
from bookings.web.forms import DayField, whole_number

WEEKS = (2, 4, 6, 8, 12)


class PeriodForm(forms.Form):
    """The dates; empty, it is the period of one of the buttons."""

    first = DayField(label=gettext_lazy("From"))
    last = DayField(label=gettext_lazy("To"))

    def clean(self) -> dict[str, Any]:
        super().clean()
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day must not be before the first."))
        elif first and last and (last - first).days >= LONGEST_DAYS:
            sentence = _("A report covers at most {years} years: choose a later first day.")
            self.add_error("last", sentence.format(years=LONGEST_YEARS))
        return self.cleaned_data


@dataclass(frozen=True, kw_only=True)
class ChosenPeriod:
    """What was asked for, and the form that says so.

    `before` is what it is compared with: None of days that are all still to come, and where the
    records begin later than it does, on `begun`.
    """

    period: Period
    before: Period | None
    name: str
    now: datetime
    form: PeriodForm
    weeks: int = USUAL_WEEKS
    therapist: int | None = None
    begun: date | None = None

    @property
    def is_unclear(self) -> bool:
        """Dates that make no period: there is nothing to show, least of all of other days."""
        return self.form.is_bound and not self.form.is_valid()

    @property
    def parameters(self) -> dict[str, str]:
        dates = {"first": str(self.period.first), "last": str(self.period.last)}
        return {"period": self.name, **(dates if self.name == days.DATES else {}), **self.kept}

    @property
    def kept(self) -> dict[str, str]:
        """What another period leaves as it is."""
        whose = {} if self.therapist is None else {"who": str(self.therapist)}
        return whose | ({} if self.weeks == USUAL_WEEKS else {"weeks": str(self.weeks)})

    def query(self, **more: str) -> str:
        return urlencode({**self.parameters, **more})

    def of(self, report: Report) -> AskedReport:
        return AskedReport(report, self.period, self.now, self.weeks, self.therapist)

    @cached_property
    def people(self) -> list[Therapist]:
        """Of whom one can be chosen: those who have left as well."""
        return sorted(Therapist.objects.all(), key=lambda one: (not one.active, str(one)))

    @property
    def is_not_over(self) -> bool:
        return self.period.last >= self.period.clinic.day_of(self.now)


def choice_of(asked: QueryDict, clinic: Clinic, now: datetime) -> ChosenPeriod:
    today = clinic.day_of(now)
    name = asked.get("period", days.NINETY)
    typed = name == days.DATES
    form = PeriodForm(asked if typed else None)
    if typed and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    else:
        name = name if name in days.PERIODS else days.NINETY
        first, last = days.days_of(name, clinic, today)
    if not typed:
        form = PeriodForm(initial={"first": first, "last": last})
    weeks = asked.get("weeks", "")
    before, begun = days.before(first, last, today), days.records_begin(clinic)
    cut_short = bool(before and begun and before[0] < begun)
    return ChosenPeriod(
        period=Period(clinic, first, last),
        before=Period(clinic, *before) if before and not cut_short else None,
        begun=begun if cut_short else None,
        name=name,
        now=now,
        form=form,
        weeks=int(weeks) if weeks in map(str, WEEKS) else USUAL_WEEKS,
        therapist=_therapist(asked.get("who", "")),
    )


def _therapist(typed: str) -> int | None:
    """None for everybody, and for whoever is not there."""
    number = whole_number(typed)
    there = number is not None and Therapist.objects.filter(pk=number).exists()
    return number if there else None
