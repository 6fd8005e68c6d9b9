"""Whoever signs out leaves nothing behind in the browser."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse


class LeaveNothingBehindMiddleware:
    """Tells the browser to drop what a page of ours has stored, such as the list of a day."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and request.path == reverse("account_logout"):
            response["Clear-Site-Data"] = '"storage"'
        return response
