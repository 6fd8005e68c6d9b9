"""A runner's races and the plan they lead to: in the browser, or behind a mailed link."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings.actions.refusals import RaceRefused
from bookings.models import Clinic
from bookings.web.responses import page_methods
from bookings.web.training.plan_page import plan_page
from bookings.web.training.plan_store import InBrowser, Keeper, WithTheClinic
from bookings.web.training.race_forms import (
    HabitsForm,
    NewcomersHabitsForm,
    NewRaceForm,
)
from bookings.web.visitor import visitor


@page_methods
def plan(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    clinic = Clinic.objects.the()
    if request.method != "POST":
        form = _new_race(keeper, clinic, initial=_told_so_far(keeper))
        return _show_plan(request, keeper, form, clinic=clinic)
    form = _new_race(keeper, clinic, data=request.POST)
    if form.is_valid():
        try:
            keeper.enter(form.race, form.habits, now=timezone.now())
        except RaceRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return redirect(keeper.url)
    return _show_plan(request, keeper, form, clinic=clinic, status=422)


@require_POST
def habits(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """Another day of the long run, or other distances: the plan follows, appointments stay."""
    clinic = Clinic.objects.the()
    told = _habits(keeper, data=request.POST)
    if not told.is_valid():
        form = _new_race(keeper, clinic, initial=_told_so_far(keeper))
        return _show_plan(request, keeper, form, clinic=clinic, habits=told, status=422)
    keeper.keep_habits(told.habits, now=timezone.now())
    messages.success(
        request, _("The plan has been worked out anew. What is booked stays as it is.")
    )
    return redirect(keeper.url)


@require_POST
def keep(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """The races of the browser become the client's; what cannot be planned any more stays out."""
    browser = InBrowser(request)
    if isinstance(keeper, WithTheClinic):
        today = _today(Clinic.objects.the())
        for race, refusal in browser.hand_over_to(keeper, today=today, now=timezone.now()):
            messages.warning(request, f"{race}: {refusal}")
    return redirect(keeper.url)


def _new_race(keeper: Keeper, clinic: Clinic, **given) -> NewRaceForm:
    return NewRaceForm(today=_today(clinic), asks_for_nudges=keeper.asks_for_nudges, **given)


def _habits(keeper: Keeper, **given: Any) -> HabitsForm:
    """Of a client the clinic knows itself whether they have been; ids apart from the race's."""
    kind = HabitsForm if keeper.client else NewcomersHabitsForm
    return kind(initial=_told_so_far(keeper), auto_id="habits-%s", **given)


def _told_so_far(keeper: Keeper) -> dict[str, Any]:
    """The habits as a form shows them: kilometres that nobody told of are not 0."""
    told = keeper.habits
    return told | {"weekly_volume_km": told.get("weekly_volume_km") or None}


def _show_plan(
    request: HttpRequest,
    keeper: Keeper,
    form: NewRaceForm,
    *,
    clinic: Clinic,
    habits: HabitsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"clinic": clinic, "keeper": keeper, "form": form}
    if keeper.client and not keeper.at_the_desk:
        context["in_browser"] = InBrowser(request).races
    if keeper.races:
        context["habits"] = habits or _habits(keeper)
        context["page"] = plan_page(clinic, keeper, now=timezone.now(), visitor=visitor(request))
    return render(request, "web/training/plan.html", context, status=status)


def _today(clinic: Clinic) -> date:
    return clinic.day_of(timezone.now())
