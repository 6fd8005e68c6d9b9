"""The health check with the client in the room: asked aloud, or on the phone handed over to them.

The answers are the client's, given to whoever treats them; the record of accesses says to whom.
"""

from dataclasses import replace
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings.models import Appointment, Therapist
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods
from therapists.actions import health_checks
from therapists.core.content import Answers
from therapists.health_audit import Reader
from therapists.models import HowAsked
from therapists.pages.draft_recovery import STANDS_HERE, door_pass, taken
from therapists.pages.forms import HealthForm
from therapists.pages.health import handed_over
from therapists.pages.health.health import Asking, asking_of
from therapists.pages.no_store import of_a_therapist, refuse_unless_treated
from therapists.pages.reader import reader_of

NO_WAY_BACK = gettext_lazy(
    "Set up a password or a passkey first: without one nobody could open this browser again."
)


@page_methods
@of_a_therapist
def ask(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """Blank, whatever was answered before: it may be in the client's hands."""
    visit, now = _visit(therapist, pk), timezone.now()
    asking = asking_of(request, visit.whose, visit, now, in_the_room=True)
    if request.method != "POST":
        if typed := taken(request):
            messages.warning(request, STANDS_HERE)
        return _show(request, asking, _form(request, asking, typed or None))
    form = _form(request, asking, request.POST)
    if not form.is_valid():
        return _show(request, asking, form, status=422)
    given = form.answers(asking.rules.version)
    is_handed_over = handed_over.is_handed_over(request)
    health_checks.give(
        visit.whose,
        given,
        form=asking.form,
        visit=visit,
        reader=_reader(request),
        now=now,
        asked=HowAsked.HANDED_OVER if is_handed_over else HowAsked.ALOUD,
    )
    return _given(request, visit, given)


@require_POST
@of_a_therapist
def hand_over(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """The browser shows the questions and nothing else, until somebody says who they are."""
    visit = _visit(therapist, pk)
    page = reverse("therapists:ask", args=[visit.pk])
    if not _has_a_way_back(request):
        messages.error(request, NO_WAY_BACK)
        return redirect(page)
    return handed_over.hand_over(request, page)


def _has_a_way_back(request: StaffRequest) -> bool:
    """A password or a factor. A mailed code would be read on the phone that was handed over."""
    return bool(get_adapter().get_reauthentication_methods(request.user))


def _reader(request: StaffRequest) -> Reader:
    """The record of accesses tells what was filled in by the client from what was asked."""
    reader = reader_of(request)
    if handed_over.is_handed_over(request):
        return replace(reader, page="therapists:hand_over")
    return reader


def _visit(therapist: Therapist, pk: int) -> Appointment:
    visit = get_object_or_404(Appointment.objects.visits().of_the_living(), pk=pk)
    refuse_unless_treated(therapist, visit.whose)
    return visit


def _form(request: StaffRequest, asking: Asking, typed: object) -> HealthForm:
    form = asking.blank(data=typed)
    if not handed_over.is_handed_over(request):
        form.asked_aloud()
    return form


def _show(
    request: StaffRequest, asking: Asking, form: HealthForm, *, status: int = 200
) -> HttpResponse:
    context = _of_the_page(request, asking.visit) | {
        "asking": asking,
        "form": form,
        "all_of_it": "?all",
        "door_pass": door_pass(request.user, request.path),
        "may_hand_over": _has_a_way_back(request),
    }
    return render(request, "therapists/health/in_the_room/ask.html", context, status=status)


def _given(request: StaffRequest, visit: Appointment, given: Answers) -> HttpResponse:
    """Back to the brief; or thanks, for whoever has the phone in their hands."""
    if handed_over.is_handed_over(request):
        context = _of_the_page(request, visit) | {"given": given}
        return render(request, "therapists/health/in_the_room/given.html", context)
    brief = reverse("therapists:brief", args=[visit.pk])
    if given.needs_a_person:
        words = _("The answers are kept, and {client} is on hold: decide before you start.")
        messages.warning(request, words.format(client=visit.whose))
        return redirect(f"{brief}#hold")
    messages.success(request, _("The answers are kept."))
    return redirect(brief)


def _of_the_page(request: StaffRequest, visit: Appointment | None) -> dict:
    """In whose hands it is, and the way back to the brief for whoever treats."""
    is_handed_over = handed_over.is_handed_over(request)
    brief = reverse("therapists:brief", args=[visit.pk]) if visit else ""
    query = urlencode({"next": brief})
    return {
        "visit": visit,
        "is_handed_over": is_handed_over,
        "frame": handed_over.FRAME if is_handed_over else "therapists/base.html",
        "way_back": f"{reverse('account_reauthenticate')}?{query}",
    }
