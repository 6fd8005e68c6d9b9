"""One day that is different: extra hours, shorter ones, a day off; or as every week again."""

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import dates
from bookings.actions.refusals import Refused
from bookings.actions.rota import hours as rota
from bookings.core.intervals import day_bounds
from bookings.core.scheduling.hours_text import DayHours, written
from bookings.core.scheduling.weeks import monday_of
from bookings.models import Absence, Clinic, Therapist
from bookings.office.rota.fields import LONGEST_WORD, HoursField
from bookings.office.rota.saving import asked, settle
from bookings.queries.rota.patterns import day_stamp, hours_on, usual_hours
from bookings.web.forms import ShortText, plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

OVER = gettext_lazy("What has been worked is not changed any more.")


class DayForm(forms.Form):
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    hours = HoursField(
        label=gettext_lazy("Hours of that day"),
        help_text=gettext_lazy(
            "Such as 9-13, 14-18. Empty for a day off. The breaks of every week stay."
        ),
    )
    reason = ShortText(
        label=gettext_lazy("What for, of a day off"), longest=LONGEST_WORD, required=False
    )

    helper = plain("seen", "hours", "reason")

    def __init__(self, *args: Any, there: list[DayHours], **options: Any):
        super().__init__(*args, **options)
        self.initial["hours"] = cast(HoursField, self.fields["hours"]).stands(there)

    @property
    def is_different(self) -> bool:
        return bool(set(self.changed_data) - {"seen"})


@page_methods
def day(request: StaffRequest, pk: int, day: date) -> HttpResponse:
    therapist = get_object_or_404(Therapist, pk=pk)
    there = hours_on(therapist, day)
    if request.method != "POST":
        form = DayForm(there=there, initial={"seen": day_stamp(therapist, day)})
        return _page(request, form, therapist, day)
    typed = request.POST.copy()
    if "usual" in typed:  # a button of its own
        typed["hours"] = written(usual_hours(therapist, day))
    form = DayForm(typed, there=there)
    if form.is_valid() and form.is_different and day < _today():
        form.add_error("hours", OVER)
    if not form.is_valid():
        return _page(request, form, therapist, day, status=422)
    return _kept(request, form, therapist, day)


def _kept(request: StaffRequest, form: DayForm, therapist: Therapist, day: date) -> HttpResponse:
    hours, accepted = form.cleaned_data["hours"], request.POST.get("accepted", "")
    week = _week_of(day)
    if hours == hours_on(therapist, day):
        messages.info(request, _("Nothing was different, so nothing was changed."))
        return redirect(week)
    try:
        rota.keep_day(
            therapist,
            day,
            hours,
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            accepted=accepted,
            now=timezone.now(),
        )
    except Refused as refusal:
        return _page(request, form, therapist, day, refusal=refusal, status=409)
    sentence = _("{therapist}, {day}: it is in the rota.")
    said = sentence.format(therapist=therapist, day=dates.civil_day_and_year(day))
    messages.success(request, said)
    return settle(accepted, week, therapist)


def _today() -> date:
    return Clinic.objects.the().day_of(timezone.now())


def _week_of(day: date) -> str:
    return f"{reverse('office:rota')}?week={monday_of(day)}"


def _page(
    request: StaffRequest,
    form: DayForm,
    therapist: Therapist,
    day: date,
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    usual, now = usual_hours(therapist, day), hours_on(therapist, day)
    away = Absence.objects.touching(day_bounds(day, 1, Clinic.objects.the().tz))
    context = {
        "form": form,
        "therapist": therapist,
        "day": day,
        "usual": written(usual),
        "is_different": usual != now,
        "off": away.filter(therapist=therapist),
        "closed": away.filter(therapist=None),
        "over": OVER if day < _today() else "",
        "back": _week_of(day),
        **asked(refusal),
    }
    return render(request, "office/rota/day.html", context, status=status)
