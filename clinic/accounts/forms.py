"""The forms by which people sign in, with the clinic's words."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import LoginForm, RequestLoginCodeForm, ResetPasswordForm
from allauth.account.forms import ReauthenticateForm as ReauthenticateByPasswordForm
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookings.actions.clients import identity
from bookings.models import SignInKind, User
from clinic.accounts import attempts, sign_in_log
from clinic.accounts.adapter import is_staff
from therapists.pages.health import handed_over

# allauth remembers for one period that a code was used, and takes it before and after its own.
CODE_LIVES = timedelta(seconds=app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 2))


class PlainWords:
    """Labels instead of placeholders, which go as soon as one types."""

    fields: dict[str, Any]
    address: str

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields[self.address].label = "Email"


class PasswordForm(PlainWords, LoginForm):
    address = "login"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class PasswordAgainForm(ReauthenticateByPasswordForm):
    """At the lock of a browser that was handed over, no page of a forgotten password is open."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if handed_over.is_handed_over(context.request):
            self.fields["password"].help_text = ""


class AskForCodeForm(PlainWords, RequestLoginCodeForm):
    """A code for whoever is in the clinic's books."""

    address = "email"
    _user: User | None

    def clean_email(self) -> str:
        """Staff sign in with a password; to them the mail says so instead."""
        refuse_too_many_mails(self.cleaned_data["email"])
        address = super().clean_email()
        self._user = identity.login_for(address) or self._user
        if self._user and is_staff(self._user):
            self._user = None
        count_mail(attempts.CODE, address, is_known=self._user is not None)
        return address


class AskForPasswordForm(PlainWords, ResetPasswordForm):
    address = "email"
    users: list[User]

    def clean_email(self) -> str:
        refuse_too_many_mails(self.cleaned_data["email"])
        address = super().clean_email()
        self.users = [
            user for user in self.users if not user.is_invited
        ]  # who has a link, for days
        count_mail(attempts.LINK, address, is_known=bool(self.users))
        return address


def refuse_too_many_mails(address: str) -> None:
    if not attempts.MAILS.allow(context.request, address.lower()):
        context.request.asked_too_often = True
        raise get_account_adapter().validation_error("too_many_mails")


def count_mail(what: str, address: str, *, is_known: bool) -> None:
    """For the adapter, which mails it or not; the answer is the same."""
    mailed = attempts.one_more_mail(context.request, what, address, is_known=is_known)
    context.request.sign_in_mail = mailed


class CodeForm:
    """A code of an app or a recovery code: guessed seldom, and good once."""

    user: User

    def clean_code(self) -> str:
        adapter = get_account_adapter()
        tries = attempts.factors(context.request)
        if not tries.allow(context.request, self.user.email):
            raise adapter.validation_error(attempts.too_many(context.request))
        code = super().clean_code()  # type: ignore[misc]
        if not attempts.use_once(self.user, normalize_user_code(code), lives=CODE_LIVES):
            sign_in_log.note(context.request, SignInKind.WRONG_FACTOR, user=self.user)
            raise get_adapter().validation_error("incorrect_code")
        tries.take_back(context.request, self.user.email)
        return code


class FactorForm(CodeForm, AuthenticateForm):
    pass


class FactorAgainForm(CodeForm, ReauthenticateForm):
    pass


class JsonField(forms.JSONField):
    """Refuses what json raises other errors at than its own: huge numbers, deep brackets."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class NotesFailures:
    user: User | None

    def clean_credential(self):
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            how = Authenticator.Type.WEBAUTHN
            sign_in_log.note(context.request, SignInKind.WRONG_FACTOR, user=self.user, how=how)
            raise


class PasskeyForm(NotesFailures, AuthenticateWebAuthnForm):
    credential = JsonField(widget=forms.HiddenInput)


class LoginPasskeyForm(NotesFailures, LoginWebAuthnForm):
    credential = JsonField(widget=forms.HiddenInput)


class ReauthenticatePasskeyForm(NotesFailures, ReauthenticateWebAuthnForm):
    credential = JsonField(widget=forms.HiddenInput)


class AddPasskeyForm(AddWebAuthnForm):
    credential = JsonField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = _("To tell it from others, such as “My phone”.")
        alone = self.fields["passwordless"]
        alone.label = "Sign in with it alone"
        alone.help_text = _("Without a password; the device then always makes sure that it is you.")
