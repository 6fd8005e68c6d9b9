"""Rooms lent out for a time, and taken back."""

from datetime import datetime

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.rota.asking import asking_with_places
from bookings.core.intervals import Interval
from bookings.models import Clinic, Room, RoomLoan


@changes_the_diary
def lend(
    clinic: Clinic,
    room: Room,
    during: Interval,
    *,
    reason: str = "",
    accepted: str = "",
    now: datetime,
) -> None:
    """Raises VisitsAffected; what is lent out already in just that time stays as it is."""
    with asking_with_places(clinic, accepted=accepted, during=during, now=now):
        RoomLoan.objects.get_or_create(
            room=room,
            starts_at=during.start,
            ends_at=during.end,
            defaults={"reason": reason},
        )


@changes_the_diary
def take_back(_clinic: Clinic, loan: RoomLoan) -> None:
    """The room can be booked again then; twice is once."""
    RoomLoan.objects.filter(pk=loan.pk).delete()
