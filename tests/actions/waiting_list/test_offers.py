"""From a freed hour to an appointment: each fault that others have had, and what frees time."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone

from bookings.actions.clients.identity import prove
from bookings.actions.mail import preferences
from bookings.actions.refusals import TooManyUnproved
from bookings.actions.scheduling import cancellation, changes, holds, undoing, unproved
from bookings.actions.scheduling.changes import MoveRequest
from bookings.actions.waiting_list import entries, offers, tending
from bookings.actions.waiting_list.entries import JoinRequest, WaitTerms
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.core.waiting_list.reasons import WhyNot
from bookings.links import digest_of
from bookings.mail.waiting_list.context import waiting_letter
from bookings.models import (
    Appointment,
    Client,
    Clinic,
    EntryState,
    FreedTime,
    Mail,
    MailKind,
    MailState,
    OfferState,
    WaitlistEntry,
    WaitlistOffer,
)
from bookings.queries.scheduling.diary import facts_for
from bookings.queries.scheduling.openings import openings
from bookings.queries.scheduling.problems import problems_with
from bookings.queries.scheduling.slots import Slot
from bookings.queries.waiting_list.got import what_was_got
from bookings.queries.waiting_list.matches import gap_of
from tests import factories
from tests.diary_requests import book_one
from tests.reading import present

pytestmark = pytest.mark.by_day  # at night nobody is offered anything

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PAUSE = 10 * MINUTE


@pytest.fixture
def massage(massage):
    """Without a pause after it."""
    massage.buffer_minutes = 0
    massage.save()
    return massage


@pytest.fixture
def full_day(massage, kim, room, today, at):
    """Eight visits fill Kim's day in three days; the one at ten is the third."""
    return [
        factories.make_appointment(
            starts_at=at(3, hour), treatment=massage, therapist=kim, room=room
        )
        for hour in range(9, 17)
    ]


@pytest.fixture
def ten(full_day):
    return full_day[1]


@pytest.fixture
def wait(massage, today):
    """Somebody waits for that day."""

    def _wait(client=None, **fields):
        days = {"first_day": today + timedelta(days=3), "last_day": today + timedelta(days=3)}
        return factories.make_entry(client, **{"treatment": massage, **days, **fields})

    return _wait


@pytest.fixture
def been_here(massage, kim, room, at):
    return lambda client: factories.make_appointment(
        client=client,
        starts_at=at(-3, 10),
        treatment=massage,
        therapist=kim,
        room=room,
        status=Status.COMPLETED,
    )


def cancel(visit, **data):
    return cancellation.cancel(visit, by="desk: dee", now=timezone.now(), **data)


def tend():
    return tending.tend(now=timezone.now())


def later(clock, by):
    clock.move_to(timezone.now() + by)


def after_the_pause(clock):
    later(clock, PAUSE)
    return tend()


def offer_to(entry):
    return entry.offers.get(state=OfferState.OPEN)


def test_a_cancelled_hour_is_offered_after_the_pause_and_kept(ten, wait, clock):
    entry = wait()
    cancel(ten)
    assert tend() == 0
    assert after_the_pause(clock) == 1
    offer = offer_to(entry)
    assert (offer.starts_at, offer.until) == (ten.starts_at, timezone.now() + 2 * HOUR)
    assert offer.hold.status == Status.HELD
    assert offer.hold.held_until == offer.until
    assert Mail.objects.get(kind=MailKind.WAIT_OFFER).not_after == offer.until
    assert tend() == 0


@pytest.mark.parametrize("widened", [False, True])
def test_what_was_on_sale_when_they_wished_for_it_stays_so(ten, wait, clock, widened):
    """Joining took a free hour away from everybody for two hours."""
    Appointment.objects.filter(pk=ten.pk).delete()
    later(clock, PAUSE)
    entry = wait(joined_at=timezone.now(), weekdays=[(ten.starts_at.weekday() + 3) % 7 * widened])
    terms = WaitTerms(first_day=entry.first_day, last_day=entry.last_day)
    later(clock, MINUTE)
    entries.change(entry, terms, now=timezone.now())
    assert stranger_may(ten)
    tending.look_through(now=timezone.now())
    assert tend() == 0
    assert stranger_may(ten)
    booked = factories.make_appointment(
        starts_at=ten.starts_at, treatment=ten.treatment, therapist=ten.therapist, room=ten.room
    )
    cancel(booked)
    assert not stranger_may(ten)
    assert after_the_pause(clock) == 1


@pytest.fixture
def lee_too(massage, lee, ten):
    """Her hour at ten is on sale all along, in a room of its own."""
    factories.make_week(lee)
    massage.therapists.add(lee)
    massage.rooms.add(ten.room, factories.make_room("The other"))
    return lee


