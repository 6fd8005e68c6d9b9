"""The second factor: who must have one, and what a session knows of it.

allauth tells of these things by Django's signals; this listens to two, because the factor that
somebody has just set up and tried counts for the session they are in, and because that session
then goes on by another name, so that one that was stolen before is worth nothing. The rows' own
signals tell of any factor that comes or goes, whoever did it: all other sessions end.
"""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from bookings.actions import logins
from bookings.models import SignInKind
from clinic.accounts import sign_in_log
from clinic.accounts.adapter import is_staff


class FactorAdapter(DefaultMFAAdapter):
    """Secrets lie sealed in the database, and staff keep at least one factor."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "This is not the code. Codes change every half minute; try the next."
        ),
        "cannot_delete_authenticator": gettext_lazy(
            "Add another one first: you need one to sign in."
        ),
    }

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _seal().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        user = authenticator.user
        others = Authenticator.objects.filter(user=user).exclude(pk=authenticator.pk)
        has_another = others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return has_another or not is_staff(user)

    def _get_site_name(self) -> str:
        return "Taper"

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "My passkey" if number == 1 else f"My passkey {number}"


def was_given(request: HttpRequest) -> bool:
    """Whether this session has shown a second factor, or a passkey, which is two in one."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


@receiver(authenticator_added)
def note(request: HttpRequest, user: Any, authenticator: Authenticator, **_more: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        tried = {"id": authenticator.pk, "type": authenticator.type, "reauthenticated": True}
        record_authentication(request, user, "mfa", **tried)


@receiver(post_save, sender=Authenticator)
def has_come(instance: Authenticator, created: bool, **_more: Any) -> None:
    if created:
        _changed(instance, SignInKind.FACTOR_ADDED)


@receiver(post_delete, sender=Authenticator)
def has_gone(instance: Authenticator, origin: Any, **_more: Any) -> None:
    """By itself, and not with its login."""
    if getattr(origin, "model", type(origin)) is Authenticator:
        _changed(instance, SignInKind.FACTOR_REMOVED)


def _changed(factor: Authenticator, kind: SignInKind) -> None:
    """The session stays in which they have done it themselves."""
    request = context.request
    is_theirs = request is not None and request.user.pk == factor.user_id
    logins.end_sessions(factor.user, but=request.session.session_key if is_theirs else "")
    sign_in_log.note(request, kind, user=factor.user, how=factor.type)


@receiver(authentication_step_completed)
def rename_session(request: HttpRequest, **how: Any) -> None:
    """Signing in does so by itself; showing a password or a factor again does not."""
    if how.get("reauthenticated"):
        request.session.cycle_key()


def resealed(token: str) -> str:
    """The same under the first key; its plain text is never written anywhere."""
    return _seal().rotate(token.encode()).decode()


def _seal() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FACTOR_KEYS])
