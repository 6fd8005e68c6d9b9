"""The clinic and its rules, on one page."""

from functools import partial

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Clinic
from bookings.office import saving
from bookings.office.clinic_form import SettingsForm
from bookings.queries.training import protocol
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

GIVES_POWER = frozenset({"care_days"})  # who reads health data for how long


@page_methods
def settings(request: StaffRequest) -> HttpResponse:
    """Whoever changes what gives power is asked once more who they are, and then answered."""
    answer = _answer
    if request.method == "POST" and GIVES_POWER.intersection(_form(request).changed_data):
        answer = reauthentication_required(app="allauth.mfa")(answer)
    return answer(request)


def _form(request: StaffRequest) -> SettingsForm:
    return SettingsForm(
        request.POST if request.method == "POST" else None,
        instance=Clinic.objects.the(),
        protocol=protocol.current(),
        now=timezone.now(),
    )


def _answer(request: StaffRequest) -> HttpResponse:
    form = _form(request)
    show = partial(saving.shown, request, "office/clinic.html", form)
    if request.method != "POST" or not form.is_valid():
        return show()
    if not form.is_different:
        messages.info(request, _("Nothing was different, so nothing was changed."))
    elif refusal := saving.refusal_of(request, form):
        return show(refusal=refusal)
    else:
        messages.success(request, _("The settings are saved."))
    return redirect("office:clinic")
