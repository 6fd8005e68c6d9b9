"""Rows to look at in the admin."""

from datetime import timedelta

from bookings.models import (
    Appointment,
    Mail,
)
from tests import factories
from tests.factories import NOW
from tests.reading import present


def make_visit(number: int) -> Appointment:
    kim = factories.make_therapist()
    return factories.make_appointment(
        starts_at=NOW + timedelta(days=number),
        treatment=factories.make_treatment(therapists=[kim]),
        therapist=kim,
        room=factories.make_room(),
    )


def make_mail(number: int) -> Mail:
    visit = make_visit(number)
    return Mail.objects.create(
        key=f"confirmed:{visit.public_id}:0",
        kind="confirmed",
        client=present(visit.client),
        appointment=visit,
        created_at=NOW + timedelta(days=number),
        due_at=NOW,
        not_after=visit.starts_at,
    )
