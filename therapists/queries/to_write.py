"""Visits whose note is not signed yet, of any day that can still be written about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from bookings.core.scheduling.statuses import HAS_BEEN
from bookings.models import Appointment, Clinic, Therapist
from bookings.models.scheduling.appointments import LONGEST
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
    since = now - timedelta(days=clinic.care_days)
    signed = NoteVersion.objects.filter(note__appointment=OuterRef("pk"), note__author=therapist)
    begun = Note.objects.filter(author=therapist, content__isnull=False)
    lately = {"starts_at__gt": since - LONGEST, "starts_at__lte": now, "ends_at__gte": since}
    # Each by its own index, and then both: "or" in one condition would read every client's visits.
    theirs = Appointment.objects.filter(
        ~Exists(signed), therapist=therapist, status__in=HAS_BEEN, **lately
    )
    either = theirs.order_by().values("pk").union(begun.order_by().values("appointment"))
    found = Appointment.objects.of_the_living().filter(pk__in=either, **lately)
    found = found.annotate(has_draft=Exists(begun.filter(appointment=OuterRef("pk"))))
    return [ToWrite(one, one.has_draft) for one in found.order_by("starts_at")[:MOST]]
