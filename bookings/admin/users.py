"""Logins, the owner's alone."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions import logins
from bookings.actions.clients.ways_in import shut
from bookings.actions.people import names
from bookings.admin.base import NamelessLog
from bookings.core.roles import Role
from bookings.models import Client, User
from bookings.queries.logins import is_still_invited
from bookings.web.actor import who

LOCK = {"email", "role", "is_active"}

# Rights come from the role alone, a login's address stands on the login's own page, and whoever
# takes a second factor away tells of it (clinic.accounts.pages).
admin.site.unregister([Group, EmailAddress, Authenticator])


def is_owner(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.role == Role.OWNER


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["email", "name", "role", "is_active"]

    def clean_email(self) -> str:
        """Kept in lower case; typed in any."""
        return self.cleaned_data["email"].lower()

    def clean(self) -> dict:
        super().clean()
        cleaned = self.cleaned_data
        stays = cleaned.get("is_active") and cleaned.get("role") == Role.OWNER
        others = User.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=self.instance.pk)
        was = self.instance.pk and self.initial["role"] == Role.OWNER
        if was and not stays:
            try:
                logins.refuse_if_last_owner(self.instance)
            except logins.LastOwner as refusal:
                raise ValidationError(str(refusal)) from None
        if was and "email" in self.changed_data and not others.exists():
            raise ValidationError(
                _(
                    "You are the only owner, and a slip in your address would shut everybody out. "
                    "Make a second owner first; they change it."
                )
            )
        return cleaned


class AsksWhoItIs(NamelessLog):
    """Asked once more who it is before anything is saved that gives somebody power."""

    gives_power: tuple[str, ...] = ()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """What was sent before that is answered on the page that asks."""
        page = super().changeform_view
        if self._asks(request, object_id):
            page = reauthentication_required(app="allauth.mfa")(page)
        return page(request, object_id, form_url or request.path, extra_context)

    def _asks(self, request: HttpRequest, object_id: str | None) -> bool:
        """Whether one of those fields is sent otherwise than it stands."""
        if request.method != "POST":
            return False
        obj = self.get_object(request, unquote(object_id)) if object_id else None
        if not (
            self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        ):
            return False  # and is refused by the page itself
        form = self.get_form(request, obj)(request.POST, instance=obj)
        return not set(self.gives_power).isdisjoint(form.changed_data)


@admin.register(User)
class UserAdmin(AsksWhoItIs):
    """Passwords and second factors are on the site's own pages."""

    form = UserForm
    fieldsets = [
        (None, {"fields": ["email", "name"]}),
        (gettext_lazy("Rights"), {"fields": ["role", "is_active"]}),
        (gettext_lazy("Dates"), {"fields": ["created_at", "last_login"]}),
    ]
    readonly_fields = ["created_at", "last_login"]
    list_display = ["email", "name", "does", "therapist", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    list_select_related = ["therapist"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    date_hierarchy = "created_at"

    def _asks(self, request: HttpRequest, object_id: str | None) -> bool:
        return is_owner(request)

    @admin.display(description=gettext_lazy("Role"), ordering="role")
    def does(self, user: User) -> str:
        return user.role_in_words

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

    def save_model(
        self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool
    ) -> None:
        """An address that the login no longer has must not reset its password."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        names.as_the_login(obj)
        EmailAddress.objects.filter(user=obj).exclude(email=obj.email).delete()
        if obj == request.user:
            update_session_auth_hash(request, obj)
        if change and LOCK.intersection(form.changed_data):
            # They are over by now, but would not be if all were changed back.
            is_own = obj == request.user
            ends = logins.end_sessions if form.changed_data == ["role"] else logins.end_ways_in
            ends(obj, but=request.session.session_key or "" if is_own else "")
            _tell_of_change(request, obj, form)
            _shut_what_it_opens(request, obj)
            if is_still_invited(obj, address_before=form.initial["email"]):
                _mail_link_to_first_password(request, obj)  # the one mailed before may be over
        elif not change:
            _mail_link_to_first_password(request, obj)
            if not obj.is_a_runner:
                by, now = str(request.user), timezone.now()
                logins.tell_owners(obj, "login_made", by=by, now=now)


def _shut_what_it_opens(request: HttpRequest, login: User) -> None:
    """Whoever holds a login's address is the client whose login it is."""
    for client in Client.objects.filter(user=login):
        shut(client, by=who(request), now=timezone.now())


def _tell_of_change(request: HttpRequest, user: User, form: forms.ModelForm) -> None:
    words = {"email": "address", "role": "role", "is_active": "on" if user.is_active else "off"}
    logins.tell_of_change(
        user,
        [word for field, word in words.items() if field in form.changed_data],
        address_before=form.initial["email"],
        by=who(request),
        by_name=str(request.user),
        now=timezone.now(),
    )


def _mail_link_to_first_password(request: HttpRequest, user: User) -> None:
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)


class LoginForOwners(AsksWhoItIs):
    """Whose login it is, is the owner's to say."""

    gives_power: tuple[str, ...] = ("user",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        return fields if is_owner(request) else [*fields, "user"]
