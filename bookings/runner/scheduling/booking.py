"""From a chosen start to a booked appointment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.clients import identity
from bookings.actions.clients.details import change
from bookings.actions.refusals import NotBookable, Refused, SlotTaken
from bookings.actions.scheduling import booking, holds
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.scheduling.holds import Holder, HoldRequest
from bookings.core.clients.addresses import compared
from bookings.core.clients.search_text import same_name
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.links import page_url
from bookings.models import Appointment, Client, Clinic, Therapist, Told, Treatment
from bookings.queries.rota.chosen import treatment_and_therapist
from bookings.queries.scheduling.slots import Slot
from bookings.runner.scheduling import times
from bookings.runner.scheduling.forms import DetailsForm, StartForm
from bookings.runner.training.chosen_day import against
from bookings.web.forms import PERSON, PersonForm
from bookings.web.rate_limits import BOOKING, HOLDS, limited
from bookings.web.responses import page_methods, private, sorry, status_of, tell_when_to_return
from bookings.web.training.plan_store import SessionPlan, goes_along
from bookings.web.visitor import (
    TYPED,
    held_from,
    language,
    proved_address,
    proved_here,
    remember_booked,
    visitor,
    visitor_from_now_on,
    who_has_signed_in,
)

KEY = "booking_key"
WITHOUT_SCRIPTS = "without_scripts"  # in a form's <noscript>
LONGEST_KEPT = 500


@page_methods
@limited(HOLDS)
@private
def hold(request: HttpRequest, slug: str) -> HttpResponse:
    """Holds the chosen start and asks for the details, in one answer with an address of its own
    (`js/address.js`), or leads there where no script could tell the browser of it; what was typed
    on a page that lost its time comes along.

    Who has kept the address of such an answer, and asks for it, is led to the times.
    """
    treatment, therapist = _chosen(request.POST, slug)
    if request.method != "POST":
        return redirect("runner:times", slug)
    form = StartForm(request.POST).knowing(therapist)
    _keep_what_was_typed(request)
    if not form.is_valid():
        return _choose_again(request, treatment, _first_error(form), status=422)
    try:
        slot = Slot(treatment=treatment, **form.cleaned_data)
        wanted = HoldRequest(slots=[slot], holder=holder(request))
        found = holds.hold(wanted, now=timezone.now())
        held, clinic = found.only(), found.clinic
    except (SlotTaken, NotBookable) as refusal:
        return _choose_again(request, treatment, str(refusal), refusal.nearest, status=409)
    except Refused as refusal:
        return sorry(request, refusal)
    request.session[KEY] = token_hex(16)
    if WITHOUT_SCRIPTS in request.POST:
        return redirect(_details_of(slot))
    return _ask(request, treatment, held, clinic)


@page_methods
@limited(BOOKING)
@private
def details(request: HttpRequest, slug: str) -> HttpResponse:
    treatment, therapist = _chosen(request.POST or request.GET, slug)
    if request.method == "POST":
        return _book(request, treatment, DetailsForm(request.POST).knowing(therapist))
    asked = StartForm(request.GET).knowing(therapist)
    start = asked.cleaned_data["start"] if asked.is_valid() else None
    held = _live_hold(request, treatment, **({"starts_at": start} if start else {}))
    if held is not None:
        return _ask(request, treatment, held)
    if start and start > timezone.now() and not _has_booked(request, start):
        return _ask_without_a_hold(request, treatment, asked.cleaned_data)
    return _no_longer_held(request, slug)


def _details_of(slot: Slot) -> str:
    """With its start, so that each of two tabs shows its own when it is loaded again."""
    chosen = {"start": slot.start.isoformat(), "therapist": slot.therapist and slot.therapist.slug}
    named = {name: text for name, text in chosen.items() if text}
    return f"{reverse('runner:details', args=[slot.treatment.slug])}?{urlencode(named)}"


def _ask_without_a_hold(request: HttpRequest, treatment: Treatment, chosen: dict) -> HttpResponse:
    """A browser keeps one time: the other tab's, or none any more. This one may still be free."""
    slot, now = Slot(treatment=treatment, **chosen), timezone.now()
    try:
        holds.refuse_what_is_gone(slot, Holder(key=visitor(request)), now=now)
    except Refused as refusal:
        return _choose_again(request, treatment, str(refusal), refusal.nearest, status=409)
    chosen = {**chosen, "key": token_hex(16)}
    form = DetailsForm(initial={**request.session.get(TYPED, {}), **chosen})
    return _details(request, treatment, form, held=_held(request, treatment, chosen))


