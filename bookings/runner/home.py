"""The home page: the race's date first, and what it comes to before anything is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from bookings import dates
from bookings.actions.refusals import RaceRefused
from bookings.actions.training import races as racing
from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.models import Clinic, Therapist, Treatment
from bookings.pieces import piece, values_of
from bookings.queries.replica import from_replica
from bookings.queries.scheduling.soonest import Soonest, soonest
from bookings.queries.shared import CAME_AT, Shared
from bookings.queries.training import protocol
from bookings.queries.training.plans import plan_of
from bookings.runner.therapists import Week, people_of
from bookings.runner.training.race_answer import answer, answer_to, example
from bookings.runner.training.training_guide import advice
from bookings.web.forms import whole_number
from bookings.web.responses import private
from bookings.web.training import plan as plan_pages
from bookings.web.training.plan_access import store_of_browser
from bookings.web.training.plan_store import PlanStore, SessionPlan
from bookings.web.training.race_forms import NewRaceForm
from bookings.web.visitor import visitor

QUARTER = 15  # minutes
QUARTERS_DRAWN, DASH = 6, 10.5
A_WHOLE_YEAR = 4  # digits
PARTS_OF_A_DATE = ("day", "month", "year")
UNPROCESSABLE = 422


@dataclass(frozen=True)
class Need:
    """A treatment under what somebody needs who takes it, and its length in quarters of an hour."""

    treatment: Treatment

    @property
    def heading(self) -> str:
        return self.treatment.need or self.treatment.name

    @property
    def quarters_end(self) -> str:
        """Where the last of its quarters ends on the line of dashes."""
        quarters = min(-(-self.treatment.minutes // QUARTER), QUARTERS_DRAWN)
        return f"{quarters * DASH:.1f}"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Of whoever has told us of a race, or comes soon, it is a page of their own."""
    store, clinic, now = store_of_browser(request), Clinic.objects.the(), timezone.now()
    known = _next_visit(store, now) | _greeting(request, store, clinic, now)
    show = private(_home) if known else _home
    return show(request, store, clinic, now, known)


@dataclass(frozen=True)
class FreeForAll:
    """What the page says to everybody who keeps no time; `bands` is below the first free times."""

    clinic: Clinic
    rules: training.Protocol
    found: Soonest
    bands: SafeString


_offered: Shared[FreeForAll] = Shared()


def _home(
    request: HttpRequest,
    store: PlanStore,
    clinic: Clinic,
    now: datetime,
    known: dict[str, Any],
) -> HttpResponse:
    holder, came_at = visitor(request), request.META.get(CAME_AT)
    ask = partial(_ask, clinic, holder=holder, now=now)
    offered = ask() if holder else _offered.answer(came_at, ask, of=get_language())
    today = clinic.day_of(now)
    context = {
        "clinic": clinic,
        "soonest": offered.found,
        "today": today,
        "bands": offered.bands,
        "changed_elsewhere": isinstance(store, SessionPlan)
        and store.has_changed_elsewhere(today, now),
        **({} if "answer" in known else _asking(store, offered.rules, today)),
        **known,
    }
    return render(request, "runner/home.html", context)


def _ask(clinic: Clinic, *, holder: str, now: datetime) -> FreeForAll:
    treatments = Treatment.objects.listed_online()
    therapists = Therapist.objects.listed_with_portraits()
    rules, today = protocol.current(), clinic.day_of(now)
    found = from_replica(soonest)(clinic, treatments, holder=holder, now=now)
    bands = _bands(clinic, treatments, therapists, found, rules=rules, today=today)
    return FreeForAll(clinic, rules, found, bands)


