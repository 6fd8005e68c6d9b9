"""Who is offered to runners, and what they look like."""

from collections.abc import Iterable
from datetime import datetime

from bookings.actions import logins
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.pictures import digest_of, portrait
from bookings.actions.rota.impact import asking_first
from bookings.models import Clinic, Portrait, Therapist, User


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


def treats_otherwise(
    users: Iterable[User], *, here: str, by: str, by_name: str, now: datetime
) -> None:
    """Whoever becomes a therapist, or is one no longer, has another role: they sign in anew.

    Of somebody invited the link to a first password holds: nobody has come in by it yet.
    """
    for login in users:
        if not login.is_unused:  # there is only the invitation, mailed to its own address
            logins.end_ways_in(login, but=here)
        logins.tell_of_change(login, ["role"], by=by, by_name=by_name, now=now)


def show(therapist: Therapist, photo: bytes) -> None:
    """Another photo takes the place of the one there is. Raises NoPhoto."""
    picture = portrait(photo)
    facts = {"picture": picture, "digest": digest_of(picture)}
    Portrait.objects.update_or_create(therapist=therapist, defaults=facts)
