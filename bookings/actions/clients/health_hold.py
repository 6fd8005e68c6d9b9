"""A client's hold: set by what they answered, lifted only by a person who treats them.

Until then each visit waits for a decision of its own (`Appointment.awaits_decision`).

Why is nobody's business here; the diary knows no more than that there is one.
"""

from datetime import datetime

from bookings.actions.diary_lock import changes_the_diary
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic

HELD, LIFTED, DECIDED = "health_hold", "health_hold_lifted", "health_decided"


@changes_the_diary
def put(_clinic: Clinic, client: Client, *, by: str, now: datetime) -> None:
    """Mails that propose sessions stop; what is booked stays until a person decides.

    What was decided before is asked again: it was about other answers.
    """
    _set(client, True, HELD, by, now)


@changes_the_diary
def lift(_clinic: Clinic, client: Client, *, by: str, now: datetime) -> None:
    _set(client, False, LIFTED, by, now)


@changes_the_diary
def decide(_clinic: Clinic, visit: Appointment, *, by: str, now: datetime) -> None:
    """Somebody who treats the client has decided about this one visit; the hold stays."""
    Appointment.objects.filter(pk=visit.pk).update(decided_on_hold=True)
    visit.decided_on_hold = True
    visit.record(DECIDED, by=by, now=now)


@changes_the_diary
def refuse(_clinic: Clinic, visit: Appointment, *, by: str, now: datetime) -> None:
    """Somebody has decided against this one visit: nobody arrives or is done without another look.

    What they may have decided before for the visit no longer holds.
    """
    Appointment.objects.filter(pk=visit.pk).update(decided_on_hold=False)
    visit.decided_on_hold = False
    visit.record(DECIDED, by=by, now=now)


def _set(client: Client, held: bool, kind: str, by: str, now: datetime) -> None:
    """Told in the history of every visit that is still to come; once, however often it is set."""
    decided = client.appointments.filter(decided_on_hold=True).exclude(status=Status.COMPLETED)
    told = list(decided)
    decided.update(decided_on_hold=False)
    if Client.objects.filter(pk=client.pk).exclude(health_hold=held).update(health_hold=held):
        client.health_hold = held
        told = list(client.appointments.upcoming(now))
    for visit in told:
        visit.record(kind, by=by, now=now)
