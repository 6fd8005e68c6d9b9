"""Who may see whose health data: those who treat the client, and nobody because of a title."""

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Therapist, User

TREATS = (Status.BOOKED, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW)


def therapist_of(user: User) -> Therapist | None:
    """Who a login treats as; None for everybody else."""
    return Therapist.objects.active().filter(user=user).first()


def treats(therapist: Therapist, client: Client) -> bool:
    """Whether they have, or have had, a visit of this client in their own diary.

    Whoever covers for a colleague gets the visit in theirs, when the desk moves it there.
    """
    visits = Appointment.objects.filter(therapist=therapist, client=client)
    return visits.filter(status__in=TREATS).exists()
