"""Somebody leaves: what is booked with them first, then whatever let them in; and comes back.

What they have done and written stays, under their name.
"""

import logging
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.actions import logins
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.people import invitations
from bookings.actions.people.last_day import forget, is_off_after
from bookings.actions.people.parts import Duties, begin_to_treat
from bookings.actions.refusals import Refused
from bookings.actions.rota.impact import HOLDS, asking_first, digest_of
from bookings.models import Appointment, Clinic, SignInKind, Therapist, User

NO_VISITS = digest_of([]) + HOLDS  # holds are let go

logger = logging.getLogger(__name__)


class StillBooked(Refused):
    """`visits`: how many are to come."""

    def __init__(self, visits: int):
        sentence = ngettext(
            "{count} appointment is still to come with them. Settle it first, or choose a last "
            "day after it.",
            "{count} appointments are still to come with them. Settle them first, or choose a "
            "last day after them.",
            visits,
        )
        super().__init__(sentence.format(count=visits))
        self.visits = visits


@changes_the_diary
def leave_after(
    clinic: Clinic, user: User, last_day: date, *, accepted: str = "", by: str, now: datetime
) -> None:
    """Nobody can book with them after that day, and once it is over their login ends.

    Raises VisitsAffected for what is booked after it, unless exactly that has been `accepted`;
    LastOwner, and Refused for a day that is over.
    """
    logins.refuse_if_last_owner(user)
    if last_day < clinic.day_of(now):
        raise Refused(_("Please choose today or a day to come."))
    stored = User.objects.select_for_update().get(pk=user.pk)
    if not stored.is_active:
        raise Refused(_("Their login has ended already."))
    therapist = Therapist.objects.filter(user=stored).first()
    if therapist:
        with asking_first(clinic, accepted=accepted, therapist=therapist, now=now):
            is_off_after(clinic, therapist, last_day)
    User.objects.filter(pk=stored.pk).update(leaves_on=last_day)
    logins.note(SignInKind.LOGIN_CHANGED, now=now, user=stored, how="leaves", by=by)


@changes_the_diary
def stay_after_all(_clinic: Clinic, user: User, *, by: str, now: datetime) -> None:
    """As if they had never wanted to leave."""
    stored = User.objects.select_for_update().get(pk=user.pk)
    if stored.leaves_on is None:
        return
    if therapist := Therapist.objects.filter(user=stored).first():
        forget(therapist)
    User.objects.filter(pk=stored.pk).update(leaves_on=None)
    logins.note(SignInKind.LOGIN_CHANGED, now=now, user=stored, how="stays", by=by)


@changes_the_diary
def leave_now(clinic: Clinic, user: User, *, by: str, by_name: str, now: datetime) -> None:
    """Raises StillBooked while visits are to come, and LastOwner."""
    coming = Appointment.objects.upcoming(now).filter(therapist__user=user).count()
    if coming:
        raise StillBooked(coming)
    therapist = Therapist.objects.active().filter(user=user).first()
    if therapist:
        with asking_first(clinic, accepted=NO_VISITS, therapist=therapist, now=now):
            Therapist.objects.filter(pk=therapist.pk).update(active=False)
    _end(user, by=by, by_name=by_name, now=now)


def leave_when_due(*, now: datetime) -> None:
    """Whose last day is over. Visits that are left stand on the desk's list; nobody gets in."""
    today = Clinic.objects.the().day_of(now)
    for user in User.objects.filter(is_active=True, leaves_on__lt=today):
        try:
            _leave_at_last(user, now=now)
        except logins.LastOwner:
            logger.warning(_("The clinic's last owner was to leave, and stays."))


@changes_the_diary
def _leave_at_last(_clinic: Clinic, user: User, *, now: datetime) -> None:
    Therapist.objects.filter(user=user).update(active=False)
    _end(user, by="program", by_name="", now=now)


def _end(user: User, *, by: str, by_name: str, now: datetime) -> None:
    """Sessions, calendar, devices that are told, links, login, and all that opened it."""
    logins.switch(user, on=False, by=by, by_name=by_name, now=now)
    logins.take_keys_away(User.objects.get(pk=user.pk))
    if therapist := Therapist.objects.filter(user=user).first():
        forget(therapist)
    User.objects.filter(pk=user.pk).update(leaves_on=None, invited_at=None)


@changes_the_diary
def come_back(
    _clinic: Clinic, user: User, duties: Duties, *, by: str, by_name: str, now: datetime
) -> None:
    """With this part, and by an invitation: nothing that opened the login before does so again."""
    stored = User.objects.select_for_update().get(pk=user.pk)
    if stored.is_active:
        raise Refused(_("They work here."))
    stored.role, stored.is_active = duties.role, True
    stored.save(update_fields=["role", "is_active"])
    logins.take_keys_away(stored)
    there = Therapist.objects.filter(user=stored)
    if duties.treats and there.exists():
        there.update(active=True)
    elif duties.treats:
        begin_to_treat(stored)
    logins.tell_of_change(stored, ["on", "role"], by=by, by_name=by_name, now=now)
    invitations.mail(stored, by=by, by_name=by_name, now=now)
