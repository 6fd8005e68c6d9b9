"""The desk's day as its diary polls it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from resource import RUSAGE_SELF, getrusage

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from bookings.core.roles import Role
from bookings.models import (
    Appointment,
    AppointmentEvent,
    Client,
    Race,
    Room,
    Therapist,
    Treatment,
    User,
)
from tests.benchmarks import load, seed
from tests.benchmarks.sizes import size
from tests.factories import make_user

CALLED, FULL_DAYS = size(50, toy=3), size(365, toy=10)
THERAPISTS, OF_THE_DAY = size(20, toy=3), size(250, toy=30)
STORED = size(200_000, toy=300)
A_VISIT, EACH_DAY = timedelta(minutes=45), 13


def make_full_day(today: date) -> date:
    """A day beyond all others, on which every other client is training for a race."""
    seed.make_busy_clinic(
        therapists=THERAPISTS, appointments=STORED - OF_THE_DAY, last_day=today + timedelta(days=60)
    )
    day = today + timedelta(days=61)
    eight = datetime.combine(day, time(8), UTC)
    clients = Client.objects.bulk_create(
        Client(name=f"Runner {n}", email=f"r{n}@example.com") for n in range(OF_THE_DAY)
    )
    Race.objects.bulk_create(
        Race(client=one, race_date=day + timedelta(days=20), distance="marathon")
        for one in clients[::2]
    )
    places = zip(Therapist.objects.all(), Room.objects.all(), strict=True)
    starts = [
        (therapist, room, eight + n * timedelta(minutes=55))
        for therapist, room in places
        for n in range(EACH_DAY)
    ]
    treatment = Treatment.objects.get()
    visits = Appointment.objects.bulk_create(
        Appointment(
            client=client,
            therapist=therapist,
            room=room,
            treatment=treatment,
            starts_at=start,
            ends_at=start + A_VISIT,
            blocked_until=start + A_VISIT,
            status="booked",
            price=60,
            created_at=eight,
        )
        for client, (therapist, room, start) in zip(clients, starts, strict=False)
    )
    AppointmentEvent.objects.bulk_create(
        AppointmentEvent(appointment=visit, kind="booked", at=eight, by="runner")
        for visit in visits
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return day


def make_full_clinic(today: date) -> str:
    """Full for a year; the page of a call that asks for a time next Thursday."""
    treatment = seed.make_busy_clinic(
        therapists=CALLED,
        appointments=CALLED * seed.STARTS_A_DAY * FULL_DAYS,
        last_day=today + timedelta(days=FULL_DAYS - 2),
        one_free_in=1_000_003,
    )
    return f"/diary/new/?who=client&treatment={treatment.pk}&when=thu+17:45"


def signed_in(port: int, user: User | None = None) -> load.Visitor:
    """As the desk, unless somebody else is given."""
    browser = Browser()
    browser.force_login(user or make_user(role=Role.DESK))
    return load.Visitor(port, cookies={"sessionid": browser.cookies["sessionid"].value})


def worked_for(path: str, times: int, headers: Mapping[str, str]) -> list[float]:
    """Milliseconds of user time that each answer takes the server, whoever else is busy."""
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(make_user(role=Role.DESK))
    worked = []
    for _ in range(times + 1):
        began = getrusage(RUSAGE_SELF).ru_utime
        assert browser.get(path, headers=headers).status_code == 200
        worked.append((getrusage(RUSAGE_SELF).ru_utime - began) * 1000)
    return worked[1:]  # the first reads the templates


def queries_of(path: str) -> int:
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(make_user(role=Role.DESK))
    with CaptureQueriesContext(connection) as data:
        day = browser.get(path).json()
    assert len(day["visits"]) == OF_THE_DAY, len(day["visits"])
    return len(data)
