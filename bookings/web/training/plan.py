"""A runner's races and the plan they lead to: in the browser, or behind a mailed link."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings import dates
from bookings.actions.refusals import RaceRefused
from bookings.actions.training import brought
from bookings.models import Clinic, Distance
from bookings.web.days import day_in
from bookings.web.responses import page_methods, page_or_part
from bookings.web.scheduling import bundle
from bookings.web.scheduling.picker import PAGE, PART, Picker, treatment_online_or_404
from bookings.web.training.listed.races import filled_in
from bookings.web.training.own_plan.misplaced import misplaced_shown
from bookings.web.training.own_plan.preview import OwnPlanShown
from bookings.web.training.plan_page import Waiting, plan_page
from bookings.web.training.plan_store import (
    ClientPlan,
    PlanStore,
    SessionPlan,
    days_come_along,
    offered_in,
    plan_to_choose_by,
)
from bookings.web.training.race_forms import (
    NewcomersWeekForm,
    NewRaceForm,
    WeekForm,
)
from bookings.web.visitor import visitor

LEAVE = "leave"


@page_methods
def plan(request: HttpRequest, store: PlanStore) -> HttpResponse:
    clinic = Clinic.objects.the()
    if request.method != "POST":
        initial = _told_so_far(store) | _asked_for(request.GET)
        form = _new_race(store, clinic, initial=initial)
        return _show_plan(request, store, form, clinic=clinic)
    form = _new_race(store, clinic, data=filled_in(request.POST, _today(clinic)))
    if form.is_valid():
        try:
            store.enter(form.race, form.habits, now=timezone.now())
        except RaceRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return redirect(store.url)
    return _show_plan(request, store, form, clinic=clinic, status=422)


@require_POST
def habits(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """Another day of the long run, or other distances: the plan follows, appointments stay."""
    clinic = Clinic.objects.the()
    told = _habits(store, data=request.POST)
    if not told.is_valid():
        form = _new_race(store, clinic, initial=_told_so_far(store))
        return _show_plan(request, store, form, clinic=clinic, habits=told, status=422)
    store.keep_habits(told.habits, now=timezone.now())
    messages.success(request, _("The plan is up to date. What is booked stays as it is."))
    return redirect(store.url)


@require_POST
def keep(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """The races that wait become the client's, or are forgotten; what cannot be planned stays."""
    browser = SessionPlan(request)
    if isinstance(store, ClientPlan) and request.POST.get("do") == LEAVE:
        brought.leave(store.client)
        browser.forget()
    elif isinstance(store, ClientPlan):
        now = timezone.now()
        refused = brought.take(store.client, now=now) + browser.hand_over_to(store.client, now=now)
        for race, why in {race.in_training: (race, refusal) for race, refusal in refused}.values():
            messages.warning(request, f"{race}: {why}")
    return redirect(store.url)


@require_safe
def times(request: HttpRequest, store: PlanStore, slug: str) -> HttpResponse:
    """The picker of a booking, advised by its races, and a chosen time goes into its basket."""
    treatment = treatment_online_or_404(slug)
    clinic, now = Clinic.objects.the(), timezone.now()
    plan = plan_to_choose_by(store, clinic, now=now)
    session = request.GET.get("session", "")
    number = bundle.number_of(session, plan.sessions if plan else ())
    picker = Picker(
        clinic=clinic,
        treatment=treatment,
        query=request.GET,
        path=store.times_url(treatment),
        target=store.choose_time_url(treatment),
        now=now,
        holder=visitor(request),
        plan=plan,
        kept={"session": session} if number else {},
    )
    context = {"picker": picker, "store": store, "number": number}
    return page_or_part(request, PAGE, PART, context)


def _asked_for(query: Mapping[str, str]) -> dict[str, Any]:
    """The race that a link names."""
    asked = {"race_date": day_in(query.get("race_date", "")), "distance": query.get("distance")}
    known = asked["race_date"] and asked["distance"] in Distance.values
    return {
        name: value for name, value in asked.items() if value and (known or name == "race_date")
    }


def _new_race(store: PlanStore, clinic: Clinic, **given: Any) -> NewRaceForm:
    return NewRaceForm(today=_today(clinic), asks_for_nudges=store.asks_for_nudges, **given)


def _habits(store: PlanStore, **given: Any) -> WeekForm:
    """Of a client the clinic knows itself whether they have been; ids apart from the race's."""
    kind = WeekForm if store.client else NewcomersWeekForm
    return kind(initial=_told_so_far(store), auto_id="habits-%s", **given)


def _told_so_far(store: PlanStore) -> dict[str, Any]:
    """The habits as a form shows them: kilometres that nobody told of are not 0."""
    told = store.habits
    return told | {"weekly_volume_km": told.get("weekly_volume_km") or None}


def _show_plan(
    request: HttpRequest,
    store: PlanStore,
    form: NewRaceForm,
    *,
    clinic: Clinic,
    habits: WeekForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {"clinic": clinic, "store": store, "form": form}
    context["own"] = OwnPlanShown.of(store, clinic, now)
    context["misplaced"] = misplaced_shown(store, clinic, holder=visitor(request), now=now)
    context["closed"] = [start for start in store.history.closed if start > now]
    if isinstance(store, ClientPlan):
        context |= _of_a_client(store, request, clinic, now)
    elif isinstance(store, SessionPlan):
        context |= _of_the_browser(store, request, clinic, now)
    if store.races:
        context["habits"] = habits or _habits(store)
        context["page"] = plan_page(
            clinic,
            store,
            now=now,
            visitor=visitor(request),
            bundle=bundle.read(request.session, store.url),
        )
    return render(request, "web/training/plan.html", context, status=status)


def _of_the_browser(
    store: SessionPlan, request: HttpRequest, clinic: Clinic, now: datetime
) -> dict[str, Any]:
    visits = store.history.visits
    return {
        "changed_elsewhere": store.has_changed_elsewhere(clinic.day_of(now), now),
        "waiting": Waiting.among(visits, clinic, visitor=visitor(request), now=now),
    }


def _of_a_client(
    store: ClientPlan, request: HttpRequest, clinic: Clinic, now: datetime
) -> dict[str, Any]:
    return {
        "offered": offered_in(store, request),
        "days_come_along": days_come_along(store, request),
        "kept_until": _kept_until(store, clinic, now),
    }


def _kept_until(store: ClientPlan, clinic: Clinic, now: datetime) -> str:
    """15:30, where visits wait for a yes behind the mail's link."""
    waits = [one.prove_by for one in store.history.visits if one.waits and one.prove_by]
    return dates.until(min(waits), now, clinic.tz) if waits else ""


def _today(clinic: Clinic) -> date:
    return clinic.day_of(timezone.now())