def test_a_colleagues_hour_that_was_on_sale_all_along_stays_so(ten, wait, clock, lee_too):
    """One that comes free is kept for who waits for that therapist; with her, nobody need wait."""
    anybody, for_kim = wait(), wait(therapist=ten.therapist)
    cancel(ten)
    assert FreedTime.objects.get(cause="visit").therapist == ten.therapist
    assert stranger_may(ten, therapist=lee_too)
    assert not stranger_may(ten, therapist=ten.therapist)
    assert after_the_pause(clock) == 1
    assert offer_to(for_kim).therapist == ten.therapist
    assert not anybody.offers.exists()


def test_a_room_that_comes_free_lets_a_colleague_work_who_had_none(ten, wait, clock, lee_too):
    ten.treatment.rooms.set([ten.room])
    entry = wait(therapist=lee_too)
    cancel(ten)
    assert after_the_pause(clock) == 1
    assert offer_to(entry).therapist == lee_too


def test_time_off_that_is_taken_back_frees_its_own_therapist(ten, wait, at):
    wait()
    for whose in (ten.therapist, None):
        factories.make_absence(at(3, 12), at(3, 13), whose).delete()
    assert set(FreedTime.objects.values_list("therapist", flat=True)) == {ten.therapist_id, None}


@pytest.mark.fixed_clock
@pytest.mark.parametrize("how", ["refused", "returned"])
def test_what_did_not_reach_them_goes_to_the_next_at_once_and_the_desk_is_told(
    ten, wait, clock, desks, how
):
    first, second = wait(joined_at=timezone.now() - 9 * HOUR), wait()
    cancel(ten)
    after_the_pause(clock)
    lost = offer_to(first)
    if how == "refused":
        Mail.objects.filter(about__offer=lost.pk).update(state=MailState.FAILED)
    else:
        preferences.address_takes_no_mail(first.client.email, now=timezone.now())
    assert tend() == 1
    assert offer_to(second).starts_at == lost.starts_at
    assert tend() == 0
    page = desks.get("/desk/waiting-list/", {"offer": lost.pk}).content.decode()
    assert "its mail did not reach them" in page
    assert not Mail.objects.filter(kind=MailKind.WAIT_WITHDRAWN).exists()


def test_what_is_undone_within_the_pause_sends_nothing(ten, wait, clock):
    wait()
    cancelled = cancel(ten)
    undoing.undo(cancelled, revision=cancelled.revision, by="desk: dee", now=timezone.now())
    assert after_the_pause(clock) == 0
    assert not WaitlistOffer.objects.exists()


def test_a_look_in_between_does_not_cut_the_pause_short(ten, wait, clock):
    wait()
    cancel(ten)
    later(clock, MINUTE)
    tending.look_through(now=timezone.now())
    assert tend() == 0


def _moved(ten, at):
    slot = Slot(treatment=ten.treatment, start=at(4, 10))
    request = MoveRequest(
        appointment=ten, slot=slot, revision=ten.revision, rules=Rules.DESK_MOVE, by="desk: dee"
    )
    changes.move(request, now=timezone.now())


def _shortened_by_hand(ten, _at):
    ten.ends_at = ten.blocked_until = ten.starts_at + timedelta(minutes=15)
    ten.save()


def _released(ten, _at):
    Appointment.objects.filter(pk=ten.pk).update(prove_by=timezone.now())
    ten.client.proved_at = None
    ten.client.save()
    assert unproved.release_due(now=timezone.now()) == 1


def _hold_ends(ten, _at):
    Appointment.objects.filter(pk=ten.pk).delete()
    factories.make_appointment(
        starts_at=ten.starts_at,
        treatment=ten.treatment,
        therapist=ten.therapist,
        room=ten.room,
        status=Status.HELD,
        held_until=timezone.now() - MINUTE,
    )
    holds.expire_dead_holds(now=timezone.now())


def _block_goes(ten, at):
    away = factories.make_absence(at(3, 10), at(3, 11), ten.therapist)
    cancel(ten)
    FreedTime.objects.all().delete()
    away.delete()


def _block_shrinks(ten, at):
    away = factories.make_absence(at(3, 9), at(3, 11), ten.therapist)
    cancel(ten)
    FreedTime.objects.all().delete()
    away.ends_at = at(3, 10)
    away.save()


def _room_comes_back(ten, at):
    loan = factories.make_loan(ten.room, at(3, 10), at(3, 11))
    cancel(ten)
    FreedTime.objects.all().delete()
    loan.delete()


