"""The days on which the clinic is closed; public holidays are proposed, and the owner decides."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from bookings import dates
from bookings.actions.refusals import Refused
from bookings.actions.rota import closures as rota
from bookings.core.intervals import Interval, day_bounds
from bookings.models import Absence, Clinic
from bookings.office.rota.fields import LONGEST_WORD
from bookings.office.rota.saving import asked, settle
from bookings.queries.office import public_holidays
from bookings.web.days import day_in
from bookings.web.forms import AsksAboutFarDays, DayField, ShortText, plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

SHOWN = 200
MOST_NAMED = 6  # parts of a country, in a sentence


class ClosureForm(AsksAboutFarDays):
    """Whole days, one or several; a part of a day is closed in the diary."""

    first = DayField(label=gettext_lazy("From"))
    last = DayField(label=gettext_lazy("Until"), required=False)
    reason = ShortText(label=gettext_lazy("What for"), longest=LONGEST_WORD, required=False)

    helper = plain("far", "first", "last", "reason")

    def __init__(self, *args: Any, today: date, **options: Any):
        super().__init__(*args, **options)
        self.today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day must not be before the first."))
        elif first and (last or first) < self.today:
            self.add_error("last" if last else "first", _("That is over: give a day to come."))
        self.ask_if_far_off("first", self.today)
        return data

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last."""
        first = self.cleaned_data["first"]
        return first, self.cleaned_data["last"] or first

    def during(self, clinic: Clinic) -> Interval:
        first, last = self.days
        return day_bounds(first, (last - first).days + 1, clinic.tz)


class CountryForm(forms.Form):
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    subdivision = forms.ChoiceField(label=gettext_lazy("Part of the country"), required=False)

    def __init__(self, *args: Any, clinic: Clinic, **options: Any):
        super().__init__(*args, **options)
        guessed = clinic.country or public_holidays.country_of(clinic.timezone)
        named = public_holidays.countries()
        part = clinic.subdivision
        if not clinic.country and guessed:  # as long as nobody has chosen
            part = public_holidays.part_of_address(guessed, clinic.address)
        self.initial = {"country": guessed, "subdivision": part}
        asked_for = self.data.get("country") if self.is_bound else guessed
        parts = public_holidays.parts_of(asked_for) if asked_for in named else {}
        self.fields["country"] = forms.ChoiceField(
            label=_("Country"), choices=[("", _("None")), *named.items()], required=False
        )
        self.fields["subdivision"] = forms.ChoiceField(
            label=_("Part of the country"),
            choices=[("", _("All of it")), *sorted(parts.items(), key=lambda one: one[1])],
            required=False,
        )
        self.has_parts = bool(parts)
        is_asked = bool(parts) and not self["subdivision"].value()
        self.more = _more_in_parts(str(asked_for), clinic) if is_asked else ""


def _more_in_parts(country: str, clinic: Clinic) -> str:
    """What choosing a part brings; which of many has how much would be a list by itself."""
    more = public_holidays.more_in_parts(country, clinic.day_of(timezone.now()))
    if not more:
        return ""
    said = _("“All of it” has only what every part keeps.")
    if len(more) > MOST_NAMED:
        how_many = _("{count} parts have more: please choose the clinic’s.")
        return f"{said} {how_many.format(count=len(more))}"
    each = [_("{part} {count} more").format(part=part, count=count) for part, count in more.items()]
    in_a_year = _("In the year to come: {parts}. Please choose the clinic’s part.")
    return f"{said} {in_a_year.format(parts=', '.join(sorted(each)))}"


@page_methods
def closures(request: StaffRequest) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    if request.method != "POST":
        return _page(request, clinic)
    form = ClosureForm(request.POST, today=clinic.day_of(now))
    if not form.is_valid():
        return _page(request, clinic, form=form, status=422)
    during, accepted = form.during(clinic), request.POST.get("accepted", "")
    reason = form.cleaned_data["reason"]
    days = dates.civil_days_from(*form.days, clinic.day_of(now))
    try:
        rota.close(during, reason=reason, accepted=accepted, now=now)
    except Refused as refusal:
        return _page(request, clinic, form=form, refusal=refusal, status=409)
    messages.success(request, _("The clinic is closed: {days}.").format(days=days))
    return settle(accepted, reverse("office:closures"))


@require_POST
def close_holidays(request: StaffRequest) -> HttpResponse:
    """Those ticked, the one whose button it was, or all."""
    clinic, now = Clinic.objects.the(), timezone.now()
    proposed = _proposed(clinic)
    open_days = {one.day: one.what for one in proposed if not one.is_closed}
    ticked = {day_in(day) for day in [request.POST.get("one", ""), *request.POST.getlist("day")]}
    if "one" in request.POST:
        ticked = {day_in(request.POST["one"])}
    wanted = {
        day: name for day, name in open_days.items() if day in ticked or "all" in request.POST
    }
    if not wanted:
        messages.error(request, _("No day was ticked, so nothing was changed."))
        return redirect("office:closures")
    accepted = request.POST.get("accepted", "")
    try:
        rota.close_on(wanted, accepted=accepted, now=now)
    except Refused as refusal:
        return _page(request, clinic, refusal=refusal, ticked=set(wanted), status=409)
    sentence = ngettext(
        "The clinic is closed on {count} more day.",
        "The clinic is closed on {count} more days.",
        len(wanted),
    )
    messages.success(request, sentence.format(count=len(wanted)))
    return settle(accepted, reverse("office:closures"))


@require_POST
def country(request: StaffRequest) -> HttpResponse:
    clinic = Clinic.objects.the()
    form = CountryForm(request.POST, clinic=clinic)
    if not form.is_valid() and "subdivision" in form.errors:  # of the country chosen before
        form = CountryForm({"country": request.POST.get("country", "")}, clinic=clinic)
    if not form.is_valid():
        return _page(request, clinic, country_form=form, status=422)
    rota.is_in(form.cleaned_data["country"], form.cleaned_data["subdivision"])
    messages.success(request, _("Its public holidays are proposed below."))
    return redirect(f"{reverse('office:closures')}#holidays")


def _proposed(clinic: Clinic) -> list[public_holidays.HolidayProposal]:
    return public_holidays.proposals(clinic, today=clinic.day_of(timezone.now()))


def _page(
    request: StaffRequest,
    clinic: Clinic,
    *,
    form: ClosureForm | None = None,
    country_form: CountryForm | None = None,
    ticked: set[date] | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    today = clinic.day_of(timezone.now())
    to_come = Absence.objects.filter(therapist=None, ends_at__gt=timezone.now())
    context = {
        "form": form or ClosureForm(today=today),
        "country_form": country_form or CountryForm(clinic=clinic),
        "closures": to_come[:SHOWN],
        "proposals": _proposed(clinic),
        "ticked": ticked or set(),
        "of_holidays": ticked is not None,
        **asked(refusal),
    }
    return render(request, "office/rota/closures.html", context, status=status)
