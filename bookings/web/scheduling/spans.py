"""A stretch of time on the clinic's clock, as people type one: whole days, or parts of them."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from bookings.core.intervals import day_bounds
from bookings.models import Clinic
from bookings.web.forms import DayField

END_AFTER_START = gettext_lazy("The end must be after the start.")


class ClockField(forms.TimeField):
    def __init__(self, **kwargs: Any):
        super().__init__(widget=forms.TimeInput({"type": "time"}, "%H:%M"), **kwargs)


class SpanForm(forms.Form):
    first = DayField(label=gettext_lazy("From"))
    start = ClockField(label=gettext_lazy("At (leave empty for the whole day)"), required=False)
    last = DayField(label=gettext_lazy("Until (leave empty for the same day)"), required=False)
    end = ClockField(label=gettext_lazy("At (leave empty for the end of the day)"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last") or data.get("first")
        start, end = data.get("start") or time.min, data.get("end")
        if first and last and (last < first or (last == first and end and end <= start)):
            self.add_error("end" if last == first else "last", END_AFTER_START)
        return data

    def bounds(self, clinic: Clinic) -> tuple[datetime, datetime]:
        """In UTC; a clock change may leave nothing between them.

        A time that autumn repeats means the first for a start and the last for an end.
        """
        data = self.cleaned_data
        last, tz = data["last"] or data["first"], clinic.tz
        begins = datetime.combine(data["first"], data["start"] or time.min, tz).astimezone(UTC)
        if not data["end"]:
            return begins, day_bounds(last, 1, tz).end
        ends = datetime.combine(last, data["end"], tz)
        return begins, max(ends.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