def _extra_hours(ten, _at):
    day = Clinic.objects.the().day_of(ten.starts_at)
    extra = factories.make_extra_shift(ten.therapist, day)
    extra.instead = True
    extra.start, extra.end = extra.start.replace(hour=11), extra.end
    extra.save()
    cancel(ten)
    FreedTime.objects.all().delete()
    extra.delete()


def _therapist_comes_back(ten, _at):
    ten.therapist.active = False
    ten.therapist.save()
    cancel(ten)
    FreedTime.objects.all().delete()
    ten.therapist.active = True
    ten.therapist.save()


def _room_in_use_again(ten, _at):
    ten.room.active = False
    ten.room.save()
    cancel(ten)
    FreedTime.objects.all().delete()
    ten.room.active = True
    ten.room.save()


def _weekly_hours(ten, _at):
    hours = ten.therapist.shifts.all()
    kept = list(hours)
    hours.all().delete()
    cancel(ten)
    FreedTime.objects.all().delete()
    for one in kept:
        one.pk = None
        one.save(force_insert=True)


def _by_a_shell(ten, _at):
    Appointment.objects.filter(pk=ten.pk).update(status=Status.CANCELLED)


FREEING = [
    _moved,
    _released,
    _hold_ends,
    _block_goes,
    _block_shrinks,
    _room_comes_back,
    _extra_hours,
    _therapist_comes_back,
    _room_in_use_again,
    _weekly_hours,
    _by_a_shell,
]


@pytest.mark.parametrize("free", FREEING, ids=lambda free: free.__name__.strip("_"))
def test_whatever_frees_time_offers_it(free, ten, at, wait, clock):
    """booking-activities#227, eventyay#1253: not every freed place triggers."""
    entry = wait()
    free(ten, at)
    after_the_pause(clock)
    assert offer_to(entry).starts_at == ten.starts_at


def test_what_a_shorter_visit_leaves_is_offered(ten, wait, clock, kim, room, at):
    short = factories.make_treatment("Flush", therapists=[kim], minutes=30)
    entry = wait(treatment=short)
    _shortened_by_hand(ten, at)
    after_the_pause(clock)
    assert offer_to(entry).starts_at == ten.starts_at + timedelta(minutes=15)


def test_nothing_is_written_down_while_nobody_waits(ten):
    cancel(ten)
    assert not FreedTime.objects.exists()


def test_accepting_books_it_with_one_mail_and_again_changes_nothing(ten, wait, clock):
    entry = wait()
    cancel(ten)
    after_the_pause(clock)
    offer = offer_to(entry)
    visit = offers.accept(offer, by="runner", now=timezone.now())
    assert offers.accept(offer, by="runner", now=timezone.now()) == visit
    assert (visit.client, visit.starts_at, visit.status) == (
        entry.client,
        ten.starts_at,
        Status.BOOKED,
    )
    assert Mail.objects.filter(kind=MailKind.CONFIRMED, client=entry.client).count() == 1
    entry.refresh_from_db()
    assert entry.state == EntryState.SERVED


def test_a_taken_and_then_cancelled_time_goes_to_the_next_and_not_back(ten, wait, clock):
    """pretix#1163 and #1405: it stays blocked, or goes back to the same person."""
    first, second = wait(), wait()
    cancel(ten)
    after_the_pause(clock)
    visit = offers.accept(offer_to(first), by="runner", now=timezone.now())
    again = factories.make_entry(
        first.client, treatment=first.treatment, first_day=first.first_day, last_day=first.last_day
    )
    cancel(visit)
    after_the_pause(clock)
    assert offer_to(second).starts_at == ten.starts_at
    assert not again.offers.exists()


def test_declining_asks_the_next_at_once_and_one_stays_or_leaves(ten, wait, clock, been_here):
    """pretix PR#2219: declining impossible."""
    first, second, third = wait(), wait(), wait()
    been_here(third.client)
    cancel(ten)
    after_the_pause(clock)
    offers.decline(offer_to(first), now=timezone.now())
    assert tend() == 1
    offers.decline(offer_to(second), leaving=True, now=timezone.now())
    assert tend() == 1
    assert offer_to(third).starts_at == ten.starts_at
    for entry, state in ((first, EntryState.WAITING), (second, EntryState.LEFT)):
        entry.refresh_from_db()
        assert entry.state == state


def test_an_offer_without_an_answer_goes_on_and_they_are_told(ten, wait, clock):
    first, second = wait(), wait()
    cancel(ten)
    after_the_pause(clock)
    offer = offer_to(first)
    clock.move_to(offer.until)
    with pytest.raises(offers.OfferOver):
        offers.accept(offer, by="runner", now=timezone.now())
    assert tend() == 1
    assert offer_to(second).starts_at == ten.starts_at
    assert Mail.objects.filter(kind=MailKind.WAIT_PASSED, client=first.client).count() == 1


