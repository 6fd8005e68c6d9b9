"""One therapist's weeks: typed in a grid, asked about first, saved together."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import dates
from bookings.actions.refusals import Refused
from bookings.actions.rota import hours as rota
from bookings.models import Clinic, Therapist, Weekday
from bookings.office.rota.hours_forms import RotaForm, copied, days_in_words, ended
from bookings.office.rota.saving import asked, settle
from bookings.queries.rota.overlaps import overlaps
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods


@page_methods
def hours(request: StaffRequest, pk: int) -> HttpResponse:
    therapist = get_object_or_404(Therapist, pk=pk)
    today = Clinic.objects.the().day_of(timezone.now())
    if request.method != "POST":
        return _page(request, RotaForm(None, therapist, today))
    if "copy" in request.POST:
        return _page(request, RotaForm(copied(request.POST), therapist, today))
    form = RotaForm(request.POST, therapist, today)
    if not form.is_valid():
        return _page(request, form, status=422)
    return _kept(request, form)


def _kept(request: StaffRequest, form: RotaForm) -> HttpResponse:
    if not form.is_different:
        messages.info(request, _("Nothing was different, so nothing was changed."))
        return redirect("office:hours", form.therapist.pk)
    accepted = request.POST.get("accepted", "")
    try:
        rota.keep(
            form.therapist,
            [one.wanted for one in form.different],
            seen=form.seen,
            accepted=accepted,
            now=timezone.now(),
        )
    except Refused as refusal:
        return _page(request, form, refusal=refusal, status=409)
    sentence = _("The hours of {therapist} are saved.")
    today = Clinic.objects.the().day_of(timezone.now())
    since = min(one.wanted.since for one in form.different)
    said = sentence.format(therapist=form.therapist)
    messages.success(request, f"{said} {dates.begins(since, today)}".strip())
    for warning in [*_breaks_left(form), *overlaps(form.therapist, since=today)]:
        messages.warning(request, warning)
    return settle(accepted, reverse("office:hours", args=[form.therapist.pk]), form.therapist)


def _breaks_left(form: RotaForm) -> list[str]:
    sentence = _("A break of {day} is outside the hours of that day now: nobody works then.")
    return [sentence.format(day=day) for one in form.different for day in one.breaks_left_outside()]


def _page(
    request: StaffRequest, form: RotaForm, *, refusal: Refused | None = None, status: int = 200
) -> HttpResponse:
    today = Clinic.objects.the().day_of(timezone.now())
    context = {
        "rota": form,
        "therapist": form.therapist,
        "weekdays": Weekday,
        "ended": [(one, days_in_words(one)) for one in ended(form.therapist, today)],
        **asked(refusal),
    }
    return render(request, "office/rota/hours.html", context, status=status)
