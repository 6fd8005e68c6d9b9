"""Weekly hours, extra hours and time off: on their own, and on their therapist's page."""

from django.contrib import admin

from bookings.admin.base import DiaryAdmin
from bookings.models import Absence, ExtraShift, WeeklyBreak, WeeklyShift


class WeeklyShiftInline(admin.TabularInline):
    model = WeeklyShift
    extra = 0


class WeeklyBreakInline(admin.TabularInline):
    model = WeeklyBreak
    extra = 0


class ExtraShiftInline(admin.TabularInline):
    model = ExtraShift
    extra = 0


class AbsenceInline(admin.TabularInline):
    model = Absence
    extra = 0


@admin.register(WeeklyShift)
class WeeklyShiftAdmin(DiaryAdmin):
    list_display = ["therapist", "weekday", "start", "end", "valid_from", "valid_until"]
    list_display_links = ["therapist", "weekday"]
    list_filter = ["therapist", "weekday"]
    list_select_related = ["therapist"]
    search_fields = ["therapist__name"]


@admin.register(WeeklyBreak)
class WeeklyBreakAdmin(WeeklyShiftAdmin):
    list_display = [*WeeklyShiftAdmin.list_display, "reason"]
    search_fields = [*WeeklyShiftAdmin.search_fields, "reason"]


@admin.register(ExtraShift)
class ExtraShiftAdmin(DiaryAdmin):
    list_display = ["therapist", "day", "start", "end"]
    list_display_links = ["therapist", "day"]
    list_filter = ["therapist"]
    list_select_related = ["therapist"]
    search_fields = ["therapist__name"]
    date_hierarchy = "day"
    ordering = ["-day", "start"]


@admin.register(Absence)
class AbsenceAdmin(DiaryAdmin):
    list_display = ["who", "starts_at", "ends_at", "reason"]
    list_display_links = ["who", "starts_at"]
    list_filter = ["therapist"]
    list_select_related = ["therapist"]
    search_fields = ["therapist__name", "reason"]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at"]

    @admin.display(ordering="therapist__name")
    def who(self, absence: Absence) -> str:
        return str(absence.therapist or "Whole clinic")