def test_nothing_is_offered_so_near_that_nobody_could_answer(ten, wait, clock, clinic):
    """pretix#681: offers after the cut-off. The desk still sees whom it would suit."""
    entry = wait()
    clock.move_to(ten.starts_at - 2 * HOUR - 14 * MINUTE - PAUSE)
    cancel(ten)
    assert after_the_pause(clock) == 0
    gap = present(gap_of(clinic, ten.interval, at_once=True, everybody=True, now=timezone.now()))
    [candidate] = gap.candidates(entry.first_day)
    assert candidate.why_not is WhyNot.TOO_NEAR
    assert [start.at for start in candidate.wanted] == [ten.starts_at]


def test_several_short_wishes_fill_one_long_gap(full_day, wait, clock, kim):
    short = factories.make_treatment("Flush", therapists=[kim], minutes=30)
    waiting = [wait(treatment=short) for _ in range(5)]
    cancel(full_day[1])
    cancel(full_day[2])
    assert after_the_pause(clock) == 4
    starts = [offer_to(entry).starts_at for entry in waiting[:4]]
    assert starts == [full_day[1].starts_at + n * HOUR / 2 for n in range(4)]


def test_a_long_wish_that_has_waited_is_not_starved_by_short_ones(full_day, wait, clock, kim):
    """pretix#974."""
    long = factories.make_treatment("Long", therapists=[kim], minutes=120)
    short = factories.make_treatment("Flush", therapists=[kim], minutes=30)
    waits = wait(treatment=long, joined_at=timezone.now() - timedelta(days=30))
    urgent = wait(treatment=short)
    cancel(full_day[1])
    cancel(full_day[2])
    after_the_pause(clock)
    assert offer_to(waits).starts_at == full_day[1].starts_at
    assert not urgent.offers.exists()


def test_everybody_passed_over_has_a_reason(ten, wait, clock, clinic, kim, at):
    """pretix#3628: no reason shown."""
    first, second = wait(), wait()
    mornings = wait(parts=[1])
    cancel(ten)
    after_the_pause(clock)
    gap = present(gap_of(clinic, ten.interval, at_once=True, everybody=True, now=timezone.now()))
    reasons = {one.entry: one.why_not for one in gap.candidates(first.first_day)}
    assert all(reasons.values())
    assert set(reasons) == {first, second, mornings}


def test_leaving_lets_go_what_was_offered(ten, wait, clock):
    first, second = wait(), wait()
    cancel(ten)
    after_the_pause(clock)
    entries.leave(first, now=timezone.now())
    assert tend() == 1
    assert offer_to(second).starts_at == ten.starts_at
    assert not first.offers.open().exists()
    assert Mail.objects.filter(kind=MailKind.WAIT_LEFT, client=first.client).count() == 1


def test_a_block_over_an_offered_time_withdraws_it(ten, wait, clock):
    entry = wait()
    cancel(ten)
    after_the_pause(clock)
    holds.let_go(holds.Holder(key=offer_to(entry).holder), timezone.now())
    factories.make_absence(ten.starts_at, ten.ends_at, ten.therapist)
    tend()
    assert entry.offers.get().state == OfferState.WITHDRAWN
    assert Mail.objects.filter(kind=MailKind.WAIT_WITHDRAWN, client=entry.client).count() == 1


def test_earlier_please_is_one_move_of_the_same_visit(full_day, wait, clock, today):
    mine = full_day[-1]
    entry = wait(mine.client, appointment=mine, first_day=today)
    cancel(full_day[1])
    after_the_pause(clock)
    moved = offers.accept(offer_to(entry), by="runner", now=timezone.now())
    assert (moved.pk, moved.revision) == (mine.pk, mine.revision + 1)
    assert moved.starts_at == full_day[1].starts_at
    told = Mail.objects.filter(client=mine.client).exclude(kind__startswith="wait")
    assert [mail.kind for mail in told.exclude(kind=MailKind.REMINDER)] == [MailKind.MOVED]
    freed = FreedTime.objects.to_be_worked()
    assert [one.starts_at for one in freed if one.cause == "visit"] == [mine.starts_at]


