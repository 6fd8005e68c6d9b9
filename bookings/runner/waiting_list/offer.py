"""A time that is kept for somebody on the list: taken by one press, or passed on."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import links
from bookings.actions.refusals import Busy, Refused
from bookings.actions.waiting_list import offers
from bookings.core.roles import Role
from bookings.core.training import advice_for
from bookings.links import Purpose
from bookings.models import Appointment, Client, Clinic, OfferState, WaitlistOffer
from bookings.queries.waiting_list.better import why_better
from bookings.queries.waiting_list.plans import plans_of
from bookings.web.client_links import for_a_client
from bookings.web.mail.told import say_done
from bookings.web.rate_limits import BOOKING, limited
from bookings.web.responses import page_methods, status_of

TAKE, STAY, LEAVE = "take", "stay", "leave"


@page_methods
@limited(BOOKING)
@for_a_client(Purpose.WAIT_OFFER)
def offer(request: HttpRequest, client: Client, facts: dict[str, Any]) -> HttpResponse:
    """Looking changes nothing, since programs that read mail open links."""
    found = WaitlistOffer.objects.with_everything().filter(pk=facts["offer"], client=client).first()
    if found is None:
        raise Http404
    if found.state == OfferState.ACCEPTED and (visit := _visit_of(found)):
        return _to(visit)
    if request.method != "POST":
        return _show(request, found)
    if request.POST.get("answer") == TAKE:
        return _take(request, found)
    if request.POST.get("answer") in (STAY, LEAVE):
        return _pass_on(request, found, leaving=request.POST["answer"] == LEAVE)
    return _show(request, found, status=422)


def _visit_of(offer: WaitlistOffer) -> Appointment | None:
    return offer.entry.appointment or offer.hold


def _take(request: HttpRequest, offer: WaitlistOffer) -> HttpResponse:
    is_move = offer.entry.moves_a_visit
    try:
        visit = offers.accept(offer, by=Role.RUNNER, now=timezone.now())
    except Busy:
        raise
    except Refused as refusal:
        offer.refresh_from_db()
        return _show(request, offer, refusal=refusal, status=status_of(refusal))
    done, mailed = _("It is yours."), _("The confirmation is on its way to you.")
    if is_move:
        done, mailed = _("Your appointment is moved."), _("We have emailed you the new time.")
    say_done(request, done, mailed, visit.whose)
    return _to(visit)


def _pass_on(request: HttpRequest, offer: WaitlistOffer, *, leaving: bool) -> HttpResponse:
    offers.decline(offer, leaving=leaving, now=timezone.now())
    said = _("Thank you: the next on the list is asked now. You keep your place.")
    if leaving:
        said = _("Thank you: the next on the list is asked now. You have left the list.")
    messages.success(request, said)
    return redirect(links.client_path(Purpose.WAITING, offer.client, entry=offer.entry_id))


def _to(visit: Appointment) -> HttpResponse:
    """Whoever has the mail has the appointment's own link as well."""
    return redirect("runner:appointment", links.mail_token(visit))


def _show(
    request: HttpRequest, offer: WaitlistOffer, *, refusal: Refused | None = None, status: int = 200
) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    plan = plans_of([offer.client], clinic, now=now)[offer.client_id]
    day, kinds = clinic.day_of(offer.starts_at), offer.entry.kinds
    context = {
        "clinic": clinic,
        "offer": offer,
        "entry": offer.entry,
        "today": clinic.day_of(now),
        "price": (_visit_of(offer) or offer.entry.treatment).price,
        "minutes": (offer.ends_at - offer.starts_at).seconds // 60,
        "is_open": offer.is_open(now) and offer.entry.is_waiting,
        "advice": advice_for(kinds, day, plan) if plan else None,
        "better": why_better(offer.entry, offer.starts_at, clinic, now=now),
        "refusal": refusal,
        "place_url": links.client_path(Purpose.WAITING, offer.client, entry=offer.entry_id),
    }
    return render(request, "runner/waiting_list/offer.html", context, status=status)
