"""Visits whose note is not signed yet, of any day that can still be written about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from bookings.core.scheduling.statuses import HAS_BEEN
from bookings.models import Appointment, Clinic, Therapist
from therapists.core.private import Private
from therapists.models import Note, NoteVersion

MOST = 100


@dataclass(frozen=True, repr=False)
class ToWrite(Private):
    """A visit that took place; `has_draft` where something has been written."""

    visit: Appointment
    has_draft: bool


def to_write(therapist: Therapist, clinic: Clinic, *, now: datetime) -> Sequence[ToWrite]:
    """The oldest first, and nothing of what they say: one query.

    Their own visits without a signed note, and what they have begun of a colleague's or amended.
    """
    own = Note.objects.filter(appointment=OuterRef("pk"), author=therapist)
    signed = NoteVersion.objects.filter(note__appointment=OuterRef("pk"), note__author=therapist)
    draft = Exists(own.filter(content__isnull=False))
    visits = Appointment.objects.of_the_living().filter(
        starts_at__lte=now,
        ends_at__gte=now - timedelta(days=clinic.care_days),
    )
    theirs = Q(therapist=therapist, status__in=HAS_BEEN) & ~Q(Exists(signed))
    found = visits.alias(begun=draft).filter(theirs | Q(begun=True)).annotate(has_draft=draft)
    return [ToWrite(one, one.has_draft) for one in found.order_by("starts_at")[:MOST]]
