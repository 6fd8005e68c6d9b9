"""A late canceller passes the time on: theirs until it is taken, and then without a fee."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.actions.refusals import Refused, Stale, TooLate
from bookings.actions.scheduling import cancellation, undoing
from bookings.actions.waiting_list import entries, offers, relays, tending
from bookings.actions.waiting_list.offers import OfferRequest
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    Clinic,
    EntryState,
    Fee,
    Mail,
    MailKind,
    OfferState,
    WaitlistOffer,
)
from bookings.queries.scheduling.cutoffs import is_late_to_cancel
from bookings.queries.waiting_list.matches import relayed_gap
from bookings.queries.waiting_list.relays import given_to_a_newcomer
from bookings.queries.waiting_list.wishes import wishes_of
from tests import factories
from tests.reading import present

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def mine(massage, kim, room, at, ana, clock):
    """Ana’s visit at two, at nine of that day: too late to cancel it without a fee."""
    visit = factories.make_appointment(
        client=ana, starts_at=at(1, 14), treatment=massage, therapist=kim, room=room
    )
    clock.move_to(at(1, 9))
    return visit


@pytest.fixture
def wait(massage, mine):
    day = Clinic.objects.the().day_of(mine.starts_at)
    return lambda client=None, **fields: factories.make_entry(
        client, **{"treatment": massage, "first_day": day, "last_day": day, **fields}
    )


def relay(visit, by="runner"):
    return relays.relay(visit, by=by, now=timezone.now())


def tend():
    return tending.tend(now=timezone.now())


def test_it_stays_theirs_until_somebody_takes_it_and_costs_no_fee(mine, wait):
    first = wait()
    relay(mine)
    assert relay(mine).relayed_at
    assert tend() == 1
    offer = first.offers.get()
    assert (offer.relayed, offer.hold, offer.starts_at) == (mine, None, mine.starts_at)
    mine.refresh_from_db()
    assert mine.status == Status.BOOKED
    taken = offers.accept(offer, by="runner", now=timezone.now())
    assert offers.accept(offer, by="runner", now=timezone.now()) == taken
    mine.refresh_from_db()
    assert (mine.status, taken.status) == (Status.CANCELLED, Status.BOOKED)
    assert (taken.client, taken.starts_at) == (first.client, mine.starts_at)
    assert not Fee.objects.exists()
    told = Mail.objects.filter(client=mine.client, kind=MailKind.CANCELLED)
    assert [mail.appointment for mail in told] == [mine]


def test_one_at_a_time_is_asked_and_the_next_when_that_one_passes_it_on(mine, wait):
    first, second = wait(), wait()
    relay(mine)
    assert (tend(), tend()) == (1, 0)
    gap = present(relayed_gap(Clinic.objects.the(), mine, now=timezone.now()))
    start = present(gap.next_in_line(second.first_day)).wanted[0]
    asked = OfferRequest(entry=second.pk, start=start, relayed=mine.pk, by_hand=True)
    with pytest.raises(offers.NotToBeOffered):
        offers.make(asked, now=timezone.now())
    offers.decline(first.offers.get(), now=timezone.now())
    assert tend() == 1
    entries.leave(second, now=timezone.now())
    assert tend() == 0
    mine.refresh_from_db()
    assert mine.status == Status.BOOKED


def _taken_back(visit):
    relays.take_back(visit, by="runner", now=timezone.now())


def _cancelled_by_the_desk(visit):
    cancellation.cancel(visit, charging=True, by="desk: dee", now=timezone.now())


def _by_a_shell(visit):
    Appointment.objects.filter(pk=visit.pk).update(relayed_at=None)


@pytest.mark.parametrize("end", [_taken_back, _cancelled_by_the_desk, _by_a_shell])
def test_once_it_is_over_nobody_can_take_it_and_who_was_asked_is_told(mine, wait, end):
    entry = wait()
    relay(mine)
    tend()
    end(mine)
    with pytest.raises(offers.OfferOver):
        offers.accept(entry.offers.get(), by="runner", now=timezone.now())
    tend()
    assert entry.offers.get().state == OfferState.WITHDRAWN
    assert Mail.objects.filter(kind=MailKind.WAIT_WITHDRAWN, client=entry.client).exists()
    assert Appointment.objects.filter(client=entry.client).count() == 0


def test_if_it_cannot_be_booked_nothing_is_cancelled(mine, wait):
    entry = wait()
    relay(mine)
    tend()
    factories.make_absence(mine.starts_at, mine.ends_at, mine.therapist)
    with pytest.raises(Refused):
        offers.accept(entry.offers.get(), by="runner", now=timezone.now())
    mine.refresh_from_db()
    assert (mine.status, entry.offers.get().state) == (Status.BOOKED, OfferState.OPEN)


def test_nobody_takes_it_and_nothing_has_changed(mine, wait, clock):
    entry = wait()
    relay(mine)
    tend()
    clock.move_to(mine.starts_at - HOUR)
    assert tend() == 0
    assert entry.offers.get().state == OfferState.EXPIRED
    mine.refresh_from_db()
    assert mine.status == Status.BOOKED


def test_whose_time_it_is_is_not_offered_it_and_earlier_please_moves_there(
    mine, wait, kim, room, massage, at
):
    wait(mine.client)
    later = factories.make_appointment(
        starts_at=at(1, 16), treatment=massage, therapist=kim, room=room
    )
    Clinic.objects.update(move_cutoff_hours=2)
    entry = wait(later.client, appointment=later)
    relay(mine)
    assert tend() == 1
    offers.accept(entry.offers.get(), by="runner", now=timezone.now())
    later.refresh_from_db()
    mine.refresh_from_db()
    assert (later.starts_at, mine.status) == (at(1, 14), Status.CANCELLED)


def test_so_near_that_nobody_is_written_to_the_desk_hands_it_over(mine, wait, clock):
    entry = wait()
    relay(mine)
    clock.move_to(mine.starts_at - HOUR)
    assert tend() == 0
    gap = present(relayed_gap(Clinic.objects.the(), mine, everybody=True, now=timezone.now()))
    [candidate] = gap.candidates(entry.first_day)
    request = OfferRequest(
        entry=entry.pk, start=candidate.wanted[0], relayed=mine.pk, by="desk: dee", by_hand=True
    )
    visit = offers.hand_over(request, now=timezone.now())
    mine.refresh_from_db()
    entry.refresh_from_db()
    assert (visit.client, mine.status) == (entry.client, Status.CANCELLED)
    assert entry.state == EntryState.SERVED
    with pytest.raises(Refused):
        offers.hand_over(request, now=timezone.now())


def test_only_what_costs_a_fee_and_is_to_come_is_relayed(mine, clock, massage, kim, room, at):
    free = factories.make_appointment(
        starts_at=at(5, 14), treatment=massage, therapist=kim, room=room
    )
    with pytest.raises(relays.NotToBeRelayed):
        relay(free)
    clock.move_to(mine.starts_at)
    with pytest.raises(Stale):
        relay(mine)
    assert not WaitlistOffer.objects.exists()


def test_what_lies_outside_the_hours_is_not_passed_on_and_why_is_said(mine, wait):
    """Nobody of the list could ever have taken it."""
    wait()
    mine.therapist.shifts.all().delete()
    with pytest.raises(relays.NobodyCouldTakeIt, match="outside the therapist’s hours"):
        relay(mine)


def test_offering_and_keeping_it_by_turns_floods_nobody(mine, wait, clock):
    first, second = wait(), wait()
    relay(mine)
    tend()
    _taken_back(mine)
    with pytest.raises(relays.JustTakenBack, match=r"from 09:10 on"):
        relay(mine)
    clock.move_to(timezone.now() + 10 * MINUTE)
    relay(mine)
    assert tend() == 1
    assert [entry.offers.count() for entry in (first, second)] == [1, 1]
    today = Clinic.objects.the().day_of(timezone.now())
    wish = wishes_of([first], Clinic.objects.the(), now=timezone.now())[first.pk]
    assert wish.asked_on == today


@pytest.mark.parametrize("is_move", [False, True])
def test_what_was_passed_on_late_is_not_given_back_without_a_fee(
    mine, wait, massage, kim, room, at, is_move
):
    """Else a second mailbox takes it, thinks again, and nobody comes or pays."""
    Clinic.objects.update(move_cutoff_hours=2)
    later = factories.make_appointment(
        starts_at=at(1, 16), treatment=massage, therapist=kim, room=room, booked_at=timezone.now()
    )
    entry = wait(later.client, appointment=later) if is_move else wait()
    relay(mine)
    tend()
    taken = offers.accept(entry.offers.get(), by="runner", now=timezone.now())
    assert is_late_to_cancel(taken, Clinic.objects.the(), now=timezone.now())
    with pytest.raises(TooLate):
        cancellation.cancel(taken, by="runner", now=timezone.now())
    with pytest.raises(TooLate):
        undoing.undo(taken, revision=taken.revision, by="runner", now=timezone.now())
    assert [given_to_a_newcomer(one) for one in (mine, taken, later)] == [
        entry.offers.get(), entry.offers.get(), entry.offers.get() if is_move else None
    ]  # fmt: skip
    factories.make_appointment(
        client=entry.client,
        starts_at=at(-3, 10),
        treatment=massage,
        therapist=kim,
        room=room,
        status=Status.COMPLETED,
    )
    assert given_to_a_newcomer(mine) is None


def test_nobody_passes_a_time_on_to_their_own_mailbox(mine, wait):
    name, _at, domain = mine.client.email.partition("@")
    wait(factories.make_client(email=f"{name}+two@{domain}", wants_news=True))
    relay(mine)
    assert tend() == 0
