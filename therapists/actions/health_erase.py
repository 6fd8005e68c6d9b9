"""What becomes of clinical records when their client is erased, and when their time is over."""

from datetime import datetime
from typing import Any

from django.db import connection

from bookings.models import Client
from bookings.models.records.history import MAY_FORGET
from therapists.models import Access, Clearance, Feed, HealthCheck, KeptRecord, Note, NoteVersion
from therapists.models.sealed import Sealed


def has_records(client: Client) -> bool:
    checks, notes = HealthCheck.objects.filter(client=client), _notes(client)
    return checks.exists() or notes.exists() or Clearance.objects.filter(client=client).exists()


def keep(client: Client, *, now: datetime) -> None:
    """Seal whose the records are, before the client's name goes. Doing it again changes nothing."""
    identity = {
        "name": client.name,
        "email": client.email,
        "phone": client.phone,
        "known_since": client.created_at.isoformat(),
    }
    defaults = {"erased_at": now, "content": Sealed.of(identity)}
    KeptRecord.objects.get_or_create(client=client, defaults=defaults)


def forget(client: Client) -> None:
    """Erase the clinical records for good, and who read them; in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(MAY_FORGET)
    NoteVersion.objects.filter(note__appointment__client=client).delete()
    _notes(client).delete()
    for model in (HealthCheck, Clearance, Access, KeptRecord, Feed):
        model.objects.filter(client=client).delete()


def counted(client: Client) -> dict[str, Any]:
    """How many of each there are; their number is no health data."""
    return {
        "health answers": HealthCheck.objects.filter(client=client).count(),
        "notes of visits": _notes(client).count(),
    }


def _notes(client: Client):
    return Note.objects.filter(appointment__client=client)
