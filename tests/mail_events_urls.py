"""The site map of a clinic whose mail service tells of bounces."""

from django.urls import path

from bookings.api.mail_events import receiver_of
from clinic import urls

urlpatterns = [*urls.urlpatterns, path("mail-events/", receiver_of("postmark"), name="mail_events")]
