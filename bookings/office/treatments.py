"""What can be booked: the price list, and a page for each treatment."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings import dates
from bookings.actions.rota import order
from bookings.models import Clinic, Treatment
from bookings.office import saving
from bookings.office.treatment_forms import TreatmentForm
from bookings.queries.office import offers
from bookings.queries.training import protocol
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods


@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    return render(request, "office/offers/treatments.html", {"listed": offers.treatments()})


@require_POST
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """One place up or down in the list."""
    return saving.moved(request, get_object_or_404(Treatment, pk=pk), "office:treatments")


@page_methods
def new(request: StaffRequest) -> HttpResponse:
    return _answer(request, Treatment(position=order.after_all(Treatment)))


@page_methods
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _answer(request, get_object_or_404(offers.treatments(), pk=pk))


def _answer(request: StaffRequest, treatment: Treatment) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    form = TreatmentForm(
        request.POST if request.method == "POST" else None,
        instance=treatment,
        clinic=clinic,
        protocol=protocol.current(),
        now=now,
    )
    made = Treatment.objects.filter(pk=treatment.pk).first()  # as it stands, not as it is typed
    show = partial(saving.shown, request, "office/offers/treatment.html", form)
    if request.method != "POST" or not form.is_valid():
        return show(made=made, treatment=treatment)
    if made and not form.is_different:
        messages.info(request, _("Nothing was different, so nothing was changed."))
    elif refusal := saving.refusal_of(request, form):
        return show(refusal=refusal, made=made, treatment=treatment)
    else:
        messages.success(request, _said_of(form, is_new=made is None))
        if not form.cleaned_data["therapists"]:
            messages.warning(request, _("Nobody offers it yet, so that no runner can book it."))
    return redirect("office:treatments")


def _said_of(form: TreatmentForm, *, is_new: bool) -> str:
    """And what proposes a new one, and from when a new price holds, when it was typed now."""
    said = [_("{treatment} is saved.").format(treatment=form.instance)]
    if is_new:
        said.append(_of_plans(form))
    first = form.cleaned_data["next_price_from"]
    if first and {"next_price", "next_price_from"} & set(form.changed_data):
        sentence = _("Its new price holds from {day}; until then nothing changes.")
        said.append(sentence.format(day=dates.civil_day_from(first, form.today)))
    return " ".join(said)


def _of_plans(form: TreatmentForm) -> str:
    kinds = form.instance.session_kinds
    sessions = form.protocol.session_types.values()
    proposed = ", ".join(one.name for one in sessions if one.kind.value in kinds)
    if not proposed:
        return _("No session of a plan lasts as long: none proposes it.")
    return _("A runner’s plan proposes it for: {sessions}.").format(sessions=proposed)
