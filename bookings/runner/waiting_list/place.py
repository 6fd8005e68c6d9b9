"""One's place on the list, behind the link in each of its mails: seen, confirmed, changed, left."""

from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import links
from bookings.actions.mail import preferences
from bookings.actions.refusals import Busy, RaceRefused, Refused
from bookings.actions.training import races
from bookings.actions.waiting_list import entries
from bookings.links import Purpose
from bookings.models import (
    Appointment,
    Client,
    Clinic,
    EntryState,
    MailGroup,
    OfferState,
    WaitlistEntry,
)
from bookings.models.waiting_list.entries import SAME_WISH
from bookings.queries.waiting_list.better import why_nothing_is_better
from bookings.queries.waiting_list.free_now import free_now
from bookings.queries.waiting_list.got import what_was_got
from bookings.queries.waiting_list.in_words import wish_in_words
from bookings.queries.waiting_list.not_open import why_nothing_comes
from bookings.queries.waiting_list.plans import against_wish, plans_of, why_against
from bookings.queries.waiting_list.standing import place_of
from bookings.queries.waiting_list.wishes import serves
from bookings.web.client_links import for_a_client
from bookings.web.rate_limits import BOOKING, limited
from bookings.web.responses import page_methods, status_of
from bookings.web.training.race_forms import RaceForm
from bookings.web.waiting_list.forms import WishForm, as_asked

CHANGE, LEAVE, NEWS, RACE = "change", "leave", "news", "race"
HOW = "place on the waiting list"
SHOWN = 3


class StartToTake(NamedTuple):
    """A free start, the page on which it is booked or moved to, and what their training has
    against it.
    """

    start: datetime
    url: str
    against: str


@page_methods
@limited(BOOKING)
@for_a_client(Purpose.WAITING)
def place(request: HttpRequest, client: Client, facts: dict[str, Any]) -> HttpResponse:
    """Any press says that the address is right, and so the place is theirs."""
    entry = WaitlistEntry.objects.with_everything().filter(pk=facts["entry"], client=client).first()
    if entry is None:
        raise Http404
    if entry.state == EntryState.LEFT and (same := _that_stands_for(entry)):
        return redirect(_url(same))
    if request.method != "POST":
        return _show(request, entry)
    if facts["proves"] and entry.is_waiting:
        entries.look_for(entry, now=timezone.now())
    if request.POST.get("do") == LEAVE:
        entries.leave(entry, now=timezone.now())
        messages.success(request, _("You have left the list."))
        return redirect(_url(entry))
    if request.POST.get("do") == CHANGE:
        return _change(request, entry)
    if request.POST.get("do") == RACE and entry.is_waiting:
        return _enter_race(request, entry)
    if request.POST.get("do") == NEWS:
        return _write_to_me_again(request, entry)
    messages.success(request, _("Thank you. Your place on the list is confirmed."))
    return redirect(_url(entry))


def _that_stands_for(entry: WaitlistEntry) -> WaitlistEntry | None:
    """Of the very same wish: one of two became the other's when their clients became one."""
    wanted = {name: getattr(entry, name) for name in SAME_WISH}
    return WaitlistEntry.objects.like(**wanted).filter(client=entry.client).first()


def _write_to_me_again(request: HttpRequest, entry: WaitlistEntry) -> HttpResponse:
    now = timezone.now()
    preferences.choose(entry.client, MailGroup.NEWS, wanted=True, how=HOW, now=now)
    entries.look_for(entry, now=now)
    messages.success(request, _("Saved. We email you when something comes free."))
    return redirect(_url(entry))


def _enter_race(request: HttpRequest, entry: WaitlistEntry) -> HttpResponse:
    """By which their place is ordered from then on."""
    now = timezone.now()
    form = RaceForm(request.POST, today=Clinic.objects.the().day_of(now))
    if not form.is_valid():
        return _show(request, entry, race_form=form, status=422)
    try:
        races.enter(entry.client, form.race, now=now)
    except RaceRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _show(request, entry, race_form=form, status=422)
    messages.success(request, _("Thank you. Your place goes by your race from now on."))
    return redirect(_url(entry))


