"""The clinic's clock on the pages of its staff; the clinic has come with their session."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bookings.models import Clinic


class ClinicZoneMiddleware:
    """Staff read and type wall-clock times of the clinic, in the admin too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        clinic = getattr(request.session, "clinic", None) or Clinic.objects.first()
        request.clinic = clinic  # type: ignore[attr-defined]
        with timezone.override(clinic.tz if clinic else None):
            return self.get_response(request)
