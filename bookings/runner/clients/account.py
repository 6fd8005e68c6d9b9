"""What a signed-in runner sees of their own: appointments, races, and the way to the plan."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bookings import links
from bookings.actions.clients import identity, ways_in
from bookings.actions.refusals import Refused
from bookings.core.roles import Role
from bookings.core.wording import isolated
from bookings.models import Appointment, Client, Clinic, User
from bookings.runner.clients.age_consent import still_to_tell
from bookings.web.client_links import client_or_404
from bookings.web.requests import RunnerRequest
from bookings.web.responses import private
from bookings.web.scheduling.visits import Visits

WITHDRAWN = gettext_lazy(
    "Done. The links in earlier mails about {name}’s appointments and the calendar’s address open "
    "nothing any more, and every other browser has to sign in again."
)
MAILS_SHOWN = 12


@require_safe
@private
def account(request: RunnerRequest) -> HttpResponse:
    client = Client.objects.filter(user=request.user).first()
    clinic, now = Clinic.objects.the(), timezone.now()
    context: dict[str, Any] = {
        "client": client,
        "clinic": clinic,
        "asked": _asked_about(request.user),
    }
    if client is not None:
        context |= _of(client, now=now)
        context["to_tell"] = still_to_tell(client, clinic, clinic.day_of(now))
    return render(request, "runner/clients/account.html", context)


@require_POST
@private
def withdraw_links(request: RunnerRequest) -> HttpResponse:
    client = Client.objects.filter(user=request.user).first()
    if client is not None:
        ways_in.withdraw_links(client, here=request.session.session_key or "")
        messages.success(request, WITHDRAWN.format(name=isolated(client.name)))
    return redirect("runner:account")


@require_POST
@private
def yours(request: RunnerRequest, pk: int) -> HttpResponse:
    """The answer to "is this yours?", about what was booked without signing in."""
    client = client_or_404(pk)
    now = timezone.now()
    try:
        if request.POST.get("do") == "yes":
            identity.claim(request.user, client, by=Role.RUNNER, now=now)
            messages.success(request, _("Thank you. It stands among your bookings now."))
        else:
            identity.disown(request.user, client, by=Role.RUNNER, now=now)
            messages.success(request, _("Thank you. It stays apart from your bookings."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("runner:account")


def _asked_about(user: User) -> list[Appointment]:
    asked = identity.perhaps_theirs(user)
    if not asked:
        return []
    visits = Appointment.objects.filter(client__in=asked).visits()
    return list(visits.with_everything().order_by("client_id", "starts_at"))


def _of(client: Client, *, now: datetime) -> dict:
    mails = client.mails.filter(sent_at__isnull=False).order_by("-sent_at")
    return {
        "shared": Client.objects.at(client.email).exclude(pk=client.pk).exists(),
        "visits": Visits.of([client], now=now),
        "races": client.races.all(),
        "mails": mails[:MAILS_SHOWN],
        "preferences_url": links.client_url(links.Purpose.PREFERENCES, client),
    }
