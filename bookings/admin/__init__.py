"""Django's admin: every noun, for the owner and the desk."""

from django.contrib import admin

from bookings.admin import (
    clinic,
    mail,
    people,
    rota,
    scheduling,
    training,
    treatments,
)

__all__ = ["clinic", "mail", "people", "rota", "scheduling", "training", "treatments"]

admin.site.site_header = admin.site.site_title = "Taper"
admin.site.index_title = "Settings and records"
admin.site.empty_value_display = "–"