def test_earlier_please_ends_with_its_visit(full_day, wait, clock, today):
    mine = full_day[-1]
    entry = wait(mine.client, appointment=mine, first_day=today)
    cancel(full_day[1])
    after_the_pause(clock)
    offer = offer_to(entry)
    cancel(mine)
    with pytest.raises(offers.OfferOver):
        offers.accept(offer, by="runner", now=timezone.now())
    tend()
    entry.refresh_from_db()
    offer.refresh_from_db()
    assert (entry.state, offer.state) == (EntryState.OVER, OfferState.WITHDRAWN)
    assert not Mail.objects.filter(kind=MailKind.WAIT_WITHDRAWN).exists()  # they know


def test_who_takes_the_earlier_time_back_waits_again(full_day, wait, clock, today):
    """The wish was gone with it."""
    mine = full_day[-1]
    entry = wait(mine.client, appointment=mine, first_day=today)
    cancel(full_day[1])
    after_the_pause(clock)
    moved = offers.accept(offer_to(entry), by="runner", now=timezone.now())
    undoing.undo(moved, revision=moved.revision, by="runner", now=timezone.now())
    entry.refresh_from_db()
    assert (entry.state, entry.ended_at) == (EntryState.WAITING, None)


def test_joining_takes_no_lock_and_twice_joins_once(massage, ana, today, django_assert_num_queries):
    wanted = WaitTerms(first_day=today, last_day=today + timedelta(days=7))
    request = JoinRequest(client=ana, treatment=massage, wanted=wanted, key="k", by="runner")
    entry = entries.join(request, now=timezone.now())
    assert entries.join(request, now=timezone.now()) == entry
    assert Mail.objects.filter(kind=MailKind.WAIT_JOINED).count() == 1
    with pytest.raises(entries.AlreadyWaiting):
        entries.join(replace(request, key="again"), now=timezone.now())
    for number in range(4):
        other = replace(wanted, last_day=today + timedelta(days=number))
        more = replace(request, wanted=other, key=f"k{number}")
        entries.join(more, now=timezone.now())
    wanted = replace(wanted, last_day=today + timedelta(days=9))
    with pytest.raises(entries.TooManyWishes):
        entries.join(
            JoinRequest(client=ana, treatment=massage, wanted=wanted, key="x", by="runner"),
            now=timezone.now(),
        )


def test_an_address_that_nobody_has_confirmed_is_offered_nothing(ten, wait, clock):
    stranger = factories.make_client(proved_at=None)
    entry = wait(stranger)
    cancel(ten)
    assert after_the_pause(clock) == 0
    assert not entry.offers.exists()


def stranger_may(visit, rules=Rules.ONLINE, **changed):
    slot = Slot(**{"treatment": visit.treatment, "start": visit.starts_at, **changed})
    facts = facts_for(slot, Clinic.objects.the(), now=timezone.now())
    found = [one.code for one in problems_with(slot, facts, rules=rules)]
    free = facts.starts(slot.treatment, rules=rules)
    assert (int(slot.start.timestamp()) in free) is not bool(found)
    return not found


def test_nobody_else_takes_it_before_the_list_is_asked_and_the_desk_does_knowingly(
    ten, wait, clock, kim, today
):
    short = factories.make_treatment("Flush", therapists=[kim], minutes=30)
    entry = wait()
    cancel(ten)
    half_past = {"treatment": short, "start": ten.ends_at - HOUR / 2}
    for changed in ({}, {"treatment": short}, half_past):
        assert not stranger_may(ten, **changed)
        assert not stranger_may(ten, Rules.DESK, **changed)
        assert stranger_may(ten, Rules.OVERRIDDEN, **changed)
    after_the_pause(clock)
    clock.move_to(offer_to(entry).until)
    other = wait()
    assert not stranger_may(ten)  # before anybody has tended the offer that is over
    tend()
    offers.decline(offer_to(other), now=timezone.now())
    tend()
    assert stranger_may(ten)


def test_of_whole_days_that_come_free_one_time_a_day_is_kept_for_each_who_waits(
    wait, massage, kim, room, at, today, clinic
):
    """An owner who takes a room out of use and puts it back does not close the clinic."""
    wait(), wait(last_day=today + timedelta(days=4))
    for active in (False, True):
        room.active = active
        room.save()
    now = timezone.now()
    for first, days in ((3, 1), (3, 3), (1, 14)):
        asked = {"first": today + timedelta(days=first), "days": days, "now": now}
        free = {one.starts_at for one in openings(clinic, massage, **asked)}
        nine = [at(3, 9) in free, at(3, 10) in free, at(3, 11) in free]
        assert nine == [False, False, True]
        if days > 1:
            assert [at(4, 9) in free, at(4, 10) in free] == [False, True]
            assert at(5, 9) in free


