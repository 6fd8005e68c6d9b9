"""Whether a login has been what it is for long enough to speak for a client, or is new."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q

from bookings.models import Change, Client, Therapist, User
from bookings.models.records.history import Operation

SETTLED_AFTER = timedelta(days=14)


def is_settled(user: User, *, since: datetime) -> bool:
    """Neither made, given a role or linked to a therapist after that, whoever did it.

    Nor has anybody else changed its address, password, factors or state. By somebody signed in:
    who runs the machine may do all of it, and a mailed link to a new password is the login's own.
    """
    lately = Change.objects.filter(at__gt=since, user__isnull=False)
    by_another = ~Q(user=user.pk)
    return not lately.filter(_rights_of(user) | _keys_of(user) & by_another).exists()


def is_still_invited(user: User, *, address_before: str = "") -> bool:
    """Whether it waits for a first password; a runner's never does, who signs in by codes."""
    if not (user.is_unused and user.is_active):
        return False
    addresses = filter(None, [user.email, address_before])
    return not user.is_a_runner or not Client.objects.at(*addresses).exists()


def _rights_of(user: User) -> Q:
    row = Q(table=User._meta.db_table, row=user.pk)
    made_or_raised = row & (Q(did=Operation.ADDED) | Q(after__has_key="role"))
    therapists = Q(table=Therapist._meta.db_table)
    theirs = Therapist.objects.filter(user=user).values("pk")
    back_at_work = Q(row__in=theirs, after__has_key="active", did=Operation.CHANGED)
    return made_or_raised | therapists & (Q(after__user_id=user.pk) | back_at_work)


def _keys_of(user: User) -> Q:
    row = Q(table=User._meta.db_table, row=user.pk)
    beside = Q(table__in=[one._meta.db_table for one in (EmailAddress, Authenticator)])
    whose = Q(after__user_id=user.pk) | Q(before__user_id=user.pk)
    return row & Q(after__has_any_keys=["email", "password", "is_active"]) | beside & whose
