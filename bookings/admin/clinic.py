"""The clinic's settings: one row, so its list leads straight to it."""

from itertools import chain
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.base import DiaryForm, RotaAdmin
from bookings.admin.users import AsksWhoItIs
from bookings.models import THE_CLINIC, Appointment, Clinic
from bookings.queries.office import contradictions
from bookings.queries.training import protocol


class ClinicForm(DiaryForm):
    """Refuses settings that can never work together."""

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        notice, days = cleaned.get("minimum_notice_minutes"), cleaned.get("horizon_days")
        if sentence := contradictions.nobody_could_book(notice, days):
            self.add_error("minimum_notice_minutes", sentence)
        now = timezone.now()
        if "timezone" in self.changed_data and Appointment.objects.upcoming(now).exists():
            self.add_error("timezone", _("Visits hang on it: it is changed in the office."))
        return cleaned


@admin.register(Clinic)
class ClinicAdmin(AsksWhoItIs, RotaAdmin):
    form = ClinicForm
    gives_power = ("care_days", "embed_origins")  # who reads for how long, who frames our pages
    fieldsets = [
        (None, {"fields": ["name", "address", "phone", "email"]}),
        (gettext_lazy("Place and money"), {"fields": ["timezone", "currency"]}),
        (
            gettext_lazy("Looks"),
            {"fields": ["headline", "hours_text", "map_url", "accent"]},
        ),
        (
            gettext_lazy("Booking online"),
            {
                "fields": [
                    "start_step_minutes",
                    "minimum_notice_minutes",
                    "horizon_days",
                    "hold_minutes",
                    "prove_minutes",
                    "unproved_per_hour",
                    "most_ahead",
                ]
            },
        ),
        (
            gettext_lazy("Changing online"),
            {
                "fields": [
                    "move_cutoff_hours",
                    "cancel_cutoff_hours",
                    "undo_minutes",
                    "offer_pause_minutes",
                ]
            },
        ),
        (
            gettext_lazy("Fees and receipts"),
            {
                "fields": [
                    ("late_cancellation_fee", "late_cancellation_fee_is"),
                    ("no_show_fee", "no_show_fee_is"),
                    "tax_note",
                ]
            },
        ),
        (
            gettext_lazy("First visits"),
            {"fields": ["asks_date_of_birth", "what_to_wear", "how_to_find_us"]},
        ),
        (gettext_lazy("Health"), {"fields": ["emergency_advice", "care_days"]}),
        (gettext_lazy("On other web sites"), {"fields": ["embed_origins"]}),
        (
            gettext_lazy("How long data is kept"),
            {
                "fields": [
                    "keep_records_years",
                    "keep_history_years",
                    "forget_newcomers_days",
                    "forget_details_days",
                ]
            },
        ),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Clinic.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Clinic | None = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The first settings have no row to lock yet."""
        if Clinic.objects.exists():
            return super().changeform_view(request, *args, **kwargs)
        return admin.ModelAdmin.changeform_view(self, request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if Clinic.objects.exists():
            return redirect("admin:bookings_clinic_change", THE_CLINIC)
        return redirect("admin:bookings_clinic_add")

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Also the page after saving, so that a warning is seen as long as it holds."""
        if clinic := kwargs.get("obj"):
            found = contradictions.clashes(clinic, protocol.current())
            for warning in chain.from_iterable(found.values()):
                messages.warning(request, warning)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Clinic, form: Any, change: bool) -> None:
        obj.pk = THE_CLINIC
        super().save_model(request, obj, form, change)
