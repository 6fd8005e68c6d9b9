"""Booked under an address that nobody has proved: how much, how long, and what is spared."""

from datetime import timedelta
from secrets import token_hex

import pytest
from django.utils import timezone

from bookings.actions.clients import details, identity
from bookings.actions.clients.details import NewClient
from bookings.actions.clients.identity import newcomer
from bookings.actions.refusals import (
    NetworkPaused,
    NewcomersPaused,
    Refused,
    TooManyAhead,
    TooManyUnproved,
)
from bookings.actions.scheduling import booking, cancellation, unproved
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.scheduling.holds import Holder
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.links import digest_of
from bookings.models import Appointment, Client, Clinic, Mail, MailKind, MailServer, MailState
from bookings.queries.clients import strangers
from bookings.queries.scheduling.slots import Slot
from tests import factories
from tests.diary_requests import move_one

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
HOME, ELSEWHERE, SOFA = "a" * 64, "b" * 64, "s" * 64


@pytest.fixture
def take(massage, start):
    """Books so many days' ten o'clock for a newcomer, at home unless said otherwise."""

    def _take(*days, email="ana@example.com", name="Ana Demo", address=HOME, **data):
        now = timezone.now()
        request = BookingRequest(
            slots=[Slot(treatment=massage, start=start + day * DAY) for day in days],
            key=token_hex(16),
            holder=Holder(key=data.pop("visitor", ""), address=address),
            **{
                "client": newcomer(name=name, email=email, now=now),
                "rules": Rules.ONLINE,
                "by": Role.RUNNER,
                **data,
            },
        )
        return booking.book(request, now=now)

    return _take


@pytest.fixture
def prove():
    """Somebody has answered the mail about it."""

    def _prove(visit):
        mailed_to = digest_of(visit.client.email)
        return identity.prove(visit.client, mailed_to=mailed_to, by=Role.RUNNER, now=timezone.now())

    return _prove


@pytest.fixture
def all_mails_go():
    """As the sender does, at once."""

    def _go():
        now = timezone.now()
        due = Mail.objects.filter(state=MailState.SCHEDULED).exclude(kind=MailKind.REMINDER)
        due.update(state=MailState.SENT, sent_at=now, data_at=now, attempts=1)

    return _go


@pytest.fixture
def later(clock):
    def _later(wait):
        clock.move_to(timezone.now() + wait)
        return unproved.release_due(now=timezone.now())

    return _later


def fresh(visit) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def waiting() -> int:
    return Appointment.objects.awaiting_proof().count()


# How many


def test_the_third_start_of_a_mailbox_that_nobody_has_proved_is_refused(take):
    take(0)
    take(1)
    with pytest.raises(TooManyUnproved):
        take(2)
    assert waiting() == 2
    assert Client.objects.count() == 2


@pytest.mark.parametrize("email", ["ANA@example.com", "ana+1@example.com", "Ana+x@Example.com"])
def test_capitals_and_tags_make_no_other_mailbox(take, email):
    take(0)
    take(1)
    with pytest.raises(TooManyUnproved):
        take(2, email=email)


def test_another_browser_or_network_makes_no_difference_to_the_mailbox(take):
    take(0, address=HOME)
    take(1, address=ELSEWHERE)
    with pytest.raises(TooManyUnproved):
        take(2, address="c" * 64, visitor="d" * 64)


def test_a_plan_of_three_is_booked_at_once_and_one_of_four_is_not(take):
    with pytest.raises(TooManyUnproved):
        take(0, 1, 2, 3)
    assert len(take(0, 1, 2)) == 3


def test_each_appointment_of_a_plan_counts(take):
    take(0, 1)
    with pytest.raises(TooManyUnproved):
        take(2)
    with pytest.raises(TooManyUnproved):
        take(2, 3)


def test_what_is_cancelled_counts_no_more(take):
    [first] = take(0)
    take(1)
    cancellation.cancel(first, by=Role.RUNNER, now=timezone.now())
    take(2)


def test_the_form_sent_twice_is_no_second_start(take, massage, start):
    take(0)
    key = token_hex(16)
    request = BookingRequest(
        slots=[Slot(treatment=massage, start=start + DAY)],
        client=newcomer(name="Ana Demo", email="ana@example.com", now=timezone.now()),
        key=key,
        rules=Rules.ONLINE,
        by=Role.RUNNER,
    )
    assert booking.book(request, now=timezone.now()) == booking.book(request, now=timezone.now())


