"""Passing one's time on through the list: it stays theirs until somebody takes it."""

from datetime import datetime
from functools import partial

from django.db import transaction
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


class NotToBeRelayed(Refused):
    sentence = gettext_lazy(
        "This appointment can still be cancelled without a fee, and then its time goes to the list."
    )


class NobodyCouldTakeIt(Refused):
    sentence = gettext_lazy(
        "This appointment lies outside the therapist’s hours, so nobody else could take its time."
    )


@changes_the_diary
def relay(
    clinic: Clinic, visit: Appointment, *, seen: int | None = None, by: str, now: datetime
) -> Appointment:
    """Offer the time to the list. Again changes nothing. Raises Stale, NotToBeRelayed,
    or NobodyCouldTakeIt."""
    visit = Appointment.objects.with_everything().get(pk=visit.pk)
    refuse_if_changed(clinic, visit, seen)
    if visit.status != Status.BOOKED or visit.starts_at <= now:
        raise Stale
    if not is_late_to_cancel(visit, clinic, now=now):
        raise NotToBeRelayed
    if codes_against(visit) & HOURS:
        raise NobodyCouldTakeIt
    if visit.relayed_at is None:
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
        _say(visit, None, "kept after all", by, now)
    return visit


def _say(visit: Appointment, since: datetime | None, kind: str, by: str, now: datetime) -> None:
    visit.relayed_at = since
    visit.save(update_fields=["relayed_at"])
    visit.record(kind, by=by, now=now)
