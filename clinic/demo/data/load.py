"""Puts the demo's clinic into an empty database."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from random import Random

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    THE_CLINIC,
    Appointment,
    AppointmentEvent,
    Client,
    Clinic,
    LegalKind,
    LegalText,
    Race,
    Therapist,
    User,
)
from clinic.demo.data import clinic as place
from clinic.demo.data.crowd import Crowd, known_since
from clinic.demo.data.health import make_health
from clinic.demo.data.history import DESK, events_of
from clinic.demo.data.mails import make_mails
from clinic.demo.data.people import (
    DESK_NOTES,
    RUNNER,
    THERAPISTS,
    UNDER_AGE,
    WITHOUT_EMAIL,
    clients,
    couples,
)
from clinic.demo.data.races import make_list, own_plan_of, races_of, were_entered_long_ago
from clinic.demo.data.takings import make_takings
from clinic.demo.data.visits import visits
from clinic.demo.data.waiting import make_waiting
from clinic.demo.logins import DEMO_LOGINS, DEMO_PASSWORD

SEED = 42195
PAST_DAYS, FUTURE_DAYS = 92, 42
CLIENTS, NEWCOMERS = 150, 45
IN_GOOD_TIME, BOOKED_BEFORE = timedelta(days=2), timedelta(minutes=25)
WITH_A_PLAN = 2  # of the clients, who has shown the days of their training plan
CARDS = 2  # couples about whom the desk is still asked
REMEMBERED = [
    "created_at", "proved_at", "terms_agreed_at", "same_address_as", "user", "email", "phone",
    "date_of_birth", "guardian_name", "guardian_agreed_at", "guardian_agreed_by", "desk_notes",
]  # fmt: skip


def is_loaded() -> bool:
    return Clinic.objects.filter(pk=THE_CLINIC).exists()


@transaction.atomic
def load(*, today: date, now: datetime) -> None:
    """The same clinic every time for the same `today` and `now`; the database must be empty."""
    chance = Random(SEED)  # noqa: S311 - the same every time is the point
    clinic = Clinic.objects.create(pk=THE_CLINIC, **place.CLINIC)
    terms = LegalText(kind=LegalKind.TERMS, number=1, text=place.TERMS, created_at=now, by="demo")
    LegalText.objects.bulk_create([terms], ignore_conflicts=True)  # it outlives what is emptied
    place.make_rooms()
    therapists = _make_therapists()
    place.make_treatments(therapists)
    place.set_a_price_to_come(today)
    place.make_rota(therapists)
    first, horizon = today - timedelta(days=PAST_DAYS), today + timedelta(days=clinic.horizon_days)
    place.make_absences(therapists, first, horizon, today, clinic.tz)
    known = _make_clients(chance, today, now)
    crowd = Crowd(known[:-NEWCOMERS], known[-NEWCOMERS:-1], chance)
    days = PAST_DAYS + FUTURE_DAYS
    made = list(visits(clinic, first=first, days=days, now=now, crowd=crowd, chance=chance))
    _has_not_confirmed_yet(known[-1], made, clinic, now)
    _write_down(made, now)
    make_takings(made, clinic, now, chance)
    _make_logins(therapists["IC"], known[0])
    Client.objects.bulk_update(known, REMEMBERED)
    races = Race.objects.bulk_create(races_of(known, today=today))
    races += make_list(known, races, today=today)
    were_entered_long_ago()
    _show_a_plan(known[WITH_A_PLAN], made, today, now)
    make_mails(made, list(dict.fromkeys(race.client for race in races)), clinic, now)
    make_health(made, known, clinic, chance)
    make_waiting(known, clinic, today=today, now=now)
    _count_rows()


def _write_down(booked: Sequence[Appointment], now: datetime) -> None:
    Appointment.objects.bulk_create(booked)
    events = (event for visit in booked for event in events_of(visit, now))
    AppointmentEvent.objects.bulk_create(events)


def _count_rows() -> None:
    """Or PostgreSQL answers the first pages as if all tables were empty."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _show_a_plan(client: Client, made: Iterable[Appointment], today: date, now: datetime) -> None:
    """One that is against what they have booked last."""
    theirs = [one.starts_at for one in made if one.client == client]
    hard = max(theirs, default=now).weekday()
    own = own_plan_of(client, hard=hard, today=today, now=now)
    own.save()
    weekday = own.schedule.long_run_weekday
    Client.objects.filter(pk=client.pk).update(long_run_weekday=weekday)


def _has_not_confirmed_yet(
    newcomer: Client, made: Iterable[Appointment], clinic: Clinic, now: datetime
) -> None:
    """They have booked just now, what somebody else would have had, and not opened the mail."""
    soon = now + IN_GOOD_TIME
    visit = next(one for one in made if one.status == Status.BOOKED and one.starts_at > soon)
    visit.client, visit.created_at = newcomer, now - BOOKED_BEFORE
    visit.booked_at = visit.created_at
    visit.prove_by = clinic.prove_until(visit.starts_at, told_at=visit.created_at)
    known_since(newcomer, visit.created_at)
    newcomer.proved_at = None


def _make_therapists() -> dict[str, Therapist]:
    return {
        initials: Therapist.objects.create(
            name=name,
            slug=name.lower().replace(" ", "-"),
            initials=initials,
            speciality=speciality,
            bio=bio,
            qualifications="\n".join(qualifications),
        )
        for name, initials, speciality, bio, qualifications in THERAPISTS
    }


def _make_clients(chance: Random, today: date, now: datetime) -> list[Client]:
    known = Client.objects.bulk_create(
        Client(name=name, email=email, phone=phone)
        for name, email, phone in clients(CLIENTS, chance)
    )
    for client in known:
        known_since(client, now - timedelta(days=chance.randint(150, 900)))
    for one, other in couples()[:CARDS]:
        known[other].same_address_as = known[one]
    for number, note in DESK_NOTES.items():
        known[number].desk_notes = note
    for number in WITHOUT_EMAIL:
        _came_by_telephone(known[number], f"+44 20 7946 0{number:03}")
    for number, (years, guardian) in UNDER_AGE.items():
        _is_under_age(known[number], years, guardian, today)
    return known


def _came_by_telephone(client: Client, phone: str) -> None:
    client.email, client.phone = "", phone
    client.proved_at = client.terms_agreed_at = None


def _is_under_age(client: Client, years: int, guardian: str, today: date) -> None:
    client.date_of_birth = today - timedelta(days=365 * years + 200)
    if guardian:
        client.guardian_name, client.guardian_agreed_by = guardian, DESK
        client.guardian_agreed_at = client.created_at


def _make_logins(therapist: Therapist, runner: Client) -> None:
    names = {Role.THERAPIST: therapist.name, Role.RUNNER: RUNNER}
    password = make_password(DEMO_PASSWORD)  # once, since it is slow by design
    logins = {
        role: _make_login(role, email, password, names.get(role)) for role, email in DEMO_LOGINS
    }
    runner.user = logins[Role.RUNNER]
    therapist.user = logins[Role.THERAPIST]
    therapist.save(update_fields=["user"])


def _make_login(role: Role, email: str, password: str, name: str | None) -> User:
    """A therapist's role lies in the link from the therapist, not in the login."""
    stored = Role.RUNNER if role == Role.THERAPIST else role
    user = User.objects.create(
        email=email, password=password, role=stored, name=name or f"Demo {role}"
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