@pytest.mark.parametrize("by", ["desk: desk@example.com", "owner: owner@example.com"])
def test_what_the_desk_books_waits_for_nothing_and_is_never_counted(take, by):
    for day in range(5):
        known = NewClient(name="Ana Demo", email="ana@example.com")
        [visit] = take(day, client=known, by=by, rules=Rules.DESK, address="")
        assert visit.prove_by is None
    assert waiting() == 0
    take(6)
    take(7)


def test_what_a_proved_client_books_is_never_counted(take):
    known = factories.make_client(email="ana@example.com")
    for day in range(6):
        [visit] = take(day, client=known)
        assert visit.prove_by is None
    assert waiting() == 0


def test_whoever_has_signed_in_with_the_address_is_no_stranger(take):
    for day in range(4):
        [visit] = take(day, proved_address="Ana@example.com")
        assert visit.prove_by is None


def test_signing_in_with_one_address_proves_no_other(take):
    [visit] = take(0, proved_address="bo@example.com")
    assert visit.prove_by is not None


def test_a_family_of_four_on_one_mailbox_books_on_once_one_mail_is_answered(take, prove, later):
    [first] = take(0, name="Ana Demo", visitor=SOFA)
    [second] = take(1, name="Bo Demo", visitor=SOFA)
    prove(first)
    [third] = take(2, name="Cy Demo", visitor=SOFA)
    [fourth] = take(3, name="Di Demo", visitor=SOFA)
    assert waiting() == 0
    assert later(3 * HOUR) == 0
    stay = [fresh(visit).status for visit in (first, second, third, fourth)]
    assert stay == [Status.BOOKED] * 4


def test_the_browser_alone_is_enough_when_the_network_changes(take, prove):
    prove(take(0, visitor=SOFA)[0])
    [second] = take(1, name="Bo Demo", address=ELSEWHERE, visitor=SOFA)
    assert second.prove_by is None


@pytest.mark.parametrize("address", [HOME, ELSEWHERE])
@pytest.mark.parametrize("visitor", ["", "e" * 64])
def test_another_browser_gains_nothing_from_a_mailbox_that_is_proved(take, prove, address, visitor):
    prove(take(0, visitor=SOFA)[0])
    for day in (1, 2):
        [visit] = take(day, name=f"Stranger {day}", address=address, visitor=visitor)
        assert visit.prove_by is not None
    assert waiting() == 2
    with pytest.raises(TooManyUnproved):
        take(3, address=address, visitor=visitor)


def test_a_browser_that_has_pressed_a_link_mailed_there_waits_for_nothing(take):
    mine, others = digest_of("Ana@example.com"), digest_of("bo@example.com")
    assert take(0, proved_here=[others])[0].prove_by is not None
    assert take(1, proved_here=[others, mine])[0].prove_by is None


def test_what_strangers_hold_under_an_address_takes_nothing_from_who_has_signed_in(take, clinic):
    clinic.most_ahead = 2
    clinic.save()
    ana = factories.make_client(email="ana@example.com")
    take(0)
    take(1)
    assert take(2, client=ana)
    assert take(3, name="Bo Demo", proved_address="ana@example.com")
    with pytest.raises(TooManyAhead):
        take(4, client=ana)


def test_a_family_counts_what_it_has_booked_and_not_what_strangers_hold(take, prove):
    prove(take(0, visitor=SOFA)[0])
    take(1, name="Stranger", visitor="e" * 64)
    for day in range(2, 10):
        assert take(day, name=f"Of {day}", visitor=SOFA)
    with pytest.raises(TooManyUnproved):
        take(10, name="Of 10", visitor=SOFA)


def test_a_mailbox_that_is_proved_books_for_a_family_and_not_the_diary_out(take, prove):
    """Eight that nobody has answered for, from its own browser; answered mails make room."""
    prove(take(1, visitor=SOFA)[0])
    visits = [take(day, name=f"Of {day}", visitor=SOFA)[0] for day in range(2, 10)]
    with pytest.raises(TooManyUnproved):
        take(10, name="Of 10", visitor=SOFA)
    prove(visits[0])
    assert take(10, name="Of 10", visitor=SOFA)


