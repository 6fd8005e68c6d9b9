"""What other programs ask and tell."""

from django.conf import settings
from django.urls import path

from bookings.api import mail_events, openings

app_name = "api"
urlpatterns = [path("api/openings", openings.openings, name="openings")]

if settings.MAIL_EVENTS_FROM:
    receiver = mail_events.receiver_of(settings.MAIL_EVENTS_FROM)
    urlpatterns.append(path("mail-events/", receiver, name="mail_events"))
