"""Putting somebody on the list who has rung: known, or new."""

from dataclasses import asdict
from datetime import date, timedelta
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.actions.clients.details import NewClient
from bookings.actions.refusals import Refused
from bookings.actions.waiting_list import entries
from bookings.actions.waiting_list.entries import JoinRequest
from bookings.desk.scheduling.phone_lists import People
from bookings.desk.waiting_list.callers import CallersForm, NewCallersForm, wished
from bookings.models import Client, Clinic, Treatment
from bookings.queries.scheduling.phone_suggestions import last_treatments
from bookings.web.actor import who
from bookings.web.client_links import client_or_404
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods, status_of
from bookings.web.waiting_list.carried import pairs_of

USUAL_WAIT = timedelta(weeks=2)
LONGEST = 200  # characters of who it is


@require_safe
def find(request: StaffRequest) -> HttpResponse:
    """Who it is; what they wish for goes along to the form."""
    typed, wish = request.GET.get("who", "")[:LONGEST], wished(request.GET)
    people = People.of(typed, "")
    context = {
        "people": people,
        "typed": typed,
        "wish": pairs_of(wish),
        "query": urlencode(pairs_of(wish)),
        "new_url": f"{reverse('desk:wait_new')}?{urlencode(pairs_of(wish | asdict(people.new)))}",
    }
    return render(request, "desk/waiting_list/find.html", context)


@page_methods
def join(request: StaffRequest, pk: int) -> HttpResponse:
    client, today = client_or_404(pk), _today()
    if request.method != "POST":
        initial = {**_usual(today), "treatment": _last_treatment(client), **wished(request.GET)}
        return _show(request, CallersForm(initial=initial, today=today), client)
    return _join(request, CallersForm(request.POST, today=today), client)


@page_methods
def join_new(request: StaffRequest) -> HttpResponse:
    """Somebody who is not in the books yet, and is written down with it."""
    today = _today()
    if request.method != "POST":
        initial = {**_usual(today), **wished(request.GET)}
        return _show(request, NewCallersForm(initial=initial, today=today))
    return _join(request, NewCallersForm(request.POST, today=today))


def _join(request: StaffRequest, form: CallersForm, client: Client | None = None) -> HttpResponse:
    if not form.is_valid():
        return _show(request, form, client, status=422)
    wanted = JoinRequest(
        client=client or NewClient(**form.person),
        treatment=form.cleaned_data["treatment"],
        wanted=form.wanted,
        key=form.cleaned_data["key"],
        by=who(request),
    )
    try:
        entry = entries.join(wanted, now=timezone.now())
    except Refused as refusal:
        return _show(request, form, client, refusal=refusal, status=status_of(refusal))
    messages.success(request, _("{client} is on the waiting list.").format(client=entry.client))
    if not entry.client.email:
        messages.warning(request, _("No mail reaches them: please ring when something suits them."))
    elif not entry.client.wants_news:
        said = _("They have switched these mails off: please ring when something suits them.")
        messages.warning(request, said)
    return redirect("desk:waiting_list")


def _show(
    request: StaffRequest,
    form: CallersForm,
    client: Client | None = None,
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"client": client, "form": form, "refusal": refusal}
    return render(request, "desk/waiting_list/join.html", context, status=status)


def _today() -> date:
    return Clinic.objects.the().day_of(timezone.now())


def _usual(today: date) -> dict[str, Any]:
    return {
        "first_day": today,
        "last_day": today + USUAL_WAIT,
        "notice_hours": 0,
        "key": token_hex(16),
    }


def _last_treatment(client: Client) -> str | None:
    """What they had last, where it is offered online."""
    there = Treatment.objects.bookable_online()
    last = there.filter(pk=last_treatments([client.pk]).get(client.pk)).first()
    return last.slug if last else None
