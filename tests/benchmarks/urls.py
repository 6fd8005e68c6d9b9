"""The site, and the floor: a view that does one indexed SELECT."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from bookings.models import THE_CLINIC, Clinic
from bookings.web.access import EVERYONE, protected
from clinic.urls import urlpatterns as of_the_site


def one_query(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"name": Clinic.objects.get(pk=THE_CLINIC).name})


urlpatterns = [
    *protected(EVERYONE, path("one-query", one_query, name="one_query")),
    *of_the_site,
]
