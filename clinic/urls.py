"""The site map."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from bookings import api
from clinic import health

urlpatterns = [
    path("", include("bookings.online.urls")),
    path("", include("therapists.urls")),
    path("desk/", include("bookings.diary.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/openings", api.openings, name="api_openings"),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("clinic.inbox")))
