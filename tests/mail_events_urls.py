"""The site map of a clinic whose mail service tells of bounces."""

from django.urls import path

from clinic import urls
from clinic.mail_events import receiver_of

urlpatterns = [*urls.urlpatterns, path("mail-events/", receiver_of("postmark"), name="mail_events")]
