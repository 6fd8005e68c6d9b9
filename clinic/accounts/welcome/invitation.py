"""Behind the link of an invitation: a name, a password, and in."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.people import invitations, names
from bookings.actions.people.invitations import NotInvited
from bookings.models import User
from bookings.web.forms import NameField, has_a_letter, plain
from bookings.web.responses import page_methods, private
from clinic.accounts.welcome.first_sign_in import sign_in


class NewPassword(forms.Form):
    """Typed twice; `whose` must not be in it."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least twelve characters; a few words are easier to remember."),
    )
    again = forms.CharField(
        label=gettext_lazy("The same once more"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def whose(self) -> User:
        return User(
            name=self.cleaned_data.get("name", ""), email=self.cleaned_data.get("email", "")
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        password = cleaned.get("password")
        if password and cleaned.get("again") and password != cleaned["again"]:
            self.add_error("again", _("The two passwords are not the same."))
        if password:
            try:
                validate_password(password, self.whose())
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class AcceptForm(NewPassword):
    name = NameField(
        label=gettext_lazy("Your name"),
        longest=120,
        validators=[has_a_letter],
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    field_order = ("name", "password", "again")
    helper = plain("name", "password", "again")

    def __init__(self, *args: Any, user: User, **options: Any):
        super().__init__(*args, **options)
        self.user = user

    def clean_name(self) -> str:
        """Who treats has the same name in the diary."""
        name = self.cleaned_data["name"]
        if hasattr(self.user, "therapist") and names.is_taken(name, but=self.user):
            raise ValidationError(names.TREATS_ALREADY)
        return name

    def whose(self) -> User:
        return self.user


@page_methods
@private
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it does nothing: mail scanners open links."""
    try:
        return _answer(request, token)
    except NotInvited:
        return render(request, "account/welcome/invitation_over.html", status=410)


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    user = invitations.read(token)
    data = request.POST if request.method == "POST" else None
    form = AcceptForm(data, user=user, initial={"name": user.name})
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        name, password = typed["name"], typed["password"]
        user = invitations.accept(token, name=name, password=password, now=timezone.now())
        return sign_in(request, user, password)
    context = {"form": form, "invited": user}
    status = 422 if form.errors else 200
    return render(request, "account/welcome/invitation.html", context, status=status)
