"""Cancelling, by whoever may."""

from datetime import datetime

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import Notify
from bookings.actions.money import payments
from bookings.actions.optimistic_lock import refuse_if_changed
from bookings.actions.refusals import MovedMeanwhile, Stale, TooLate
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, MailKind
from bookings.queries.scheduling.cutoffs import is_late_to_cancel, why_not_cancel


@changes_the_diary
def cancel(
    clinic: Clinic,
    appointment: Appointment,
    *,
    reason: str = "",
    notify: Notify = Notify.NOW,
    charging: bool = False,
    passed_on: bool = False,
    seen: int | None = None,
    revision: int | None = None,
    by: str,
    now: datetime,
) -> Appointment:
    """Again changes nothing. Raises TooLate or Stale. With `charging`, being late costs the fee.

    `passed_on`: somebody from the waiting list has taken its time."""
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    if appointment.status == Status.CANCELLED:
        return appointment
    _refuse_a_stale_page(clinic, appointment, seen, revision)
    if by == Role.RUNNER and (why_not := why_not_cancel(appointment, clinic, now=now)):
        raise TooLate(why_not)
    if appointment.status != Status.BOOKED:
        raise Stale
    is_late = charging and is_late_to_cancel(appointment, clinic, now=now)
    facts: dict[str, str | bool] = {"reason": reason} if reason else {}
    facts |= {"passed_on": True} if passed_on else {}
    raised = appointment.revision + 1
    appointment.become(Status.CANCELLED, by=by, now=now, facts=facts, revision=raised)
    if is_late:
        payments.charge_for_cancelling_late(clinic, appointment, by=by, now=now)
    outbox.owe(MailKind.CANCELLED, appointment, notify=notify, now=now)
    return appointment


def _refuse_a_stale_page(
    clinic: Clinic, appointment: Appointment, seen: int | None, revision: int | None
) -> None:
    """None is what the page did not say. Raises Stale, or MovedMeanwhile by the revision."""
    refuse_if_changed(clinic, appointment, seen)
    if revision not in (None, appointment.revision):
        raise MovedMeanwhile
