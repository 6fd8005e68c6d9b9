"""Django's admin: every noun, for the owner and the desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from bookings.admin import (
    clients,
    clinic,
    mail,
    rota,
    scheduling,
    series,
    training,
    users,
    waiting_list,
)

__all__ = [
    "clients",
    "clinic",
    "mail",
    "rota",
    "scheduling",
    "series",
    "training",
    "users",
    "waiting_list",
]

admin.site.site_header = admin.site.site_title = "Taper"
admin.site.index_title = gettext_lazy("Settings and records")
admin.site.empty_value_display = "–"
