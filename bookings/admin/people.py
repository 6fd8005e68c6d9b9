"""Logins (the owner's alone), clients and therapists."""

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangosUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from bookings.admin.base import RotaAdmin
from bookings.admin.rota import (
    AbsenceInline,
    ExtraShiftInline,
    FlagsOverlaps,
    WeeklyBreakInline,
    WeeklyShiftInline,
)
from bookings.core.roles import Role
from bookings.models import Client, Therapist, User

# Rights come from the role alone, and a login's address stands on the login's own page.
admin.site.unregister([Group, EmailAddress])


def is_owner(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.role == Role.OWNER


class LowerCaseEmail:
    """Logins keep their address in lower case; typed in any."""

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
        cleaned = super().clean()
        stays = cleaned.get("is_active") and cleaned.get("role") == Role.OWNER
        others = User.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=self.instance.pk)
        if self.instance.role == Role.OWNER and not stays and not others.exists():
            raise ValidationError("The clinic needs at least one active owner.")
        return cleaned


@admin.register(User)
class UserAdmin(DjangosUserAdmin):
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


class LoginForOwners:
    """Whose login it is, is the owner's to say."""

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        return fields if is_owner(request) else [*fields, "user"]


@admin.register(Client)
class ClientAdmin(LoginForOwners, admin.ModelAdmin):
    fieldsets = [
        (None, {"fields": ["name", "email", "phone"]}),
        ("Who it is", {"fields": ["proved_at", "same_address_as", "user"]}),
        ("Mail", {"fields": ["wants_reminders", "wants_nudges", "wants_news", "bounced_at"]}),
        ("Record", {"fields": ["visits", "plan", "health_hold", "terms_agreed_at", "created_at"]}),
    ]
    readonly_fields = [
        "proved_at", "visits", "plan", "health_hold", "terms_agreed_at", "created_at",
        "wants_reminders", "wants_nudges", "wants_news", "bounced_at",
    ]  # fmt: skip
    autocomplete_fields = ["same_address_as", "user"]
    list_display = ["name", "email", "phone", "proved_at", "same_address_as", "health_hold"]
    list_filter = [
        ("proved_at", admin.EmptyFieldListFilter),
        ("same_address_as", admin.EmptyFieldListFilter),
        "health_hold",
    ]
    list_select_related = ["same_address_as"]
    search_fields = ["name", "email", "phone"]
    date_hierarchy = "created_at"
    show_full_result_count = False

    @admin.display(description="Appointments")
    def visits(self, client: Client) -> str:
        listed = reverse("admin:bookings_appointment_changelist")
        return format_html('<a href="{}?client__id__exact={}">Show them</a>', listed, client.pk)

    @admin.display(description="Races")
    def plan(self, client: Client) -> str:
        if client.pk is None:
            return "Once the client is saved"
        opened = reverse("desk:client_plan", args=[client.pk])
        return format_html('<a href="{}">Races and plan</a>', opened)

    def save_model(self, request: HttpRequest, obj: Client, form: forms.ModelForm, change: bool):
        if not change:
            obj.created_at = timezone.now()
        if "email" in form.changed_data:
            obj.bounced_at = None
        super().save_model(request, obj, form, change)


@admin.register(Therapist)
class TherapistAdmin(LoginForOwners, FlagsOverlaps, RotaAdmin):
    fields = ["name", "slug", "initials", "bio", "user", "active"]
    autocomplete_fields = ["user"]
    inlines = [WeeklyShiftInline, WeeklyBreakInline, ExtraShiftInline, AbsenceInline]
    list_display = ["name", "initials", "user", "active"]
    list_filter = ["active", "treatments"]
    list_select_related = ["user"]
    search_fields = ["name", "initials"]
    prepopulated_fields = {"slug": ["name"]}
