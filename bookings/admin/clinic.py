"""The clinic's settings: one row, so its list leads straight to it."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from bookings.core.mail.reminder_times import inside_cutoff
from bookings.models import THE_CLINIC, Clinic


def warnings(clinic: Clinic) -> list[str]:
    """A sentence for each reminder that comes too late to act on."""
    cutoffs = {"moving": clinic.move_cutoff_hours, "cancelling": clinic.cancel_cutoff_hours}
    return [
        f"The reminder {days} {'day' if days == 1 else 'days'} before arrives when {doing} is "
        f"no longer possible (cut-off {hours} hours)."
        for doing, hours in cutoffs.items()
        for days in inside_cutoff(hours)
    ]


@admin.register(Clinic)
class ClinicAdmin(admin.ModelAdmin):
    fieldsets = [
        (None, {"fields": ["name", "address", "phone", "email"]}),
        ("Place and money", {"fields": ["timezone", "currency"]}),
        (
            "Booking online",
            {
                "fields": [
                    "start_step_minutes",
                    "minimum_notice_minutes",
                    "horizon_days",
                    "hold_minutes",
                ]
            },
        ),
        (
            "Changing online",
            {"fields": ["move_cutoff_hours", "cancel_cutoff_hours", "undo_minutes"]},
        ),
        (
            "Fees and receipts",
            {
                "fields": [
                    ("late_cancellation_fee", "late_cancellation_fee_is"),
                    ("no_show_fee", "no_show_fee_is"),
                    "tax_note",
                ]
            },
        ),
        ("First visits", {"fields": ["asks_date_of_birth", "what_to_wear", "how_to_find_us"]}),
        ("Health", {"fields": ["emergency_advice"]}),
        ("On other web sites", {"fields": ["embed_origins"]}),
        (
            "How long data is kept",
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

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        if Clinic.objects.exists():
            return redirect("admin:bookings_clinic_change", THE_CLINIC)
        return redirect("admin:bookings_clinic_add")

    def render_change_form(self, request: HttpRequest, context: dict, *args, **kwargs):
        """Also the page after saving, so that a warning is seen as long as it holds."""
        if clinic := kwargs.get("obj"):
            for warning in warnings(clinic):
                messages.warning(request, warning)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Clinic, form, change: bool) -> None:
        obj.pk = THE_CLINIC
        super().save_model(request, obj, form, change)
