"""Logins, the owner's alone."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangosUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from bookings.actions.clients.ways_in import shut
from bookings.admin.base import Bounded, NamelessLog
from bookings.core.roles import Role
from bookings.models import Client, User
from bookings.web.actor import who

# Rights come from the role alone, and a login's address stands on the login's own page.
admin.site.unregister([Group, EmailAddress, Authenticator])


@admin.register(Authenticator)
class SecondFactorAdmin(Bounded, AuthenticatorAdmin):
    """As the package made it."""


def is_owner(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.role == Role.OWNER


class LowerCaseEmail:
    """Logins keep their address in lower case; typed in any."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class NewUserForm(LowerCaseEmail, BaseUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name", "role"]


class UserForm(LowerCaseEmail, UserChangeForm):
    class Meta:
        model = User
        fields = ["email", "name", "role", "is_active"]

    def clean(self) -> dict:
        super().clean()
        cleaned = self.cleaned_data
        stays = cleaned.get("is_active") and cleaned.get("role") == Role.OWNER
        others = User.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=self.instance.pk)
        if self.instance.role == Role.OWNER and not stays and not others.exists():
            raise ValidationError("The clinic needs at least one active owner.")
        return cleaned


@admin.register(User)
class UserAdmin(NamelessLog, DjangosUserAdmin):
    form = UserForm
    add_form = NewUserForm
    fieldsets = [
        (None, {"fields": ["email", "password", "name"]}),
        ("Rights", {"fields": ["role", "is_active"]}),
        ("Dates", {"fields": ["created_at", "last_login"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["email", "name", "role"]}),
        ("Password", {"classes": ["wide"], "fields": ["password1", "password2"]}),
    ]
    readonly_fields = ["created_at", "last_login"]
    list_display = ["email", "name", "role", "therapist", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    list_select_related = ["therapist"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    date_hierarchy = "created_at"
    filter_horizontal = []

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_owner(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return is_owner(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_owner(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return is_owner(request)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Logins are closed by making them inactive: the event log goes on naming them."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool):
        """An address that the login no longer has must not reset its password."""
        super().save_model(request, obj, form, change)
        EmailAddress.objects.filter(user=obj).exclude(email=obj.email).delete()
        if change and "email" in form.changed_data:
            _shut_what_it_opens(obj, request)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = ""):
        """Whoever knows a login's password is the client whose login it is."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            _shut_what_it_opens(User.objects.get(pk=id), request)
        return response


def _shut_what_it_opens(login: User, request: HttpRequest) -> None:
    for client in Client.objects.filter(user=login):
        shut(client, by=who(request), now=timezone.now())


class LoginForOwners(NamelessLog):
    """Whose login it is, is the owner's to say."""

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        return fields if is_owner(request) else [*fields, "user"]
