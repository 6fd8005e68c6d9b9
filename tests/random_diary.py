"""Small clinics at random, crowded enough that everything gets in the way of everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from bookings.core.scheduling.statuses import Status
from bookings.core.scheduling.weeks import monday_of
from bookings.models import (
    Absence,
    Appointment,
    Client,
    Clinic,
    ExtraShift,
    Room,
    Therapist,
    Treatment,
    WeeklyBreak,
    WeeklyShift,
)
from tests.factories import make_clinic, make_loan, make_room, make_therapist, make_treatment

# A usual day, two on which the clocks change, and one where they change by half an hour.
DAYS = (
    ("Europe/London", date(2026, 12, 3)),
    ("Europe/London", date(2027, 3, 28)),
    ("Europe/London", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
)
STEP = 30


@dataclass(frozen=True)
class RandomDiary:
    """The clinic on the `days` days from `first`, at `now`."""

    clinic: Clinic
    first: date
    days: int
    therapists: list[Therapist]
    rooms: list[Room]
    treatments: list[Treatment]
    visits: list[Appointment]
    now: datetime


def random_diary(
    seed: int, *, days: int = 2, places: Sequence[tuple[str, date]] = DAYS
) -> RandomDiary:
    """The same for the same seed, in an emptied database."""
    for model in (Appointment, Treatment, Therapist, Room, Absence, Client):
        model.objects.all().delete()
    dice = Random(seed)
    zone, first = dice.choice(places)
    clinic = make_clinic(
        timezone=zone,
        start_step_minutes=STEP,
        minimum_notice_minutes=dice.choice([0, 45, 120, 600]),
        horizon_days=dice.choice([1, 2, 400]),
    )
    morning = datetime.combine(first, time.min, clinic.tz).astimezone(UTC)
    now = morning + dice.choice([-24, -3, 0, 2]) * timedelta(hours=1)
    therapists = [
        make_therapist(f"{name} {seed}", active=dice.random() < 0.9) for name in ("Kim", "Lee")
    ]
    rooms = [make_room(f"{name} {seed}", active=dice.random() < 0.8) for name in ("A", "B")]
    treatments = [
        make_treatment(
            f"{minutes} {seed}",
            minutes=minutes,
            buffer_minutes=dice.choice([0, 10, 45]),
            therapists=[one for one in therapists if dice.random() < 0.9],
            rooms=dice.choice([[], rooms[:1], rooms]),
            active=dice.random() < 0.95,
            online=dice.random() < 0.95,
        )
        for minutes in (30, 75)
    ]
    _rota(dice, therapists, first, days, morning)
    _loans(dice, rooms, morning)
    visits = _visits(dice, therapists, rooms, treatments, morning, now, 24 * days)
    return RandomDiary(clinic, first, days, therapists, rooms, treatments, visits, now)


def _clocks(dice: Random) -> tuple[time, time]:
    start, end = sorted(dice.sample(range(48), 2))
    return time(start // 2, start % 2 * 30), time(end // 2, end % 2 * 30)


def _rota(
    dice: Random, therapists: list[Therapist], first: date, days: int, morning: datetime
) -> None:
    for therapist in therapists:
        for offset in range(-1, days):
            day = first + timedelta(days=offset)
            since = first - timedelta(days=dice.choice([7, 7, -1]))
            weekly = {"therapist": therapist, "weekday": day.weekday(), "valid_from": since}
            if (every := dice.choice([1, 1, 1, 2])) > 1:
                monday = monday_of(day) + dice.choice([0, 7, 14]) * timedelta(days=1)
                weekly |= {"every_weeks": every, "counted_from": monday}
            for _ in range(dice.choice([1, 1, 2])):
                start, end = _clocks(dice)
                WeeklyShift.objects.create(**weekly, start=start, end=end)
            if dice.random() < 0.5:
                start, end = _clocks(dice)
                WeeklyBreak.objects.create(**weekly, start=start, end=end)
        if dice.random() < 0.5:
            start, end = _clocks(dice)
            hours = {"day": first, "start": start, "end": end, "instead": dice.random() < 0.4}
            ExtraShift.objects.create(therapist=therapist, **hours)
    for whose in dice.sample([*therapists, None], dice.choice([0, 1, 2])):
        begin = morning + timedelta(minutes=10 * dice.randrange(-100, 300))
        until = begin + timedelta(minutes=10 * dice.randrange(1, 30))
        Absence.objects.create(therapist=whose, starts_at=begin, ends_at=until)


def _loans(dice: Random, rooms: list[Room], morning: datetime) -> None:
    for room in dice.sample(rooms, dice.choice([0, 1, 2])):
        begin = morning + timedelta(minutes=10 * dice.randrange(-100, 300))
        make_loan(room, begin, begin + timedelta(minutes=10 * dice.randrange(1, 60)))


def _visits(dice, therapists, rooms, treatments, morning, now, hours) -> list[Appointment]:
    """Visits and holds that do not overlap."""
    made: list[Appointment] = []
    for _ in range(dice.randrange(8)):
        treatment = dice.choice(treatments)
        start = morning + timedelta(minutes=15 * dice.randrange(-8, 4 * hours))
        end = start + timedelta(minutes=treatment.minutes)
        held = dice.random() < 0.3
        one = Appointment(
            treatment=treatment,
            therapist=dice.choice(therapists),
            room=dice.choice(rooms),
            starts_at=start,
            ends_at=end,
            blocked_until=end + timedelta(minutes=treatment.buffer_minutes),
            status=Status.HELD if held else Status.BOOKED,
            held_until=now + timedelta(minutes=dice.choice([-5, 5])) if held else None,
            visitor=dice.choice(["ana", "bo"]) if held else "",
            client=None if held else Client.objects.create(name="Ana Demo", created_at=now),
            price=60,
            created_at=now,
        )
        if not any(_collide(one, other) for other in made):
            one.save()
            made.append(one)
    return made


def _collide(one: Appointment, other: Appointment) -> bool:
    same = one.therapist == other.therapist or one.room == other.room
    return same and one.starts_at < other.blocked_until and other.starts_at < one.blocked_until
