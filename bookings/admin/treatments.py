"""Treatments and rooms."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.admin.base import DiaryForm, RotaAdmin
from bookings.core.training.protocol.vocabulary import Kind
from bookings.models import Room, Treatment


class TreatmentForm(DiaryForm):
    session_kinds = forms.MultipleChoiceField(
        choices=[(kind.value, kind.value.replace("_", " ").capitalize()) for kind in Kind],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Where in a runner's training it belongs.",
    )


@admin.register(Treatment)
class TreatmentAdmin(RotaAdmin):
    form = TreatmentForm
    fieldsets = [
        (None, {"fields": ["name", "slug", "description", "session_kinds"]}),
        ("Time and price", {"fields": ["minutes", "buffer_minutes", "price"]}),
        ("Who and where", {"fields": ["therapists", "rooms"]}),
        ("Shown to runners", {"fields": ["active", "online", "position"]}),
    ]
    list_display = ["name", "minutes", "buffer_minutes", "price", "offered_by", "online", "active"]
    list_filter = ["active", "online", "therapists"]
    search_fields = ["name", "description"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["therapists", "rooms"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Treatment]:
        return super().get_queryset(request).prefetch_related("therapists")

    @admin.display(description="Offered by")
    def offered_by(self, treatment: Treatment) -> str:
        return ", ".join(therapist.initials for therapist in treatment.therapists.all())


@admin.register(Room)
class RoomAdmin(RotaAdmin):
    list_display = ["name", "active"]
    list_filter = ["active"]
    search_fields = ["name"]