def _ask(
    request: HttpRequest, treatment: Treatment, held: Appointment, clinic: Clinic | None = None
) -> HttpResponse:
    wanted = None if held.any_therapist else held.therapist
    chosen = {"start": held.starts_at, "therapist": wanted, "key": _key(request)}
    known = who_has_signed_in(request)
    about = {name: getattr(known, name) for name in PERSON} if known else {}
    form = DetailsForm(initial={**about, **request.session.get(TYPED, {}), **chosen})
    return _details(request, treatment, form, held=held, clinic=clinic)


def _chosen(asked: Mapping[str, str], slug: str) -> tuple[Treatment, Therapist | None]:
    treatment, therapist = treatment_and_therapist(slug, asked.get("therapist", ""))
    if treatment is None:
        raise Http404
    return treatment, therapist


def _book(request: HttpRequest, treatment: Treatment, form: DetailsForm) -> HttpResponse:
    if not form.is_valid():
        _keep_what_was_typed(request)  # its page may be loaded anew
        held = _held(request, treatment, form.cleaned_data)
        if held is None and not (treatment.active and treatment.online):
            problem = _("This treatment cannot be booked online at the moment.")
            return _choose_again(request, treatment, problem, status=409)
        return _details(request, treatment, form, held=held, status=422)
    now, said = timezone.now(), form.cleaned_data
    told = SessionPlan(request).going_with(request.POST)
    try:
        slots = [Slot(treatment=treatment, **form.chosen)]
        [booked] = booking.book(asked_for(request, slots, form, told, now=now), now=now)
    except Refused as refusal:
        _keep_what_was_typed(request)
        held, status = _held(request, treatment, said), status_of(refusal)
        page = _details(request, treatment, form, held=held, refusal=refusal, status=status)
        return tell_when_to_return(page, refusal)
    note_booked(request, [booked], told, now=now)
    if booked.booked_at == now:
        confirm(request, said, waits=booked.prove_by is not None)
    return redirect(page_url(booked))


def asked_for(
    request: HttpRequest,
    slots: Sequence[Slot],
    form: PersonForm,
    told: Told | None,
    *,
    now: datetime,
) -> BookingRequest:
    return BookingRequest(
        slots=slots,
        client=for_whom(request, form.person, now),
        key=form.cleaned_data["key"],
        rules=Rules.ONLINE,
        holder=holder(request),
        proved_address=proved_address(request),
        proved_here=proved_here(request),
        agrees_to_terms=True,
        language=language(),
        told=told,
        by=Role.RUNNER,
    )


def note_booked(
    request: HttpRequest, visits: Sequence[Appointment], told: Told | None, *, now: datetime
) -> None:
    """What this browser, and who has signed in there, know of it from now on."""
    if request.user.is_authenticated:
        identity.know_by_booking(request.user, visits[0].whose, now=now)
    remember_booked(request, visits)
    SessionPlan(request).note_booking(visits[0], told)


def for_whom(request: HttpRequest, person: dict[str, str], now: datetime) -> Client:
    """Whoever has signed in, while they leave their name and address as they are."""
    known = who_has_signed_in(request)
    if known is None or not is_them(known, person):
        return identity.newcomer(**person, now=now)
    if person["phone"]:
        change(known, seen={}, wanted={"phone": person["phone"]}, by=Role.RUNNER, now=now)
    return known


def is_them(known: Client, person: dict[str, str]) -> bool:
    at_the_same = compared(known.email) == compared(person["email"])
    return at_the_same and same_name(known.name, person["name"])


def holder(request: HttpRequest) -> Holder:
    return Holder(key=visitor_from_now_on(request), address=held_from(request))


def confirm(request: HttpRequest, said: dict, *, waits: bool) -> None:
    """What `waits` for its address to be proved is not called booked; the page says until when."""
    request.session.pop(TYPED, None)
    request.session[KEY] = said["key"]
    sentence = (
        _("One more step: the email to confirm it is on its way to {email}.")
        if waits
        else _("You are booked. The confirmation is on its way to {email}.")
    )
    messages.success(request, sentence.format(email=said["email"]))


