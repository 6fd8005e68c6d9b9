"""Offers: made and kept by a hold, taken by one press, declined, ended; and the next in line."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import booking, cancellation, changes, holds
from bookings.actions.scheduling.allocation import allocate, new_appointment
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.scheduling.changes import MoveRequest
from bookings.actions.scheduling.holds import Holder, HoldRequest
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.waiting_list.holding import held_until
from bookings.core.waiting_list.matching import Moment, against
from bookings.core.waiting_list.reasons import WhyNot
from bookings.core.waiting_list.wishes import Start
from bookings.mail.wake_worker import ring
from bookings.models import (
    Appointment,
    Clinic,
    EntryState,
    Mail,
    MailKind,
    OfferState,
    WaitlistEntry,
    WaitlistOffer,
)
from bookings.models.waiting_list.entries import MOST_UNANSWERED
from bookings.queries.scheduling.diary import facts_for
from bookings.queries.scheduling.slots import Ignoring, Slot
from bookings.queries.waiting_list.wishes import duration_of, is_still_to_come, wishes_of

TASK = "bookings.tasks.tend_waiting_list"
BY_ITSELF = "waiting list"
TOLD_FOR = timedelta(days=1)  # that a place was given up, or an offer is over
# What the desk may do knowingly, since it has asked them.
SET_ASIDE_BY_HAND = (
    WhyNot.ON_SALE,
    WhyNot.TRIED,
    WhyNot.GIVEN_UP,
    WhyNot.NEWCOMERS,
    WhyNot.ASKED_TODAY,
    WhyNot.NOTICE,
)


class OfferOver(Refused):
    sentence = gettext_lazy("This time is not kept for you any more.")


class NotToBeOffered(Refused):
    """Why not, in a sentence for the staff."""


@dataclass(frozen=True, kw_only=True)
class OfferRequest:
    """`by_hand` is the desk's, which may set some of what is against it aside.

    `relayed` is the visit whose time it is, which stands until it is taken.
    """

    entry: int
    start: Start
    relayed: int | None = None
    by: str = BY_ITSELF
    by_hand: bool = False


@changes_the_diary
def make(clinic: Clinic, request: OfferRequest, *, now: datetime) -> WaitlistOffer:
    """Hold it for them and write to them. Asked again under the lock, whoever has looked before.

    Raises NotToBeOffered, or the hold's refusals.
    """
    entry = WaitlistEntry.objects.waiting().with_everything().filter(pk=request.entry).first()
    if entry is None or not is_still_to_come(entry, now):
        raise NotToBeOffered(_("They are not on the waiting list any more."))
    until = _until(clinic, entry, request, now)
    offer = WaitlistOffer(entry=entry, client=entry.client, made_at=now, until=until, by=request.by)
    if request.relayed:
        offer.relayed = relayed = still_relayed(request.relayed, now)
        _refuse_a_second(relayed)
        offer.put(_instead_of(relayed, entry, request.start, Rules.LISTED, now))
    else:
        offer.hold = hold = _held_for(offer, request.start, now)
        offer.put(hold)
    offer.save(force_insert=True)
    _write_about_offer(MailKind.WAIT_OFFER, offer, not_after=until, now=now)
    return offer


@changes_the_diary
def hand_over(clinic: Clinic, request: OfferRequest, *, now: datetime) -> Appointment:
    """The desk has asked them on the phone: they have a relayed time at once, however soon it is.

    Raises NotToBeOffered, and what booking or moving refuses.
    """
    entry = WaitlistEntry.objects.waiting().with_everything().filter(pk=request.entry).first()
    if entry is None or not is_still_to_come(entry, now):
        raise NotToBeOffered(_("They are not on the waiting list any more."))
    if WaitlistOffer.objects.open().filter(client=entry.client).exists():
        raise NotToBeOffered(_(str(WhyNot.HAS_AN_OFFER.sentence)))
    relayed = still_relayed(request.relayed, now)
    for open_one in relayed.passed_to.open():
        withdraw(open_one, now=now)
    left = request.start.at - now
    offer = WaitlistOffer(
        entry=entry, client=entry.client, made_at=now, until=now + left / 2, by=request.by
    )
    offer.relayed = relayed
    offer.put(_instead_of(relayed, entry, request.start, Rules.OVERRIDDEN, now))
    offer.save(force_insert=True)
    return _accept(clinic, offer, rules=Rules.OVERRIDDEN, by=request.by, now=now)


@changes_the_diary
def accept(clinic: Clinic, offer: WaitlistOffer, *, by: str, now: datetime) -> Appointment:
    """Book it, or move the visit there that should be earlier. Again returns what was booked.

    Raises OfferOver, and what booking or moving refuses.
    """
    offer = WaitlistOffer.objects.with_everything().get(pk=offer.pk)
    if offer.state == OfferState.ACCEPTED:
        return _accepted(offer)
    return _accept(clinic, offer, rules=Rules.LISTED, by=by, now=now)


def _accept(
    clinic: Clinic, offer: WaitlistOffer, *, rules: Rules, by: str, now: datetime
) -> Appointment:
    """Whose relayed time it was loses it in the same transaction, without a fee."""
    entry = offer.entry
    if not (offer.is_open(now) and entry.is_waiting and is_still_to_come(entry, now)):
        raise OfferOver
    if offer.relayed_id:
        given_up = still_relayed(offer.relayed_id, now)
        cancellation.cancel(given_up, passed_on=True, by=BY_ITSELF, now=now)
    act = _move if entry.appointment else _book
    visit = act(offer, rules, by, now)
    if not offer.hold_id and not entry.appointment:
        offer.hold = visit
        offer.save(update_fields=["hold"])
    offer.end(OfferState.ACCEPTED, now=now)
    entry.end(EntryState.SERVED, now=now)
    return visit


@changes_the_diary
def decline(
    _clinic: Clinic, offer: WaitlistOffer, *, leaving: bool = False, now: datetime
) -> WaitlistOffer:
    """The next in line is asked at once; they stay on the list, or leave it. Again: nothing."""
    offer = WaitlistOffer.objects.with_everything().get(pk=offer.pk)
    if offer.state == OfferState.OPEN:
        _let_go(offer, OfferState.DECLINED, now)
    if leaving and offer.state == OfferState.DECLINED and offer.entry.is_waiting:
        offer.entry.end(EntryState.LEFT, now=now)
        write_about_entry(MailKind.WAIT_LEFT, offer.entry, now=now)
    return offer


@changes_the_diary
def withdraw(_clinic: Clinic, offer: WaitlistOffer, *, now: datetime) -> None:
    """The clinic takes it back, and says so."""
    offer = WaitlistOffer.objects.with_everything().get(pk=offer.pk)
    if offer.state == OfferState.OPEN:
        _let_go(offer, OfferState.WITHDRAWN, now)
        _write_about_offer(MailKind.WAIT_WITHDRAWN, offer, not_after=now + TOLD_FOR, now=now)


@changes_the_diary
def expire(_clinic: Clinic, offer: WaitlistOffer, *, now: datetime) -> None:
    """Nobody has answered; it goes on to the next. Who never answers keeps no more times."""
    offer = WaitlistOffer.objects.with_everything().get(pk=offer.pk)
    if offer.state != OfferState.OPEN or offer.until > now:
        return
    _let_go(offer, OfferState.EXPIRED, now)
    entry = offer.entry
    if entry.is_waiting and entry.answers_nothing and _has_heard_of_all(entry):
        entry.end(EntryState.LEFT, now=now)
        write_about_entry(MailKind.WAIT_LEFT, entry, now=now)
        return
    _write_about_offer(MailKind.WAIT_PASSED, offer, not_after=now + TOLD_FOR, now=now)


@changes_the_diary
def pass_over(_clinic: Clinic, offer: WaitlistOffer, *, now: datetime) -> None:
    """Its mail did not reach them, and so nobody is written to about its end either."""
    offer = WaitlistOffer.objects.with_everything().get(pk=offer.pk)
    if offer.state == OfferState.OPEN:
        _let_go(offer, OfferState.UNREAD, now)


def _has_heard_of_all(entry: WaitlistEntry) -> bool:
    """Whether each mail about the offers without an answer has gone out."""
    last = list(entry.offers.values_list("pk", flat=True).reverse()[:MOST_UNANSWERED])
    told = Mail.objects.filter(
        client=entry.client_id, kind=MailKind.WAIT_OFFER, about__offer__in=last
    )
    return told.filter(data_at__isnull=False).count() == MOST_UNANSWERED


@changes_the_diary
def withdraw_unneeded(_clinic: Clinic, entry: WaitlistEntry, *, now: datetime) -> None:
    """Of a visit that is cancelled or over: there is nothing to be sorry for."""
    withdraw_open(entry, now=now)


def withdraw_open(entry: WaitlistEntry, *, now: datetime) -> None:
    """In the caller's transaction, of whoever leaves: they know, and nobody writes to them."""
    for offer in entry.offers.open():
        _let_go(offer, OfferState.WITHDRAWN, now)


