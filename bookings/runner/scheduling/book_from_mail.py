"""A time that a mail has offered: seen, and booked by one press."""

from datetime import datetime
from secrets import token_hex
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import links
from bookings.actions.refusals import Busy, Refused
from bookings.actions.scheduling import booking
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.scheduling.holds import Holder
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.links import Purpose
from bookings.models import Appointment, Client, Clinic, Therapist, Treatment
from bookings.queries.scheduling.alternatives import nearest_to
from bookings.queries.scheduling.diary import Opening, facts_for
from bookings.queries.scheduling.slots import Slot
from bookings.web.client_links import for_a_client
from bookings.web.forms import KeyForm
from bookings.web.mail.told import say_done
from bookings.web.rate_limits import BOOKING, limited
from bookings.web.responses import page_methods, status_of
from bookings.web.visitor import held_from, language, visitor


@page_methods
@limited(BOOKING)
@for_a_client(Purpose.BOOK)
def offered(request: HttpRequest, client: Client, facts: dict[str, Any]) -> HttpResponse:
    slot = _slot(facts)
    if visit := _booked_already(client, slot):
        return _to(visit)
    if request.method == "POST":
        return _book(request, client, slot)
    return _show(request, client, slot, is_free=_is_free(slot))


def _slot(facts: dict[str, Any]) -> Slot:
    treatment = get_object_or_404(Treatment, pk=facts["treatment"])
    therapist = Therapist.objects.filter(pk=facts["therapist"]).first()
    start = datetime.fromisoformat(facts["start"])
    return Slot(treatment=treatment, start=start, therapist=therapist)


def _booked_already(client: Client, slot: Slot) -> Appointment | None:
    visits = client.appointments.filter(status=Status.BOOKED, starts_at=slot.start)
    return visits.filter(treatment=slot.treatment).first()


def _book(request: HttpRequest, client: Client, slot: Slot) -> HttpResponse:
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _show(request, client, slot, is_free=_is_free(slot), status=422)
    try:
        [visit] = booking.book(_request(request, client, slot, form), now=timezone.now())
    except Busy:
        raise
    except Refused as refusal:
        return _show(request, client, slot, refusal=refusal, status=status_of(refusal))
    done, mailed = _("Your appointment is booked."), _("The confirmation is on its way to you.")
    say_done(request, done, mailed, visit.whose)
    return _to(visit)


def _request(request: HttpRequest, client: Client, slot: Slot, form: KeyForm) -> BookingRequest:
    return BookingRequest(
        slots=[slot],
        client=client,
        key=form.cleaned_data["key"],
        rules=Rules.ONLINE,
        holder=Holder(key=visitor(request), address=held_from(request)),
        agrees_to_terms=True,
        language=language(),
        by=Role.RUNNER,
    )


def _to(visit: Appointment) -> HttpResponse:
    """Whoever has the mail has the appointment's own link as well."""
    return redirect("runner:appointment", links.mail_token(visit))


def _is_free(slot: Slot) -> bool:
    clinic, now = Clinic.objects.the(), timezone.now()
    if not slot.is_offered_online:
        return False
    starts = facts_for(slot, clinic, now=now).starts(slot.treatment)
    return int(slot.start.timestamp()) in starts


def _show(
    request: HttpRequest,
    client: Client,
    slot: Slot,
    *,
    is_free: bool = False,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    others = slot.is_offered_online and not is_free
    nearest = nearest_to(slot, now=timezone.now()) if others else ()
    context = {
        "clinic": Clinic.objects.the(),
        "slot": slot,
        "is_free": is_free,
        "refusal": refusal,
        "key": token_hex(16),
        "others": [(one, _link(client, slot, one)) for one in nearest],
    }
    return render(request, "runner/scheduling/book_from_mail.html", context, status=status)


def _link(client: Client, slot: Slot, opening: Opening) -> str:
    """With the therapist whom the mail has offered, where that one is free."""
    kept = slot.therapist if slot.therapist in opening.therapists else None
    facts: dict[str, str | int | None] = {
        "treatment": slot.treatment.pk,
        "start": opening.starts_at.isoformat(),
        "therapist": kept.pk if kept else None,
    }
    return links.client_url(Purpose.BOOK, client, **facts)
