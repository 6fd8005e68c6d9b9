"""Cancelling an appointment: asked first, then done; and taking that, or a move, back."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings.actions.refusals import Busy, MovedMeanwhile, Refused, Stale, TooLate
from bookings.actions.scheduling import cancellation, undoing
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Clinic
from bookings.queries.scheduling.cutoffs import why_not_cancel
from bookings.runner.scheduling.forms import CancelForm, RevisionForm
from bookings.web.appointment_links import Opened, back_to_it, behind_a_link
from bookings.web.mail.told import say_done
from bookings.web.responses import page_methods


@page_methods
@partial(behind_a_link, says_yes=False)
def cancel(request: HttpRequest, opened: Opened) -> HttpResponse:
    if request.method == "POST":
        return _cancel(request, opened)
    if not _cannot_cancel(opened):
        return _ask(request, opened, _form(opened))
    why_not = why_not_cancel(opened.appointment, Clinic.objects.the(), now=timezone.now())
    if why_not and opened.appointment.status == Status.BOOKED:
        messages.warning(request, why_not)
    return back_to_it(opened)


def _form(opened: Opened, reason: str = "") -> CancelForm:
    return CancelForm(initial={"revision": opened.appointment.revision, "reason": reason})


def _cannot_cancel(opened: Opened) -> bool:
    visit = opened.appointment
    why_not = why_not_cancel(visit, Clinic.objects.the(), now=timezone.now())
    return visit.status != Status.BOOKED or why_not is not None


def _ask(
    request: HttpRequest,
    opened: Opened,
    form: CancelForm,
    problem: str = "",
    *,
    moved: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "opened": opened,
        "appointment": opened.appointment,
        "form": form,
        "problem": problem,
        "moved": moved,
    }
    return render(request, "runner/scheduling/cancel.html", context, status=status)


def _cancel(request: HttpRequest, opened: Opened) -> HttpResponse:
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _ask(request, opened, form, status=422)
    try:
        cancellation.cancel(
            opened.appointment,
            reason=form.cleaned_data["reason"],
            revision=form.cleaned_data["revision"],
            by=Role.RUNNER,
            now=timezone.now(),
        )
    except MovedMeanwhile as refusal:
        opened.appointment.refresh_from_db()
        anew = _form(opened, form.cleaned_data["reason"])
        return _ask(request, opened, anew, moved=str(refusal), status=409)
    except (TooLate, Stale) as refusal:
        return _ask(request, opened, form, str(refusal), status=409)
    done, mailed = _("Your appointment is cancelled."), _("We have emailed you about it.")
    say_done(request, done, mailed, opened.appointment.whose)
    return back_to_it(opened)


@require_POST
@behind_a_link
def undo(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Nothing was typed, so whatever is against it is told on the page of the visit."""
    form = RevisionForm(request.POST)
    if not form.is_valid():
        return back_to_it(opened)
    try:
        revision = form.cleaned_data["revision"]
        undoing.undo(opened.appointment, revision=revision, by=Role.RUNNER, now=timezone.now())
    except Busy:
        raise
    except Refused as refusal:
        messages.error(request, _("{why} Nothing was changed.").format(why=refusal))
    else:
        messages.success(request, _("Undone. Your appointment stands as before."))
    return back_to_it(opened)