def test_nobody_has_more_to_come_than_the_clinic_wants_however_they_book(
    take, prove, clinic, clock, start
):
    clinic.most_ahead = 5
    clinic.save()
    ana = prove(take(1)[0])
    for day in range(2, 6):
        prove(take(day)[0])
    with pytest.raises(TooManyUnproved):  # a stranger is told no more of who is known there
        take(6)
    with pytest.raises(TooManyAhead):
        take(6, proved_here=[digest_of("ana@example.com")])
    with pytest.raises(TooManyAhead):
        take(6, client=ana)
    assert take(6, client=ana, by="desk: d@example.com", rules=Rules.DESK)
    clock.move_to(start + 8 * DAY)
    assert take(9, client=ana)


def test_another_mailbox_gains_nothing_from_the_same_network(take, prove):
    [first] = take(0)
    prove(first)
    [theirs] = take(1, email="bo@example.com", name="Bo Demo")
    assert theirs.prove_by is not None


# The clinic's brake


def test_more_than_the_clinic_wants_in_an_hour_is_refused_whoever_asks(take, clinic, clock):
    clinic.unproved_per_hour = 3
    clinic.save()
    for number in range(3):
        take(number, email=f"{number}@example.com", address=f"{number}" * 64)
    assert strangers.is_full(clinic, timezone.now())
    with pytest.raises(NewcomersPaused):
        take(4, email="4@example.com")
    clock.move_to(timezone.now() + HOUR + MINUTE)
    assert not strangers.is_full(clinic, timezone.now())
    take(4, email="4@example.com")


def test_each_appointment_of_a_plan_counts_for_the_brake(take, clinic):
    clinic.unproved_per_hour = 2
    clinic.save()
    with pytest.raises(NewcomersPaused):
        take(0, 1, 2)
    take(0, 1)


def test_what_was_given_back_or_cancelled_counts_for_the_brake(take, clinic):
    clinic.unproved_per_hour = 1
    clinic.save()
    [visit] = take(0)
    cancellation.cancel(visit, by=Role.RUNNER, now=timezone.now())
    with pytest.raises(NewcomersPaused):
        take(1)


def test_the_brake_stops_neither_the_desk_nor_known_clients(take, clinic):
    clinic.unproved_per_hour = 1
    clinic.save()
    take(0, email="stranger@example.com")
    take(1, client=factories.make_client(email="bo@example.com"))
    take(
        2, client=NewClient(name="Cy Demo", email="cy@example.com"), by="desk: d", rules=Rules.DESK
    )


def test_whoever_proves_their_address_makes_room_again(take, prove, clinic):
    clinic.unproved_per_hour = 1
    clinic.save()
    [visit] = take(0)
    prove(visit)
    take(1, email="bo@example.com")


def test_without_a_brake_nobody_is_stopped(take, clinic):
    assert clinic.unproved_per_hour == 0
    for number in range(5):
        take(number, email=f"{number}@example.com")
    assert not strangers.is_full(clinic, timezone.now())


def test_sixty_invented_mailboxes_leave_the_diary_to_others_and_soon_all_of_it(take, clinic, later):
    """As one stranger did from two addresses: each has its share, and two hours end it."""
    clinic.unproved_per_hour = Clinic._meta.get_field("unproved_per_hour").default
    clinic.save()
    taken = 0
    for number in range(60):
        where = HOME if number % 2 else ELSEWHERE
        try:
            taken += len(take(number, email=f"{number}@example.com", address=where))
        except NewcomersPaused:
            continue
    assert taken == waiting() == 20
    assert not strangers.is_full(clinic, timezone.now())
    Mail.objects.update(state=MailState.FAILED)  # nobody reads there
    assert later(2 * HOUR) == 20
    assert not Appointment.objects.filter(status=Status.BOOKED).exists()


@pytest.fixture
def usual_brake(clinic):
    clinic.unproved_per_hour = Clinic._meta.get_field("unproved_per_hour").default
    clinic.save()


def test_one_network_fills_its_share_of_the_brake_and_closes_nobody_else_out(take, usual_brake):
    """From ever new addresses within it."""
    for number in range(10):
        take(number, email=f"{number}@example.com", address="a" * 32 + f"{number}" * 32)
    with pytest.raises(NetworkPaused):
        take(10, email="10@example.com", address="a" * 32 + "f" * 32)
    for number in range(10, 20):
        take(number, email=f"{number}@example.com", address=f"{number}" * 32)


