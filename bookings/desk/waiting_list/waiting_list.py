"""Who waits, what has come free, whom it suits, and why each of them was not offered it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings import dates
from bookings.actions.refusals import Refused
from bookings.actions.waiting_list import entries, offers
from bookings.actions.waiting_list.offers import OfferRequest
from bookings.core.intervals import Interval
from bookings.core.waiting_list.wishes import Start
from bookings.desk.waiting_list.gaps import (
    GAPS_SHOWN,
    WaitedGap,
    asked_about,
    days_of,
    gaps,
    open_gap,
)
from bookings.desk.waiting_list.kept import kept_now
from bookings.models import Appointment, Clinic, WaitlistEntry, WaitlistOffer
from bookings.queries.waiting_list.in_words import wish_in_words
from bookings.queries.waiting_list.standing import in_line
from bookings.queries.waiting_list.wishes import duration_of
from bookings.web.actor import who
from bookings.web.days import instant_in
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest

SHOWN = 200


@require_safe
def waiting_list(request: StaffRequest) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    today = clinic.day_of(now)
    there = gaps(clinic, now)
    chosen = _chosen(request, there)
    asked = asked_about(chosen) if chosen else []
    waiting = in_line(WaitlistEntry.objects.waiting().with_everything(), clinic, now=now)
    context = {
        "clinic": clinic,
        "today": today,
        "now": now,
        "gaps": there[:GAPS_SHOWN],
        "chosen": chosen,
        "pauses": chosen is not None and chosen.pauses(now),
        "days": list(days_of(clinic, chosen, asked, now)) if chosen else [],
        "asked": asked,
        "kept": kept_now(clinic, now),
        "entries": [(one, wish_in_words(one.entry, clinic, today)) for one in waiting[:SHOWN]],
        "in_all": len(waiting),
    }
    return render(request, "desk/waiting_list/list.html", context)


def _chosen(request: StaffRequest, there: Sequence[WaitedGap]) -> WaitedGap | None:
    """By its name, or that of which some is offered."""
    if "offer" not in request.GET:
        return next((one for one in there if one.name == request.GET.get("gap")), None)
    found = WaitlistOffer.objects.filter(pk=whole_number(request.GET["offer"]) or 0).first()
    during = Interval(found.starts_at, found.ends_at) if found else None
    return next((one for one in there if during and one.interval.overlaps(during)), None)


@require_POST
def offer_by_hand(request: StaffRequest, pk: int) -> HttpResponse:
    """To one whom the desk has chosen, also out of turn; the hold and the mail are the same."""
    entry = get_object_or_404(WaitlistEntry.objects.waiting().with_everything(), pk=pk)
    try:
        made = offers.make(_asked_for(request, entry), now=timezone.now())
    except Refused as refusal:
        messages.error(request, _("{why} Nothing was offered.").format(why=refusal))
    else:
        clinic, now = Clinic.objects.the(), timezone.now()
        said = _("It is kept for {client} until {until}, and a mail says so.")
        until = dates.until(made.until, now, clinic.tz)
        messages.success(request, said.format(client=entry.client, until=until))
    return _back(request)


@require_POST
def hand_over(request: StaffRequest, pk: int) -> HttpResponse:
    """A time that is passed on, to whom the desk has just rung: theirs at once."""
    entry = get_object_or_404(WaitlistEntry.objects.waiting().with_everything(), pk=pk)
    try:
        visit = offers.hand_over(_asked_for(request, entry), now=timezone.now())
    except Refused as refusal:
        messages.error(request, _("{why} Nothing has been booked.").format(why=refusal))
    else:
        messages.success(request, _has_it(entry, visit))
    return _back(request)


def _asked_for(request: StaffRequest, entry: WaitlistEntry) -> OfferRequest:
    """Raises Refused."""
    visit = None
    if (name := request.POST.get("gap", "")).startswith("visit-"):
        there = Appointment.objects.relayed(timezone.now()).with_everything()
        visit = next((one for one in there if f"visit-{one.pk}" == name), None)
    start = _start(entry, instant_in(request.POST.get("start", "")), visit)
    if start is None:
        raise Refused(_("That time is not free any more."))
    relayed = visit.pk if visit else None
    return OfferRequest(entry=entry.pk, start=start, relayed=relayed, by=who(request), by_hand=True)


def _start(entry: WaitlistEntry, at: datetime | None, visit: Appointment | None) -> Start | None:
    """As the list knows it, if it is still what they would like."""
    clinic, now = Clinic.objects.the(), timezone.now()
    if at is None or at <= now:
        return None
    around = Interval(at, at + timedelta(seconds=duration_of(entry).blocked))
    found = open_gap(clinic, WaitedGap(around, visit=visit), [], now)
    candidates = found.candidates(clinic.day_of(at)) if found else []
    wanted = (one.wanted for one in candidates if one.entry.pk == entry.pk)
    return next((start for there in wanted for start in there if start.at == at), None)


@require_POST
def take(request: StaffRequest, pk: int) -> HttpResponse:
    """They have rung instead of pressing: the same as their press."""
    offer = get_object_or_404(WaitlistOffer.objects.with_everything(), pk=pk)
    try:
        visit = offers.accept(offer, by=who(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, _("{why} Nothing has been booked.").format(why=refusal))
    else:
        messages.success(request, _has_it(offer.entry, visit))
    return _back(request)


def _has_it(entry: WaitlistEntry, visit: Appointment) -> str:
    clinic = Clinic.objects.the()
    today = clinic.day_of(timezone.now())
    said = _("{client} has it: {day}.")
    if entry.client.email:
        said = _("{client} has it: {day}. A mail confirms it.")
    day = dates.day_and_time_from(visit.starts_at, clinic.tz, today)
    return said.format(client=entry.client, day=day)


@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    offer = get_object_or_404(WaitlistOffer.objects.with_everything(), pk=pk)
    try:
        offers.withdraw(offer, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("The offer is withdrawn, and {client} is told.")
        messages.success(request, said.format(client=offer.client))
    return _back(request)


@require_POST
def take_off(request: StaffRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(WaitlistEntry.objects.with_everything(), pk=pk)
    try:
        entries.leave(entry, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("{client} is off the list.").format(client=entry.client))
    return _back(request)


def _back(request: StaffRequest) -> HttpResponse:
    """To the gap, as long as there is one of that name."""
    gap = request.POST.get("gap", "")
    is_a_name = gap.removeprefix("visit-").isascii() and gap.removeprefix("visit-").isdigit()
    return redirect(reverse("desk:waiting_list") + (f"?gap={gap}" if is_a_name else ""))
