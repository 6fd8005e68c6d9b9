"""Booking a plan: the chosen times of several sessions, kept together and booked at once."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from secrets import token_hex
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from bookings.actions.clients import identity
from bookings.actions.refusals import Busy, Refused, SlotTaken, TooManyHolds
from bookings.actions.scheduling import booking, holds
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.scheduling.holds import Held, Holder, HoldRequest
from bookings.actions.series import race_sessions
from bookings.core import training
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment, Client, Clinic, Treatment
from bookings.queries.clients import strangers
from bookings.queries.scheduling.alternatives import nearest_to
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.slots import Ignoring, Slot
from bookings.queries.training.plans import id_of, suitable
from bookings.web.forms import KeyForm, PersonForm
from bookings.web.rate_limits import BOOKING, HOLDS, limited
from bookings.web.responses import page_methods, sorry, status_of, tell_when_to_return
from bookings.web.scheduling import bundle
from bookings.web.scheduling.bundle import Bundle
from bookings.web.scheduling.slot_values import BETWEEN, as_text, read_slots
from bookings.web.training.later_ones import LATER, LaterOnes, later_ones
from bookings.web.training.plan_store import (
    PlanStore,
    SessionPlan,
    goes_along,
    plan_of_store,
)
from bookings.web.visitor import (
    TYPED,
    held_from,
    language,
    proved_address,
    proved_here,
    remember_booked,
    visitor,
    visitor_from_now_on,
)

CHOSEN, KEY = "chosen", "basket_key"
OTHER = "other"  # the press for other times
SHOWN = "shown"  # the times that the page has, which one browser may change in another tab


@dataclass(frozen=True)
class BasketLine:
    """A chosen time: kept, still free though not kept any more, or gone with others to choose.

    `held` is the hold that booking would use, a late one as well; `is_kept` as long as it lasts.
    """

    slot: Slot
    value: str
    held: Appointment | None
    is_kept: bool
    why_not: Refused | None

    @property
    def others(self) -> list[tuple[str, Opening]]:
        """Free times near one that is gone, each as the form sends it."""
        openings = self.why_not.nearest if self.why_not else ()
        return [(as_text(self._at(one)), one) for one in openings]

    def _at(self, opening: Opening) -> Slot:
        """With the therapist who was chosen, where that one is free."""
        kept = self.slot.therapist if self.slot.therapist in opening.therapists else None
        return replace(self.slot, start=opening.starts_at, therapist=kept)

    @property
    def minutes(self) -> int:
        """As held, once it is: that is what will be booked."""
        return self.held.minutes if self.held else self.slot.treatment.minutes

    @property
    def price(self) -> Decimal:
        return self.held.price if self.held else self.slot.treatment.price


def _ticked(request: HttpRequest) -> list[str]:
    only = request.POST.get("only")
    return [only] if only else request.POST.getlist("take")


def _times_asked_for(request: HttpRequest) -> int:
    return 0 if OTHER in request.POST else len(_ticked(request))


@require_POST
@limited(HOLDS, cost=_times_asked_for)
def choose(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """From the plan: the ticked sessions' times, or those of one alone, or other times for one."""
    sessions = _sessions_of(store)
    _keep_bundle(request, store, sessions)
    if OTHER in request.POST:
        return _see_other_times(request, store, sessions)
    numbers = _ticked(request)
    slots = read_slots(request.POST.get(f"time-{number}", "") for number in numbers)
    if not slots:
        messages.error(request, _("Please tick at least one session with a time."))
        return redirect(f"{store.url}#sessions-title")
    if store.client is None and len(slots) > store.most_at_once:
        slots = slots[: store.most_at_once]
        messages.info(request, _three_at_a_time(store.most_at_once))
    request.session[KEY] = token_hex(16)
    return _keep(request, store, slots)


def _sessions_of(store: PlanStore) -> Sequence[training.Session]:
    plan = plan_of_store(store, Clinic.objects.the(), now=timezone.now())
    return plan.sessions if plan else ()