def test_a_third_network_fills_what_two_have_left_and_then_the_clinics_brake_holds(
    take, usual_brake
):
    for number in range(30):
        take(number, email=f"{number}@example.com", address="abc"[number % 3] * 64)
    with pytest.raises(NewcomersPaused) as refused:
        take(31, email="31@example.com", address="d" * 64)
    assert refused.type is NewcomersPaused


def test_a_club_on_one_network_books_and_who_confirms_makes_room(take, prove, usual_brake):
    club = [take(number, email=f"{number}@example.com")[0] for number in range(10)]
    with pytest.raises(NetworkPaused):
        take(10, email="10@example.com")
    prove(club[0])
    take(10, email="10@example.com")


def test_mailboxes_that_one_network_has_made_and_answers_itself_are_no_way_round_it(
    take, prove, usual_brake
):
    for number in range(20):
        [visit] = take(number, email=f"{number}@example.com")
        prove(visit)
    with pytest.raises(NetworkPaused):
        take(20, email="20@example.com")
    take(20, email="20@example.com", address="b" * 64)


# Given back


def test_what_nobody_confirms_is_given_back_after_two_hours(take, all_mails_go, later):
    [visit] = take(0)
    all_mails_go()
    assert visit.prove_by == timezone.now() + 2 * HOUR
    assert later(2 * HOUR - MINUTE) == 0
    assert later(2 * MINUTE) == 1
    gone = fresh(visit)
    assert gone.status == Status.CANCELLED
    assert gone.revision == visit.revision + 1
    [event] = gone.events.filter(kind=Status.CANCELLED)
    assert (event.by, event.facts) == ("nobody confirmed it", {"reason": "not_confirmed"})
    assert Mail.objects.filter(kind=MailKind.RELEASED, appointment=visit).count() == 1
    left = Mail.objects.filter(kind=MailKind.REMINDER, state=MailState.SCHEDULED)
    assert not left.exists()
    assert later(MINUTE) == 0


def test_the_time_can_be_had_again(take, all_mails_go, later):
    take(0)
    all_mails_go()
    later(3 * HOUR)
    take(0, email="bo@example.com")


def test_the_clinic_says_how_long(take, clinic, all_mails_go, later):
    clinic.prove_minutes = 30
    clinic.save()
    take(0)
    all_mails_go()
    assert later(29 * MINUTE) == 0
    assert later(2 * MINUTE) == 1


def test_a_plan_is_given_back_as_a_whole_with_one_mail(take, all_mails_go, later):
    take(0, 1, 2)
    all_mails_go()
    assert later(3 * HOUR) == 3
    assert Mail.objects.filter(kind=MailKind.RELEASED).count() == 1


def test_whoever_answers_in_time_keeps_it_for_good(take, prove, all_mails_go, later):
    [visit] = take(0)
    all_mails_go()
    prove(visit)
    assert later(3 * HOUR) == 0
    assert fresh(visit).prove_by is None
    Client.objects.update(proved_at=None)  # whatever becomes of the address later
    assert later(3 * HOUR) == 0
    assert fresh(visit).status == Status.BOOKED


def test_one_that_joins_a_known_client_stays(take, prove, all_mails_go, later):
    factories.make_client("Ana Demo", email="ana@example.com")
    [visit] = take(0)
    all_mails_go()
    prove(visit)
    assert later(3 * HOUR) == 0
    assert fresh(visit).status == Status.BOOKED


def test_an_address_that_the_desk_puts_right_is_not_held_against_anybody(take, later, all_mails_go):
    [visit] = take(0, email="anna@example.com")
    all_mails_go()
    client = visit.client
    details.change(
        client,
        seen=details.facts_of(client),
        wanted={"email": "ana@example.com"},
        by="desk: d",
        now=timezone.now(),
    )
    assert later(3 * HOUR) == 0


def test_what_the_desk_keeps_stays(take, all_mails_go, later):
    [visit] = take(0)
    all_mails_go()
    unproved.keep(visit, by="desk: d", now=timezone.now())
    unproved.keep(visit, by="desk: d", now=timezone.now())
    assert visit.events.filter(kind="vouched").count() == 1
    assert later(3 * HOUR) == 0
    assert fresh(visit).status == Status.BOOKED