def test_the_desk_that_passes_the_list_by_books_who_is_at_work(ten, wait, massage):
    """And not a colleague who has less to do that day because they are off."""
    massage.therapists.add(factories.make_therapist("Lee Demo"))
    wait()
    cancel(ten)
    booked = book_one(
        massage, ten.starts_at, client=factories.make_client(), rules=Rules.OVERRIDDEN,
        by="desk: dee", now=timezone.now(),
    )  # fmt: skip
    assert booked.therapist == ten.therapist


@pytest.mark.parametrize(
    "wish", [{"parts": [2]}, {"notice_hours": 168}, {"weekdays": [0]}, {"therapist": 1}]
)
def test_what_suits_nobody_who_waits_is_open_to_everybody_at_once(ten, wait, today, wish):
    if "therapist" in wish:
        wish = {"therapist": factories.make_therapist("Lee Demo")}
    if "weekdays" in wish:
        wish = {"weekdays": [(today.weekday() + 4) % 7]}
    wait(**wish)
    cancel(ten)
    assert stranger_may(ten)


def test_a_worker_that_is_down_or_a_time_so_near_keeps_nothing_from_anybody(ten, wait, clock):
    wait()
    cancel(ten)
    later(clock, PAUSE + 4 * MINUTE)
    assert not stranger_may(ten)
    later(clock, MINUTE)
    assert stranger_may(ten)
    FreedTime.objects.update(due_at=ten.starts_at - 2 * HOUR - 14 * MINUTE)
    assert stranger_may(ten)
    FreedTime.objects.update(due_at=timezone.now())
    assert not stranger_may(ten)
    Clinic.objects.update(mail_paused_at=timezone.now())
    assert stranger_may(ten)


def test_what_has_come_free_costs_an_opening_no_query_until_it_has(
    ten, wait, django_assert_max_num_queries, django_assert_num_queries
):
    for _ in range(3):
        wait()
    with django_assert_num_queries(3):  # the clinic's row is one
        stranger_may(ten)
    cancel(ten)
    with django_assert_max_num_queries(19):
        stranger_may(ten)
    for _ in range(5):
        wait()
    with django_assert_max_num_queries(19):
        stranger_may(ten)


@pytest.mark.fixed_clock("2026-12-02T23:00")
def test_in_the_night_it_is_kept_until_the_morning(ten, wait, clock):
    wait()
    cancel(ten)
    later(clock, 8 * HOUR)
    assert not stranger_may(ten)
    later(clock, HOUR + 5 * MINUTE)
    assert stranger_may(ten)


@pytest.mark.fixed_clock("2026-12-02T23:00")
def test_nobody_is_offered_anything_at_night(ten, wait, clock):
    entry = wait()
    cancel(ten)
    assert after_the_pause(clock) == 0
    later(clock, 9 * HOUR)
    assert tend() == 1
    assert offer_to(entry).until == timezone.now() + 2 * HOUR


def test_a_place_whose_days_are_over_is_one_no_more(wait, clock, massage):
    entry = wait()
    later(clock, timedelta(days=4))
    tend()
    entry.refresh_from_db()
    assert entry.state == EntryState.OVER


def test_records_that_become_one_wait_as_one_with_one_open_offer(wait, ana):
    other = factories.make_client("Ana Demo", email=ana.email, proved_at=None)
    entries_of_both = [wait(ana), wait(other)]
    kept, gone = (factories.make_offer(entry) for entry in entries_of_both)
    mailed_to = digest_of(other.email)
    assert prove(other, mailed_to=mailed_to, by="runner", now=timezone.now()) == ana
    gone.refresh_from_db()
    assert (gone.client, gone.state) == (ana, OfferState.WITHDRAWN)
    assert ana.waits_for.count() == 2
    assert ana.offers.open().get() == kept


def test_one_mailbox_has_one_offer_and_one_a_day_under_however_many_names(full_day, wait, clock):
    """Tags and other names would keep every free hour from the others."""
    mal = [
        factories.make_client(f"Mal {number}", email=f"mal+{number}@example.com", wants_news=True)
        for number in range(3)
    ]
    for one in mal:
        wait(one)
    other = wait()
    for visit in full_day[1:4]:
        cancel(visit)
    assert after_the_pause(clock) == 2
    assert other.offers.exists()
    [offer] = WaitlistOffer.objects.filter(client__in=mal)
    later(clock, 2 * HOUR)
    tending.look_through(now=timezone.now())
    tend()
    assert list(WaitlistOffer.objects.filter(client__in=mal)) == [offer]


