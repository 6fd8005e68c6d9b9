"""The site, and the floor: a view that does one indexed SELECT."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from bookings.models import Clinic
from clinic.middleware import policy
from clinic.urls import urlpatterns as of_the_site

policy.WHO_MAY = {**policy.WHO_MAY, "one_query": policy.EVERYONE}


def one_query(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"name": Clinic.objects.the().name})


urlpatterns = [path("one-query", one_query, name="one_query"), *of_the_site]
