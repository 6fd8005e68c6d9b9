"""What becomes of logins: sessions end, what happened is noted, and people are told."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.mail import sign_in_mails
from bookings.actions.refusals import Refused
from bookings.core.clients.addresses import compared
from bookings.core.roles import Role
from bookings.models import Client, Clinic, SignInEvent, SignInKind, Therapist, User
from bookings.models.records.sign_ins import LONGEST_DIGEST

OF_USE_FOR = timedelta(days=3)  # a mail that tells of a login, or of an address

logger = logging.getLogger("clinic.sign_ins")


class LastOwner(Refused):
    sentence = gettext_lazy("The clinic needs at least one active owner.")


def note(
    kind: SignInKind,
    *,
    now: datetime,
    user: User | None = None,
    typed: str = "",
    **facts: str,
) -> None:
    """One row for the owner and one line in the log; of what was typed, a digest alone.

    `facts`: network (a digest), how, browser, by; as `SignInEvent` has them.
    """
    login = digest_of(user.email if user else typed)
    SignInEvent.objects.create(at=now, kind=kind, user=user, login="" if user else login, **facts)
    told = {"event": str(kind), "login": login, "network": "", **facts}
    level = logging.WARNING if kind == SignInKind.LOCKED_OUT else logging.INFO
    words = ", ".join(f"{name} {value}" for name, value in told.items() if value)
    logger.log(level, "Signing in: %s", words, extra={"sign_in": told})


def digest_of(address: str) -> str:
    """The same for one address however it is typed; tells nobody which it is."""
    keyed = salted_hmac("bookings.actions.logins", compared(address), algorithm="sha256")
    return keyed.hexdigest()[:LONGEST_DIGEST]


def end_sessions(user: User, *, but: str = "") -> int:
    """Those that were only begun too; `but` is the key of one that stays. Returns how many."""
    return user.sessions.exclude(pk=but).delete()[0]


def end_ways_in(user: User, *, but: str = "") -> None:
    """Sessions, and what was mailed or subscribed to before: links, codes, calendar addresses."""
    User.objects.filter(pk=user.pk).update(keys_edition=F("keys_edition") + 1)
    user.refresh_from_db(fields=["keys_edition"])
    end_sessions(user, but=but)


def take_keys_away(user: User) -> None:
    """Password, passkeys and other factors: nothing of what somebody has opens the login."""
    user.take_password_away()
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()


def lock_owners() -> list[User]:
    """Those who are active, until the transaction ends."""
    active = User.objects.select_for_update().filter(role=Role.OWNER, is_active=True)
    return list(active.order_by("pk"))


def refuse_if_last_owner(user: User) -> None:
    """In a transaction, under a lock, so that two owners cannot shut each other out at once.

    Raises LastOwner when nobody else could look after the logins: who has not accepted an
    invitation could not.
    """
    owners = {owner.pk for owner in lock_owners() if owner.is_in_charge}
    if owners == {user.pk}:
        raise LastOwner


@transaction.atomic
def switch(user: User, *, on: bool, by: str, by_name: str, now: datetime) -> None:
    """Whether anybody can sign in with it. `by` is as events name who does it.

    Nothing that opened it before does so afterwards. Raises LastOwner, Refused when it is so
    already.
    """
    if not on:
        refuse_if_last_owner(user)
    if not User.objects.filter(pk=user.pk, is_active=not on).update(is_active=on):
        raise Refused(_("It is switched on already.") if on else _("It is switched off already."))
    user.is_active = on
    end_ways_in(user)
    tell_of_change(user, ["on" if on else "off"], by=by, by_name=by_name, now=now)


def must_have_a_factor(user: User) -> bool:
    """Whether they are asked to set one up when they sign in without."""
    return settings.STAFF_NEED_A_SECOND_FACTOR and not user.is_a_runner


def tell(
    user: User,
    mail: str,
    /,
    *,
    now: datetime,
    address: str = "",
    is_a_test: bool = False,
    **context: Any,
) -> None:
    """Mails templates/account/email/<mail>, to the login's address or to one it had."""
    known = Client.objects.filter(user=user).first() if user.is_a_runner else None
    language = known.language_of_mails if known else settings.LANGUAGE_CODE
    context |= {"clinic": Clinic.objects.first(), "login": user, "now": now}
    context |= {"site_url": settings.SITE_URL, "needs_a_factor": must_have_a_factor(user)}
    with translation.override(language):
        subject, body = (
            render_to_string(f"account/email/{mail}_{part}.txt", context)
            for part in ("subject", "message")
        )
    sign_in_mails.owe(
        address or user.email, subject, body, good_for=OF_USE_FOR, is_a_test=is_a_test, now=now
    )


def tell_owners(about: User, what: str, *, now: datetime, **context: Any) -> None:
    """Every owner, but for whom it is about, who has a mail of their own."""
    owners = User.objects.filter(role=Role.OWNER)
    _tell_others(owners, about, what, now=now, **context)


def _tell_others(others: QuerySet[User], about: User, what: str, **context: Any) -> None:
    for other in others.filter(is_active=True).exclude(pk=about.pk):
        tell(other, "owners_told", about=about, what=what, **context)


def tell_of_change(
    user: User,
    changed: Collection[str],
    *,
    address_before: str = "",
    by: str,
    by_name: str,
    now: datetime,
) -> None:
    """`changed`: of "address", "role", "on", "off"; told at both addresses, and to every owner.

    Whoever treats hears of a login that is linked to one of them: what health data it reads is
    theirs too, and no owner gives it to somebody in silence.
    """
    note(SignInKind.LOGIN_CHANGED, now=now, user=user, how=", ".join(changed), by=by)
    treats_as = Therapist.objects.filter(user=user).first()
    facts: dict[str, Any] = {"by": by_name, "changed": changed, "treats_as": treats_as}
    for address in {address_before or user.email, user.email}:
        tell(user, "login_changed", now=now, address=address, **facts)
    tell_owners(user, "login_changed", now=now, **facts)
    if treats_as and "role" in changed:
        colleagues = User.objects.filter(therapist__active=True).exclude(role=Role.OWNER)
        _tell_others(colleagues, user, "login_changed", now=now, **facts)


def tell_both(user: User, what: str, *, now: datetime, by: str = "", **context: Any) -> None:
    """Whom it is about, and every owner; `by`: who did it, or "" for whoever runs the machine."""
    tell(user, what, now=now, by=by, **context)
    tell_owners(user, what, now=now, by=by, **context)
