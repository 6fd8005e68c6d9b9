"""Forms for what blocks or adds time in the diary, one for each kind."""

from datetime import date, time, timedelta
from typing import Any, Generic, TypeVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.rota.blocks import Block
from bookings.desk.form_fields import choose_unless_known
from bookings.models import Absence, Clinic, ExtraShift, Therapist, Weekday, WeeklyBreak
from bookings.web.forms import AsksAboutFarDays, DayField
from bookings.web.scheduling.spans import END_AFTER_START, ClockField, SpanForm

Row = TypeVar("Row", bound=Block)


class BlockForm(AsksAboutFarDays, Generic[Row]):
    """`seen` is the block as the page showed it. A form makes or changes one `kind` of row."""

    kind: type[Block]

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_new: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.is_new = is_new
        if "therapist" in self.fields:
            choose_unless_known(self, "therapist")

    def look_at(self, first: date | None, last: date | None) -> None:
        """What would be new and is over already is refused; what is far off is asked about."""
        today = Clinic.objects.the().day_of(timezone.now())
        if self.is_new and first and (last or first) < today:
            self.add_error("last" if last else "first", _("That is over: give a day to come."))
        self.ask_if_far_off("first", today)

    def apply_to(self, block: Row, clinic: Clinic) -> Row:
        raise NotImplementedError

    @staticmethod
    def initial_of(block: Row, clinic: Clinic) -> dict:
        raise NotImplementedError


class ClosedForm(SpanForm, BlockForm[Absence]):
    """A closure of the whole clinic."""

    reason = forms.CharField(label=gettext_lazy("What for"), max_length=120, required=False)

    kind = Absence

    def clean(self) -> dict:
        data = super().clean()
        self.look_at(data.get("first"), data.get("last"))
        return data

    def apply_to(self, block: Absence, clinic: Clinic) -> Absence:
        data = self.cleaned_data
        block.starts_at, block.ends_at = self.bounds(clinic)
        block.reason = data["reason"]
        block.therapist = data.get("therapist")
        return block

    @staticmethod
    def initial_of(block: Absence, clinic: Clinic) -> dict:
        begins, ends = (at.astimezone(clinic.tz) for at in (block.starts_at, block.ends_at))
        whole_days = ends.time() == time.min
        last = clinic.day_of(block.ends_at) - timedelta(days=whole_days)
        return {
            "first": clinic.day_of(block.starts_at),
            "start": begins.time() if begins.time() != time.min else None,
            "last": last,
            "end": None if whole_days else ends.time(),
            "reason": block.reason,
            "therapist": block.therapist_id,
        }


class OffForm(ClosedForm):
    """One therapist is away: holiday, illness, a meeting."""

    therapist = forms.ModelChoiceField(Therapist.objects.active(), empty_label=None)
    field_order = ("therapist",)


class ExtraForm(BlockForm[ExtraShift]):
    """More hours on one day."""

    therapist = forms.ModelChoiceField(Therapist.objects.active(), empty_label=None)
    first = DayField(label=gettext_lazy("Day"))
    start = ClockField(label=gettext_lazy("From"))
    end = ClockField(label=gettext_lazy("Until"))
    instead = forms.BooleanField(
        label=gettext_lazy("Instead of the weekly hours of that day"), required=False
    )

    kind = ExtraShift

    def clean(self) -> dict:
        super().clean()
        data = _refuse_backwards(self, self.cleaned_data)
        self.look_at(data.get("first"), None)
        return data

    def apply_to(self, block: ExtraShift, clinic: Clinic) -> ExtraShift:
        data = self.cleaned_data
        block.therapist, block.day = data["therapist"], data["first"]
        block.start, block.end = data["start"], data["end"]
        block.instead = data["instead"]
        return block

    @staticmethod
    def initial_of(block: ExtraShift, clinic: Clinic) -> dict:
        return {
            "therapist": block.therapist_id,
            "first": block.day,
            "start": block.start,
            "end": block.end,
            "instead": block.instead,
        }


class BreakForm(BlockForm[WeeklyBreak]):
    """A pause every week."""

    therapist = forms.ModelChoiceField(Therapist.objects.active(), empty_label=None)
    weekday = forms.TypedChoiceField(choices=Weekday.choices, coerce=int)
    start = ClockField(label=gettext_lazy("From"))
    end = ClockField(label=gettext_lazy("Until"))
    first = DayField(label=gettext_lazy("First day on which it holds"))
    last = DayField(label=gettext_lazy("Last day (leave empty for good)"), required=False)
    reason = forms.CharField(label=gettext_lazy("What for"), max_length=120, required=False)

    kind = WeeklyBreak

    def clean(self) -> dict:
        super().clean()
        data = _refuse_backwards(self, self.cleaned_data)
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _("The last day must not be before the first."))
        self.look_at(data.get("first"), data.get("last") or date.max)
        return data

    def apply_to(self, block: WeeklyBreak, clinic: Clinic) -> WeeklyBreak:
        data = self.cleaned_data
        block.therapist, block.weekday = data["therapist"], data["weekday"]
        block.start, block.end = data["start"], data["end"]
        block.valid_from, block.valid_until = data["first"], data["last"]
        block.reason = data["reason"]
        return block

    @staticmethod
    def initial_of(block: WeeklyBreak, clinic: Clinic) -> dict:
        return {
            "therapist": block.therapist_id,
            "weekday": block.weekday,
            "start": block.start,
            "end": block.end,
            "first": block.valid_from,
            "last": block.valid_until,
            "reason": block.reason,
        }


def _refuse_backwards(form: forms.Form, data: dict) -> dict:
    if data.get("start") and data.get("end") and data["end"] <= data["start"]:
        form.add_error("end", END_AFTER_START)
    return data
