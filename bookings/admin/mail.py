"""The mails that are owed, were sent, or were not and why. To be read only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from bookings.admin.base import Bounded, ReadOnly
from bookings.models import Mail


class AttentionFilter(admin.SimpleListFilter):
    title = "asks for attention"
    parameter_name = "attention"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes")]

    def queryset(self, request: HttpRequest, mails: Any) -> QuerySet[Mail]:
        return mails.asking_for_attention() if self.value() else mails


@admin.register(Mail)
class MailAdmin(ReadOnly, Bounded):
    fieldsets = [
        (None, {"fields": ["kind", "client", "appointment", "revision", "state", "why"]}),
        (gettext_lazy("When"), {"fields": ["created_at", "due_at", "not_after", "sent_at"]}),
        (
            gettext_lazy("Sending"),
            {
                "fields": [
                    "attempts",
                    "doubts",
                    "last_error",
                    "message_id",
                    "data_at",
                    "lease_until",
                    "key",
                ]
            },
        ),
    ]
    list_display = ["created_at", "kind", "client", "state", "why", "sent_at", "last_error"]
    list_filter = [AttentionFilter, "state", "kind"]
    list_select_related = ["client"]
    search_fields = ["client__name", "client__email", "appointment__public_id", "message_id"]
    ordering = ["-pk"]


class MailInline(ReadOnly, admin.TabularInline):
    model = Mail
    fields = ["created_at", "kind", "state", "why", "sent_at", "last_error"]
    extra = 0
    show_change_link = True