def test_a_visit_that_has_begun_is_left_alone(take, all_mails_go, later, start):
    [visit] = take(0)
    all_mails_go()
    assert later(start - timezone.now() + MINUTE) == 0
    assert fresh(visit).status == Status.BOOKED


def test_somebody_who_has_arrived_is_left_alone(take, all_mails_go, later):
    take(0)
    all_mails_go()
    Appointment.objects.update(status=Status.ARRIVED)
    assert later(3 * HOUR) == 0


def test_time_that_our_own_mail_has_lost_is_not_taken_from_the_newcomer(take, all_mails_go, later):
    [visit] = take(0)
    assert later(2 * HOUR) == 0  # nothing has gone out: mail is paused
    all_mails_go()
    assert later(2 * HOUR - MINUTE) == 0
    assert later(MINUTE) == 1
    assert fresh(visit).status == Status.CANCELLED


def test_a_mail_server_that_takes_nothing_from_us_is_waited_for(take, later):
    take(0)
    Mail.objects.update(attempts=7)
    MailServer.objects.create(failures_in_a_row=9)
    assert later(2 * HOUR) == 0


def test_a_mailbox_that_keeps_putting_our_mail_off_holds_no_time(take, later):
    take(0)
    Mail.objects.update(attempts=7)
    assert later(2 * HOUR) == 1


@pytest.mark.parametrize("state", [MailState.FAILED, MailState.DEAD, MailState.CANCELLED])
def test_a_mail_that_will_never_arrive_holds_no_time(take, later, state):
    take(0)
    Mail.objects.update(state=state)
    assert later(2 * HOUR) == 1


def test_moving_gives_nobody_longer_and_what_comes_sooner_less(take, at):
    [visit] = take(0)
    moved = move_one(visit, at(4, 10), now=timezone.now())
    assert moved.prove_by == visit.prove_by
    sooner = move_one(moved, at(1, 9), now=at(1, 9) - 3 * HOUR)
    assert sooner.prove_by <= at(1, 9) - timedelta(minutes=90)


def test_one_run_gives_back_no_more_than_it_may_hold_the_lock_for(take, later, monkeypatch):
    for number in range(5):
        take(number, email=f"{number}@example.com")
    Mail.objects.update(state=MailState.FAILED)
    monkeypatch.setattr(unproved, "AT_ONCE", 2)
    monkeypatch.setattr(unproved, "BATCHES", 2)
    assert later(3 * HOUR) == 4
    assert later(MINUTE) == 1


def test_what_is_looked_at_is_no_more_than_a_batch_and_its_baskets(
    take, later, django_assert_max_num_queries
):
    for number in range(4):
        take(number, email=f"{number}@example.com")
    Mail.objects.update(state=MailState.FAILED)
    with django_assert_max_num_queries(12 + 4 * 8):
        assert later(3 * HOUR) == 4


# All of a card together


def test_the_desk_cancels_together_what_still_waits(take, prove):
    visits = [take(day, email=f"{day}@example.com")[0] for day in range(3)]
    prove(visits[0])
    gone = unproved.cancel_together([one.pk for one in visits], by="desk: d", now=timezone.now())
    assert gone == 2
    assert [fresh(one).status for one in visits] == [
        Status.BOOKED,
        Status.CANCELLED,
        Status.CANCELLED,
    ]
    again = unproved.cancel_together([one.pk for one in visits], by="desk: d", now=timezone.now())
    assert again == 0


def test_a_refused_start_leaves_nothing_behind(take):
    take(0)
    take(1)
    before = (Appointment.objects.count(), Client.objects.count(), Mail.objects.count())
    with pytest.raises(Refused):
        take(2)
    assert (Appointment.objects.count(), Client.objects.count(), Mail.objects.count()) == before


def test_a_mailbox_that_has_had_its_mails_of_the_day_books_no_more(take, all_mails_go, clock):
    for day in range(3):
        [visit] = take(day)
        all_mails_go()
        Appointment.objects.filter(pk=visit.pk).update(status=Status.CANCELLED)
    with pytest.raises(TooManyUnproved):
        take(3)
    clock.move_to(timezone.now() + DAY + MINUTE)
    Appointment.objects.filter(status=Status.BOOKED).delete()
    take(4)
