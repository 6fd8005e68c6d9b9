"""Whoever is to work here is invited by mail, and chooses a password behind its link.

The link goes to one address, is good for one password and some days, and is over as soon as
anything is changed that its mail has said: the address, the role, or whether they treat.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urljoin

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions import logins
from bookings.actions.people import names
from bookings.actions.people.parts import Duties, begin_to_treat
from bookings.actions.refusals import Refused
from bookings.actions.rota.therapists import offer_no_longer
from bookings.core.clients.addresses import compared
from bookings.models import Appointment, SignInKind, Therapist, User

GOOD_FOR = timedelta(days=7)
_LINKS = TimestampSigner(salt="staff.invitation")


class NotInvited(Refused):
    sentence = gettext_lazy("This invitation has had its time.")


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Who is invited; `therapist`: who treats here already, without a login so far."""

    name: str
    email: str
    duties: Duties
    therapist: Therapist | None = None


def invite(who: Newcomer, *, by: str, by_name: str, now: datetime) -> User:
    """Make the login, let them into the diary if they treat, and mail the link.

    Raises Refused where somebody has the address, or the diary, already.
    """
    try:
        with transaction.atomic():
            return _invite(who, by=by, by_name=by_name, now=now)
    except IntegrityError as error:
        raise Refused(_("Somebody was invited with this address at this very moment.")) from error


def _invite(who: Newcomer, *, by: str, by_name: str, now: datetime) -> User:
    user = User(email=compared(who.email), name=who.name, role=who.duties.role)
    user.set_unusable_password()
    user.save()
    if who.duties.treats:
        begin_to_treat(user, who.duties.treatments, therapist=who.therapist)
    mail(user, by=by, by_name=by_name, now=now)
    if who.therapist:
        logins.tell_of_change(user, ["role"], by=by, by_name=by_name, now=now)
    else:
        logins.tell_owners(user, "login_made", by=by_name, now=now)
    return user


def mail(user: User, *, by: str, by_name: str, now: datetime) -> None:
    """The invitation, once more as well: the link that was mailed before is over."""
    logins.end_ways_in(user)
    user.invited_at = now
    user.save(update_fields=["invited_at"])
    logins.tell(user, "invitation", now=now, by=by_name, url=link_of(user), ends=now + GOOD_FOR)
    logins.note(SignInKind.INVITED, now=now, user=user, by=by)


@transaction.atomic
def mail_again(user: User, *, by: str, by_name: str, now: datetime) -> None:
    """Raises NotInvited for somebody who has a password, or is not to have one."""
    mail(_still_invited(user), by=by, by_name=by_name, now=now)


@transaction.atomic
def withdraw(user: User, *, now: datetime) -> None:
    """As if it had not been: the link is over, and a login nobody has used is gone.

    Of somebody who has worked here before everything stays, switched off. Raises NotInvited, and
    VisitsAffected where visits stand with them already.
    """
    user = _still_invited(user)
    if therapist := Therapist.objects.filter(user=user).first():
        offer_no_longer(therapist, now=now)
        if not Appointment.objects.filter(therapist=therapist).exists():
            therapist.delete()
    logins.end_ways_in(user)
    if user.last_login is None:
        user.delete()
    else:
        User.objects.filter(pk=user.pk).update(is_active=False, invited_at=None)


def link_of(user: User) -> str:
    told = {"login": user.pk, "edition": user.keys_edition, "state": _state(user)}
    path = reverse("invitation", args=[_LINKS.sign_object(told)])
    return urljoin(settings.SITE_URL, path)


def read(token: str, *, lock: bool = False) -> User:
    """Who is invited by a link. Raises NotInvited for one that opens nothing, or no longer."""
    try:
        told = _LINKS.unsign_object(token, max_age=GOOD_FOR)
    except BadSignature as error:
        raise NotInvited from error
    found = User.objects.select_for_update() if lock else User.objects.all()
    user = found.filter(pk=told["login"], keys_edition=told["edition"]).first()
    if user is None or not user.is_invited or _state(user) != told["state"]:
        raise NotInvited
    return user


@transaction.atomic
def accept(token: str, *, name: str, password: str, now: datetime) -> User:
    """Give them the password they have chosen, once. Raises NotInvited.

    Whoever is behind the link has the mailbox.
    """
    user = read(token, lock=True)
    user.name = name
    user.set_password(password)
    user.invited_at = None
    user.save(update_fields=["name", "password", "invited_at"])
    names.as_the_login(user)
    logins.end_ways_in(user)
    proved = {"verified": True, "primary": True}
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults=proved)
    logins.note(SignInKind.PASSWORD_CHANGED, now=now, user=user)
    return user


def _still_invited(user: User) -> User:
    stored = User.objects.select_for_update().filter(pk=user.pk).first()
    if stored is None or not stored.is_invited:
        raise NotInvited(_("They have no invitation that is open."))
    return stored


def _state(user: User) -> str:
    """Of what the mail has said; the password is none, and another none after a reset."""
    said = f"{user.password}\n{user.email}\n{user.role}"
    return sha256(said.encode()).hexdigest()[:20]
