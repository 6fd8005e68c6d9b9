"""A room that is lent out for an afternoon or a week: nobody is treated in it then."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.actions.refusals import Refused
from bookings.actions.scheduling import changes
from bookings.actions.scheduling.changes import MoveRequest
from bookings.core.scheduling.codes import Code, Rules
from bookings.models import Appointment, Change, Mail, MailKind, RoomLoan
from bookings.queries.desk.stranded import all_stranded
from bookings.queries.scheduling.conflicts import conflicts
from bookings.queries.scheduling.diary import facts_for
from bookings.queries.scheduling.openings import openings
from bookings.queries.scheduling.problems import problems_with
from bookings.queries.scheduling.slots import Slot
from tests import factories

pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")
DAY = "2026-12-04"
AFTERNOON = {"first": DAY, "start": "13:00", "last": "", "end": "17:00", "reason": "The choir"}
HOUR = timedelta(hours=1)


@pytest.fixture
def page(room) -> str:
    return reverse("office:lend_room", args=[room.pk])


@pytest.fixture
def lent(room, start):
    """From ten to one, in three days."""
    return factories.make_loan(room, start, start + 3 * HOUR, reason="The choir")


@pytest.fixture
def second_room(clinic):
    return factories.make_room("Room 2")


def test_a_room_is_lent_out_for_an_afternoon_and_taken_back(office, room, page):
    back = reverse("office:room", args=[room.pk])
    assert office.post(page, AFTERNOON)["Location"] == back
    loan = RoomLoan.objects.get()
    assert (loan.starts_at, loan.ends_at) == (
        datetime(2026, 12, 4, 13, tzinfo=UTC),
        datetime(2026, 12, 4, 17, tzinfo=UTC),
    )
    assert "The choir" in office.get(back).text
    assert "lent out" in office.get(reverse("office:rooms")).text
    office.post(page, AFTERNOON)
    assert RoomLoan.objects.count() == 1
    taken_back = reverse("office:take_room_back", args=[loan.pk])
    assert office.post(taken_back)["Location"] == back
    assert not RoomLoan.objects.exists()
    changes = Change.objects.filter(table="bookings_roomloan").order_by("pk")
    assert [one.did for one in changes] == ["INSERT", "DELETE"]


def test_a_week_is_whole_days(office, clinic, page):
    office.post(page, {"first": "2026-12-07", "last": "2026-12-13", "start": "", "end": ""})
    loan = RoomLoan.objects.get()
    assert loan.starts_at == clinic.begin_of(date(2026, 12, 7))
    assert loan.ends_at == clinic.begin_of(date(2026, 12, 14))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first": ""}, "first"),
        ({"first": "1999-01-01"}, "first"),
        ({"first": "2026-11-30"}, "first"),
        ({"last": "2026-12-03"}, "last"),
        ({"end": "12:00"}, "end"),
        ({"start": "noon"}, "start"),
        ({"reason": "x" * 121}, "reason"),
        ({"first": "2027-03-28", "start": "01:05", "end": "01:20"}, None),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(office, page, typed, field):
    answer = office.post(page, AFTERNOON | typed)
    if field is None:  # the skipped hour is as long after the gap
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not RoomLoan.objects.exists()


def test_the_hour_that_repeats_is_lent_out_both_times(office, page):
    night = {"first": "2027-10-31", "start": "01:00", "end": "01:30", "last": "", "reason": ""}
    office.post(page, night)
    loan = RoomLoan.objects.get()
    assert loan.ends_at - loan.starts_at == 1.5 * HOUR


def test_lending_asks_about_the_visits_in_it_first(office, booked, room, page, second_room):
    typed = {"first": DAY, "start": "", "last": "", "end": "", "reason": ""}
    asked = office.post(page, typed)
    assert asked.status_code == 409
    assert "Room 1 is lent out then." in asked.text
    [place] = asked.context["places"]
    assert place.visit == booked
    assert place.best.start == booked.starts_at  # in the other room
    assert "in another room" in asked.text
    assert not RoomLoan.objects.exists()
    accepted = {**typed, "accepted": asked.context["impact"].digest}
    assert office.post(page, accepted)["Location"] == "/diary/stranded/"


def test_visits_in_other_rooms_and_at_other_times_are_not_asked_about(office, booked, page):
    other = factories.make_room("Room 2")
    everywhen = {"first": DAY, "start": "", "last": "", "end": "", "reason": ""}
    assert office.post(reverse("office:lend_room", args=[other.pk]), everywhen).status_code == 302
    touching = {"first": DAY, "start": "11:00", "end": "12:00", "last": "", "reason": ""}
    assert office.post(page, touching).status_code == 302


def test_nobody_is_offered_a_room_that_is_lent_out(clinic, massage, room, lent):
    starts = [one.starts_at for one in openings(
        clinic, massage, first=date(2026, 12, 4), days=1, now=timezone.now()
    )]  # fmt: skip
    assert starts
    assert not any(lent.starts_at - HOUR < start < lent.ends_at for start in starts)
    slot = Slot(treatment=massage, start=lent.starts_at, room=room)
    facts = facts_for(slot, clinic, now=timezone.now())
    for rules in Rules:
        assert Code.ROOM_LENT in {one.code for one in problems_with(slot, facts, rules=rules)}
    [problem] = problems_with(slot, facts, rules=Rules.DESK)
    assert problem.sentence == "Room 1 is lent out then."


def test_a_move_goes_into_another_room_or_nowhere(clinic, booked, lent):
    move = MoveRequest(
        appointment=booked,
        slot=Slot(treatment=booked.treatment, start=booked.starts_at + HOUR),
        revision=0,
        rules=Rules.OVERRIDDEN,
        by="desk",
    )
    with pytest.raises(Refused):
        changes.move(move, now=timezone.now())
    other = factories.make_room("Room 2")
    assert changes.move(move, now=timezone.now()).room == other


def test_who_stands_in_it_is_on_the_list_until_they_are_moved(desks, clinic, booked, lent):
    now = timezone.now()
    [found] = all_stranded(clinic, now=now)
    assert [one.sentence for one in found.problems] == ["Room 1 is lent out then."]
    assert not found.may_stay
    assert "Room 1 is lent out then." in desks.get(reverse("diary:stranded")).text
    factories.make_room("Room 2")
    page = desks.get(reverse("diary:stranded"))
    place = page.context["rows"][0].best
    sent = {"one": booked.pk, f"to-{booked.pk}": place.value, f"revision-{booked.pk}": 0}
    told = desks.post(reverse("diary:stranded"), {**sent, "do": "move"}, follow=True).text
    assert "1 visit goes into another room at the same hour" in told
    assert not Mail.objects.filter(kind=MailKind.MOVED).exists()
    assert not Appointment.objects.get().not_told
    assert Appointment.objects.get().room.name == "Room 2"
    assert Appointment.objects.get().starts_at == booked.starts_at
    assert not all_stranded(clinic, now=now)


def test_a_pause_that_runs_into_it_is_no_place_either(clinic, booked, room):
    Appointment.objects.update(blocked_until=booked.ends_at + HOUR / 4)
    factories.make_loan(room, booked.ends_at, booked.ends_at + HOUR)
    [found] = conflicts(clinic, now=timezone.now())
    assert found.codes == {Code.ROOM_LENT}


def test_the_diary_by_rooms_says_that_it_is_lent_out(desks, booked, room, lent):
    drawn = desks.get(f"/diary/{DAY}/feed/").json()
    [shade] = [one for one in drawn["shades"] if one["kind"] == "lent"]
    assert (shade["where"], shade["title"]) == ([f"r{room.pk}"], "The choir")
    assert "The room is lent out then" in drawn["visits"][0]["flags"]
    assert "is lent out" in desks.get(f"/diary/{DAY}/").text


def test_thirty_loans_ask_no_more_than_one(
    office, clinic, booked, room, lent, django_assert_num_queries, django_assert_max_num_queries
):
    urls = [reverse("office:room", args=[room.pk]), reverse("office:rooms"), "/diary/stranded/"]
    for url in urls:
        office.get(url)
    seen = []
    for url in urls:
        with django_assert_max_num_queries(60) as asked:
            office.get(url)
        seen.append(len(asked))
    for _ in range(29):
        factories.make_loan(room, lent.starts_at, lent.ends_at)
    for url, queries in zip(urls, seen, strict=True):
        with django_assert_num_queries(queries):
            office.get(url)
