"""Everybody who works here, and the invitation of somebody else."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.actions.people import invitations
from bookings.actions.people.invitations import GOOD_FOR, Newcomer
from bookings.actions.refusals import Refused
from bookings.models import Clinic, Therapist
from bookings.office.people.forms import InviteForm
from bookings.queries.office.people import everybody
from bookings.web.actor import who
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods


@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "listed": everybody(Clinic.objects.the().day_of(now)),
        "still_good": now - GOOD_FOR,
    }
    return render(request, "office/people/people.html", context)


@page_methods
def invite(request: StaffRequest) -> HttpResponse:
    """`therapist`: who treats here without a login. The owner is asked once more who they are."""
    answer = _answer
    if request.method == "POST":
        answer = reauthentication_required(app="allauth.mfa")(answer)
    return answer(request)


def _answer(request: StaffRequest) -> HttpResponse:
    number = whole_number(request.GET.get("therapist"))
    therapist = (
        get_object_or_404(Therapist, pk=number, user=None) if "therapist" in request.GET else None
    )
    form = InviteForm(request.POST if request.method == "POST" else None, therapist=therapist)
    said = ""
    if form.is_bound and form.is_valid():
        try:
            return _invited(request, form)
        except Refused as refusal:
            said = str(refusal)
    context = {"form": form, "therapist": therapist, "days": GOOD_FOR.days, "said": said}
    status = 409 if said else 422 if form.errors else 200
    return render(request, "office/people/invite.html", context, status=status)


def _invited(request: StaffRequest, form: InviteForm) -> HttpResponse:
    typed = form.cleaned_data
    newcomer = Newcomer(
        name=typed["name"], email=typed["email"], duties=form.duties, therapist=form.therapist
    )
    by = {"by": who(request), "by_name": str(request.user)}
    user = invitations.invite(newcomer, **by, now=timezone.now())
    sentence = _("An invitation is on its way to {address}.")
    messages.success(request, sentence.format(address=user.email))
    return redirect("office:person", user.pk)
