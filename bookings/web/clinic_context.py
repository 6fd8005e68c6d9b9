"""What stands on every page: the clinic, the staff's names, the menu and where in it one is."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from bookings.models import THE_CLINIC, Clinic
from bookings.queries.actors import staff_names
from bookings.web.access import frame_of


def clinic(request: HttpRequest) -> dict:
    """Each is asked for only where a page shows it."""
    match = request.resolver_match
    return {
        "place": match.view_name if match else "",
        "frame": frame_of(getattr(request, "roles", None)),
        "clinic": SimpleLazyObject(_the_clinic),
        "staff_names": SimpleLazyObject(staff_names),
        "admin_is_on": settings.ADMIN,
    }


def _the_clinic() -> Clinic | None:
    """None while there is no clinic or no database, so that error pages need neither."""
    try:
        return Clinic.objects.filter(pk=THE_CLINIC).first()
    except DatabaseError:
        return None
