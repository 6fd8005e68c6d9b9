"""Somebody leaves: first what is booked with them, then their login."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.people import leaving
from bookings.actions.refusals import Refused
from bookings.actions.rota.impact import VisitsAffected
from bookings.models import Clinic, User
from bookings.office.people.forms import LeaveForm
from bookings.office.people.person import asking_again, colleague
from bookings.queries.office.people import called, coming_with, is_the_last_owner
from bookings.web.actor import who
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

SHOWN = 50


@page_methods
def leave(request: StaffRequest, pk: int) -> HttpResponse:
    """`now`: today and at once; else from a day on. The owner is asked who they are."""
    answer = asking_again(_answer) if request.method == "POST" else _page
    return answer(request, colleague(pk))


def _answer(request: StaffRequest, login: User) -> HttpResponse:
    if login == request.user:
        messages.error(request, _("This is you: another owner takes you out."))
        return redirect("office:person", login.pk)
    act = _now if "now" in request.POST else _from_a_day_on
    try:
        return act(request, login)
    except VisitsAffected as refusal:
        show = partial(_page, said=str(refusal), impact=refusal.impact)
    except Refused as refusal:
        show = partial(_page, said=str(refusal))
    return show(request, login, form=_form(request), status=409)


def _form(request: StaffRequest) -> LeaveForm:
    today = Clinic.objects.the().day_of(timezone.now())
    return LeaveForm(request.POST if request.method == "POST" else None, today=today)


def _now(request: StaffRequest, login: User) -> HttpResponse:
    by = {"by": who(request), "by_name": str(request.user)}
    leaving.leave_now(login, **by, now=timezone.now())
    messages.success(request, _("Done. They have left: nobody can sign in with their login."))
    return redirect("office:person", login.pk)


def _from_a_day_on(request: StaffRequest, login: User) -> HttpResponse:
    form = _form(request)
    if not form.is_valid():
        return _page(request, login, form=form, status=422)
    accepted = request.POST.get("accepted", "")
    day, now = form.cleaned_data["last_day"], timezone.now()
    leaving.leave_after(login, day, accepted=accepted, by=who(request), now=now)
    messages.success(request, _("Done. Nobody can book with them after their last day."))
    return redirect("office:leave" if accepted else "office:person", login.pk)


def _page(
    request: StaffRequest,
    login: User,
    *,
    form: LeaveForm | None = None,
    status: int = 200,
    **said: Any,
) -> HttpResponse:
    now = timezone.now()
    coming = coming_with(login, now=now)
    clinic = Clinic.objects.the()
    today = clinic.day_of(now)
    after = clinic.begin_of((login.leaves_on or today) + timedelta(days=1))
    context = {
        "login": login,
        "name": called(login),
        "therapist": getattr(login, "therapist", None),
        "is_own": login == request.user,
        "is_last": is_the_last_owner(login),
        "coming": coming[:SHOWN],
        "count": coming.count(),
        "count_after": coming.filter(starts_at__gte=after).count(),
        "form": form or LeaveForm(initial={"last_day": login.leaves_on}, today=today),
        **said,
    }
    return render(request, "office/people/leave.html", context, status=status)
