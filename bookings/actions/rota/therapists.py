"""Who is offered to runners."""

from datetime import datetime

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.rota.impact import asking_first
from bookings.models import Clinic, Therapist


@changes_the_diary
def offer_no_longer(
    clinic: Clinic, therapist: Therapist, *, accepted: str = "", now: datetime
) -> None:
    """Nobody can book with them from now on; what they had done stays in the diary.

    Raises VisitsAffected while visits stand that its digest (`accepted`) does not know.
    """
    with asking_first(clinic, accepted=accepted, therapist=therapist, now=now):
        Therapist.objects.filter(pk=therapist.pk).update(active=False)


@changes_the_diary
def offer_again(clinic: Clinic, therapist: Therapist) -> None:
    """Runners can book with them, in the hours that stand in their week; nothing else changes."""
    Therapist.objects.filter(pk=therapist.pk).update(active=True)
