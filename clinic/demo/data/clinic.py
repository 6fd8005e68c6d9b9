"""The demo's rooms, price list and rota."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from bookings.core.intervals import Interval, day_bounds
from bookings.models import (
    Absence,
    Room,
    Therapist,
    Treatment,
    Weekday,
    WeeklyBreak,
    WeeklyShift,
)
from bookings.models.clinic import FeeIs

MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
NEVER_BEFORE = date(2020, 1, 1)
FIRST_VISIT = "First visit"

CLINIC = {
    "name": "Taper Demo Clinic",
    "address": "12 Towpath Yard\nLondon N1 0AA",
    "phone": "+44 20 7946 0999",
    "email": "demo-clinic@example.com",
    "timezone": "Europe/London",
    "country": "GB",
    "subdivision": "ENG",
    "headline": "Sports massage by the canal, for people training for a race",
    "hours_text": "Monday to Friday 7:00 to 20:30\nSaturday and Sunday 8:00 to 15:00",
    "map_url": "https://www.openstreetmap.org/#map=17/51.5358/-0.1012",
    "late_cancellation_fee": Decimal(50),
    "late_cancellation_fee_is": FeeIs.PERCENT,
    "no_show_fee": Decimal(25),
    "no_show_fee_is": FeeIs.AMOUNT,
    "what_to_wear": (
        "Wear or bring shorts and a loose top. You only undress as far as you are comfortable, and "
        "what is not being treated stays covered."
    ),
    "how_to_find_us": (
        "Towpath Yard is the passage beside the canal bridge; our door is the green one at the "
        "end. There are stands for bicycles, and a step-free way in from the towpath."
    ),
}
TERMS = (
    "This is a demonstration; nobody will be waiting for you.\n\n"
    "Please come five minutes early, in clothes you can move in. Move an appointment up to "
    "24 hours before it starts, or cancel it up to 12 hours before, by the link in our email; "
    "after that, please ring us.\n\n"
    "Tell your therapist about injuries and illness before the session. Sports massage is "
    "not medical treatment."
)
ROOMS = ["Room 1", "Room 2", "Room 3", "Garden room"]

# Therapist's initials: (weekdays, from, to), several a day where there is a long break.
ROTA: dict[str, list[tuple[list[Weekday], time, time]]] = {
    "IC": [  # whose login the demo has: somebody to see on each day of the week
        ([MON, TUE, WED, THU, FRI], time(7), time(11)),
        ([MON, WED], time(13), time(16)),
        ([SAT, SUN], time(8), time(11)),
    ],
    "TA": [([MON, TUE, WED, THU, FRI], time(9), time(17)), ([SAT, SUN], time(9), time(13))],
    "ML": [([TUE, WED, THU], time(12), time(20, 30))],
    "OB": [([MON, THU, FRI], time(8), time(12)), ([MON, THU, FRI], time(14), time(19))],
    "SW": [([WED, FRI, SAT], time(9, 30), time(15))],
    "LF": [([SAT, SUN], time(8), time(14, 30))],
}
# The same for breaks, each with its name.
BREAKS: dict[str, tuple[list[Weekday], time, time, str]] = {
    "TA": ([MON, TUE, WED, THU, FRI], time(12, 30), time(13), "Lunch"),
    "ML": ([TUE, WED, THU], time(16), time(16, 30), "Tea"),
    "SW": ([WED, FRI, SAT], time(12), time(12, 30), "Lunch"),
}
MEETING = ["TA", "ML", "SW"]
HALF_AN_HOUR = timedelta(minutes=30)

# Name, minutes, buffer, price, who (None: everybody), the protocol's session kinds, what somebody
# needs who takes it, description.
PRICE_LIST = [
    (FIRST_VISIT, 75, 15, "72.00", None, ["maintenance"], "It’s my first time here",
     "A longer first session: time to talk about your running and to find out what suits you."),
    ("Sports massage 30", 30, 10, "38.00", None, ["post_hard_effort"], "One tight spot",
     "One area, such as calves or shoulders."),
    ("Sports massage 60", 60, 15, "62.00", None,
     ["maintenance", "training", "peak_recovery", "taper_tune_up", "post_race_recovery",
      "return_check"], "The usual, in training",
     "The usual session in a build-up: legs, hips and back, as firm as you like it."),
    ("Sports massage 90", 90, 15, "88.00", ["TA", "ML", "OB", "LF"],
     ["maintenance", "training", "return_check"], "All of me, slowly",
     "Unhurried, for the whole body."),
    ("Pre-race 30", 30, 10, "36.00", ["IC", "TA", "ML", "SW", "LF"], ["pre_race_flush"],
     "I race this week",
     "Short and light, two to four days before the start, for feeling relaxed."),
    ("Post-race 45", 45, 15, "50.00", ["IC", "TA", "SW", "LF"],
     ["post_race_gentle", "post_hard_effort"], "I’ve just raced",
     "Gentle, once the first soreness is fading."),
]  # fmt: skip


def make_rooms() -> list[Room]:
    return [Room.objects.create(name=name) for name in ROOMS]


def make_treatments(by_initials: dict[str, Therapist]) -> list[Treatment]:
    made = []
    for position, priced in enumerate(PRICE_LIST):
        name, minutes, buffer, price, who, kinds, need, words = priced
        treatment = Treatment.objects.create(
            name=name,
            slug=name.lower().replace(" ", "-"),
            need=need,
            description=words,
            session_kinds=kinds,
            minutes=minutes,
            buffer_minutes=buffer,
            price=price,
            position=position,
        )
        treatment.therapists.set(by_initials[initials] for initials in who or by_initials)
        made.append(treatment)
    return made


def set_a_price_to_come(today: date) -> None:
    """From the first of the month after next."""
    first = (today.replace(day=1) + timedelta(days=62)).replace(day=1)
    priced = Treatment.objects.filter(name="Sports massage 90")
    priced.update(next_price=Decimal(92), next_price_from=first)


def make_rota(by_initials: dict[str, Therapist]) -> None:
    WeeklyShift.objects.bulk_create(
        WeeklyShift(
            therapist=by_initials[initials],
            weekday=weekday,
            start=start,
            end=end,
            valid_from=NEVER_BEFORE,
        )
        for initials, hours in ROTA.items()
        for weekdays, start, end in hours
        for weekday in weekdays
    )
    WeeklyBreak.objects.bulk_create(
        WeeklyBreak(
            therapist=by_initials[initials],
            weekday=weekday,
            start=start,
            end=end,
            valid_from=NEVER_BEFORE,
            reason=reason,
        )
        for initials, (weekdays, start, end, reason) in BREAKS.items()
        for weekday in weekdays
    )


def make_absences(
    by_initials: dict[str, Therapist], first: date, last: date, today: date, tz: ZoneInfo
) -> None:
    """Bank holidays for all, a week of holiday for one, a course for another, a meeting."""
    monday = today + timedelta(days=14 - today.weekday())
    course = datetime.combine(monday + timedelta(days=3), time(12), tz)
    wednesday = today + timedelta(days=(WED - today.weekday()) % 7)
    meeting = datetime.combine(wednesday, time(14), tz)
    away = [
        *(("all", day_bounds(day, 1, tz), "Bank holiday") for day in bank_holidays(first, last)),
        ("TA", day_bounds(monday, 7, tz), "Holiday"),
        ("ML", Interval(course, course + timedelta(hours=4)), "Course"),
        *((one, Interval(meeting, meeting + HALF_AN_HOUR), "Team meeting") for one in MEETING),
    ]
    Absence.objects.bulk_create(
        Absence(
            therapist=by_initials.get(whose),
            starts_at=during.start,
            ends_at=during.end,
            reason=reason,
        )
        for whose, during, reason in away
    )


def bank_holidays(first: date, last: date) -> Iterator[date]:
    """England's, as far as the demo needs them: without substitute days."""
    for year in range(first.year, last.year + 1):
        days = [
            date(year, 1, 1),
            easter(year) - timedelta(days=2),
            easter(year) + timedelta(days=1),
            _monday_from(date(year, 5, 1)),
            _monday_from(date(year, 5, 25)),
            _monday_from(date(year, 8, 25)),
            date(year, 12, 25),
            date(year, 12, 26),
        ]
        yield from (day for day in days if first <= day <= last)


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
