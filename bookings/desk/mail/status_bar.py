"""The bar on every staff page that says when mail is late or paused."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from bookings.models import THE_CLINIC, Clinic
from bookings.queries.mail import mail_status


def mail_bar(_request: HttpRequest) -> dict:
    """Asked only where a page shows it."""
    return {"mail_problems": SimpleLazyObject(_problems)}


def _problems() -> list[str]:
    clinic = Clinic.objects.filter(pk=THE_CLINIC).first()
    return mail_status.problems(clinic) if clinic else []
