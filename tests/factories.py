"""People and things with boring defaults; a test names only what it is about."""

from datetime import date, datetime, time, timedelta
from itertools import count

from django.db import connection

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    THE_CLINIC,
    Absence,
    Appointment,
    Client,
    Clinic,
    Distance,
    ExtraShift,
    ListedDistance,
    ListedRace,
    NewsState,
    Outcome,
    OwnPlan,
    PlanLink,
    Race,
    RaceNews,
    Room,
    RoomLoan,
    RunnerNews,
    Series,
    Therapist,
    Treatment,
    User,
    WaitlistEntry,
    WaitlistOffer,
    Weekday,
    WeeklyShift,
)
from bookings.models.pasted_links import NotRead, SealedLink
from bookings.queries.training.listed import folded_name
from tests.clock import NOW, TODAY, ZONE, day_of

PASSWORD = "a-long-enough-password"
_numbers = count(1)


def make_clinic(**fields) -> Clinic:
    fields = {
        "name": "Taper Clinic",
        "address": "1 Tow Path\nLondon N1 1AA",
        "phone": "+44 20 7946 0000",
        "email": "desk@example.com",
        "mails_per_hour": 0,
        "unproved_per_hour": 0,
        "most_ahead": 0,
        **fields,
    }
    the_clinic = Clinic.objects.filter(pk=THE_CLINIC)
    if the_clinic.update(**fields):
        return the_clinic.get()
    return Clinic.objects.create(pk=THE_CLINIC, **fields)


