"""The site map."""

from django.contrib import admin
from django.urls import include, path

from bookings import api

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/openings", api.openings, name="api_openings"),
    path("admin/", admin.site.urls),
]