@transaction.atomic
def end_with(entry: WaitlistEntry, visit: Appointment, *, now: datetime) -> None:
    """They have got it elsewhere, and are told so; but not at an address that nobody has proved."""
    entry.end(EntryState.SERVED, now=now)
    if not entry.client.is_provisional:
        about, key = {"entry": entry.pk}, f"{entry.pk}:got {visit.pk}"
        _owe(MailKind.WAIT_LEFT, entry, key=key, about=about, until=now + TOLD_FOR, now=now)


def write_about_entry(
    kind: MailKind, entry: WaitlistEntry, *, times: int = 0, now: datetime
) -> None:
    """In the caller's transaction; nothing is owed to whom no mail can reach. `times` is how
    often the same was written before.
    """
    key = f"{entry.pk}:{times}" if times else f"{entry.pk}"
    _owe(kind, entry, key=key, about={"entry": entry.pk}, until=now + TOLD_FOR, now=now)


def _write_about_offer(
    kind: MailKind, offer: WaitlistOffer, *, not_after: datetime, now: datetime
) -> None:
    about = {"entry": offer.entry_id, "offer": offer.pk}
    _owe(kind, offer.entry, key=offer.public_id, about=about, until=not_after, now=now)


def _owe(
    kind: MailKind, entry: WaitlistEntry, *, key: str, about: dict, until: datetime, now: datetime
) -> None:
    if entry.client.email:
        good_for = until - now
        outbox.owe_about_their_data(
            kind, entry.client, key=key, about=about, good_for=good_for, now=now
        )


