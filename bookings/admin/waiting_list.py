"""The waiting list and its offers, to be read: who waits is changed on the desk's own page."""

from django.contrib import admin

from bookings.admin.base import Bounded, ReadOnly
from bookings.models import WaitlistEntry, WaitlistOffer


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(ReadOnly, Bounded):
    list_display = [
        "joined_at",
        "client",
        "treatment",
        "therapist",
        "first_day",
        "last_day",
        "state",
    ]
    list_filter = ["state", "treatment"]
    list_select_related = ["client", "treatment", "therapist"]
    search_fields = ["client__name", "client__email"]


@admin.register(WaitlistOffer)
class OfferAdmin(ReadOnly, Bounded):
    list_display = ["made_at", "client", "starts_at", "therapist", "until", "state"]
    list_filter = ["state"]
    list_select_related = ["client", "therapist"]
    search_fields = ["client__name", "client__email"]
