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
from bookings.queries.scheduling.cutoffs import why_not_cancel


@changes_the_diary
def cancel(
    clinic: Clinic,
    appointment: Appointment,
    *,
    reason: str = "",
    notify: Notify = Notify.NOW,
    charging: bool = False,
    seen: int | None = None,
    revision: int | None = None,
    by: str,
    now: datetime,
) -> Appointment:
    """Cancel a booked appointment; cancelling again changes nothing. Raises TooLate or Stale,
    MovedMeanwhile among them where it is not of that `revision` any more.

    A runner's cut-off does not bind the clinic. With `charging`, being late costs the fee.
    """
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    if appointment.status == Status.CANCELLED:
        return appointment
    refuse_if_changed(clinic, appointment, seen)
    if revision not in (None, appointment.revision):
        raise MovedMeanwhile
    if by == Role.RUNNER and (why_not := why_not_cancel(appointment, clinic, now=now)):
        raise TooLate(why_not)
    if appointment.status != Status.BOOKED:
        raise Stale
    facts = {"reason": reason} if reason else {}
    revision = appointment.revision + 1
    appointment.become(Status.CANCELLED, by=by, now=now, facts=facts, revision=revision)
    if charging:
        payments.charge_for_cancelling(clinic, appointment, by=by, now=now)
    outbox.owe(MailKind.CANCELLED, appointment, notify=notify, now=now)
    return appointment
