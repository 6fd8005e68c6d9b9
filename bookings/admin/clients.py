"""Clients."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.clients.details import facts_of, record_change
from bookings.actions.clients.ways_in import change_the_lock, shut
from bookings.admin.users import LoginForOwners
from bookings.core.clients.addresses import compared
from bookings.models import Client
from bookings.web.actor import who


@admin.register(Client)
class ClientAdmin(LoginForOwners):
    fieldsets = [
        (None, {"fields": ["name", "email", "phone", "language"]}),
        (gettext_lazy("Who it is"), {"fields": ["proved_at", "same_address_as", "user"]}),
        (
            gettext_lazy("Mail"),
            {"fields": ["wants_reminders", "wants_nudges", "wants_news", "bounced_at"]},
        ),
        (
            gettext_lazy("Record"),
            {"fields": ["visits", "plan", "health_hold", "terms_agreed_at", "created_at"]},
        ),
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Client]:
        """Nobody edits or chooses an erased client."""
        return super().get_queryset(request).filter(erased_at=None)

    @admin.display(description=gettext_lazy("Appointments"))
    def visits(self, client: Client) -> str:
        listed = reverse("admin:bookings_appointment_changelist")
        return format_html(
            '<a href="{}?client__id__exact={}">{}</a>', listed, client.pk, _("Show them")
        )

    @admin.display(description=gettext_lazy("Races"))
    def plan(self, client: Client) -> str:
        if client.pk is None:
            return _("Once the client is saved")
        opened = reverse("desk:client_plan", args=[client.pk])
        return format_html('<a href="{}">{}</a>', opened, _("Races and plan"))

    def save_model(
        self, request: HttpRequest, obj: Client, form: forms.ModelForm, change: bool
    ) -> None:
        now = timezone.now()
        if not change:
            obj.created_at = now
            obj.unconfirmed_since = now if obj.email else None
            obj.unconfirmed_by = who(request) if obj.email else ""
        before = Client.objects.filter(pk=obj.pk).select_related("user").first()
        has_another = before is not None and compared(before.email) != compared(obj.email)
        if has_another:
            obj.bounced_at = obj.proved_at = None
        super().save_model(request, obj, form, change)
        if before is None:
            obj.record_events.create(kind="taken down", by=who(request), at=now)
        if before and has_another:
            addresses, users = [before.email], [before.user]
            change_the_lock(obj, users=users, addresses=addresses, by=who(request), now=now)
        elif obj.user_id != (before.user_id if before else None):
            shut(obj, by=who(request), now=now)
        if before:
            record_change(obj, _facts(before), _facts(obj), by=who(request), now=now)


def _facts(client: Client) -> dict[str, Any]:
    return {**facts_of(client), "login": client.user.email if client.user else ""}
