"""A client's hold: set by what they answered, lifted only by a person who treats them.

Why is nobody's business here; the diary knows no more than that there is one.
"""

from datetime import datetime

from bookings.actions.diary_lock import changes_the_diary
from bookings.models import Client, Clinic

HELD, LIFTED = "health_hold", "health_hold_lifted"


@changes_the_diary
def put(_clinic: Clinic, client: Client, *, by: str, now: datetime) -> None:
    """Mails that propose sessions stop; what is booked stays until a person decides."""
    _set(client, True, HELD, by, now)


@changes_the_diary
def lift(_clinic: Clinic, client: Client, *, by: str, now: datetime) -> None:
    _set(client, False, LIFTED, by, now)


def _set(client: Client, held: bool, kind: str, by: str, now: datetime) -> None:
    """Told in the history of every visit that is still to come; once, however often it is set."""
    if not Client.objects.filter(pk=client.pk).exclude(health_hold=held).update(health_hold=held):
        return
    client.health_hold = held
    for visit in client.appointments.upcoming(now):
        visit.record(kind, by=by, now=now)