def _keep_bundle(
    request: HttpRequest, store: PlanStore, sessions: Sequence[training.Session]
) -> None:
    """What the form has, so that the plan looks the same after whatever page comes now."""
    named = {str(n): bundle.name_of(id_of(one)) for n, one in enumerate(sessions, start=1)}
    times = {name: request.POST.get(f"time-{n}", "") for n, name in named.items()}
    ticked = frozenset(named[n] for n in request.POST.getlist("take") if n in named)
    chosen = Bundle(ticked, {name: value for name, value in times.items() if value})
    bundle.keep(request.session, store.url, chosen)


def _see_other_times(
    request: HttpRequest, store: PlanStore, sessions: Sequence[training.Session]
) -> HttpResponse:
    number = request.POST[OTHER]
    session = next((one for n, one in enumerate(sessions, start=1) if str(n) == number), None)
    if session is None:
        return redirect(store.url)
    treatment = suitable(Treatment.objects.bookable_online(), session)
    if treatment is None:
        return redirect(store.url)
    asked = {"day": session.suggested, "session": bundle.name_of(id_of(session))}
    return redirect(f"{store.times_url(treatment)}?{urlencode(asked)}")


@require_POST
@limited(HOLDS)
def choose_time(request: HttpRequest, store: PlanStore, slug: str) -> HttpResponse:
    """From the slot picker of a plan: one time, for a session of the bundle or to book alone."""
    start, therapist = (request.POST.get(name, "") for name in ("start", "therapist"))
    slots = read_slots([BETWEEN.join([slug, start, therapist])])
    if not slots:
        messages.error(request, _("Please choose one of the free times."))
        return redirect(store.url)
    name = request.POST.get("session", "")
    if number := bundle.number_of(name, _sessions_of(store)):
        chosen = bundle.read(request.session, store.url) or Bundle()
        bundle.keep(request.session, store.url, chosen.with_time(name, as_text(slots[0])))
        return redirect(f"{store.url}#session-{number}")
    request.session[KEY] = token_hex(16)
    return _keep(request, store, slots)


def _three_at_a_time(most: int) -> str:
    return _(
        "These are the first {most}. We book that many at a time until you have confirmed your "
        "address from our email; then book the others."
    ).format(most=most)


def _times_chosen(request: HttpRequest) -> int:
    return len(request.session.get(CHOSEN, {}).get("times", ()))


@page_methods
@limited(BOOKING, cost=_times_chosen)
def basket(request: HttpRequest, store: PlanStore) -> HttpResponse:
    slots = _chosen(request, store)
    if not slots:
        return _nothing_chosen(request, store)
    if request.method == "POST":
        shown = request.POST.get(SHOWN, _as_shown(slots))
        book = _book if shown == _as_shown(slots) else _show_anew
        return book(request, store, slots)
    return _show(request, store, _lines(request, slots), _form(request, store))


