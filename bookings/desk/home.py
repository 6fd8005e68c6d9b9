"""One day of the clinic, and the questions that wait for an answer."""

from datetime import date, datetime
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.clients import identity
from bookings.actions.scheduling import unproved
from bookings.desk.scheduling.gaps import BookableGap, gaps_of
from bookings.desk.waiting_list.to_ring import gaps_to_ring
from bookings.models import Clinic, Therapist, WaitlistEntry
from bookings.queries.clients.legal_gaps import legal_gaps
from bookings.queries.desk.desk_day import desk_day
from bookings.queries.desk.diary_days import diary_days
from bookings.queries.desk.stamp import stamp_of
from bookings.web.access import DESK, OWNER
from bookings.web.actor import who
from bookings.web.client_links import client_or_404
from bookings.web.days import day_in
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest

FREE_SHOWN = 8


@require_safe
def home(request: StaffRequest) -> HttpResponse:
    return _page(request, "desk/home.html")


@require_safe
def follow(request: StaffRequest) -> HttpResponse:
    """The same, for the page that asks by itself; nothing while it is as it has been seen."""
    return _page(request, "desk/_home.html", seen=request.GET.get("seen", ""))


def _page(request: StaffRequest, template: str, *, seen: str = "") -> HttpResponse:
    clinic = request.clinic or Clinic.objects.the()
    now = timezone.now()
    today = clinic.day_of(now)
    day = day_in(request.GET.get("day", "")) or today
    stamp = stamp_of(day, now=now)  # before all else: what changes meanwhile is told the next time
    if stamp == seen:
        return HttpResponse(status=204)
    context = {"stamp": stamp, **_shown(request, clinic, day, now)}
    return render(request, template, context)


def _shown(request: StaffRequest, clinic: Clinic, day: date, now: datetime) -> dict[str, Any]:
    today = clinic.day_of(now)
    answers = bool(DESK & request.roles)
    waiting = WaitlistEntry.objects.waiting().count() if answers else 0
    return {
        "shown": desk_day(clinic, day, answers=answers, now=now),
        "today": today,
        "is_of_another_day": day != today,  # so that what waits today names its day
        "now": now,
        "free": _free_today(clinic, today, now) if answers else [],
        "waiting": waiting,
        "to_ring": gaps_to_ring(clinic, now) if waiting else [],
        "legal_gaps": legal_gaps() if OWNER & request.roles else None,
        "key": token_hex(16),
    }


def _free_today(clinic: Clinic, today: date, now: datetime) -> list[tuple[Therapist, BookableGap]]:
    """What is left of it, the first to come first."""
    shown = diary_days(clinic, today, now=now)
    found = [(one, gap) for one in shown.therapists for gap in gaps_of(shown, one, clinic)]
    return sorted(found, key=lambda free: (free[1].interval.start, free[0].name))[:FREE_SHOWN]


@require_POST
def two_people(request: StaffRequest, pk: int) -> HttpResponse:
    """Answers the card "same e-mail, different name"; one person is merged on a page of its own."""
    client = client_or_404(pk)
    identity.keep_apart(client)
    messages.success(request, _("{client} stays separate.").format(client=client))
    return redirect("desk:home")


@require_POST
def cancel_strangers(request: StaffRequest) -> HttpResponse:
    """Answers the card "unproved bookings from one address": those it showed, and no others."""
    shown = {pk for one in request.POST.getlist("visit") if (pk := whole_number(one)) is not None}
    if not shown:
        messages.error(request, _("Nothing was chosen, so nothing was cancelled."))
        return redirect("desk:home")
    gone = unproved.cancel_together(shown, by=who(request), now=timezone.now())
    said = ngettext("{count} booking is cancelled.", "{count} bookings are cancelled.", gone)
    messages.success(request, said.format(count=gone))
    if kept := len(shown) - gone:
        said = ngettext(
            "{count} has been confirmed or changed meanwhile, and stays as it is.",
            "{count} have been confirmed or changed meanwhile, and stay as they are.",
            kept,
        )
        messages.info(request, said.format(count=kept))
    return redirect("desk:home")
