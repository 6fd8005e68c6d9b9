"""Series as their pages have made them."""

from django.contrib import admin

from bookings.admin.base import Bounded, ReadOnly
from bookings.models import Series


@admin.register(Series)
class SeriesAdmin(ReadOnly, Bounded):
    list_display = [
        "made_at",
        "client",
        "treatment",
        "therapist",
        "every_weeks",
        "race",
        "first_day",
        "last_day",
        "ended_at",
    ]
    list_filter = ["treatment"]
    list_select_related = ["client", "treatment", "therapist", "race"]
    search_fields = ["client__name", "client__email"]
