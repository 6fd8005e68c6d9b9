"""What the diary offers, from facts in the database."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    Client,
    Clinic,
    Room,
    Therapist,
    Treatment,
    Weekday,
)
from bookings.queries.scheduling.openings import nearest, next_free, openings
from bookings.queries.scheduling.slots import Slot
from tests.benchmarks.seed import make_busy_clinic
from tests.clock import WEDNESDAY as NOW
from tests.factories import (
    make_absence,
    make_appointment,
    make_client,
    make_extra_shift,
    make_room,
    make_shift,
    make_therapist,
    make_treatment,
    make_week,
)
from tests.reading import present

pytestmark = pytest.mark.fixed_clock
THURSDAY = date(2026, 12, 3)
SATURDAY = date(2026, 12, 5)


def clocks(clinic, massage, day=THURSDAY, **data):
    found = openings(clinic, massage, **{"first": day, "days": 1, "now": NOW, **data})
    return [f"{opening.starts_at.astimezone(clinic.tz):%H:%M}" for opening in found]


@pytest.fixture
def hourly(clinic):
    clinic.start_step_minutes = 60
    clinic.save()
    return clinic


def at(hour, day=THURSDAY):
    return datetime.combine(day, time(hour), UTC)


def test_a_day_is_offered_from_the_first_start_to_the_last_that_fits(hourly, massage):
    assert clocks(hourly, massage) == [f"{hour:02}:00" for hour in range(9, 17)]


def test_a_split_shift_leaves_its_break_free(hourly, massage, kim):
    kim.shifts.all().delete()
    make_shift(kim, Weekday.THURSDAY, time(9), time(11))
    make_shift(kim, Weekday.THURSDAY, time(14), time(16))
    assert clocks(hourly, massage) == ["09:00", "10:00", "14:00", "15:00"]


@pytest.mark.parametrize(
    ("fields", "works"),
    [
        ({"valid_until": THURSDAY}, True),
        ({"valid_until": THURSDAY - timedelta(days=1)}, False),
        ({"valid_from": THURSDAY}, True),
        ({"valid_from": THURSDAY + timedelta(days=1)}, False),
    ],
)
def test_a_shift_holds_on_its_first_and_last_day_and_no_other(hourly, massage, kim, fields, works):
    kim.shifts.update(**fields)
    assert bool(clocks(hourly, massage)) is works


def test_an_absence_takes_its_hours_and_the_buffer_before_it(hourly, massage, kim):
    make_absence(at(12), at(14), kim)
    # The hour at eleven would leave no quarter of an hour before noon.
    assert clocks(hourly, massage) == ["09:00", "10:00", "14:00", "15:00", "16:00"]


def test_a_closure_beats_an_extra_shift(hourly, massage, kim):
    kim.shifts.all().delete()
    make_extra_shift(kim, SATURDAY, time(9), time(12))
    assert clocks(hourly, massage, SATURDAY) == ["09:00", "10:00", "11:00"]
    make_absence(at(0, SATURDAY), at(11, SATURDAY))
    assert clocks(hourly, massage, SATURDAY) == ["11:00"]


def test_a_colleagues_absence_is_their_own(hourly, massage):
    make_absence(at(0), at(23), make_therapist())
    assert len(clocks(hourly, massage)) == 8


def test_minimum_notice_is_counted_from_now(hourly, massage):
    assert clocks(hourly, massage, NOW.date())[0] == "11:00"
    assert clocks(hourly, massage, NOW.date(), now=NOW + timedelta(seconds=1))[0] == "12:00"


def test_minimum_notice_over_a_clock_change_is_real_hours(hourly, massage, kim):
    night = make_treatment("Night", minutes=30, therapists=[kim])
    sunday = date(2027, 3, 28)
    make_shift(kim, Weekday.SUNDAY, time(0), time(6))
    now = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # half past midnight; two hours on it is 03:30
    assert clocks(hourly, night, sunday, now=now)[0] == "04:00"


def test_the_horizon_includes_its_last_day(hourly, massage):
    last = NOW.date() + timedelta(days=120)
    assert clocks(hourly, massage, last)
    assert not clocks(hourly, massage, last + timedelta(days=1))


@pytest.mark.parametrize(
    ("status", "frees"),
    [(Status.CANCELLED, True), (Status.NO_SHOW, False), (Status.COMPLETED, False)],
)
def test_only_a_cancelled_visit_gives_its_time_back(hourly, massage, kim, room, status, frees):
    make_appointment(starts_at=at(10), treatment=massage, therapist=kim, room=room, status=status)
    assert ("10:00" in clocks(hourly, massage)) is frees


def test_a_colleague_in_the_only_room_takes_the_time(hourly, massage, room):
    lee = make_therapist()
    make_appointment(starts_at=at(10), treatment=massage, therapist=lee, room=room)
    assert clocks(hourly, massage) == ["12:00", "13:00", "14:00", "15:00", "16:00"]


def test_a_treatment_that_names_no_room_takes_any(hourly, massage, kim, room):
    make_room("Room 2")
    massage.rooms.clear()
    make_appointment(starts_at=at(10), treatment=massage, therapist=make_therapist(), room=room)
    assert "10:00" in clocks(hourly, massage)


def test_a_room_out_of_use_is_no_room(hourly, massage):
    Room.objects.update(active=False)
    assert clocks(hourly, massage) == []


def test_a_therapist_who_left_takes_nobody(hourly, massage, kim):
    kim.active = False
    kim.save()
    assert clocks(hourly, massage) == []


def test_each_opening_names_who_can_take_it(hourly, massage, kim, room):
    lee = make_therapist("Lee Demo")
    make_shift(lee, Weekday.THURSDAY, time(9), time(12))
    massage.therapists.add(lee)
    found = openings(hourly, massage, first=THURSDAY, days=1, now=NOW)
    who = {opening.starts_at.hour: {t.name for t in opening.therapists} for opening in found}
    assert who[10] == {"Kim Demo", "Lee Demo"}
    assert who[13] == {"Kim Demo"}
    assert clocks(hourly, massage, therapist=lee) == ["09:00", "10:00", "11:00"]


def test_a_visit_that_began_before_midnight_still_blocks_the_morning(hourly, kim, room):
    early = make_treatment("Early", minutes=60, therapists=[kim])
    make_shift(kim, Weekday.THURSDAY, time(0), time(3))
    long = make_treatment("Long", minutes=180)
    begins = datetime.combine(THURSDAY - timedelta(days=1), time(23), UTC)
    make_appointment(starts_at=begins, treatment=long, therapist=kim, room=room)
    assert clocks(hourly, early)[0] == "02:00"


def test_the_nearest_are_in_order_of_time(hourly, massage):
    found = nearest(hourly, Slot(treatment=massage, start=at(12)), now=NOW)
    assert [opening.starts_at.hour for opening in found] == [11, 12, 13]


def test_the_nearest_may_be_weeks_away(hourly, massage):
    make_absence(NOW, NOW + timedelta(days=30))
    found = nearest(hourly, Slot(treatment=massage, start=at(12)), now=NOW)
    assert len(found) == 3
    assert found[0].starts_at >= NOW + timedelta(days=30)


def test_the_next_free_start_is_at_or_after_the_moment(hourly, massage):
    at_four = present(next_free(hourly, massage, after=at(16), now=NOW))
    assert at_four.starts_at == at(16)
    at_five = present(next_free(hourly, massage, after=at(17), now=NOW))
    assert at_five.starts_at == at(9, date(2026, 12, 4))


def test_there_is_no_next_free_start_beyond_the_horizon(hourly, massage):
    assert next_free(hourly, massage, after=NOW + timedelta(days=200), now=NOW) is None


def queries_for(clinic, massage, days):
    with CaptureQueriesContext(connection) as seen:
        openings(clinic, massage, first=THURSDAY, days=days, now=NOW)
    return len(seen)


def fill(kim, room, massage, how_many):
    """Appointments back to back over the past, an hour and a quarter each."""
    client = make_client()
    step = timedelta(minutes=75)
    Appointment.objects.bulk_create(
        Appointment(
            client=client,
            therapist=kim,
            room=room,
            treatment=massage,
            starts_at=NOW - (number + 1) * step,
            ends_at=NOW - (number + 1) * step + timedelta(hours=1),
            blocked_until=NOW - number * step,
            status=Status.COMPLETED,
            price=60,
            created_at=NOW,
        )
        for number in range(how_many)
    )


def test_the_number_of_queries_does_not_grow_with_therapists_days_or_appointments(
    clinic, massage, kim, room
):
    few = queries_for(clinic, massage, days=1)
    for _ in range(7):
        therapist = make_therapist()
        make_week(therapist)
        massage.therapists.add(therapist)
        make_room()
    fill(kim, room, massage, 500)
    assert queries_for(clinic, massage, days=31) == few == 2
    assert Client.objects.count() == 1


def test_two_thousand_stored_appointments_ask_no_more_questions(db):
    counted = set()
    for therapists, appointments in ((1, 100), (8, 2_000)):
        Appointment.objects.all().delete()
        Client.objects.all().delete()
        Treatment.objects.all().delete()
        Therapist.objects.all().delete()
        Room.objects.all().delete()
        treatment = make_busy_clinic(
            therapists=therapists, appointments=appointments, last_day=THURSDAY
        )
        assert Appointment.objects.count() == appointments
        for days in (1, 31):
            counted.add(queries_for(Clinic.objects.the(), treatment, days))
    assert counted == {2}
