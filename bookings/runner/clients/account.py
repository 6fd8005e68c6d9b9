"""What a signed-in runner sees of their own: appointments, races, and the way to the plan."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bookings import links
from bookings.actions.clients import identity, ways_in
from bookings.actions.refusals import Refused, Stale
from bookings.actions.scheduling import unproved
from bookings.core.clients.search_text import name_compared
from bookings.core.roles import Role
from bookings.core.wording import isolated
from bookings.models import Appointment, Client, Clinic, User
from bookings.runner.clients.age_consent import still_to_tell
from bookings.runner.clients.week import TrainingWeek
from bookings.web.forms import whole_number
from bookings.web.requests import RunnerRequest
from bookings.web.responses import private
from bookings.web.scheduling.visits import Visit, Visits
from bookings.web.waiting_list.places import places_of

WITHDRAWN = gettext_lazy(
    "Done. Links in earlier emails about {name}’s appointments and the calendar’s address no "
    "longer work, and every other browser has to sign in again."
)
MAILS_SHOWN = 12
ANSWERS: dict[str, tuple[Callable[..., Client | None], Any]] = {
    "yes": (identity.claim, gettext_lazy("Thank you. You will find it among your bookings now.")),
    "leave": (identity.disown, gettext_lazy("Thank you. It stays apart from your bookings.")),
    "cancel": (
        unproved.know_nobody,
        gettext_lazy("Thank you. It is cancelled, and we will not write to you about it again."),
    ),
}


@require_safe
@private
def account(request: RunnerRequest) -> HttpResponse:
    client = Client.objects.filter(user=request.user).first()
    perhaps = identity.perhaps_theirs(request.user)
    asked = _asked_about(perhaps)
    names = {visit.whose.pk: name_compared(visit.whose.name) for visit in asked}
    clinic, now = Clinic.objects.the(), timezone.now()
    context: dict[str, Any] = {
        "client": client,
        "clinic": clinic,
        "asked": asked,
        "several_asked": len(names) > 1,
        "of_one_name": len(set(names.values())) == 1,
        "family": _family(request.user, but=perhaps, now=now),
    }
    if client is not None:
        context |= _of(client, now=now)
        context["places"] = places_of(client, clinic, now=now)
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
    return _answer(request, {pk})


@require_POST
@private
def all_yours(request: RunnerRequest) -> HttpResponse:
    """One answer about all that the page has asked."""
    return _answer(request, {whole_number(one) for one in request.POST.getlist("record")})


def _answer(request: RunnerRequest, shown: Collection[int | None]) -> HttpResponse:
    """Numbers that this login is not asked about are answered as those that are nobody's."""
    records = [one for one in identity.perhaps_theirs(request.user) if one.pk in shown]
    if not records:
        messages.error(request, str(Stale()))
    act, thanks = ANSWERS.get(request.POST.get("do", ""), ANSWERS["leave"])
    answered = 0
    for client in records:
        try:
            act(request.user, client, by=Role.RUNNER, now=timezone.now())
            answered += 1
        except Refused as refusal:
            messages.error(request, str(refusal))
    if answered:
        messages.success(request, thanks)
    return redirect("runner:account")


def _asked_about(people: Collection[Client]) -> list[Appointment]:
    if not people:
        return []
    visits = Appointment.objects.filter(client__in=people).visits()
    return list(visits.with_everything().order_by("client_id", "starts_at"))


def _family(
    user: User, *, but: Collection[Client], now: datetime
) -> list[tuple[Client, list[Visit]]]:
    """What is to come of each who shares the mailbox, by name; nothing of their health.

    Anybody may have typed the address: of whom nothing is to come, only those known are named.
    """
    people = [one for one in identity.family_of(user) if one not in but]
    ahead = Visits.of(people, now=now).ahead if people else ()
    each = [(one, [v for v in ahead if v.appointment.client_id == one.pk]) for one in people]
    return [(one, theirs) for one, theirs in each if theirs or one.proved_at]


def _of(client: Client, *, now: datetime) -> dict:
    mails = client.mails.filter(sent_at__isnull=False).order_by("-sent_at")
    return {
        "visits": Visits.of([client], now=now),
        "races": client.races.all(),
        "week": TrainingWeek(client),
        "mails": mails[:MAILS_SHOWN],
        "preferences_url": links.client_url(links.Purpose.PREFERENCES, client),
    }
