"""Clinical records outlive the name of their client: they are sealed away with it."""

from datetime import datetime

from django.db.models import QuerySet

from bookings.models import Client
from therapists.models import Clearance, HealthCheck, KeptRecord, Note
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


def _notes(client: Client) -> QuerySet[Note]:
    return Note.objects.filter(appointment__client=client)
