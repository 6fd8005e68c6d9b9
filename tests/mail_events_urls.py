"""The site map of a clinic whose mail service tells of bounces."""

from django.urls import include, path

from bookings.api.mail_events import receiver_of
from bookings.web.access import EVERYONE, protected
from clinic import urls

receiver = path("mail-events/", receiver_of("postmark"), name="mail_events")
api = (protected(EVERYONE, receiver), "api")
urlpatterns = [*urls.urlpatterns, path("", include(api))]