@require_POST
def change(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """Take one out, put another time in its place, or keep all of them once more."""
    slots = _chosen(request, store)
    gone = request.POST.get("out", "")
    bundle.drop(request.session, store.url, [gone], untick="in" not in request.POST)
    changed = [slot for slot in slots if as_text(slot) != gone]
    changed += read_slots([request.POST.get("in", "")])
    if not changed:
        request.session.pop(CHOSEN, None)
        return redirect(f"{store.url}#sessions-title")
    return _keep(request, store, changed)


def _keep(request: HttpRequest, store: PlanStore, slots: Sequence[Slot]) -> HttpResponse:
    try:
        found = _hold(request, store, slots)
    except (Busy, TooManyHolds) as refusal:
        return sorry(request, refusal)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{store.url}#sessions-title")
    request.session[CHOSEN] = {"for": store.url, "times": [as_text(one) for one in slots]}
    if not found.missed:
        return redirect(store.basket_url)
    bundle.drop(request.session, store.url, [as_text(one.slot) for one in found.missed])
    form = _form(request, store)
    return _show(request, store, _lines(request, slots, found), form, status=409)


def _hold(request: HttpRequest, store: PlanStore, slots: Sequence[Slot]) -> Held:
    wanted = HoldRequest(slots=slots, holder=_holder(request, store), client=store.client)
    return holds.hold(wanted, now=timezone.now())


def _book(request: HttpRequest, store: PlanStore, slots: Sequence[Slot]) -> HttpResponse:
    form = _sent(request, store)
    if not form.is_valid():
        return _show(request, store, _lines(request, slots), form, status=422)
    now = timezone.now()
    told = store.going_with(request.POST) if isinstance(store, SessionPlan) else None
    try:
        wanted = BookingRequest(
            slots=slots,
            client=store.client or identity.newcomer(**form.person, now=now),
            key=form.cleaned_data["key"],
            rules=Rules.ONLINE,
            holder=_holder(request, store),
            proved_address=proved_address(request),
            proved_here=proved_here(request),
            agrees_to_terms=not store.at_the_desk,
            language="" if store.at_the_desk else language(),
            told=told,
            by=store.by,
        )
        later = later_ones(store, slots, now=now) if LATER in request.POST else None
        visits = _book_them(wanted, later, now)
    except Refused as refusal:
        return _not_booked(request, store, slots, form, refusal)
    if isinstance(store, SessionPlan):
        if request.user.is_authenticated:
            identity.know_by_booking(request.user, visits[0].whose, now=now)
        store.note_booking(visits[0], told)
    return _booked(request, store, visits, later)


def _as_shown(slots: Sequence[Slot]) -> str:
    return " ".join(as_text(one) for one in slots)


def _show_anew(request: HttpRequest, store: PlanStore, slots: Sequence[Slot]) -> HttpResponse:
    said = _("Other times have been chosen since this page was opened. These are the ones now.")
    lines, form = _lines(request, slots), _sent(request, store)
    return _show(request, store, lines, form, refusal=Refused(said), status=409)


def _sent(request: HttpRequest, store: PlanStore) -> KeyForm:
    return (KeyForm if store.client else PersonForm)(request.POST)


def _book_them(
    wanted: BookingRequest, later: LaterOnes | None, now: datetime
) -> Sequence[Appointment]:
    if later and isinstance(wanted.client, Client):
        return race_sessions.book(wanted, wanted.client, later.race, now=now)
    return booking.book(wanted, now=now)


def _booked(
    request: HttpRequest,
    store: PlanStore,
    visits: Sequence[Appointment],
    later: LaterOnes | None,
) -> HttpResponse:
    for kept in (CHOSEN, KEY, TYPED):
        request.session.pop(kept, None)
    bundle.forget(request.session)
    if not store.at_the_desk:
        remember_booked(request, visits)
    messages.success(request, _what_is_booked(store, visits))
    if later:
        messages.info(request, _("The later ones are booked as the diary opens."))
    return redirect(store.url)


def _what_is_booked(store: PlanStore, visits: Sequence[Appointment]) -> str:
    count, email = len(visits), visits[0].whose.email
    if held := _held_until(visits):
        return held
    if not store.at_the_desk:
        words = ngettext(
            "Your appointment is booked. The confirmation is on its way to {email}.",
            "Your {count} appointments are booked. The confirmation is on its way to {email}.",
            count,
        )
    elif email:
        words = ngettext(
            "The appointment is booked. The confirmation is on its way to {email}.",
            "The {count} appointments are booked. The confirmation is on its way to {email}.",
            count,
        )
    else:
        words = ngettext(
            "The appointment is booked. There is no address to tell.",
            "The {count} appointments are booked. There is no address to tell.",
            count,
        )
    return words.format(count=count, email=email)


def _held_until(visits: Sequence[Appointment]) -> str:
    """What is not booked yet, because its address is to be proved first; else ""."""
    first = visits[0]
    until = strangers.asked_until_in_words(first, Clinic.objects.the(), now=timezone.now())
    if not until:
        return ""
    words = ngettext(
        "We hold this time for you until {time}: press the button in our email to {email} to make "
        "it yours, or it goes to somebody else.",
        "We hold these {count} times for you until {time}: press the button in our email to "
        "{email} to make them yours, or they go to somebody else.",
        len(visits),
    )
    return words.format(count=len(visits), time=until, email=first.whose.email)


def _not_booked(
    request: HttpRequest,
    store: PlanStore,
    slots: Sequence[Slot],
    form: KeyForm,
    refusal: Refused,
) -> HttpResponse:
    """Nothing is lost: the others are kept, and whatever is gone is offered anew."""
    found = None
    with suppress(Refused):  # Too many holds, or too busy: what is held so far stays held.
        found = _hold(request, store, slots)
    lines = _lines(request, slots, found)
    response = _show(request, store, lines, form, refusal=refusal, status=status_of(refusal))
    return tell_when_to_return(response, refusal)


def _lines(
    request: HttpRequest, slots: Sequence[Slot], found: Held | None = None
) -> list[BasketLine]:
    why = {missed.slot: missed.why for missed in found.missed} if found else {}
    held = holds.holds_of(Holder(key=visitor(request)), slots)
    pairs = zip(slots, held, strict=True)
    return [_line(request, slot, one, why.get(slot)) for slot, one in pairs]


def _line(
    request: HttpRequest, slot: Slot, held: Appointment | None, why: Refused | None
) -> BasketLine:
    is_kept = held is not None and held.is_live_hold(timezone.now())
    if not is_kept and why is None:
        why = _why_not_free(request, holds.as_held(slot, held) if held else slot)
    return BasketLine(slot, as_text(slot), held, is_kept, why)


def _why_not_free(request: HttpRequest, slot: Slot) -> Refused | None:
    """None for a time that nobody keeps and that is still there to book."""
    nearest = nearest_to(slot, ignoring=Ignoring(holder=visitor(request)), now=timezone.now())
    same = next((one for one in nearest if one.starts_at == slot.start), None)
    if same and (slot.therapist is None or slot.therapist in same.therapists):
        return None
    return SlotTaken(nearest=nearest)


def _show(
    request: HttpRequest,
    store: PlanStore,
    lines: Sequence[BasketLine],
    form: KeyForm,
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    kept = [line.held for line in lines if line.held and line.is_kept]
    ends = [one.held_until for one in kept if one.held_until]
    context = {
        "clinic": Clinic.objects.the(),
        "store": store,
        "plan": store,
        "goes_along": goes_along(request, form),
        "lines": lines,
        "shown": _as_shown([line.slot for line in lines]),
        "later": later_ones(store, [line.slot for line in lines], now=timezone.now()),
        "later_ticked": LATER in request.POST,
        "form": form,
        "refusal": refusal,
        "held_until": min(ends, default=None),
        "seconds_left": int((min(ends) - timezone.now()).total_seconds()) if ends else 0,
        "total": sum((line.price for line in lines), Decimal()),
        "all_are_kept": len(kept) == len(lines),
        "some_are_gone": any(line.why_not for line in lines),
    }
    return render(request, "web/training/basket.html", context, status=status)


def _nothing_chosen(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """Back from the booking, or a form sent twice, or the session is over."""
    if request.method != "POST":
        messages.info(request, _("We are not holding any times for you at the moment."))
    return redirect(store.url)


def _holder(request: HttpRequest, store: PlanStore) -> Holder:
    """Strangers may keep so many times; the desk, from its one address, as many as it needs."""
    where = "" if store.at_the_desk else held_from(request)
    return Holder(key=visitor_from_now_on(request), address=where)


def _form(request: HttpRequest, store: PlanStore) -> KeyForm:
    key = {"key": _key(request)}
    if store.client:
        return KeyForm(initial=key)
    return PersonForm(initial={**request.session.get(TYPED, {}), **key})


def _chosen(request: HttpRequest, store: PlanStore) -> list[Slot]:
    """What was chosen in this very plan: one browser may open those of several people."""
    chosen = request.session.get(CHOSEN, {})
    return read_slots(chosen["times"]) if chosen.get("for") == store.url else []


def _key(request: HttpRequest) -> str:
    return request.session.setdefault(KEY, token_hex(16))