def _details(
    request: HttpRequest,
    treatment: Treatment,
    form: DetailsForm,
    *,
    held: Appointment | None = None,
    clinic: Clinic | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    wanted, now = _said(form, "therapist"), timezone.now()
    start = held.starts_at if held else _said(form, "start")
    slot = Slot(treatment=treatment, start=start, therapist=wanted) if start else None
    context = {
        "booking_as": _booking_as(request, form),
        **_of_training(request, form, treatment, start, clinic or Clinic.objects.the()),
        "treatment": treatment,
        "form": form,
        "held": held,
        **_time_left(held, now),
        "start": start,
        "here": _details_of(slot) if slot else request.path,
        "minutes": (held or treatment).minutes,
        "price": (held or treatment).price,
        "therapist": held.therapist if held else wanted,
        "wanted": wanted,
        "refusal": refusal,
        "can_try_again": refusal is not None and not isinstance(refusal, SlotTaken | NotBookable),
    }
    return render(request, "runner/scheduling/details.html", context, status=status)


def _of_training(
    request: HttpRequest,
    form: DetailsForm,
    treatment: Treatment,
    start: datetime | None,
    clinic: Clinic,
) -> dict[str, Any]:
    """And the clinic, which it is asked for."""
    return {
        "clinic": clinic,
        "plan": SessionPlan(request),
        "goes_along": goes_along(request, form),
        "against": against(request, clinic, treatment, start),
    }


def _booking_as(request: HttpRequest, form: DetailsForm) -> Client | None:
    known = who_has_signed_in(request)
    return known if known and is_them(known, form.typed_or_given()) else None


def _said(form: DetailsForm, name: str) -> Any:
    return form.cleaned_data.get(name) if form.is_bound else form.initial.get(name)


def _choose_again(
    request: HttpRequest, treatment: Treatment, problem: str, nearest: Any = (), *, status: int
) -> HttpResponse:
    """The times again, on the day that was wanted as far as it can be told."""
    if not (treatment.active and treatment.online):
        messages.error(request, problem)
        return redirect("runner:home")
    asked = request.POST or request.GET
    query = {"day": asked.get("start", "")[:10], "therapist": asked.get("therapist")}
    picker = times.picker_of(request, treatment, query)
    context = {"picker": picker, "problem": problem, "nearest": nearest}
    return render(request, times.PAGE, context, status=status)


def _no_longer_held(request: HttpRequest, slug: str) -> HttpResponse:
    """Back from the appointment's page, or too late: no form for a time that is not kept."""
    if booked := _just_booked(request):
        return redirect(page_url(booked))
    messages.info(request, _("We are not holding a time for you at the moment. Please choose one."))
    return redirect("runner:times", slug)


def _just_booked(request: HttpRequest) -> Appointment | None:
    return Appointment.objects.filter(booking_key=request.session.get(KEY, "")).first()


def _has_booked(request: HttpRequest, start: datetime) -> bool:
    booked = _just_booked(request)
    return booked is not None and booked.starts_at == start


def _live_hold(request: HttpRequest, treatment: Treatment, **which: Any) -> Appointment | None:
    """What is being kept of the treatment for the visitor at the moment."""
    if not (known := visitor(request)):
        return None
    live = Appointment.objects.live_holds(timezone.now()).held_by(known)
    return live.filter(treatment=treatment, **which).select_related("therapist").first()


def _held(request: HttpRequest, treatment: Treatment, chosen: dict) -> Appointment | None:
    """The hold that booking the `chosen` start would use, a late one as well."""
    if not (start := chosen.get("start")):
        return None
    slot = Slot(treatment=treatment, start=start, therapist=chosen.get("therapist"))
    [held] = holds.holds_of(Holder(key=visitor(request)), [slot])
    return held


def _time_left(held: Appointment | None, now: datetime) -> dict[str, Any]:
    ends = held.held_until if held and held.is_live_hold(now) else None
    return {"held_until": ends, "seconds_left": int((ends - now).total_seconds()) if ends else 0}


def _key(request: HttpRequest) -> str:
    return request.session.setdefault(KEY, token_hex(16))


def _keep_what_was_typed(request: HttpRequest) -> None:
    typed = {name: request.POST.get(name, "") for name in PERSON}
    if any(typed.values()):
        request.session[TYPED] = {name: text[:LONGEST_KEPT] for name, text in typed.items()}


def _first_error(form: StartForm) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)
