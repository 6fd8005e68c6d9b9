"""The site map."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from bookings.api import mail_events, openings
from clinic.accounts import adapter
from clinic.monitoring import health, metrics_page
from clinic.records.pages import merge

# The admin's own form would ask for no second factor.
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("", include("bookings.runner.urls")),
    path("", include("therapists.urls")),
    path("desk/clients/<int:pk>/merge/", merge.choose, name="merge_choose"),
    path("desk/clients/<int:pk>/merge/<int:other>/", merge.merge, name="merge"),
    path("desk/", include("bookings.desk.urls")),
    path("diary/", include("bookings.desk.diary_urls")),
    path("accounts/begin/", adapter.begin, name="begin"),
    path("", include("clinic.records.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/openings", openings.openings, name="api_openings"),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics_page.metrics, name="metrics"),
]

if settings.MAIL_EVENTS_FROM:
    receiver = mail_events.receiver_of(settings.MAIL_EVENTS_FROM)
    urlpatterns.append(path("mail-events/", receiver, name="mail_events"))

if settings.DEMO:
    urlpatterns.append(path("demo/", include("clinic.demo.inbox")))
