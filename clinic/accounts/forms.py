"""The forms by which people sign in, with the clinic's words."""

from typing import Any

from allauth.account.forms import LoginForm, RequestLoginCodeForm, ResetPasswordForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError

from bookings.actions.clients import identity
from bookings.models import User
from clinic.accounts.adapter import is_staff


class PlainWords:
    """Labels instead of placeholders, which go as soon as one types."""

    fields: dict[str, Any]
    address: str

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields[self.address].label = "E-mail"


class PasswordForm(PlainWords, LoginForm):
    address = "login"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class AskForCodeForm(PlainWords, RequestLoginCodeForm):
    """A code for whoever is in the clinic's books."""

    address = "email"
    _user: User | None

    def clean_email(self) -> str:
        """Staff sign in with a password; to them the mail says so instead."""
        address = super().clean_email()
        self._user = self._user or identity.login_for(address)
        if self._user and is_staff(self._user):
            self._user = None
        return address


class AskForPasswordForm(PlainWords, ResetPasswordForm):
    address = "email"


class JsonField(forms.JSONField):
    """Refuses what json raises other errors at than its own: huge numbers, deep brackets."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class PasskeyForm(AuthenticateWebAuthnForm):
    credential = JsonField(widget=forms.HiddenInput)


class LoginPasskeyForm(LoginWebAuthnForm):
    credential = JsonField(widget=forms.HiddenInput)


class ReauthenticatePasskeyForm(ReauthenticateWebAuthnForm):
    credential = JsonField(widget=forms.HiddenInput)


class AddPasskeyForm(AddWebAuthnForm):
    credential = JsonField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = "To tell it from others, such as “My phone”."
        alone = self.fields["passwordless"]
        alone.label = "Sign in with it alone"
        alone.help_text = "Without a password; the device then always makes sure that it is you."
