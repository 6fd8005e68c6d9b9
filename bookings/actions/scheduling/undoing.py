"""Taking the last change of a visit back: it stands again where it stood, if that is still free."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import GRACE, Notify
from bookings.actions.money import payments
from bookings.actions.refusals import Refused, Stale, TooLate
from bookings.actions.scheduling import unproved
from bookings.actions.scheduling.changes import allocated, what_changed
from bookings.actions.scheduling.holds import expire_dead_holds
from bookings.actions.scheduling.placement import rewrite
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    AppointmentEvent,
    Clinic,
    EntryState,
    Mail,
    MailKind,
    MailState,
    OfferState,
    Room,
    Therapist,
    Treatment,
    WaitlistEntry,
)
from bookings.queries.scheduling.cutoffs import took_over
from bookings.queries.scheduling.slots import Placement, Slot
from bookings.queries.waiting_list.got import what_was_got

MOVED = "moved"
FEE = "fee"  # an event of the same press as a cancelling
CAN_STILL_BE_STOPPED = (MailState.SCHEDULED, MailState.CANCELLED, MailState.SUPERSEDED)


@dataclass(frozen=True, kw_only=True)
class Side:
    """Who takes back, and by which rules: events of which kinds, and of those `within` how long.

    Without `within` it is the clinic's time for thinking again. `before_the_mail`: of these, none
    that somebody was told of. `same_room`: not in another one that is free. `as_booked`: before
    it starts and under the limits of a booking, or who cancels and undoes could have more.
    """

    kinds: Collection[str]
    within: timedelta | None = None
    at_any_time: Collection[str] = ()
    before_the_mail: bool = False
    same_room: bool = False
    as_booked: bool = False
    too_late: type[Refused]
    why: str | Promise


RUNNER = Side(
    kinds=(Status.CANCELLED, MOVED),
    as_booked=True,
    too_late=TooLate,
    why=gettext_lazy("It is too late to undo this."),
)
DESK = Side(
    kinds=(Status.BOOKED, Status.CANCELLED),
    within=GRACE,
    at_any_time=(MOVED,),
    before_the_mail=True,
    same_room=True,
    too_late=Stale,
    why=gettext_lazy(
        "It is too late to undo that, or there is nothing to undo: it has changed, or the client "
        "has been told."
    ),
)


@dataclass(frozen=True, kw_only=True)
class Undo:
    """What would be taken back, until when, and where the visit would stand then.

    Without `until` it can be at any time; a booking that is taken back stands nowhere. `price`
    is the one before, if that came with the move, and `knew` whether the client knew of the place
    before it: None for a move of long ago. `at` is when it was done.
    """

    kind: str
    until: datetime | None
    slot: Slot | None
    price: Decimal | None = None
    knew: bool | None = None
    at: datetime | None = None


def offered(appointment: Appointment, clinic: Clinic, *, by: str, now: datetime) -> Undo | None:
    """None also where the place has gone meanwhile: a page offers only what works."""
    found = _last_change(appointment, clinic, _side_of(by), now)
    if found and found.slot:
        try:
            allocated(clinic, appointment, found.slot, Rules.OVERRIDDEN, now)
        except Refused:
            return None
    return found


@changes_the_diary
def undo(
    clinic: Clinic, appointment: Appointment, *, revision: int, by: str, now: datetime
) -> Appointment:
    """Take the last change back; sent twice it is done once.

    Raises Stale or TooLate when that cannot be any more, SlotTaken, ClientBusy or NotBookable
    where its place has gone, and for a runner what limits a booking.
    """
    appointment, side = Appointment.objects.with_everything().get(pk=appointment.pk), _side_of(by)
    last = appointment.events.order_by("pk").last()
    if appointment.revision == revision + 1 and last and last.facts.get("undone"):
        return appointment
    if appointment.revision != revision:
        raise _stale(appointment, side)
    found = _last_change(appointment, clinic, side, now)
    if found is None:
        raise side.too_late(str(side.why))
    if found.slot is None:
        _take_the_booking_back(appointment, by, now)
        _wait_again(appointment, found, clinic)
    else:
        appointment = _put_back(clinic, appointment, found, found.slot, by=by, now=now)
    if found.until and side.before_the_mail and _has_gone_out(appointment, revision):
        raise Stale(_("It is too late to undo that: the client has just been told."))
    return appointment


def _stale(appointment: Appointment, side: Side) -> Stale:
    """Who has changed it is for the clinic alone to know."""
    if side is RUNNER:
        return Stale()
    is_booked = appointment.status == Status.BOOKED
    return Stale(what_changed(appointment) if is_booked else str(side.why))


def _side_of(by: str) -> Side:
    return RUNNER if by == Role.RUNNER else DESK


def _last_change(
    appointment: Appointment, clinic: Clinic, side: Side, now: datetime
) -> Undo | None:
    if _is_as_booked(appointment) and Status.BOOKED not in side.kinds:
        return None
    event = _last_event(appointment, side)
    if event is None or "undone" in event.facts or _side_of(event.by) is not side:
        return None
    if appointment.status != (Status.BOOKED if event.kind == MOVED else event.kind):
        return None
    if side.as_booked and event.kind == MOVED and took_over(appointment, event.at):
        return None
    if event.kind in side.at_any_time:
        return _what_was(appointment, event, side)
    if event.kind not in side.kinds or (side.before_the_mail and _is_known(appointment)):
        return None
    until = event.at + (side.within or timedelta(minutes=clinic.undo_minutes))
    found = _what_was(appointment, event, side, until)
    has_begun = side.as_booked and found and found.slot and found.slot.start <= now
    return None if until <= now or has_begun else found


def _is_as_booked(appointment: Appointment) -> bool:
    """Never moved, cancelled or brought back: each raises the revision."""
    return appointment.status == Status.BOOKED and appointment.revision == 0


def _last_event(appointment: Appointment, side: Side) -> AppointmentEvent | None:
    events = appointment.events.order_by("pk")
    if appointment.status == Status.BOOKED:
        whenever = events.filter(kind__in=side.at_any_time).last()
        if whenever is not None:
            return whenever
    return events.exclude(kind=FEE).last()


def _is_known(visit: Appointment) -> bool:
    """Whether the client has been told, or is told of others in the same mail."""
    return bool(visit.together) or _has_gone_out(visit, visit.revision)


def _has_gone_out(visit: Appointment, revision: int) -> bool:
    alone = visit.mails.filter(revision=revision, data_at__isnull=False)
    return alone.exists() or Mail.objects.told_with_others(visit).exists()


def _what_was(
    appointment: Appointment, event: AppointmentEvent, side: Side, until: datetime | None = None
) -> Undo | None:
    """None for a move of long ago, of which less was kept; and a room may be no more."""
    if event.kind == Status.BOOKED:
        return Undo(kind=event.kind, until=until, slot=None, at=event.at)
    if event.kind == Status.CANCELLED:
        slot: Slot | None = _slot_of(appointment)
        knew, price = None, None
    else:
        slot = _slot_before(appointment, event.facts["from"])
        knew, price = event.facts.get("knew_before"), _price_before(event.facts)
    if slot is None:
        return None
    slot = slot if side.same_room else replace(slot, room=None)
    return Undo(kind=event.kind, until=until, slot=slot, price=price, knew=knew, at=event.at)


def _slot_of(appointment: Appointment) -> Slot:
    place = Placement.of(appointment)
    return Slot(
        treatment=place.treatment,
        start=place.interval.start,
        therapist=place.therapist,
        room=place.room,
        length=place.interval.end - place.interval.start,
        pause=place.pause,
    )


def _slot_before(appointment: Appointment, was: dict[str, Any]) -> Slot | None:
    if not {"starts_at", "ends_at", "therapist_id", "room_id"} <= was.keys():
        return None
    therapist = Therapist.objects.filter(pk=was["therapist_id"]).first()
    room = Room.objects.filter(pk=was["room_id"]).first()
    treatment = _treatment(appointment, was)
    if therapist is None or room is None or treatment is None:
        return None
    start, end = (datetime.fromisoformat(was[name]) for name in ("starts_at", "ends_at"))
    pause = Placement.of(appointment).pause
    if "blocked_until" in was:
        pause = datetime.fromisoformat(was["blocked_until"]) - end
    return Slot(
        treatment=treatment,
        start=start,
        therapist=therapist,
        room=room,
        length=end - start,
        pause=pause,
    )


def _treatment(appointment: Appointment, was: dict[str, Any]) -> Treatment | None:
    wanted = was.get("treatment_id", appointment.treatment_id)
    if wanted == appointment.treatment_id:
        return appointment.treatment
    return Treatment.objects.filter(pk=wanted).first()


def _price_before(change: dict[str, Any]) -> Decimal | None:
    """The price that came with another treatment; None where the treatment stayed."""
    was, became = change["from"], change.get("to", {})
    same = was.get("treatment_id") == became.get("treatment_id")
    return None if same else Decimal(was["price"])


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


def _put_back(
    clinic: Clinic, appointment: Appointment, found: Undo, slot: Slot, *, by: str, now: datetime
) -> Appointment:
    side = _side_of(by)
    placement = allocated(clinic, appointment, slot, Rules.OVERRIDDEN, now)
    if found.price is not None:
        placement = replace(placement, price=found.price)
    kind, notify = _news(appointment, found, side)
    if found.kind == MOVED:
        not_told = side is DESK and found.knew is False and not notify.by_mail
        appointment = rewrite(
            appointment,
            placement,
            notify=Notify.NONE,
            not_told=not_told,
            by=by,
            now=now,
            # What can be undone at any time can be so again: it is one more move.
            facts={"undone": MOVED} if found.until else None,
        )
        _wish_again(appointment, found)
        _wait_again(appointment, found, clinic)
    else:
        _restore(appointment, placement, by, now)
        if side.as_booked:
            _limit(clinic, appointment, now)
    outbox.owe(kind, appointment, notify=notify, now=now)
    return appointment


def _wish_again(appointment: Appointment, found: Undo) -> None:
    """Who had waited for an earlier time, and has just given the one they took back."""
    there = appointment.earlier_wishes.all()
    if found.at is None or there.filter(state=EntryState.WAITING).exists():
        return
    served = there.filter(state=EntryState.SERVED, ended_at__gte=found.at)
    last = served.order_by("-ended_at").first()
    if last is not None:
        there.filter(pk=last.pk).update(state=EntryState.WAITING, ended_at=None)


def _wait_again(appointment: Appointment, found: Undo, clinic: Clinic) -> None:
    """Whoever had got what they waited for by what is taken back."""
    ended = WaitlistEntry.objects.filter(
        client=appointment.client_id, state=EntryState.SERVED, appointment=None
    )
    by_itself = ended.exclude(offers__state=OfferState.ACCEPTED)
    for entry in by_itself.filter(ended_at__gte=found.at) if found.at else ():
        if what_was_got(entry, clinic) is None:
            entry.state, entry.ended_at = EntryState.WAITING, None
            entry.save(update_fields=["state", "ended_at"])


def _restore(appointment: Appointment, placement: Placement, by: str, now: datetime) -> None:
    """Without the fee of its cancelling."""
    expire_dead_holds(now=now)
    appointment.become(
        Status.BOOKED,
        by=by,
        now=now,
        facts={"undone": Status.CANCELLED, "set_aside": list(placement.set_aside)},
        revision=appointment.revision + 1,
        room=placement.room,
    )
    payments.take_fees_back(appointment, by=by, now=now)


def _limit(clinic: Clinic, appointment: Appointment, now: datetime) -> None:
    if Appointment.objects.awaiting_proof().filter(pk=appointment.pk).exists():
        unproved.limit(clinic, [appointment], now=now)
    else:
        unproved.limit_what_is_ahead(clinic, appointment.whose, now=now)


def _news(appointment: Appointment, found: Undo, side: Side) -> tuple[MailKind, Notify]:
    """What the client hears of it. Nobody is told again of what they were told last."""
    if side is RUNNER:
        told = Mail.objects.told_of(appointment).values_list("revision", flat=True)
        knows = max(told, default=None) == appointment.revision - 1
        knows = knows and not Mail.objects.told_with_others(appointment).exists()
        kind = MailKind.MOVED if found.kind == MOVED else MailKind.CONFIRMED
        return kind, Notify.NONE if knows else Notify.NOW
    if _has_been_told_of_the_move(appointment):
        return MailKind.MOVED, Notify.from_the_desk()
    if withdrawn := outbox.withdrawn_with(appointment):  # what the change kept from going out
        return MailKind(withdrawn.kind), Notify.from_the_desk(withdrawn.note)
    return MailKind.MOVED, Notify.NONE


def _has_been_told_of_the_move(appointment: Appointment) -> bool:
    told = appointment.mails.filter(kind=MailKind.MOVED, revision=appointment.revision)
    alone = told.exclude(state__in=CAN_STILL_BE_STOPPED)
    return alone.exists() or Mail.objects.told_with_others(appointment).exists()
