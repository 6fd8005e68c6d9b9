"""What other programs ask and tell."""

from django.conf import settings
from django.urls import path

from bookings.api import mail_events, openings
from bookings.web.access import EVERYONE, protected

app_name = "api"
urlpatterns = protected(EVERYONE, path("api/openings", openings.openings, name="openings"))

if settings.MAIL_EVENTS_FROM in mail_events.RECEIVERS:  # else nothing starts (clinic/checks.py)
    receiver = mail_events.receiver_of(settings.MAIL_EVENTS_FROM)
    # It asks for the mail service's signature instead.
    urlpatterns += protected(EVERYONE, path("mail-events/", receiver, name="mail_events"))
