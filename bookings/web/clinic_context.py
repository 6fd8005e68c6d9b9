"""What stands on every page: the clinic, the staff's names, the menu and where in it one is.

And the token of its forms, which Django would mask anew for each of them.
"""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.functional import SimpleLazyObject

from bookings.models import THE_CLINIC, Clinic
from bookings.queries.actors import staff_names
from bookings.web.access import BASE, frame_of


def clinic(request: HttpRequest) -> dict:
    """Each is asked for only where a page shows it."""
    match = request.resolver_match
    own_frame = getattr(request, "frame", "")
    menu = frame_of(getattr(request, "roles", None))
    return {
        "place": match.view_name if match else "",
        "frame": own_frame or menu,
        "open_frame": own_frame or BASE,  # of pages that everybody may read
        "has_staff_menu": not own_frame and menu != BASE,
        "clinic": getattr(request, "clinic", None) or SimpleLazyObject(_the_clinic),
        "staff_names": SimpleLazyObject(staff_names),
        "admin_is_on": settings.ADMIN,
        "csrf_token": SimpleLazyObject(lambda: get_token(request)),
    }


def _the_clinic() -> Clinic | None:
    """None while there is no clinic or no database, so that error pages need neither."""
    try:
        return Clinic.objects.filter(pk=THE_CLINIC).first()
    except DatabaseError:
        return None
