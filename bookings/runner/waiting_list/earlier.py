"""Another time for what is booked, which stands meanwhile: earlier, or better for the race."""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.refusals import Busy, Refused
from bookings.actions.waiting_list import entries
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.core.training import Because, BetterDays, Plan
from bookings.models import Appointment, BetterBy, Clinic
from bookings.queries.scheduling.cutoffs import why_not_move
from bookings.queries.scheduling.openings import openings
from bookings.queries.scheduling.slots import Ignoring
from bookings.queries.waiting_list.plans import plans_of, why_against
from bookings.web.appointment_links import Opened, back_to_it, behind_a_link, reads_the_mailbox
from bookings.web.rate_limits import BOOKING, limited
from bookings.web.responses import page_methods, status_of
from bookings.web.waiting_list.better import better_for_the_reader
from bookings.web.waiting_list.forms import InsteadForm, beginning_with

SHOWN, LOOKED_AT = 3, 60  # of what is free already; days


class FreeNow(NamedTuple):
    """A free start, how the page that moves there is asked for it, why it is better, and what the
    plan has against it.
    """

    start: datetime
    asked: str
    why: Because | None
    against: str


@page_methods
@limited(BOOKING)
@behind_a_link
def earlier(request: HttpRequest, opened: Opened) -> HttpResponse:
    visit, clinic, now = opened.appointment, Clinic.objects.the(), timezone.now()
    is_to_come = visit.status == Status.BOOKED and visit.starts_at > now
    if not is_to_come or why_not_move(visit, clinic, now=now):
        return back_to_it(opened)
    better, today = better_for_the_reader(request, opened, clinic, now), clinic.day_of(now)
    if request.method == "POST":
        form = InsteadForm(request.POST, visit=visit, better=better, today=today)
        return _wait(request, opened, form, better)
    asked = request.GET.get("by", "")
    initial = beginning_with(visit, better, asked, today=today)
    form = InsteadForm(initial=initial, visit=visit, better=better, today=today)
    return _show(request, opened, form, better)


def _wait(
    request: HttpRequest, opened: Opened, form: InsteadForm, better: BetterDays | None
) -> HttpResponse:
    if not form.is_valid():
        return _show(request, opened, form, better, status=422)
    try:
        entries.join(form.asked(Role.RUNNER), now=timezone.now())
    except Busy:
        raise
    except Refused as refusal:
        return _show(request, opened, form, better, refusal=refusal, status=status_of(refusal))
    said = _("We write to you when an earlier time comes free. Until then this one stays yours.")
    if form.improvement is BetterBy.TRAINING:
        said = _("We write to you when a better day comes free. Until then this one stays yours.")
    messages.success(request, said)
    return back_to_it(opened)


def _show(
    request: HttpRequest,
    opened: Opened,
    form: InsteadForm,
    better: BetterDays | None,
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    is_better = form["better_by"].value() == BetterBy.TRAINING
    context = {
        "clinic": Clinic.objects.the(),
        "opened": opened,
        "appointment": opened.appointment,
        "better": better,
        "free_now": _free_now(
            opened.appointment, better if is_better else None, _plan(request, opened)
        ),
        "form": form,
        "refusal": refusal,
    }
    return render(request, "runner/waiting_list/earlier.html", context, status=status)


def _plan(request: HttpRequest, opened: Opened) -> Plan | None:
    """Told to who reads their mail."""
    if not reads_the_mailbox(request, opened):
        return None
    client = opened.appointment.whose
    return plans_of([client], Clinic.objects.the(), now=timezone.now())[client.pk]


def _free_now(visit: Appointment, better: BetterDays | None, plan: Plan | None) -> list[FreeNow]:
    """Such times that nobody has to wait for, one a day."""
    clinic, now = Clinic.objects.the(), timezone.now()
    today, booked_on = clinic.day_of(now), clinic.day_of(visit.starts_at)
    found = openings(
        clinic,
        visit.treatment,
        first=today,
        days=LOOKED_AT if better else min((booked_on - today).days + 1, LOOKED_AT),
        therapist=None if visit.any_therapist else visit.therapist,
        duration=visit.duration,
        ignoring=Ignoring(appointments=(visit.pk,)),
        now=now,
    )
    first_of_day = {clinic.day_of(one.starts_at): one.starts_at for one in reversed(found)}
    therapist = "" if visit.any_therapist else visit.therapist.slug
    return [
        FreeNow(
            start,
            urlencode({"start": start.isoformat(), "therapist": therapist}),
            better.why(day) if better else None,
            why_against(visit.treatment.kinds, day, plan),
        )
        for day, start in sorted(first_of_day.items())
        if (day in better if better else start < visit.starts_at)
    ][:SHOWN]