def _change(request: HttpRequest, entry: WaitlistEntry) -> HttpResponse:
    form = _form(entry, request.POST)
    if not form.is_valid():
        return _show(request, entry, form, status=422)
    try:
        entries.change(entry, form.wanted, now=timezone.now())
    except Busy:
        raise
    except Refused as refusal:
        return _show(request, entry, form, refusal=refusal, status=status_of(refusal))
    messages.success(request, _("Saved. You keep your place."))
    return redirect(_url(entry))


def _form(entry: WaitlistEntry, data: Any = None) -> WishForm:
    today = Clinic.objects.the().day_of(timezone.now())
    return WishForm(data, initial=as_asked(entry), treatment=entry.treatment, today=today)


def _url(entry: WaitlistEntry) -> str:
    """With the client as they are now, whom a press may have joined with one we know."""
    return links.client_path(Purpose.WAITING, entry.client, entry=entry.pk)


def _show(
    request: HttpRequest,
    entry: WaitlistEntry,
    form: WishForm | None = None,
    *,
    race_form: RaceForm | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    offers = list(entry.offers.select_related("therapist").order_by("-made_at"))
    kept = next((one for one in offers if one.is_open(now)), None)
    context = {
        "clinic": clinic,
        "entry": entry,
        "today": clinic.day_of(now),
        "wish": wish_in_words(entry, clinic, clinic.day_of(now)),
        "kept": kept,
        "kept_url": kept and links.client_path(Purpose.WAIT_OFFER, entry.client, offer=kept.pk),
        "tried": [one for one in offers if one.state != OfferState.OPEN],
        "free_now": _free_now(entry, now),
        **(_while_waiting(entry, clinic, now) if entry.is_waiting else {}),
        "form": form or _form(entry),
        "race_form": _race_form(entry, race_form, clinic.day_of(now)),
        "booked": _booked_since(entry, now),
        "got": what_was_got(entry, clinic),
        "refusal": refusal,
    }
    return render(request, "runner/waiting_list/place.html", context, status=status)


def _while_waiting(entry: WaitlistEntry, clinic: Clinic, now: datetime) -> dict[str, Any]:
    return {
        "remark": _remark(entry, clinic, now),
        "is_silent": not entry.client.wants_news,
        "place": place_of(entry, clinic, now=now),
        "against": against_wish(entry, clinic, now=now),
    }


def _remark(entry: WaitlistEntry, clinic: Clinic, now: datetime) -> str:
    found = why_nothing_is_better(entry, clinic, now=now)
    return found or why_nothing_comes(entry, clinic, now=now)


def _race_form(entry: WaitlistEntry, sent: RaceForm | None, today: date) -> RaceForm | None:
    """Nothing where a race is known already, or it is not certain whose place it is."""
    if not entry.is_waiting or entry.client.is_provisional:
        return None
    if entry.client.races.filter(race_date__gte=today).exists():
        return None
    return sent or RaceForm(today=today)


def _free_now(entry: WaitlistEntry, now: datetime) -> list[StartToTake]:
    """The first of each of some days, which nobody has to wait for."""
    clinic = Clinic.objects.the()
    if not entry.is_waiting or entry.client.is_provisional:
        return []
    found = free_now(entry, clinic, now=now)
    if not found:
        return []
    plan = plans_of([entry.client], clinic, now=now)[entry.client_id]
    first_of_day = {clinic.day_of(start): start for start in reversed(found)}
    return [
        StartToTake(
            first_of_day[day],
            _where_it_is_had(entry, first_of_day[day], clinic),
            why_against(entry.kinds, day, plan),
        )
        for day in sorted(first_of_day)[:SHOWN]
    ]


def _where_it_is_had(entry: WaitlistEntry, start: datetime, clinic: Clinic) -> str:
    therapist = entry.therapist.slug if entry.therapist else ""
    if entry.appointment:
        asked = urlencode({"start": start.isoformat(), "therapist": therapist})
        return f"{reverse('runner:move', args=[links.mail_token(entry.appointment)])}?{asked}"
    asked = urlencode({"day": clinic.day_of(start).isoformat(), "therapist": therapist})
    return f"{reverse('runner:times', args=[entry.treatment.slug])}?{asked}"


def _booked_since(entry: WaitlistEntry, now: datetime) -> Appointment | None:
    """The first that keeps its week from being offered."""
    there = entry.client.appointments.upcoming(now)
    return next((visit for visit in there if serves(visit, entry)), None)
