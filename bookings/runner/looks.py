"""The clinic's own sign and colour, for its pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from bookings.core.colours import DARK, LIGHT, shades
from bookings.models import Clinic, Logo

A_YEAR = 365 * 24 * 60 * 60  # seconds


@require_safe
def logo(_request: HttpRequest, digest: str) -> HttpResponse:
    """To be kept for good: another picture has another address."""
    kept = get_object_or_404(Logo, digest=digest)
    return _for_good(HttpResponse(bytes(kept.picture), content_type="image/webp"))


@require_safe
def colour(request: HttpRequest, accent: str) -> HttpResponse:
    """The clinic's colour in both schemes; of no other, so that nobody makes us mix any."""
    clinic = get_object_or_404(Clinic, accent=f"#{accent}")
    context = {"light": shades(clinic.accent, LIGHT), "dark": shades(clinic.accent, DARK)}
    return _for_good(render(request, "runner/colour.css", context, content_type="text/css"))


def _for_good(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    return response