def test_whoever_has_taken_a_time_is_offered_no_second_that_day(full_day, wait, clock):
    """“One time a day at most” held for each place."""
    client = factories.make_client(wants_news=True)
    first = wait(client, last_day=wait().last_day + timedelta(days=14))
    second = wait(client, parts=[1])
    cancel(full_day[1])
    WaitlistEntry.objects.exclude(client=client).delete()
    after_the_pause(clock)
    visit = offers.accept(offer_to(first), by="runner", now=timezone.now())
    Appointment.objects.filter(pk=visit.pk).update(booked_at=second.joined_at - HOUR)
    cancel(full_day[5])
    assert after_the_pause(clock) == 0
    later(clock, timedelta(days=1))
    tending.look_through(now=timezone.now())
    assert tend() == 1


def test_two_who_have_been_here_are_two_at_one_mailbox(
    full_day, wait, clock, massage, kim, room, at
):
    """A couple; but names that nobody has seen are one with whoever else has typed them."""
    couple = [
        factories.make_client(name, email="both@example.com", wants_news=True)
        for name in ("Ana Demo", "Bo Demo")
    ]
    for number, one in enumerate(couple):
        factories.make_appointment(
            client=one,
            starts_at=at(-3, 10 + 2 * number),
            treatment=massage,
            therapist=kim,
            room=room,
            status=Status.COMPLETED,
        )
        wait(one)
    cancel(full_day[1])
    cancel(full_day[3])
    assert after_the_pause(clock) == 2


def test_what_the_desk_books_for_them_ends_their_wish(full_day, wait, clock):
    fits, another_day = wait(), wait(parts=[2])
    Appointment.objects.filter(pk=full_day[1].pk).update(
        client=fits.client, booked_at=timezone.now()
    )
    tend()
    fits.refresh_from_db()
    another_day.refresh_from_db()
    assert (fits.state, another_day.state) == (EntryState.SERVED, EntryState.WAITING)


def test_a_place_that_ends_by_a_visit_says_which_and_comes_back_with_an_undo(
    full_day, wait, clock, clinic
):
    """It ended without a word, and nothing brought it back."""
    entry, visit = wait(), full_day[1]
    booked = {"client": entry.client, "booked_at": timezone.now()}
    Appointment.objects.filter(pk=visit.pk).update(**booked)
    tending.end_what_was_got(now=timezone.now())
    entry.refresh_from_db()
    mail = Mail.objects.get(kind=MailKind.WAIT_LEFT, client=entry.client)
    assert what_was_got(entry, clinic) == visit
    letter = waiting_letter(mail, clinic, timezone.now())
    assert letter.got in render_to_string("mail/wait_left/body.txt", {"letter": letter})
    last = visit.events.create(kind=Status.BOOKED, at=timezone.now(), by="desk: dee")
    visit.refresh_from_db()
    undoing.undo(visit, revision=visit.revision, by="desk: dee", now=last.at)
    entry.refresh_from_db()
    assert entry.is_waiting


@pytest.mark.parametrize("how", ["a series", "an offer passed on since"])
def test_what_comes_besides_or_was_there_when_they_stayed_ends_no_place(
    full_day, wait, clock, kim, how
):
    """The demo's runner passed an offer on, was told “You keep your place”, and lost it."""
    entry, visit = wait(), full_day[1]
    Appointment.objects.filter(pk=visit.pk).update(client=entry.client, booked_at=timezone.now())
    later(clock, MINUTE)
    if how == "a series":
        series = factories.make_series(visit)
        Appointment.objects.filter(pk=visit.pk).update(series=series)
    else:
        offers.decline(factories.make_offer(entry, therapist=kim), now=timezone.now())
    tend()
    entry.refresh_from_db()
    assert entry.is_waiting


@pytest.mark.parametrize("gives_up", [True, False])
def test_nobody_is_offered_the_hour_that_they_have_just_given_up(full_day, wait, clock, gives_up):
    """Ben was, right after he had moved away from it; what the clinic has cancelled is another
    matter."""
    entry, ten = wait(), full_day[1]
    booked = {"client": entry.client, "booked_at": entry.joined_at - HOUR}
    Appointment.objects.filter(pk=ten.pk).update(**booked)
    ten.refresh_from_db()
    by = Role.RUNNER if gives_up else "desk: dee"
    cancellation.cancel(ten, by=by, now=timezone.now())
    assert after_the_pause(clock) == (0 if gives_up else 1)


def test_nothing_is_offered_while_a_runner_may_still_undo(ten, wait, clock):
    """Else the undo is gone as soon as the shorter pause is over."""
    wait()
    Clinic.objects.update(offer_pause_minutes=2, undo_minutes=20)
    cancel(ten)
    later(clock, 19 * MINUTE)
    assert tend() == 0
    later(clock, MINUTE)
    assert tend() == 1


