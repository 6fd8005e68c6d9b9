"""All that somebody has booked, behind one mailed link; and the same again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings import links
from bookings.core.wording import isolated
from bookings.models import Client, Clinic
from bookings.queries.training.plans import History, plan_of, runner_of
from bookings.queries.training.same_again import next_again
from bookings.web.appointment_links import Opened, behind_a_link
from bookings.web.client_links import for_a_client
from bookings.web.scheduling.visits import Visits, times_of_the_day
from bookings.web.visitor import visitor
from bookings.web.waiting_list.places import places_of


@require_safe
@for_a_client(links.Purpose.VISITS)
def visits(request: HttpRequest, client: Client, _facts: dict[str, Any]) -> HttpResponse:
    """Of everybody who books under this address: each of their mails comes here as well."""
    everybody = list(Client.objects.living().filter(pk__in=_of_the_mailbox(client)))
    now = timezone.now()
    shown = Visits.of(everybody, now=now)
    context = {
        "places": places_of(client, Clinic.objects.the(), now=now),
        "visits": shown,
        "plan_url": shown.plan_url_of(client),
        "names_them": len(everybody) > 1,
        "client": client,
        "preferences_url": links.client_url(links.Purpose.PREFERENCES, client),
        "your_data_url": links.client_url(links.Purpose.YOUR_DATA, client),
    }
    return render(request, "runner/scheduling/visits.html", context)


def _of_the_mailbox(client: Client) -> list[int]:
    others = Client.objects.at(client.email) if client.email else Client.objects.none()
    return [client.pk, *others.values_list("pk", flat=True)]


@require_safe
@behind_a_link
def again(request: HttpRequest, opened: Opened) -> HttpResponse:
    """To the time that suits, where one press books it."""
    visit, clinic, now = opened.appointment, Clinic.objects.the(), timezone.now()
    if not opened.from_mail:
        return redirect(times_of_the_day(visit, clinic))
    client = visit.whose
    races = list(client.races.all())
    plan = None
    if races:
        runner = runner_of(client, History.of(client))
        plan = plan_of(races, runner, today=clinic.day_of(now))
    found = next_again(visit, clinic, plan, holder=visitor(request), now=now)
    if found is None:
        messages.info(request, _("Nothing like it is free within four weeks. Here is what is."))
        return redirect(times_of_the_day(visit, clinic))
    if found.therapist is None and visit.therapist.active:
        said = _(
            "{therapist} has no time that would suit as well: this one is with whoever is free."
        )
        messages.info(request, said.format(therapist=isolated(visit.therapist.name)))
    facts: dict[str, str | int | None] = {
        "treatment": visit.treatment_id,
        "start": found.starts_at.isoformat(),
        "therapist": found.therapist.pk if found.therapist else None,
    }
    return redirect(links.client_path(links.Purpose.BOOK, client, **facts))
