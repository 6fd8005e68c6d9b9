"""A time that a mail has offered: seen, and booked by one press."""

from datetime import datetime
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import links
from bookings.actions.refusals import Busy, Refused
from bookings.actions.scheduling import booking
from bookings.actions.scheduling.allocation import Choice, nearest_to
from bookings.core.scheduling.statuses import Status
from bookings.links import Purpose
from bookings.models import Appointment, Client, Clinic, Therapist, Treatment
from bookings.queries.scheduling.openings import diary
from bookings.web.client_links import for_a_client
from bookings.web.forms import KeyForm
from bookings.web.rate_limits import BOOKING, limited
from bookings.web.responses import status_of
from bookings.web.visitor import address, visitor


@require_http_methods(["GET", "HEAD", "POST"])
@limited(BOOKING)
@for_a_client(Purpose.BOOK)
def offered(request: HttpRequest, client: Client, facts: dict[str, Any]) -> HttpResponse:
    choice = _choice(facts)
    if visit := _booked_already(client, choice):
        return _to(visit)
    if request.method == "POST":
        return _book(request, client, choice)
    return _show(request, client, choice, is_free=_is_free(choice))


def _choice(facts: dict[str, Any]) -> Choice:
    treatment = get_object_or_404(Treatment, pk=facts["treatment"])
    therapist = Therapist.objects.filter(pk=facts["therapist"]).first()
    return Choice(treatment, datetime.fromisoformat(facts["start"]), therapist)


def _booked_already(client: Client, choice: Choice) -> Appointment | None:
    visits = client.appointments.filter(status=Status.BOOKED, starts_at=choice.start)
    return visits.filter(treatment=choice.treatment).first()


def _book(request: HttpRequest, client: Client, choice: Choice) -> HttpResponse:
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _show(request, client, choice, is_free=_is_free(choice), status=422)
    try:
        visit = booking.book(
            treatment=choice.treatment,
            start=choice.start,
            therapist=choice.therapist,
            visitor=visitor(request),
            client=client,
            key=form.cleaned_data["key"],
            address=address(request),
            now=timezone.now(),
        )
    except Busy:
        raise
    except Refused as refusal:
        return _show(request, client, choice, refusal=refusal, status=status_of(refusal))
    messages.success(request, "Your appointment is booked. The confirmation is on its way to you.")
    return _to(visit)


def _to(visit: Appointment) -> HttpResponse:
    """Whoever has the mail has the appointment's own link as well."""
    return redirect("runner:appointment", links.mail_token(visit))


def _is_free(choice: Choice) -> bool:
    clinic, now = Clinic.objects.the(), timezone.now()
    if not choice.is_offered or choice.start < clinic.first_bookable(now):
        return False
    first = choice.start.astimezone(clinic.tz).date()
    asked = {"first": first, "days": 1, "now": now, "therapist": choice.therapist}
    return bool(diary(clinic, choice.treatment, **asked).takers(choice.start))


def _show(
    request: HttpRequest,
    client: Client,
    choice: Choice,
    *,
    is_free: bool = False,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    nearest = [] if is_free else nearest_to(choice, "", timezone.now())
    context = {
        "clinic": Clinic.objects.the(),
        "choice": choice,
        "is_free": is_free,
        "refusal": refusal,
        "key": token_hex(16),
        "others": [(one, _link(client, choice.treatment, one.starts_at)) for one in nearest],
    }
    return render(request, "runner/scheduling/book_from_mail.html", context, status=status)


def _link(client: Client, treatment: Treatment, start: datetime) -> str:
    facts = {"treatment": treatment.pk, "start": start.isoformat(), "therapist": None}
    return links.client_url(Purpose.BOOK, client, **facts)
