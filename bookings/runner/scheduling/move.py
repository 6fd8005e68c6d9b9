"""Moving an appointment: choose, confirm, done."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import Busy, Refused
from bookings.actions.scheduling import changes
from bookings.actions.scheduling.changes import MoveRequest
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Therapist
from bookings.queries.scheduling.cutoffs import is_late_to_cancel, why_not_move
from bookings.queries.scheduling.diary import diary_facts
from bookings.queries.scheduling.slots import Ignoring, Slot
from bookings.runner.scheduling.forms import NewStartForm
from bookings.runner.training.chosen_day import against, store_of
from bookings.web.appointment_links import Opened, back_to_it, behind_a_link
from bookings.web.mail.told import say_done
from bookings.web.responses import page_methods, page_or_part
from bookings.web.scheduling.picker import Picker
from bookings.web.training.plan_store import plan_to_choose_by
from bookings.web.visitor import remember_moved


@page_methods
@behind_a_link
def move(request: HttpRequest, opened: Opened) -> HttpResponse:
    if request.method == "POST":
        return _move(request, opened)
    if _cannot_move(opened):
        return back_to_it(opened)
    return _confirm(request, opened) if "start" in request.GET else _choose(request, opened)


def _cannot_move(opened: Opened) -> bool:
    visit = opened.appointment
    why_not = why_not_move(visit, Clinic.objects.the(), now=timezone.now())
    return visit.status != Status.BOOKED or why_not is not None


def _choose(
    request: HttpRequest, opened: Opened, problem: str = "", status: int = 200
) -> HttpResponse:
    here = reverse("runner:move", args=[opened.token])
    clinic, now = Clinic.objects.the(), timezone.now()
    picker = Picker(
        clinic=clinic,
        treatment=opened.appointment.treatment,
        query=request.GET,
        path=here,
        target=here,
        now=now,
        moving=opened.appointment,
        plan=plan_to_choose_by(store_of(request, opened), clinic, opened.appointment, now=now),
    )
    stays_late = is_late_to_cancel(opened.appointment, clinic, now=now)
    context = {"picker": picker, "opened": opened, "problem": problem, "stays_late": stays_late}
    return page_or_part(
        request,
        "runner/scheduling/move.html",
        "web/scheduling/_picker.html",
        context,
        status=status,
    )


def _confirm(request: HttpRequest, opened: Opened) -> HttpResponse:
    revision = opened.appointment.revision
    form = NewStartForm({**request.GET.dict(), "revision": revision})
    if not form.is_valid():
        return _choose(request, opened, _("Please choose one of the free times."), status=422)
    if _is_there_already(opened.appointment, form):  # as after a step back
        messages.info(request, _("Your appointment is at that time already."))
        return back_to_it(opened)
    return _confirm_page(request, opened, form)


def _is_there_already(visit: Appointment, form: NewStartForm) -> bool:
    start, therapist = form.cleaned_data["start"], form.cleaned_data["therapist"]
    return bool(start == visit.starts_at and therapist in (None, visit.therapist))


def _move(request: HttpRequest, opened: Opened) -> HttpResponse:
    form = NewStartForm(request.POST)
    if not form.is_valid():
        return _choose(request, opened, _("Please choose one of the free times."), status=422)
    try:
        changes.move(_request(opened.appointment, form), now=timezone.now())
    except Busy:
        raise
    except Refused as refusal:
        return _confirm_page(request, opened, form, refusal, status=409)
    remember_moved(request, opened.appointment, form.cleaned_data["start"])
    done, mailed = _("Your appointment has been moved."), _("We have emailed you the new time.")
    say_done(request, done, mailed, opened.appointment.whose)
    return back_to_it(opened)


def _request(visit: Appointment, form: NewStartForm) -> MoveRequest:
    data = form.cleaned_data
    slot = Slot(treatment=visit.treatment, start=data["start"], therapist=data["therapist"])
    return MoveRequest(
        appointment=visit,
        slot=slot,
        revision=data["revision"],
        rules=Rules.ONLINE,
        notify=Notify.NOW,
        by=Role.RUNNER,
    )


def _confirm_page(
    request: HttpRequest,
    opened: Opened,
    form: NewStartForm,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    start, therapist = form.cleaned_data["start"], form.cleaned_data["therapist"]
    clinic = Clinic.objects.the()
    context = {
        "clinic": clinic,
        "opened": opened,
        "appointment": opened.appointment,
        "form": form,
        "start": start,
        "against": against(request, clinic, opened.appointment.treatment, start, opened),
        "therapist": therapist,
        "takers": [] if refusal else _takers(opened.appointment, start, therapist),
        "refusal": refusal,
    }
    return render(request, "runner/scheduling/move_confirm.html", context, status=status)


def _takers(visit: Appointment, start: datetime, therapist: Therapist | None) -> list[Therapist]:
    """Who could take it then: the present therapist alone, if that is one of them."""
    clinic = Clinic.objects.the()
    day = diary_facts(
        clinic,
        first=clinic.day_of(start),
        days=1,
        treatments=[visit.treatment],
        therapist=therapist,
        ignoring=Ignoring(appointments=(visit.pk,)),
        now=timezone.now(),
    )
    found = day.openings(visit.treatment, duration=visit.duration)
    takers = next((list(one.therapists) for one in found if one.starts_at == start), [])
    return [visit.therapist] if visit.therapist in takers else takers
