"""What becomes of logins: sessions end, what happened is noted, and people are told."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac

from bookings.actions.mail import sign_in_mails
from bookings.core.clients.addresses import compared
from bookings.core.roles import Role
from bookings.models import Client, Clinic, SignInEvent, SignInKind, User
from bookings.models.records.sign_ins import LONGEST_DIGEST

OF_USE_FOR = timedelta(days=3)  # a mail that tells of a login, or of an address

logger = logging.getLogger("clinic.sign_ins")


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


def is_a_runners(user: User) -> bool:
    return user.role == Role.RUNNER and not hasattr(user, "therapist")


def tell(user: User, mail: str, /, *, now: datetime, address: str = "", **context: Any) -> None:
    """Mails templates/account/email/<mail>, to the login's address or to one it had."""
    known = Client.objects.filter(user=user).first() if is_a_runners(user) else None
    language = known.language_of_mails if known else settings.LANGUAGE_CODE
    context |= {"clinic": Clinic.objects.first(), "login": user, "now": now}
    context["site_url"] = settings.SITE_URL
    with translation.override(language):
        subject, body = (
            render_to_string(f"account/email/{mail}_{part}.txt", context)
            for part in ("subject", "message")
        )
    sign_in_mails.owe(address or user.email, subject, body, good_for=OF_USE_FOR, now=now)


def tell_owners(about: User, what: str, *, now: datetime, **context: Any) -> None:
    """Every owner, but for whom it is about, who has a mail of their own."""
    for owner in User.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=about.pk):
        tell(owner, "owners_told", now=now, about=about, what=what, **context)


def tell_both(user: User, what: str, *, now: datetime, by: str = "") -> None:
    """Whom it is about, and every owner; `by`: who did it, or "" for whoever runs the machine."""
    tell(user, what, now=now, by=by)
    tell_owners(user, what, now=now, by=by)
