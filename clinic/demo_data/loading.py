"""Puts the demo's clinic into an empty database."""

from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction

from bookings.core.roles import Role
from bookings.models import (
    THE_CLINIC,
    Appointment,
    AppointmentEvent,
    Client,
    Clinic,
    Therapist,
    User,
)
from clinic.demo_data import place
from clinic.demo_data.people import DEMO_LOGINS, DEMO_PASSWORD, THERAPISTS, clients
from clinic.demo_data.visits import Filling, events_of

SEED = 42195
PAST_DAYS, FUTURE_DAYS, CLIENTS = 92, 42, 150


def is_loaded() -> bool:
    return Clinic.objects.filter(pk=THE_CLINIC).exists()


@transaction.atomic
def load(*, today: date, now: datetime) -> None:
    """The same clinic every time for the same `today` and `now`."""
    chance = Random(SEED)  # noqa: S311 - the same every time is the point
    clinic = Clinic.objects.create(pk=THE_CLINIC, **place.CLINIC)
    place.make_rooms()
    therapists = _make_therapists()
    treatments = place.make_treatments(therapists)
    place.make_rota(therapists)
    first, last = today - timedelta(days=PAST_DAYS), today + timedelta(days=FUTURE_DAYS)
    place.make_absences(
        therapists, first, today + timedelta(days=clinic.horizon_days), today, clinic.tz
    )
    known = _make_clients(chance, now)
    _make_logins(therapists["IC"], known[0])
    visits = []
    for offset in range((last - first).days):
        day = Filling(clinic, first + timedelta(days=offset), now, chance)
        visits += day.fill(treatments, known)
    Appointment.objects.bulk_create(visits)
    AppointmentEvent.objects.bulk_create([event for visit in visits for event in events_of(visit)])


def _make_therapists() -> dict[str, Therapist]:
    return {
        initials: Therapist.objects.create(
            name=name, slug=name.lower().replace(" ", "-"), initials=initials, bio=bio
        )
        for name, initials, bio in THERAPISTS
    }


def _make_clients(chance: Random, now: datetime) -> list[Client]:
    known = Client.objects.bulk_create(
        Client(
            name=name,
            email=email,
            phone=phone,
            proved_at=now - timedelta(days=200),
            terms_agreed_at=now - timedelta(days=200),
        )
        for name, email, phone in clients(CLIENTS, chance)
    )
    for one, other in ((known[-1], known[0]), (known[-2], known[1])):
        one.same_address_as = other
        one.save(update_fields=["same_address_as"])
    return known


def _make_logins(therapist: Therapist, runner: Client) -> None:
    for role, email in DEMO_LOGINS:
        stored = Role.RUNNER if role == Role.THERAPIST else role
        user = User.objects.create_user(email, DEMO_PASSWORD, role=stored, name=role.label)
        if role == Role.THERAPIST:
            Therapist.objects.filter(pk=therapist.pk).update(user=user)
        if role == Role.RUNNER:
            Client.objects.filter(pk=runner.pk).update(user=user)