def as_a_program() -> None:
    """Not by whoever has just used a page: a test is one transaction, which remembers them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('taper.who', '', true)")


def make_user(email: str = "", **fields) -> User:
    as_a_program()
    return User.objects.create_user(
        email or f"user{next(_numbers)}@example.com", PASSWORD, **fields
    )


def key_of(email: str, role: Role) -> str:
    """How events name whoever has that login."""
    return f"{role.value}: {User.objects.get(email=email).pk}"


def make_therapist(name: str = "", **fields) -> Therapist:
    as_a_program()
    number = next(_numbers)
    name = name or f"Therapist {number}"
    fields = {"slug": name.lower().replace(" ", "-"), "initials": name[:2].upper(), **fields}
    return Therapist.objects.create(name=name, **fields)


def make_room(name: str = "", **fields) -> Room:
    return Room.objects.create(name=name or f"Room {next(_numbers)}", **fields)


def make_treatment(name: str = "", *, therapists=(), rooms=(), **fields) -> Treatment:
    number = next(_numbers)
    name = name or f"Sports massage {number}"
    fields = {"slug": name.lower().replace(" ", "-"), "minutes": 60, "price": 60, **fields}
    treatment = Treatment.objects.create(name=name, **fields)
    if therapists:
        treatment.therapists.add(*therapists)
    if rooms:
        treatment.rooms.add(*rooms)
    return treatment


def make_shift(
    therapist: Therapist,
    weekday: int = Weekday.MONDAY,
    start: time = time(9),
    end: time = time(17),
    **fields,
) -> WeeklyShift:
    fields = {"valid_from": date(2020, 1, 1), **fields}
    return WeeklyShift.objects.create(
        therapist=therapist, weekday=weekday, start=start, end=end, **fields
    )


def make_week(therapist: Therapist, start: time = time(9), end: time = time(17)) -> None:
    """The same hours on every day of the week."""
    fields = {"therapist": therapist, "start": start, "end": end, "valid_from": date(2020, 1, 1)}
    WeeklyShift.objects.bulk_create(WeeklyShift(weekday=day, **fields) for day in Weekday)


def make_extra_shift(therapist: Therapist, day: date, start=time(9), end=time(17)) -> ExtraShift:
    return ExtraShift.objects.create(therapist=therapist, day=day, start=start, end=end)


def make_absence(
    starts_at: datetime, ends_at: datetime, therapist: Therapist | None = None, **fields
) -> Absence:
    return Absence.objects.create(
        therapist=therapist, starts_at=starts_at, ends_at=ends_at, **fields
    )


def make_loan(room: Room, starts_at: datetime, ends_at: datetime, **fields) -> RoomLoan:
    return RoomLoan.objects.create(room=room, starts_at=starts_at, ends_at=ends_at, **fields)


def make_client(name: str = "Ana Demo", **fields) -> Client:
    fields = {"email": f"client{next(_numbers)}@example.com", "proved_at": NOW, **fields}
    return Client.objects.create(name=name, **fields)


def make_appointment(
    *,
    starts_at: datetime,
    treatment: Treatment,
    therapist: Therapist,
    room: Room,
    client: Client | None = None,
    status: Status = Status.BOOKED,
    **fields,
) -> Appointment:
    """A visit as it would stand in the diary; held ones need `held_until` and have no client."""
    ends_at = starts_at + timedelta(minutes=treatment.minutes)
    if client is None and status not in (Status.HELD, Status.EXPIRED):
        client = make_client()
    fields = {
        "ends_at": ends_at,
        "blocked_until": ends_at + timedelta(minutes=treatment.buffer_minutes),
        "price": treatment.price,
        "created_at": starts_at - timedelta(days=7),
        "booked_at": starts_at - timedelta(days=7) if client else None,
        "vouched_for": client is not None,
        **fields,
    }
    return Appointment.objects.create(
        client=client,
        treatment=treatment,
        therapist=therapist,
        room=room,
        starts_at=starts_at,
        status=status,
        **fields,
    )


def make_race(client: Client | None = None, **fields) -> Race:
    fields = {"race_date": date(2027, 4, 25), "distance": Distance.MARATHON, **fields}
    return Race.objects.create(client=client or make_client(), **fields)


def make_series(visit: Appointment, **fields) -> Series:
    """Every three weeks, of which that visit is the first and all the others wait."""
    day = day_of(visit.starts_at)
    fields = {
        "client": visit.whose,
        "treatment": visit.treatment,
        "therapist": visit.therapist,
        "first_day": day,
        "at": visit.starts_at.astimezone(ZONE).time(),
        "every_weeks": 3,
        "last_day": day + timedelta(weeks=9),
        "waits_for": [day + timedelta(weeks=weeks) for weeks in (3, 6, 9)],
        "made_at": NOW,
        "by": "runner",
        "key": f"series {next(_numbers)}",
        **fields,
    }
    series = Series.objects.create(**fields)
    Appointment.objects.filter(pk=visit.pk).update(series=series)
    return series


def make_plan_link(client: Client, **fields) -> PlanLink:
    """Of a plan with one long run, and a calendar that has gone."""
    days = [[f"{TODAY}", "long", 150, 27.3]]
    OwnPlan.objects.get_or_create(client=client, defaults={"read_at": NOW, "days": days})
    fields = {
        "link": SealedLink.of("https://example.com/plan.ics"),
        "shown": "example.com/…",
        **dict.fromkeys(("kept_at", "read_at", "good_at", "due_at"), NOW),
        "failures": 1,
        "why": NotRead.GONE,
        **fields,
    }
    return PlanLink.objects.create(client=client, **fields)


def make_entry(client: Client | None = None, **fields) -> WaitlistEntry:
    """Any therapist, any day and time of the next six weeks."""
    fields = {
        "first_day": TODAY,
        "last_day": TODAY + timedelta(weeks=6),
        "joined_at": NOW,
        "by": "runner",
        "key": f"entry {next(_numbers)}",
        **fields,
    }
    if "treatment" not in fields:
        fields["treatment"] = make_treatment()
    return WaitlistEntry.objects.create(client=client or make_client(wants_news=True), **fields)


def make_offer(entry: WaitlistEntry, **fields) -> WaitlistOffer:
    """Of tomorrow's time, without a hold."""
    starts_at = NOW + timedelta(days=1)
    fields = {
        "client": entry.client,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "made_at": NOW,
        "until": NOW + timedelta(hours=1),
        "by": "waiting list",
        **fields,
    }
    if "therapist" not in fields:
        fields["therapist"] = make_therapist()
    return WaitlistOffer.objects.create(entry=entry, **fields)


def make_listed(name: str = "Berlin Marathon", **fields) -> ListedDistance:
    """A distance of a race of the clinic's list."""
    town = fields.pop("town", "")
    race = ListedRace.objects.create(name=name, town=town, folded=folded_name(name, town))
    fields = {"distance": Distance.MARATHON, "race_date": TODAY, **fields}
    return ListedDistance.objects.create(listed_race=race, **fields)


def make_news(race: Race, *, was: date, **fields) -> RunnerNews:
    """What its runner was told of a race that was on that day; it is cancelled, or as it is now."""
    listed = make_listed(race_date=race.race_date, distance=race.distance)
    becomes = None if race.outcome == Outcome.CANCELLED else race.race_date
    news = RaceNews.objects.create(listed=listed, was=was, becomes=becomes, made_at=NOW, by="test")
    fields = {"state": NewsState.DONE, **fields}
    return RunnerNews.objects.create(news=news, client=race.client, race=race, **fields)
