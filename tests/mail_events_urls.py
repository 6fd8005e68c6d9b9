"""The site map of a clinic whose mail service tells of bounces."""

from django.urls import include, path

from bookings.api.mail_events import receiver_of
from clinic import urls

told = [path("mail-events/", receiver_of("postmark"), name="mail_events")]
urlpatterns = [*urls.urlpatterns, path("", include((told, "api")))]
