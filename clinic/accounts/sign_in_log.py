"""What happens about signing in, noted as it happens: from allauth's signals, and from our own."""

from typing import Any

from allauth.account.signals import (
    login_code_rejected,
    password_changed,
    password_reset,
    password_set,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from bookings.actions import logins
from bookings.core.clients.addresses import compared
from bookings.core.roles import Role
from bookings.models import SignInKind, User
from bookings.models.records.sign_ins import LONGEST_DIGEST
from bookings.web.actor import who
from bookings.web.visitor import address

LONGEST_AGENT = 400  # letters looked at
# What a browser calls itself by -> what people call it; the first that fits.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def note(
    request: HttpRequest | None,
    kind: SignInKind,
    *,
    user: User | None = None,
    typed: str = "",
    **facts: str,
) -> None:
    """Of whom: `user`, or whoever signs in with the address that was typed.

    What the owner does to somebody's login is the owner's; where they sit is no place of theirs.
    """
    if user is None and typed:
        user = User.objects.filter(email=compared(typed)).first()
    if request is not None and is_of_another(request, user):
        facts |= {"by": who(request)}
    elif request is not None:
        facts |= {"network": network_of(request), "browser": browser_of(request)}
    logins.note(kind, now=timezone.now(), user=user, typed=typed, **facts)


def is_of_another(request: HttpRequest | None, user: User | None) -> bool:
    """Whether it is the owner, at the login of somebody else."""
    if request is None:
        return False
    acts = request.user
    return acts.is_authenticated and acts.role == Role.OWNER and user not in (None, acts)


def network_of(request: HttpRequest) -> str:
    """A digest, the same for all that comes from there."""
    return address(request)[:LONGEST_DIGEST]


def browser_of(request: HttpRequest) -> str:
    """Roughly, as people would say: "Firefox, Linux"; "" for what has no name here."""
    agent = request.headers.get("User-Agent", "")[:LONGEST_AGENT]
    found = [
        next((name for mark, name in names.items() if mark in agent), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, found)) if found[0] else ""


@receiver(login_code_rejected)
def wrong_code(request: HttpRequest, user: User, **_more: Any) -> None:
    note(request, SignInKind.WRONG_CODE, user=user)


@receiver(authentication_failed)
def wrong_factor(
    request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any
) -> None:
    note(request, SignInKind.WRONG_FACTOR, user=user, how=authenticator.type)


@receiver([password_changed, password_set, password_reset])
def new_password(request: HttpRequest, user: User, **_more: Any) -> None:
    note(request, SignInKind.PASSWORD_CHANGED, user=user)
