"""Moving a visit, whoever asks, telling of it, and correcting its record by hand."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import dates
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import Notify
from bookings.actions.money import payments
from bookings.actions.refusals import Refused, Stale, TooLate, refusal_of
from bookings.actions.scheduling.allocation import allocate, offering_the_nearest
from bookings.actions.scheduling.placement import rewrite
from bookings.core.scheduling.codes import HOURS, Code, Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, MailKind
from bookings.models.scheduling.appointments import TOLD_BY_PHONE
from bookings.queries.actors import named
from bookings.queries.scheduling.conflicts import conflicts
from bookings.queries.scheduling.cutoffs import is_late_to_cancel, why_not_move
from bookings.queries.scheduling.diary import facts_for
from bookings.queries.scheduling.slots import Ignoring, Placement, Slot

PLACE = ("treatment", "therapist", "room", "starts_at", "ends_at")
CORRECTABLE = [*PLACE, "price"]
TOLD_TO_THE_CLIENT = {"treatment", "therapist", "starts_at", "ends_at"}
# What has been booked may stay and be moved, whether or not it could be booked today.
BOOKED_ALREADY = frozenset({Code.TREATMENT_WITHDRAWN, Code.NOT_ONLINE})


@dataclass(frozen=True, kw_only=True)
class MoveRequest:
    """Where the slot names no therapist or room, the present one is kept if free, else any.

    Without a length of its own it keeps the present one, unless another treatment brings its
    own. `revision` is what the page showed.
    """

    appointment: Appointment
    slot: Slot
    revision: int
    rules: Rules
    notify: Notify = Notify.NONE
    by: str


def move(request: MoveRequest, *, now: datetime) -> Appointment:
    """Give it another time, length, therapist, room or treatment, in one UPDATE.

    The old one stands if this fails. The same form sent twice moves once. Raises Stale when it
    is no longer at the revision, TooLate for a runner, and SlotTaken, NotBookable or
    AgainstTheRules, each with the nearest openings.
    """
    slot, ignoring = as_booked(request.slot, request.appointment), _but(request.appointment)
    with offering_the_nearest(
        slot, rules=request.rules, is_booked=True, ignoring=ignoring, now=now
    ):
        return _move(request, now=now)


@changes_the_diary
def tell(
    _clinic: Clinic,
    appointment: Appointment,
    *,
    revision: int,
    note: str = "",
    by: str,
    now: datetime,
) -> Appointment:
    """Tell the client of a booking or a change that was made silently; twice sends one mail."""
    appointment = _at(appointment.pk, revision)
    _refuse_without_address(appointment)
    notify = Notify.from_the_desk(note)
    kind = MailKind.MOVED if _knows_of_another(appointment) else MailKind.CONFIRMED
    outbox.tell_after_all(kind, appointment, notify=notify, now=now)
    Appointment.objects.filter(pk=appointment.pk).update(not_told=False)
    appointment.record("told", by=by, now=now)
    return appointment


@changes_the_diary
def told_by_phone(
    _clinic: Clinic, appointment: Appointment, *, revision: int, by: str, now: datetime
) -> Appointment:
    """Somebody has rung them, and says so; what waits as a mail still goes."""
    appointment = _at(appointment.pk, revision)
    Appointment.objects.filter(pk=appointment.pk).update(not_told=False)
    appointment.record(TOLD_BY_PHONE, by=by, now=now, facts={"revision": revision})
    return appointment


@changes_the_diary
def offer_times(
    _clinic: Clinic,
    appointment: Appointment,
    *,
    revision: int,
    notify: Notify,
    by: str,
    now: datetime,
) -> Appointment:
    """Owe a mail with other times, which holds none; once for where the visit stands."""
    appointment = _at(appointment.pk, revision)
    _refuse_without_address(appointment)
    outbox.owe(MailKind.OFFER, appointment, notify=notify, now=now)
    appointment.record("offered", by=by, now=now)
    return appointment


def _refuse_without_address(appointment: Appointment) -> None:
    if not appointment.whose.email:
        raise Refused(_("There is no e-mail address: please ring them."))


@changes_the_diary
def keep_silent(
    _clinic: Clinic, appointment: Appointment, *, revision: int, by: str, now: datetime
) -> Appointment:
    """Withdraw the mail about a change that has not gone out; the visit says so from then on."""
    appointment = _at(appointment.pk, revision)
    if not outbox.withdraw(appointment):
        raise TooLate(_("The mail has gone out already."))
    Appointment.objects.filter(pk=appointment.pk).update(not_told=True)
    appointment.record("not told", by=by, now=now)
    return appointment


@changes_the_diary
def keep_there(
    clinic: Clinic, appointment: Appointment, *, revision: int, by: str, now: datetime
) -> Appointment:
    """Say that it is meant to stand outside the hours; it is no conflict from then on.

    Raises Stale, and NotBookable when more is against it than the hours.
    """
    appointment = _at(appointment.pk, revision)
    found = [one for one in conflicts(clinic, only=appointment, now=now) if not one.may_stay]
    if found:
        raise refusal_of(found[0].problems)
    appointment.record("kept", by=by, now=now, facts={"set_aside": sorted(HOURS)})
    return appointment


@changes_the_diary
def correct(clinic: Clinic, appointment: Appointment, *, by: str, now: datetime) -> None:
    """Save what was changed on the object: a place as a move is kept, a price as an agreed one.

    The clinic's own rules are set aside; raises SlotTaken, ClientBusy or NotBookable for what is
    impossible. Of a visit that has begun nothing is: it says what was, and the therapist or the
    room may be gone since.
    """
    before = Appointment.objects.with_everything().get(pk=appointment.pk)
    changed = [name for name in PLACE if getattr(appointment, name) != getattr(before, name)]
    if changed:
        begun = max(before.starts_at, appointment.starts_at) <= now
        placement = (
            _as_it_was(appointment, before)
            if begun
            else _as_it_is_to_be(clinic, appointment, before, now)
        )
        notify = Notify.NONE if TOLD_TO_THE_CLIENT.isdisjoint(changed) else Notify.NOW
        rewrite(before, placement, notify=notify, by=by, now=now)
    if appointment.price != before.price:
        payments.set_price(appointment, appointment.price, by=by, now=now)


def as_booked(slot: Slot, appointment: Appointment) -> Slot:
    """With the length and the pause that were booked, as long as the treatment is the same."""
    if slot.treatment != appointment.treatment:
        return slot
    now_at = Placement.of(appointment)
    length = now_at.interval.end - now_at.interval.start
    return replace(
        slot,
        length=length if slot.length is None else slot.length,
        pause=now_at.pause if slot.pause is None else slot.pause,
    )


@changes_the_diary
def _move(clinic: Clinic, request: MoveRequest, *, now: datetime) -> Appointment:
    pk, online = request.appointment.pk, not request.rules.is_staff
    appointment = Appointment.objects.with_everything().get(pk=pk)
    slot = as_booked(request.slot, appointment)
    if _is_already_there(appointment, slot, request.revision):
        return appointment  # The same form sent twice.
    _refuse_what_has_changed(appointment, request.revision, online)
    if online and (why_not := why_not_move(appointment, clinic, now=now)):
        raise TooLate(why_not)
    placement = allocated(clinic, appointment, slot, request.rules, now)
    is_late = online and is_late_to_cancel(appointment, clinic, now=now)
    return rewrite(
        appointment,
        placement,
        notify=request.notify,
        by=request.by,
        now=now,
        facts={"late": True} if is_late else None,
    )


def allocated(
    clinic: Clinic, appointment: Appointment, slot: Slot, rules: Rules, now: datetime
) -> Placement:
    """Where the appointment is to stand instead; under the lock. Raises what `allocate` does."""
    slot = as_booked(slot, appointment)
    facts = facts_for(slot, clinic, ignoring=_but(appointment), now=now)
    return allocate(
        slot,
        facts,
        rules=rules,
        client=appointment.client,
        excused=BOOKED_ALREADY,
        prefer=Placement.of(appointment),
    )


def _but(appointment: Appointment) -> Ignoring:
    return Ignoring(appointments=(appointment.pk,))


def _is_already_there(appointment: Appointment, slot: Slot, revision: int) -> bool:
    return (
        appointment.revision == revision + 1
        and appointment.status == Status.BOOKED
        and appointment.interval == slot.interval
        and appointment.treatment == slot.treatment
        and slot.therapist in (None, appointment.therapist)
        and slot.room in (None, appointment.room)
    )


def _at(pk: int, revision: int) -> Appointment:
    """The appointment as the form knew it. Raises Stale with what has changed since."""
    appointment = Appointment.objects.with_everything().get(pk=pk)
    _refuse_what_has_changed(appointment, revision, online=False)
    return appointment


def _refuse_what_has_changed(appointment: Appointment, revision: int, online: bool) -> None:
    """Who has changed it is for the clinic alone to know."""
    if appointment.status == Status.BOOKED and appointment.revision == revision:
        return
    if online:
        raise Stale
    if appointment.status != Status.BOOKED:
        sentence = _("It cannot be moved any more: {status}.")
        raise Stale(sentence.format(status=appointment.get_status_display().lower()))
    raise Stale(what_changed(appointment))


def what_changed(appointment: Appointment) -> str:
    clinic, last = Clinic.objects.the(), appointment.events.last()
    today = clinic.day_of(timezone.now())
    sentence = (
        _("It has been changed by {who} meanwhile: now {time} with {therapist}.")
        if last
        else _("It has been changed meanwhile: now {time} with {therapist}.")
    )
    return sentence.format(
        who=named(last.by) if last else "",
        time=dates.day_and_time_from(appointment.starts_at, clinic.tz, today),
        therapist=appointment.therapist,
    )


def _knows_of_another(appointment: Appointment) -> bool:
    """Of a time that it has had before."""
    moves = appointment.events.filter(kind="moved")
    return moves.exclude(facts__knew_before=False).exists()


def _as_it_was(appointment: Appointment, before: Appointment) -> Placement:
    placement = Placement.of(appointment)
    same = appointment.treatment == before.treatment
    return replace(placement, price=before.price if same else appointment.treatment.price)


def _as_it_is_to_be(
    clinic: Clinic, appointment: Appointment, before: Appointment, now: datetime
) -> Placement:
    slot = Slot(
        treatment=appointment.treatment,
        start=appointment.starts_at,
        therapist=appointment.therapist,
        room=appointment.room,
        length=appointment.ends_at - appointment.starts_at,
    )
    return allocated(clinic, before, slot, Rules.OVERRIDDEN, now)
