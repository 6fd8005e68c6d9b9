"""Visits that the runner's own plan is against: moved by one press, or left where they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import Busy, Refused
from bookings.actions.scheduling import changes
from bookings.actions.scheduling.changes import MoveRequest
from bookings.core import training
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment, Clinic
from bookings.queries.scheduling.slots import Slot
from bookings.queries.training.misplaced import Misplaced, misplaced_of
from bookings.queries.training.plans import plan_of
from bookings.web.forms import whole_number
from bookings.web.mail.told import say_done
from bookings.web.scheduling.slot_values import as_text
from bookings.web.training.plan_store import PlanStore
from bookings.web.visitor import remember_moved, visitor

LEAVE, FROM_ITS_PAGE = "leave", "from-its-page"


@dataclass(frozen=True)
class MisplacedShown:
    """One of them with its page, and what its form sends for each time."""

    of: Misplaced
    url: str
    why: str

    @property
    def times(self) -> list[tuple[str, Slot]]:
        return [(as_text(slot), slot) for slot in self.of.slots]


def misplaced_shown(
    store: PlanStore,
    clinic: Clinic,
    *,
    holder: str,
    now: datetime,
    plan: training.Plan | None = None,
) -> list[MisplacedShown]:
    """Nothing, at no cost, without days of their own."""
    return [
        MisplacedShown(
            one,
            store.url_of_visit(one.visit),
            one.advice.for_staff if store.at_the_desk else one.advice.reason,
        )
        for one in _found(store, clinic, holder=holder, now=now, plan=plan)
    ]


def _found(
    store: PlanStore,
    clinic: Clinic,
    *,
    holder: str,
    now: datetime,
    plan: training.Plan | None = None,
) -> Sequence[Misplaced]:
    if not store.runner.schedule.days:
        return []
    plan = plan or plan_of(store.races, store.runner, today=clinic.day_of(now))
    return misplaced_of(
        store.history.visits,
        plan,
        left=store.left_alone,
        clinic=clinic,
        binds=not store.at_the_desk,
        holder=holder,
        now=now,
    )


@require_POST
def answer(request: HttpRequest, store: PlanStore) -> HttpResponse:
    """To one of the times that were offered, or to leave it; what is settled already is told."""
    found = _found(store, Clinic.objects.the(), holder=visitor(request), now=timezone.now())
    asked = request.POST.get("visit", "")
    open_ones = (each for each in found if each.can_be_answered)
    one = next((each for each in open_ones if each.visit.public_id == asked), None)
    if one is None:
        messages.info(request, _("Nothing is left to decide about that appointment."))
        return redirect(store.url)
    back = store.url_of_visit(one.visit) if FROM_ITS_PAGE in request.POST else store.url
    if request.POST.get("do") == LEAVE:
        store.leave_visit(one.visit)
        messages.success(
            request, _("It stays where it is. We ask again only when the training plan changes.")
        )
        return redirect(back)
    slot = next((each for each in one.slots if as_text(each) == request.POST.get("time")), None)
    if slot is None:
        messages.error(request, _("That time has just gone. Please choose another one."))
        return redirect(f"{back}#against-plan")
    return _move(request, store, one.visit, slot, back)


def _said_at_the_desk(moved: Appointment) -> str:
    if moved.whose.email:
        return _("It is moved, and the client is told in three minutes.")
    return _("It is moved; the client has no address, so please tell them by phone.")


def _move(
    request: HttpRequest, store: PlanStore, visit: Appointment, slot: Slot, back: str
) -> HttpResponse:
    """As it is moved from its own page, to which they are led: it offers to take that back."""
    asked = MoveRequest(
        appointment=visit,
        slot=slot,
        revision=whole_number(request.POST.get("revision")) or 0,
        rules=Rules.DESK_MOVE if store.at_the_desk else Rules.ONLINE,
        notify=Notify.from_the_desk() if store.at_the_desk else Notify.NOW,
        by=store.by,
    )
    try:
        moved = changes.move(asked, now=timezone.now())
    except Busy:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{back}#against-plan")
    if store.at_the_desk:
        messages.success(request, _said_at_the_desk(moved))
    else:
        remember_moved(request, moved, slot.start)
        done, mailed = _("Your appointment has been moved."), _("We have emailed you the new time.")
        say_done(request, done, mailed, moved.whose)
    return redirect(store.url_of_visit(moved))
