"""Undoing what the desk has just booked or cancelled, before anybody was told of it."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import GRACE, Notify
from bookings.actions.money import payments
from bookings.actions.refusals import Stale
from bookings.actions.scheduling.changes import allocated
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Mail, MailKind
from bookings.queries.scheduling.slots import Placement, Slot

UNDONE_WITHIN = GRACE  # as long as the mail about it waits
CAN_BE_UNDONE = (Status.BOOKED, Status.CANCELLED)
COMES_WITH_IT = ("fee",)  # events of the same press


def time_left(visit: Appointment, *, now: datetime) -> timedelta:
    """For how long its booking or cancelling can still be undone; nothing once it cannot.

    Not what a runner has done, not together with others, not once anything has happened since
    or a mail about it has gone out.
    """
    last = visit.events.exclude(kind__in=COMES_WITH_IT).order_by("pk").last()
    if last is None or last.kind not in CAN_BE_UNDONE or last.kind != visit.status:
        return timedelta()
    if last.by == Role.RUNNER or "undone" in last.facts or visit.together:
        return timedelta()
    if _has_gone_out(visit, visit.revision):
        return timedelta()
    return max(timedelta(), last.at + UNDONE_WITHIN - now)


@changes_the_diary
def undo(
    clinic: Clinic, appointment: Appointment, *, revision: int, by: str, now: datetime
) -> Appointment:
    """A booking goes, a cancelled visit stands again with its mails and without its fee.

    Sent twice it is undone once. Raises Stale when it is too late, and SlotTaken, ClientBusy or
    NotBookable where the time of a cancelled visit is no longer free.
    """
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    if appointment.revision == revision + 1 and _was_undone(appointment):
        return appointment
    if appointment.revision != revision or not time_left(appointment, now=now):
        raise Stale(_("It is too late to undo that: it has changed, or the client has been told."))
    if appointment.status == Status.BOOKED:
        _take_the_booking_back(appointment, by, now)
    else:
        _book_again(clinic, appointment, by, now)
    if _has_gone_out(appointment, revision):  # while it was being withdrawn
        raise Stale(_("It is too late to undo that: the client has just been told."))
    return appointment


def _take_the_booking_back(appointment: Appointment, by: str, now: datetime) -> None:
    """Without its key, so that the form it came from books anew."""
    appointment.become(
        Status.CANCELLED,
        by=by,
        now=now,
        facts={"undone": Status.BOOKED},
        revision=appointment.revision + 1,
        booking_key=None,
    )
    Mail.objects.about_older_revisions(appointment).supersede()


def _book_again(clinic: Clinic, appointment: Appointment, by: str, now: datetime) -> None:
    was = Placement.of(appointment)
    slot = Slot(
        treatment=was.treatment,
        start=was.interval.start,
        therapist=was.therapist,
        room=was.room,
        length=appointment.ends_at - appointment.starts_at,
        pause=was.pause,
    )
    placement = allocated(clinic, appointment, slot, Rules.OVERRIDDEN, now)
    # A hold past its end is free, but a constraint knows that by its status only.
    Appointment.objects.dead_holds(now).update(status=Status.EXPIRED)
    withdrawn = outbox.withdrawn_with(appointment)
    appointment.become(
        Status.BOOKED,
        by=by,
        now=now,
        facts={"undone": Status.CANCELLED, "set_aside": list(placement.set_aside)},
        revision=appointment.revision + 1,
    )
    payments.take_fees_back(appointment, by=by, now=now)
    if withdrawn is None:
        outbox.owe(MailKind.MOVED, appointment, notify=Notify.NONE, now=now)
    else:
        notify = Notify.from_the_desk(withdrawn.note)
        outbox.owe(MailKind(withdrawn.kind), appointment, notify=notify, now=now)


def _has_gone_out(visit: Appointment, revision: int) -> bool:
    return visit.mails.filter(revision=revision, data_at__isnull=False).exists()


def _was_undone(visit: Appointment) -> bool:
    last = visit.events.order_by("pk").last()
    return last is not None and "undone" in last.facts
