"""The therapists' pages, and what runners tell of their health."""

from django.urls import path

from therapists.views import health, today

app_name = "therapists"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("today/<day>/", today.today, name="day"),
    path("today/visits/<int:pk>/mark/", today.mark, name="mark"),
    path("health/", health.signed_in, name="health"),
    path("appointments/<token>/health/", health.by_link, name="health_by_link"),
]
