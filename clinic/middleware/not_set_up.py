"""Before `manage.py setup_clinic` there is no clinic to show: every page says what is missing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.models import Clinic


class NotSetUpMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Clinic.DoesNotExist):
            return render(request, "not_set_up.html", status=503)
        return None
