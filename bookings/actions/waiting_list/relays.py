"""Passing one's time on through the list: it stays theirs until somebody takes it."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.optimistic_lock import refuse_if_changed
from bookings.actions.refusals import Refused, Stale
from bookings.actions.waiting_list import offers
from bookings.core.scheduling.codes import HOURS
from bookings.core.scheduling.statuses import Status
from bookings.mail.wake_worker import ring
from bookings.models import Appointment, Clinic
from bookings.queries.scheduling.conflicts import codes_against
from bookings.queries.scheduling.cutoffs import is_late_to_cancel

TAKEN_BACK = "kept after all"


class NotToBeRelayed(Refused):
    sentence = gettext_lazy(
        "This appointment can still be cancelled without a fee, and then its time goes to the list."
    )


class NobodyCouldTakeIt(Refused):
    sentence = gettext_lazy(
        "This appointment lies outside the therapist’s hours, so nobody else could take its time."
    )


class JustTakenBack(Refused):
    """Each turn of offering and keeping writes to somebody."""


@changes_the_diary
def relay(
    clinic: Clinic, visit: Appointment, *, seen: int | None = None, by: str, now: datetime
) -> Appointment:
    """Offer the time to the list. Again changes nothing.

    Raises Stale, NotToBeRelayed, NobodyCouldTakeIt or JustTakenBack.
    """
    visit = Appointment.objects.with_everything().get(pk=visit.pk)
    refuse_if_changed(clinic, visit, seen)
    if visit.status != Status.BOOKED or visit.starts_at <= now:
        raise Stale
    if not is_late_to_cancel(visit, clinic, now=now):
        raise NotToBeRelayed
    if codes_against(visit) & HOURS:
        raise NobodyCouldTakeIt
    if visit.relayed_at is None:
        _refuse_within_the_pause(clinic, visit, now)
        _say(visit, now, "relayed", by, now)
        transaction.on_commit(partial(ring, offers.TASK), robust=True)
    return visit


@changes_the_diary
def take_back(
    clinic: Clinic, visit: Appointment, *, seen: int | None = None, by: str, now: datetime
) -> Appointment:
    """It is offered to nobody any more, and who was just thinking about it is told.

    Again changes nothing. Raises Stale where somebody has taken it.
    """
    visit = Appointment.objects.with_everything().get(pk=visit.pk)
    refuse_if_changed(clinic, visit, seen)
    if visit.status != Status.BOOKED:
        raise Stale
    for offer in visit.passed_to.open():
        offers.withdraw(offer, now=now)
    if visit.relayed_at is not None:
        _say(visit, None, TAKEN_BACK, by, now)
    return visit


def _refuse_within_the_pause(clinic: Clinic, visit: Appointment, now: datetime) -> None:
    last = visit.events.filter(kind=TAKEN_BACK).last()
    pause = timedelta(minutes=max(clinic.offer_pause_minutes, clinic.undo_minutes))
    if last is not None and now < (again := last.at + pause):
        said = _("It was taken back only just now. It can be offered again from {clock} on.")
        raise JustTakenBack(said.format(clock=f"{again.astimezone(clinic.tz):%H:%M}"))


def _say(visit: Appointment, since: datetime | None, kind: str, by: str, now: datetime) -> None:
    visit.relayed_at = since
    visit.save(update_fields=["relayed_at"])
    visit.record(kind, by=by, now=now)
