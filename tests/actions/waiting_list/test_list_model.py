"""Join, offer, accept, decline, expire, leave, cancel, move, block and undo at random, over the
night that the clocks change, beside a naive reading of who should be offered what.
"""

import contextlib
import os
from datetime import UTC, datetime, time, timedelta
from secrets import token_hex

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bookings.actions.refusals import Refused
from bookings.actions.scheduling import cancellation, changes, holds, undoing
from bookings.actions.scheduling.changes import MoveRequest
from bookings.actions.waiting_list import entries, offers, tending
from bookings.core.intervals import Interval
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Absence,
    Appointment,
    EntryState,
    FreedTime,
    OfferState,
    WaitlistEntry,
    WaitlistOffer,
)
from bookings.queries.scheduling.openings import openings
from bookings.queries.scheduling.slots import Slot
from tests import factories
from tests.clock import CLOCK
from tests.reading import present

EXAMPLES = int(os.environ.get("EXAMPLES", "6"))  # make soak asks for more
MINUTE, HALF_AN_HOUR, HOUR = timedelta(minutes=1), timedelta(minutes=30), timedelta(hours=1)
NOTICE = 2 * HOUR
FRIDAY = datetime(2026, 10, 23, 9, tzinfo=UTC)  # the clocks go back on Sunday
DAYS, HOURS = 3, range(9, 13)
MONDAY = 0
SUITS, NO_RACE, SUITS_NOT = 16, 21, 28  # days, as the list counts them
DESK = "desk: dee"


WISHES = st.fixed_dictionaries(
    {
        "treatment": st.integers(0, 1),
        "person": st.sampled_from([None, None, 0, 1]),
        "weekdays": st.sampled_from([(), (), (5,), (5, 6), (0,)]),
        "notice": st.sampled_from([0, 0, 20]),
        "waited": st.integers(0, 40),
    }
)

TENDED = st.sampled_from([None, timedelta(), timedelta(minutes=10)])  # so long afterwards