@pytest.mark.fixed_clock
@pytest.mark.parametrize(
    ("is_told", "state"), [(True, EntryState.LEFT), (False, EntryState.WAITING)]
)
def test_three_offers_in_a_row_without_an_answer_end_the_wait(wait, clock, kim, is_told, state):
    """But not while no mail goes out."""
    entry = wait()
    for number in range(3):
        offer = factories.make_offer(entry, therapist=kim, made_at=timezone.now())
        offers._write_about_offer(
            MailKind.WAIT_OFFER, offer, not_after=offer.until, now=timezone.now()
        )
        Mail.objects.update(data_at=timezone.now() if is_told else None)
        clock.move_to(offer.until)
        offers.expire(offer, now=timezone.now())
        entry.refresh_from_db()
        assert entry.is_waiting is (number < 2 or not is_told)
        WaitlistOffer.objects.update(until=offer.until - MINUTE)
        clock.move_to(offer.made_at + MINUTE)
    assert entry.state == state
    assert Mail.objects.filter(kind=MailKind.WAIT_LEFT).exists() is is_told


@pytest.mark.fixed_clock
def test_who_has_booked_since_is_offered_no_more_of_that_week(full_day, wait, clock, clinic):
    """But who had one before they joined wants a second."""
    client = factories.make_client(wants_news=True)
    first, second = wait(client), wait(client, weekdays=[5])
    other = wait()
    cancel(full_day[1])
    after_the_pause(clock)
    offers.accept(offer_to(first), by="runner", now=timezone.now())
    cancel(full_day[3])
    gap = present(
        gap_of(clinic, full_day[3].interval, at_once=True, everybody=True, now=timezone.now())
    )
    reasons = {one.entry: one.why_not for one in gap.candidates(first.first_day)}
    assert reasons[second] is WhyNot.HAS_ONE
    after_the_pause(clock)
    assert offer_to(other).starts_at == full_day[3].starts_at
    second.joined_at = timezone.now()
    second.save()
    offers.decline(offer_to(other), now=timezone.now())
    assert tend() == 0  # they took one today
    later(clock, timedelta(days=1))
    tending.look_through(now=timezone.now())
    assert tend() == 1
    assert offer_to(second).starts_at == full_day[3].starts_at


@pytest.mark.django_db(transaction=True)
def test_joins_of_one_mailbox_at_once_get_no_more_places_than_one_after_another(massage, today):
    wanted = WaitTerms(first_day=today, last_day=today + timedelta(days=7))

    def join(number):
        client = Client(name=f"Mal {number}", email=f"mal+{number}@example.com")
        request = JoinRequest(
            client=client, treatment=massage, wanted=wanted, key=f"k{number}", by="runner"
        )
        try:
            with contextlib.suppress(TooManyUnproved):
                entries.join(request, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as six:
        list(six.map(join, range(6)))
    assert WaitlistEntry.objects.waiting().count() == entries.MOST_UNPROVED


def test_of_all_who_wait_only_those_who_may_be_offered_it_are_read(
    ten, wait, clinic, today, django_assert_max_num_queries
):
    may = [wait(), wait(parts=[2])]
    wait(weekdays=[0])
    wait(first_day=today, last_day=today + timedelta(days=2))
    wait(factories.make_client(wants_news=False))
    wait(factories.make_client(email="", wants_news=True))
    wait(factories.make_client(proved_at=None, wants_news=True))
    may += [wait() for _ in range(5)]
    with django_assert_max_num_queries(18):
        gap = present(gap_of(clinic, ten.interval, now=timezone.now()))
        gap.next_in_line(may[0].first_day)
    assert set(gap.entries) == {one.pk for one in may}


def test_two_newcomers_in_a_row_keep_a_freed_time_and_then_only_who_is_known(
    ten, wait, clock, been_here
):
    """Else a stranger keeps it from everybody for hours, with as many mailboxes as it takes."""
    newcomers = [wait() for _n in range(4)]
    cancel(ten)
    assert after_the_pause(clock) == 1
    later(clock, 2 * HOUR)
    assert tend() == 1
    offers.decline(newcomers[1].offers.get(), now=timezone.now())
    assert tend() == 0
    later(clock, MINUTE)
    assert tend() == 0
    assert stranger_may(ten)
    known = wait()
    been_here(known.client)
    entries.look_for(known, now=timezone.now())
    assert tend() == 1
    offers.decline(offer_to(known), now=timezone.now())
    assert tend() == 0
    assert not WaitlistOffer.objects.filter(entry__in=newcomers[2:]).exists()
