"""Joining the waiting list: from a full day, or from a session of the plan."""

from datetime import date, timedelta
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import links
from bookings.actions.refusals import NetworkPaused, Refused
from bookings.actions.waiting_list import entries
from bookings.actions.waiting_list.entries import JoinRequest
from bookings.core.roles import Role
from bookings.core.training import Kind
from bookings.links import Purpose, still_goes_to
from bookings.models import Client, Clinic, Treatment, WaitlistEntry
from bookings.queries.waiting_list.not_open import why_nothing_comes
from bookings.queries.waiting_list.plans import against_days, days_wanted
from bookings.runner.scheduling.booking import for_whom
from bookings.web.days import day_in
from bookings.web.forms import PERSON, whole_number
from bookings.web.mail.told import say_done
from bookings.web.rate_limits import BOOKING, JOINS, limited, once_too_often
from bookings.web.responses import page_methods, private, status_of
from bookings.web.training.plan_access import store_of_browser
from bookings.web.training.plan_store import SessionPlan, goes_along, plan_of_store
from bookings.web.visitor import (
    has_proved,
    language,
    neighbourhood_of,
    proved_here,
    who_has_signed_in,
)
from bookings.web.waiting_list.forms import JoinForm

NO_NOTICE = 0
LONGEST = timedelta(days=366)  # of which days a plan is asked


@page_methods
@limited(BOOKING)
@private
def join(request: HttpRequest, slug: str) -> HttpResponse:
    treatment = get_object_or_404(Treatment.objects.bookable_online(), slug=slug)
    today = Clinic.objects.the().day_of(timezone.now())
    if request.method == "POST":
        return _join(request, treatment, today)
    known = who_has_signed_in(request)
    about = {name: getattr(known, name) for name in PERSON} if known else {}
    initial = {**about, **_asked(request, today), "key": token_hex(16)}
    return _show(request, treatment, JoinForm(initial=initial, treatment=treatment, today=today))


def _asked(request: HttpRequest, today: date) -> dict[str, Any]:
    """The day that was full, or the window of the plan's session."""
    first = max(day_in(request.GET.get("day", "")) or today, today)
    last = day_in(request.GET.get("until", "")) or first
    return {
        "therapist": request.GET.get("therapist") or None,
        "first_day": first,
        "last_day": max(first, last),
        "notice_hours": NO_NOTICE,
    }


def _join(request: HttpRequest, treatment: Treatment, today: date) -> HttpResponse:
    form = JoinForm(request.POST, treatment=treatment, today=today)
    if not form.is_valid():
        return _show(request, treatment, form, status=422)
    now, plan = timezone.now(), SessionPlan(request)
    client = for_whom(request, form.person, now)
    wanted = JoinRequest(
        client=client,
        treatment=treatment,
        wanted=form.wanted,
        session=_session(request),
        told=plan.going_with(request.POST),
        proved=next((one for one in proved_here(request) if still_goes_to(one, client)), ""),
        language=language(),
        key=form.cleaned_data["key"],
        by=Role.RUNNER,
    )
    try:
        _limit_newcomers(request, client)
        entry = entries.join(wanted, now=now)
    except Refused as refusal:
        return _show(request, treatment, form, refusal=refusal, status=status_of(refusal))
    plan.note_wait(_session(request))
    if remark := why_nothing_comes(entry, Clinic.objects.the(), now=now):
        messages.warning(request, remark)
    return _to_it(request, entry)


def _limit_newcomers(request: HttpRequest, client: Client) -> None:
    """With as many mailboxes as one likes, but not from one network. Raises NetworkPaused."""
    if client.is_provisional and once_too_often(JOINS, neighbourhood_of(request)):
        raise NetworkPaused


def _session(request: HttpRequest) -> tuple[Kind, date] | None:
    """Which of the plan's it is for, as the page was asked for it."""
    kind, ideal = request.GET.get("kind", ""), day_in(request.GET.get("ideal", ""))
    return (Kind(kind), ideal) if ideal and kind in list(Kind) else None


def _to_it(request: HttpRequest, entry: WaitlistEntry) -> HttpResponse:
    """To the place itself only in a browser that has shown that it reads the client's mail."""
    if not entry.client.is_provisional and has_proved(request, entry.client):
        done, mailed = _("You are on the waiting list."), _("We have emailed you about it.")
        say_done(request, done, mailed, entry.client)
        return redirect(links.client_path(Purpose.WAITING, entry.client, entry=entry.pk))
    said = _(
        "One more step: press the button in our email to {email}, and the place is yours. If it "
        "does not arrive, please look in your spam folder, or join again: we then send another."
    )
    messages.warning(request, said.format(email=entry.client.email))
    return redirect("runner:times", entry.treatment.slug)


def _against(request: HttpRequest, treatment: Treatment, form: JoinForm) -> str:
    """What the plan of this browser, or of who has signed in, has against the days of the form."""
    clinic, now = Clinic.objects.the(), timezone.now()
    first, last = (day_in(str(form[name].value())) for name in ("first_day", "last_day"))
    plan = plan_of_store(store_of_browser(request), clinic, now=now) if first and last else None
    if plan is None or first is None or last is None or last - first > LONGEST:
        return ""
    chosen = {whole_number(str(one)) for one in form["weekdays"].value() or ()}
    days = days_wanted(first, last, chosen - {None}, clinic.day_of(now))
    return against_days(_kinds(request, treatment), days, plan)


def _kinds(request: HttpRequest, treatment: Treatment) -> frozenset[Kind]:
    session = _session(request)
    return frozenset({session[0]}) if session else treatment.kinds


def _show(
    request: HttpRequest,
    treatment: Treatment,
    form: JoinForm,
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "clinic": Clinic.objects.the(),
        "treatment": treatment,
        "form": form,
        "refusal": refusal,
        "plan": SessionPlan(request),
        "goes_along": goes_along(request, form),
        "against": _against(request, treatment, form),
    }
    return render(request, "runner/waiting_list/join.html", context, status=status)
