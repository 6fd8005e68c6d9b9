"""The clinic that was set up grows to six therapists with three months of visits."""

from datetime import date, time, timedelta

import django

django.setup()

from bookings.models import Appointment, Clinic, Treatment  # noqa: E402 - models need Django set up
from tests.benchmarks import seed  # noqa: E402
from tests.factories import make_client, make_room, make_therapist, make_week  # noqa: E402

people = [make_therapist(f"Therapist {number}") for number in range(2, 7)]
rooms = [make_room(f"Room {number}") for number in range(2, 7)]
for person in people:
    make_week(person, time(8), time(20))
for treatment in Treatment.objects.all():
    treatment.therapists.add(*people)
    treatment.rooms.add(*rooms)
clients = [make_client(f"Client {number}") for number in range(5)]
seed.insert(
    Appointment,
    seed.VISIT,
    seed.VISITS,
    treatment=Treatment.objects.get(minutes=60).pk,
    last=date.today() + timedelta(days=30),  # noqa: DTZ011
    starts=seed.STARTS_A_DAY,
    one_free_in=3,
    therapists=[person.pk for person in people],
    rooms=[room.pk for room in rooms],
    clients=[client.pk for client in clients],
    appointments=2500,
)
Clinic.objects.update(unproved_per_hour=600)  # all strangers of a rehearsal come from one address