def _bands(
    clinic: Clinic,
    treatments: Sequence[Treatment],
    therapists: Sequence[Therapist],
    found: Soonest,
    *,
    rules: training.Protocol,
    today: date,
) -> SafeString:
    """What is below the race and the first free times."""
    rows = [values_of(one) for one in (clinic, *treatments, *therapists)]
    soonest_of = {
        pk: (free.treatment.pk, free.opening.starts_at) for pk, free in found.of_therapist.items()
    }
    offered = {pk: treatment.pk for pk, treatment in found.offered.items()}
    hours = {pk: sorted(there) for pk, there in found.hours.items()}
    return piece(
        "runner/home/_bands.html",
        (rows, soonest_of, offered, hours, rules.digest, today),
        lambda: {
            "clinic": clinic,
            "needs": [Need(one) for one in treatments],
            "training": advice(treatments, rules),
            "people": people_of(therapists, found),
            "week": Week(),
            "today": today,
        },
    )


@require_safe
@private
def race_answer(request: HttpRequest) -> HttpResponse:
    """To htmx, what the date in the form comes to; it keeps nothing."""
    store, clinic, now = store_of_browser(request), Clinic.objects.the(), timezone.now()
    today = clinic.day_of(now)
    form = NewRaceForm(request.GET, today=today, asks_for_nudges=False)
    context: dict[str, Any] = {"clinic": clinic, "today": today}
    if _is_being_typed(request) or not form.is_valid() or not _can_be_planned(form, today):
        context |= _asking(store, protocol.current(), today, distance=form["distance"].value())
        context["problems"] = [] if _is_being_typed(request) else form.errors.get("race_date", [])
    else:
        race = form.race
        plan = plan_of([race], store.runner, today=today)
        context["answer"] = answer(
            clinic,
            plan,
            race.in_training,
            store.history,
            to=dates.civil_day_from(race.race_date, today),
            now=now,
            holder=visitor(request),
        )
    return render(request, "runner/home/_answered.html", context)


@require_POST
@private
def just_book(request: HttpRequest) -> HttpResponse:
    """On to the free times; a race typed beside it goes along, or is asked about."""
    if any(request.POST.get(f"race_date_{part}", "").strip() for part in PARTS_OF_A_DATE):
        kept = plan_pages.plan(request, store_of_browser(request))
        if kept.status_code == UNPROCESSABLE:
            return kept
    return redirect(f"{reverse('runner:home')}#just-book")


def _asking(
    store: PlanStore, rules: training.Protocol, today: date, *, distance: str | None = None
) -> dict[str, Any]:
    """The form, and the build-up of anybody's race over the distance."""
    known = [one.value for one in training.Distance]
    chosen = training.Distance(distance if distance in known else training.Distance.MARATHON)
    form = NewRaceForm(today=today, asks_for_nudges=store.asks_for_nudges)
    return {"form": form, "example": example(chosen, rules, today)}


def _next_visit(store: PlanStore, now: datetime) -> dict[str, Any]:
    """Of those that may be shown here."""
    ahead = (one for one in store.history.visits if one.starts_at >= now)
    visit = next((one for one in ahead if one.status == Status.BOOKED), None)
    return {"visit": visit, "visit_url": store.url_of_visit(visit)} if visit else {}


def _greeting(
    request: HttpRequest, store: PlanStore, clinic: Clinic, now: datetime
) -> dict[str, Any]:
    """What a runner whose race is known sees first."""
    if not store.races:
        return {}
    today = clinic.day_of(now)
    plan = plan_of(store.races, store.runner, today=today)
    greeted = answer_to(store, plan, clinic, now=now, holder=visitor(request))
    if greeted is None:
        return {}
    return {"store": store, "answer": greeted, "phase": plan.protocol.phases[plan.on(today).phase]}


def _can_be_planned(form: NewRaceForm, today: date) -> bool:
    """Whether the training rules take it; if not, the form says why."""
    try:
        racing.refuse_what_cannot_be_planned(form.race, (), today=today)
    except RaceRefused as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    return True


def _is_being_typed(request: HttpRequest) -> bool:
    """Whether a part is missing still: "20" may become 2027."""
    if "race_date" in request.GET:
        return not request.GET["race_date"]
    day, month, year = (
        request.GET.get(f"race_date_{part}", "").strip() for part in PARTS_OF_A_DATE
    )
    is_number = whole_number(year) is not None
    begun = is_number and len(year) < A_WHOLE_YEAR and (len(year) != 2 or year == "20")
    return not (day and month and year) or begun
