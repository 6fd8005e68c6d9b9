"""Clients' races, entered and changed by the desk under the same rules as online."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from bookings.actions.training import races
from bookings.admin.base import DiaryAdmin
from bookings.models import Race


@admin.register(Race)
class RaceAdmin(DiaryAdmin):
    fieldsets = [
        (None, {"fields": ["client", "race_date", "distance", "name", "priority"]}),
        (gettext_lazy("Training"), {"fields": ["training_start", "weeks"]}),
        (gettext_lazy("How it went"), {"fields": ["outcome", "dnf_km"]}),
    ]
    autocomplete_fields = ["client"]
    list_display = ["race_date", "name", "distance", "client", "priority", "outcome"]
    list_filter = ["distance", "priority", "outcome"]
    list_select_related = ["client"]
    search_fields = ["name", "client__name", "client__email"]
    date_hierarchy = "race_date"

    def get_readonly_fields(self, request: HttpRequest, obj: Race | None = None) -> list[str]:
        """A race stays with its client: the plan's revision is theirs."""
        return ["client"] if obj else []

    def save_model(self, request: HttpRequest, obj: Race, form: Any, change: bool) -> None:
        if change:
            told = {name: form.cleaned_data[name] for name in form.changed_data}
            races.change(Race.objects.get(pk=obj.pk), now=timezone.now(), **told)
        else:
            races.enter(obj.client, obj, now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Race) -> None:
        races.withdraw(obj, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for race in queryset.select_related("client"):
            races.withdraw(race, now=timezone.now())