class WaitingList(RuleBasedStateMachine):
    """Two therapists in two rooms with full mornings, Saturday to Monday."""

    @initialize(wishes=st.lists(WISHES, min_size=4, max_size=9))
    def fill_the_clinic(self, wishes):
        for model in (WaitlistOffer, WaitlistEntry, FreedTime, Absence):
            model.objects.all().delete()
        Appointment.objects.all().delete()
        self.go_to(FRIDAY)
        self.clinic = factories.make_clinic(start_step_minutes=30, move_cutoff_hours=0)
        tag = token_hex(4)
        self.people = [factories.make_therapist(f"{name} {tag}") for name in ("Kim", "Lee")]
        rooms = [factories.make_room(f"{name} {tag}") for name in ("One", "Two")]
        self.treatments = [
            factories.make_treatment(
                f"{minutes} {tag}", minutes=minutes, therapists=self.people, rooms=rooms
            )
            for minutes in (60, 30)
        ]
        self.visits, self.on_sale = [], {}
        for person, room in zip(self.people, rooms, strict=True):
            factories.make_week(person, time(HOURS.start), time(HOURS.stop))
            for day in range(1, DAYS + 1):
                for hour in HOURS:
                    self.visits.append(
                        factories.make_appointment(
                            starts_at=self.at(day, hour),
                            treatment=self.treatments[0],
                            therapist=person,
                            room=room,
                            booked_at=FRIDAY - 30 * timedelta(days=1),
                        ).pk
                    )
        for wish in wishes:
            self.put_on_the_list(wish)

    def teardown(self):
        WaitlistOffer.objects.all().delete()
        WaitlistEntry.objects.all().delete()
        Appointment.objects.all().delete()

    def at(self, day, hour):
        wall = datetime.combine((FRIDAY + timedelta(days=day)).date(), time(hour), self.clinic.tz)
        return wall.astimezone(UTC)

    def go_to(self, now):
        self.now = now
        CLOCK.move_to(now)

    @rule(wish=WISHES)
    def join(self, wish):
        self.put_on_the_list(wish)

    def put_on_the_list(self, wish):
        person = wish["person"]
        entry = factories.make_entry(
            treatment=self.treatments[wish["treatment"]],
            therapist=None if person is None else self.people[person],
            weekdays=list(wish["weekdays"]),
            notice_hours=wish["notice"],
            first_day=FRIDAY.date(),
            last_day=(FRIDAY + timedelta(days=DAYS)).date(),
            joined_at=self.now - timedelta(days=wish["waited"]),
        )
        self.on_sale[entry.pk] = self.free_for(entry)

    @rule(which=st.integers(0, 11))
    def wish_it_earlier(self, which):
        visit = Appointment.objects.get(pk=self.visits[2 * which + 1])
        is_coming = visit.status == Status.BOOKED and visit.starts_at > self.now
        if is_coming and not visit.earlier_wishes.waiting().exists():
            entry = factories.make_entry(
                visit.client,
                treatment=visit.treatment,
                appointment=visit,
                first_day=FRIDAY.date(),
                last_day=self.clinic.day_of(visit.starts_at),
                joined_at=self.now,
            )
            self.on_sale[entry.pk] = self.free_for(entry)

    @rule(which=st.integers(0, 11))
    def wish_it_better(self, which):
        """Who runs long on Sundays had better come on Monday."""
        visit = Appointment.objects.get(pk=self.visits[2 * which])
        is_coming = visit.status == Status.BOOKED and visit.starts_at > self.now
        if is_coming and not visit.earlier_wishes.waiting().exists():
            if not visit.whose.races.exists():
                factories.make_race(visit.whose)
            entry = factories.make_entry(
                visit.client,
                treatment=visit.treatment,
                appointment=visit,
                better_by="training",
                first_day=FRIDAY.date(),
                last_day=(FRIDAY + timedelta(days=DAYS)).date(),
                joined_at=self.now,
            )
            self.on_sale[entry.pk] = self.free_for(entry)

    @rule(several=st.sets(st.integers(0, 23), min_size=1, max_size=4), tended=TENDED)
    def cancel(self, several, tended):
        for which in several:
            visit = Appointment.objects.get(pk=self.visits[which])
            if visit.status == Status.BOOKED and visit.starts_at > self.now:
                cancellation.cancel(visit, by=DESK, now=self.now)
        self.tend_after(tended)

    @rule(which=st.integers(0, 23))
    def cancel_and_think_again(self, which):
        visit = Appointment.objects.get(pk=self.visits[which])
        if visit.status != Status.BOOKED or visit.starts_at <= self.now:
            return
        gone = cancellation.cancel(visit, by=DESK, now=self.now)
        self.go_to(self.now + MINUTE)
        with contextlib.suppress(Refused):  # where a block has been put meanwhile
            undoing.undo(gone, revision=gone.revision, by=DESK, now=self.now)

    @rule(which=st.integers(0, 23), day=st.integers(1, DAYS), hour=st.sampled_from(HOURS))
    def move(self, which, day, hour):
        visit = Appointment.objects.get(pk=self.visits[which])
        slot = Slot(treatment=visit.treatment, start=self.at(day, hour))
        request = MoveRequest(
            appointment=visit, slot=slot, revision=visit.revision, rules=Rules.DESK_MOVE, by=DESK
        )
        with contextlib.suppress(Refused):
            changes.move(request, now=self.now)

    @rule(person=st.integers(0, 1), day=st.integers(1, DAYS), hour=st.sampled_from(HOURS))
    def block(self, person, day, hour):
        """As a block does that nobody asked about: what is held there is let go."""
        start, end = self.at(day, hour), self.at(day, hour) + HOUR
        factories.make_absence(start, end, self.people[person])
        there = Appointment.objects.live_holds(self.now).filter(
            therapist=self.people[person], starts_at__lt=end, blocked_until__gt=start
        )
        there.update(status=Status.EXPIRED)

    @rule()
    def take_the_blocks_back(self):
        Absence.objects.all().delete()

    @rule(which=st.integers(0, 9), leaving=st.booleans(), tended=TENDED)
    def decline(self, which, leaving, tended):
        if offer := self.open_one(which):
            offers.decline(offer, leaving=leaving, now=self.now)
            self.tend_after(tended)

    @rule(which=st.integers(0, 9))
    def accept(self, which):
        offer = self.open_one(which)
        if offer is None:
            return
        visit_to_move = offer.entry.appointment
        try:
            visit = offers.accept(offer, by="runner", now=self.now)
        except Refused:
            offer.refresh_from_db()
            lost = offer.hold.status != Status.HELD or offer.until <= self.now
            assert lost or not _still_to_come(visit_to_move, self.now)
            return
        assert (visit.status, visit.starts_at) == (Status.BOOKED, offer.starts_at)
        assert visit.client == offer.client
        assert visit_to_move is None or visit.pk == visit_to_move.pk
        assert offers.accept(offer, by="runner", now=self.now) == visit

    @rule(which=st.integers(0, 9))
    def leave(self, which):
        waiting = list(WaitlistEntry.objects.waiting())
        if waiting:
            left = entries.leave(waiting[which % len(waiting)], now=self.now)
            assert not left.offers.open().exists()

    @rule(
        by=st.sampled_from([9 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR, 9 * HOUR, 24 * HOUR]),
        tended=TENDED,
    )
    def time_passes(self, by, tended):
        self.go_to(self.now + by)
        holds.expire_dead_holds(now=self.now)
        self.tend_after(tended)

    @rule(which=st.integers(0, 99), treatment=st.integers(0, 1))
    def a_stranger_holds(self, which, treatment):
        """Whatever they are shown is none of what came free and somebody on the list could have."""
        treatment = self.treatments[treatment]
        today = self.clinic.day_of(self.now)
        free = openings(self.clinic, treatment, first=today, days=DAYS + 1, now=self.now)
        if not free:
            return
        opening = free[which % len(free)]
        kim = opening.therapists[0]
        slot = Slot(treatment=treatment, start=opening.starts_at, therapist=kim)
        assert not self.who_could_have_some_of(slot.blocked, kim)
        wanted = holds.HoldRequest(slots=[slot], holder=holds.Holder(key=f"stranger{which % 3}"))
        holds.hold(wanted, now=self.now).only()

    def who_could_have_some_of(self, blocked, therapist):
        """Of what has just come free, in the hours in which mails go."""
        if not time(8) <= self.now.astimezone(self.clinic.tz).time() < time(20):
            return []
        not_worked = FreedTime.objects.to_be_worked().exclude(cause="look")
        lately = [one for one in not_worked if self.now < one.due_at + 5 * MINUTE]
        return [
            (entry, start)
            for entry in WaitlistEntry.objects.waiting()
            for start, takers in self.might_have(entry, at_once=True).items()
            if therapist in takers
            and blocked.overlaps(there := Interval(start, start + length_of(entry)))
            and any(
                there.overlaps(one.interval)
                for one in lately
                if one.freed_at >= entry.joined_at and one.therapist_id in (None, therapist)
            )
        ]

    def tend_after(self, after):
        """Afterwards nobody waits whom something free could be offered to, and none of lower rank
        has been given what somebody of higher rank could have had."""
        if after is None:
            return
        self.go_to(self.now + after)
        holds.expire_dead_holds(now=self.now)
        local = self.now.astimezone(self.clinic.tz)
        paused = list(FreedTime.objects.paused(self.now))
        tending.look_through(now=self.now)
        before = {one.pk: self.might_have(one) for one in WaitlistEntry.objects.waiting()}
        last = WaitlistOffer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        tending.tend(now=self.now)
        if not time(8) <= local.time() < time(20):
            assert not WaitlistOffer.objects.filter(pk__gt=last).exists()
            return
        for entry in WaitlistEntry.objects.waiting():
            assert not self.might_have(entry), "passed over"
        made = WaitlistOffer.objects.filter(pk__gt=last)
        self.nobody_was_overtaken(before, made)
        assert not [
            one
            for one in made
            for there in paused
            if there.starts_at < one.ends_at and one.starts_at < there.ends_at
        ]

    def nobody_was_overtaken(self, before, made):
        empty_handed = WaitlistEntry.objects.waiting().exclude(client__in=made.values("client"))
        for waits in empty_handed:
            for offer in made.select_related("entry__treatment", "therapist"):
                as_long = waits.treatment.minutes <= offer.entry.treatment.minutes
                takers = before.get(waits.pk, {}).get(offer.starts_at, ())
                if as_long and offer.therapist in takers:
                    assert self.standing(offer.entry, offer) <= self.standing(waits, offer)

    def standing(self, entry, offer):
        """A day sooner for each day of waiting, and for a day that suits their training."""
        need = NO_RACE
        if entry.client.races.exists():
            need = SUITS if self.clinic.day_of(offer.starts_at).weekday() == MONDAY else SUITS_NOT
        return entry.joined_at + timedelta(days=need)

    def might_have(self, entry, *, at_once=False):
        """The starts that could be offered to them now, read without any of the list's code."""
        today = self.clinic.day_of(self.now)
        there = WaitlistOffer.objects.filter(client=entry.client)
        if there.filter(state=OfferState.OPEN, until__gt=self.now).exists():
            return {}
        asked = there.filter(
            Q(state__in=[OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED])
            | Q(state=OfferState.OPEN, until__lte=self.now)
        )
        if any(self.clinic.day_of(one.made_at) == today for one in asked):
            return {}
        if entry.appointment and not _still_to_come(entry.appointment, self.now):
            return {}
        if entry.last_day < today:
            return {}
        starts = self.free_for(entry)
        had = set(there.exclude(state=OfferState.WITHDRAWN).values_list("starts_at", flat=True))
        return {
            start: takers
            for start, takers in starts.items()
            if start not in had
            and self.suits(entry, start, at_once)
            and not self.was_on_sale(entry, start, takers)
            and not self.was_kept_twice(entry, start, takers)
        }

    def free_for(self, entry):
        today = self.clinic.day_of(self.now)
        free = openings(
            self.clinic,
            entry.treatment,
            first=max(today, entry.first_day),
            days=(entry.last_day - max(today, entry.first_day)).days + 1,
            therapist=entry.therapist,
            rules=Rules.LISTED,
            now=self.now,
        )
        return {one.starts_at: one.therapists for one in free}

    def was_on_sale(self, entry, start, takers):
        """When they joined, with any who can take it now and whose time has not come free since."""
        since = FreedTime.objects.exclude(cause="look").filter(
            freed_at__gte=entry.joined_at,
            starts_at__lt=start + length_of(entry),
            ends_at__gt=start,
        )
        lately = set(since.values_list("therapist", flat=True))
        then = self.on_sale[entry.pk].get(start, ())
        return any(one in then and not {None, one.pk} & lately for one in takers)

    def was_kept_twice(self, entry, start, takers):
        """Within a day, any of it, for people who are all new here: now anybody can book it."""
        lately = WaitlistOffer.objects.filter(made_at__gt=self.now - 25 * HOUR)
        whose = [one for one in takers if entry.therapist in (None, one)]
        steps = [start + n * HALF_AN_HOUR for n in range(entry.treatment.minutes // 30)]
        kept = (
            lately.filter(therapist=one, starts_at__lte=at, ends_at__gt=at).count()
            for one in whose
            for at in steps
        )
        return any(often >= 2 for often in kept)

    def suits(self, entry, start, at_once):
        end = start + timedelta(minutes=entry.treatment.minutes)
        notice = max(NOTICE, timedelta(hours=entry.notice_hours))
        own = entry.client.appointments.exclude(status__in=[Status.CANCELLED, Status.EXPIRED])
        own = own.exclude(pk=entry.appointment_id)
        return (
            start - notice - self.now >= 15 * MINUTE
            and (not entry.weekdays or self.clinic.day_of(start).weekday() in entry.weekdays)
            and (entry.appointment is None or self.is_an_improvement(entry, start))
            and (entry.appointment is None or entry.appointment.starts_at - self.now >= 15 * MINUTE)
            and not own.filter(starts_at__lt=end, ends_at__gt=start).exists()
            and (at_once or not self.is_paused(start, end))
        )

    def is_an_improvement(self, entry, start):
        if entry.better_by == "earlier":
            return start < entry.appointment.starts_at
        at_present = self.clinic.day_of(entry.appointment.starts_at).weekday()
        return at_present != MONDAY == self.clinic.day_of(start).weekday()

    def is_paused(self, start, end):
        paused = FreedTime.objects.paused(self.now)
        return any(one.starts_at < end and start < one.ends_at for one in paused)

    def open_one(self, which):
        there = list(WaitlistOffer.objects.open().with_everything())
        return there[which % len(there)] if there else None

    @invariant()
    def each_open_offer_is_one_of_one_person_for_one_gap_and_ends_in_time(self):
        if not hasattr(self, "visits"):
            return
        there = list(WaitlistOffer.objects.open().with_everything())
        assert len({one.client_id for one in there}) == len(there)
        for offer in there:
            assert offer.entry.state == EntryState.WAITING
            assert offer.made_at + 15 * MINUTE <= offer.until <= offer.made_at + 2 * HOUR
            notice = max(NOTICE, timedelta(hours=offer.entry.notice_hours))
            assert offer.until <= offer.starts_at - notice
        live = [one for one in there if present(one.hold).is_live_hold(self.now)]
        taken = Appointment.objects.blocking(self.now)
        for offer in live:
            hold = present(offer.hold)
            same_time = taken.filter(
                Q(therapist=offer.therapist) | Q(room=hold.room),
                starts_at__lt=hold.blocked_until,
                blocked_until__gt=offer.starts_at,
            )
            assert list(same_time) == [hold]

    @invariant()
    def what_was_accepted_was_booked(self):
        if not hasattr(self, "visits"):
            return
        for offer in WaitlistOffer.objects.filter(state=OfferState.ACCEPTED).with_everything():
            assert offer.entry.state == EntryState.SERVED
            visit = present(offer.entry.appointment or offer.hold)
            assert visit.status in [Status.BOOKED, Status.CANCELLED]


def length_of(entry):
    return timedelta(minutes=entry.treatment.minutes)


def _still_to_come(visit, now):
    if visit is None:
        return True
    visit.refresh_from_db()
    return visit.status == Status.BOOKED and visit.starts_at > now


@pytest.mark.django_db
@pytest.mark.fixed_clock("2026-10-23T10:00")
def test_the_list_agrees_with_a_naive_reading_of_it(clock):
    WaitingList.TestCase.settings = settings(
        max_examples=EXAMPLES,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    WaitingList.TestCase().runTest()
