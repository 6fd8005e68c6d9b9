"""The second factor: who must have one, and what a session knows of it.

allauth tells of these things by Django's signals; this listens to two, because the factor that
somebody has just set up and tried counts for the session they are in, and because that session
then goes on by another name, so that one that was stolen before is worth nothing.
"""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest

from clinic.accounts.adapter import is_staff


class FactorAdapter(DefaultMFAAdapter):
    """Secrets lie sealed in the database, and staff keep at least one factor."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This is not the code. Codes change every half minute; try the next.",
        "cannot_delete_authenticator": "Add another one first: you need one to sign in.",
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

    def generate_authenticator_name(self, user, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "My passkey" if number == 1 else f"My passkey {number}"


def was_given(request: HttpRequest) -> bool:
    """Whether this session has shown a second factor, or a passkey, which is two in one."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def signed_in_at(request: HttpRequest) -> float | None:
    """Seconds since the epoch; None for a session that no sign-in page has made."""
    records = get_authentication_records(request, request.user)
    return records[0]["at"] if records else None


@receiver(authenticator_added)
def note(request: HttpRequest, user: Any, authenticator: Authenticator, **_more: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        tried = {"id": authenticator.pk, "type": authenticator.type, "reauthenticated": True}
        record_authentication(request, user, "mfa", **tried)


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
