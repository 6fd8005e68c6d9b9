"""The forms by which people sign in, with the clinic's words."""

from typing import Any

from allauth.account.forms import LoginForm, RequestLoginCodeForm, ResetPasswordForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm

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
        self._user = identity.login_for(address) or self._user
        if self._user and is_staff(self._user):
            self._user = None
        return address


class AskForPasswordForm(PlainWords, ResetPasswordForm):
    address = "email"


class AddPasskeyForm(AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = "To tell it from others, such as “My phone”."
        alone = self.fields["passwordless"]
        alone.label = "Sign in with it alone"
        alone.help_text = "Without a password; the device then always makes sure that it is you."
