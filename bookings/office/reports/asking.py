"""Which days a report is about: the last 30 or 90, this year so far, or from one day to another."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Clinic
from bookings.queries.reports.definitions import Report
from bookings.queries.reports.periods import LONGEST_DAYS, Period
from bookings.queries.reports.selection import USUAL_WEEKS, AskedReport
from bookings.web.forms import DayField

DAY = timedelta(days=1)
THIRTY, NINETY, YEAR, DATES = "30", "90", "year", "dates"
PERIODS = (
    (THIRTY, gettext_lazy("30 days")),
    (NINETY, gettext_lazy("90 days")),
    (YEAR, gettext_lazy("This year")),
)
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
            sentence = _("A report covers at most {days} days: choose a later first day.")
            self.add_error("last", sentence.format(days=LONGEST_DAYS))
        return self.cleaned_data


@dataclass(frozen=True)
class ChosenPeriod:
    """What was asked for, and the form that says so; wrong dates leave the last 90 days."""

    period: Period
    name: str
    weeks: int
    form: PeriodForm
    now: datetime

    @property
    def parameters(self) -> dict[str, str]:
        days = {"first": str(self.period.first), "last": str(self.period.last)}
        chosen = {"period": self.name, **(days if self.name == DATES else {})}
        return chosen | ({} if self.weeks == USUAL_WEEKS else {"weeks": str(self.weeks)})

    def query(self, **more: str) -> str:
        return urlencode({**self.parameters, **more})

    def of(self, report: Report) -> AskedReport:
        return AskedReport(report, self.period, self.now, self.weeks)


def choice_of(asked: QueryDict, clinic: Clinic, now: datetime) -> ChosenPeriod:
    today = clinic.day_of(now)
    name = asked.get("period", NINETY)
    typed = name == DATES
    form = PeriodForm(asked if typed else None)
    if typed and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    else:
        name = name if name in dict(PERIODS) else NINETY
        first, last = _days_of(name, today)
    if not typed:
        form = PeriodForm(initial={"first": first, "last": last})
    weeks = asked.get("weeks", "")
    return ChosenPeriod(
        Period(clinic, first, last),
        name,
        int(weeks) if weeks in map(str, WEEKS) else USUAL_WEEKS,
        form,
        now,
    )


def _days_of(name: str, today: date) -> tuple[date, date]:
    """Until yesterday, whose figures stand; the year's first day is there by itself."""
    if name == YEAR:
        first = today.replace(month=1, day=1)
        return first, max(first, today - DAY)
    return today - int(name) * DAY, today - DAY