def _until(clinic: Clinic, entry: WaitlistEntry, request: OfferRequest, now: datetime) -> datetime:
    """Raises NotToBeOffered."""
    notice = timedelta(minutes=clinic.minimum_notice_minutes)
    moment = Moment(now=now, today=clinic.day_of(now), notice=notice)
    wish = wishes_of([entry], clinic, now=now)[entry.pk]
    aside: set[WhyNot] = {WhyNot.TOO_NEAR}  # asked below, of what is left of the wish
    if request.by_hand:
        aside |= {*SET_ASIDE_BY_HAND}
        wish = replace(wish, notice=timedelta())
    found = [one for one in against(wish, request.start, moment) if one not in aside]
    until = held_until(now, wish.cut_off(request.start.at, notice))
    if found or until is None:
        reason = found[0] if found else WhyNot.TOO_NEAR
        raise NotToBeOffered(_(str(reason.sentence)))
    return until


def still_relayed(pk: int | None, now: datetime) -> Appointment:
    """The visit whose time is offered to the list. Raises OfferOver if it is not any more."""
    visit = Appointment.objects.relayed(now).with_everything().filter(pk=pk).first()
    if visit is None:
        raise OfferOver
    return visit


def _refuse_a_second(relayed: Appointment) -> None:
    """Nothing holds it, so that this lock alone keeps it from being offered to two."""
    if relayed.passed_to.open().exists():
        raise NotToBeOffered(_("Somebody is thinking about this time already."))


def _held_for(offer: WaitlistOffer, start: Start, now: datetime) -> Appointment:
    entry = offer.entry
    wanted = HoldRequest(
        slots=[_slot(entry, start)],
        holder=Holder(key=offer.holder),
        client=None if entry.moves_a_visit else entry.client,
        until=offer.until,
        rules=Rules.LISTED,
    )
    return holds.hold(wanted, now=now).only()


def _instead_of(
    relayed: Appointment, entry: WaitlistEntry, start: Start, rules: Rules, now: datetime
) -> Appointment:
    """Not saved, where theirs would stand with the other gone. Raises what `allocate` does."""
    slot = replace(_slot(entry, start), therapist=relayed.therapist)
    gone = [relayed.pk, *([entry.appointment_id] if entry.appointment_id else [])]
    ignoring = Ignoring(appointments=tuple(gone))
    facts = facts_for(slot, Clinic.objects.the(), ignoring=ignoring, now=now)
    placement = allocate(slot, facts, rules=rules, client=entry.client)
    return new_appointment(placement, now=now)


def _slot(entry: WaitlistEntry, start: Start) -> Slot:
    duration = duration_of(entry)
    return Slot(
        treatment=entry.treatment,
        start=start.at,
        therapist=entry.therapist,
        length=timedelta(seconds=duration.length),
        pause=timedelta(seconds=duration.buffer),
    )


def _let_go(offer: WaitlistOffer, state: OfferState, now: datetime) -> None:
    """Its time is free, and a trigger says so to the list; a worker is woken for the next."""
    offer.end(state, now=now)
    holds.let_go(Holder(key=offer.holder), now)
    told = Mail.objects.filter(
        client=offer.client_id, kind=MailKind.WAIT_OFFER, about__offer=offer.pk
    )
    told.supersede(_("The offer is over."))
    transaction.on_commit(partial(ring, TASK), robust=True)


def _taken(offer: WaitlistOffer) -> Slot:
    treatment = (offer.entry.appointment or offer.entry).treatment
    return Slot(treatment=treatment, start=offer.starts_at, therapist=offer.therapist)


def _book(offer: WaitlistOffer, rules: Rules, by: str, now: datetime) -> Appointment:
    request = BookingRequest(
        slots=[_taken(offer)],
        client=offer.client,
        key=offer.holder,
        rules=rules,
        holder=Holder(key=offer.holder),
        agrees_to_terms=by == Role.RUNNER,
        by=by,
    )
    return booking.book(request, now=now)[0]


def _move(offer: WaitlistOffer, rules: Rules, by: str, now: datetime) -> Appointment:
    """One move of the same visit: what was held for it is let go and taken in one transaction."""
    visit = offer.entry.appointment
    assert visit is not None  # noqa: S101 - whoever wants earlier has one
    holds.let_go(Holder(key=offer.holder), now)
    request = MoveRequest(
        appointment=visit,
        slot=_taken(offer),
        revision=visit.revision,
        rules=rules,
        notify=Notify.NOW,
        by=by,
    )
    return changes.move(request, now=now)


def _accepted(offer: WaitlistOffer) -> Appointment:
    visit = offer.entry.appointment or offer.hold
    if visit is None:
        raise OfferOver
    return visit
