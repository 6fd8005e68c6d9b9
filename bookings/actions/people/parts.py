"""What part somebody has in the clinic: what their login may do, and whether they treat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from bookings.actions import logins
from bookings.actions.clients.ways_in import shut
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.people import names
from bookings.actions.people.last_day import is_off_after
from bookings.actions.refusals import Refused, Stale
from bookings.actions.rota import order
from bookings.core.roles import Role
from bookings.models import Client, Clinic, Therapist, Treatment, User
from bookings.queries.office import offers


@dataclass(frozen=True, kw_only=True)
class Duties:
    """`role`: what the login may do besides; the runner's is none."""

    role: Role
    treats: bool
    treatments: Sequence[Treatment] = ()


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A login as it is to be, and as it was `seen`; `treats`: from now on."""

    name: str
    email: str
    role: Role
    treats: bool = False
    seen: str


@changes_the_diary
def begin_to_treat(
    clinic: Clinic,
    user: User,
    treatments: Iterable[Treatment] = (),
    *,
    therapist: Therapist | None = None,
) -> Therapist:
    """In the diary under their own name, or as somebody who is in it without a login.

    Raises Refused where that one has a login by now.
    """
    if therapist is None:
        slug = offers.free_slug(Therapist, user.name)
        made = {"name": user.name, "slug": slug, "initials": names.initials_of(user.name)}
        position = order.after_all(Therapist)
        therapist = Therapist.objects.create(user=user, position=position, **made)
    elif not Therapist.objects.filter(pk=therapist.pk, user=None).update(user=user, active=True):
        raise Refused(_("They have a login by now."))
    else:
        names.as_the_login(user)
    therapist.treatments.add(*treatments)
    if user.leaves_on:  # until then alone
        is_off_after(clinic, therapist, user.leaves_on)
    return therapist


@transaction.atomic
def change(user: User, to: Changed, *, by: str, by_name: str, now: datetime) -> list[str]:
    """Of somebody who works here; returns what is otherwise now, in the words of the mails.

    Who has another address or role signs in anew, and both addresses and every owner are told.
    Another address is invited anew. Raises LastOwner, and Stale where it is not as it was seen.
    """
    if user.role == Role.OWNER:  # all owners are locked in one order, before one of them
        logins.lock_owners()
    stored = User.objects.select_for_update().get(pk=user.pk)
    if stored.as_shown != to.seen:
        raise Stale(_("It has been changed meanwhile. Please look again."))
    if stored.role == Role.OWNER != to.role:
        logins.refuse_if_last_owner(stored)
    before = stored.email
    otherwise = {"address": stored.email != to.email, "role": stored.role != to.role}
    changed = [word for word, is_so in otherwise.items() if is_so]
    stored.name, stored.email, stored.role = to.name, to.email, to.role
    stored.save(update_fields=["name", "email", "role"])
    names.as_the_login(stored)
    if to.treats:
        begin_to_treat(stored)
        changed = list(dict.fromkeys([*changed, "role"]))
    if changed:
        _change_the_lock(stored, before, by=by, now=now)
        logins.tell_of_change(
            stored, changed, address_before=before, by=by, by_name=by_name, now=now
        )
    return changed


def _change_the_lock(user: User, address_before: str, *, by: str, now: datetime) -> None:
    """Nothing that opened it before does so now; nor does it open a record it has as a client."""
    logins.end_ways_in(user)
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    if user.email != address_before:
        logins.take_keys_away(user)
        user.invited_at = now
        user.save(update_fields=["invited_at"])
        for client in Client.objects.filter(user=user):
            shut(client, by=by, now=now)
