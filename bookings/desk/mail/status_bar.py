"""The bar on every staff page: when mail is late or paused, when newcomers cannot book."""

from functools import cache

from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from bookings.models import THE_CLINIC, Clinic
from bookings.queries.clients import strangers
from bookings.queries.mail import mail_status
from bookings.web.requests import StaffRequest


def mail_bar(request: StaffRequest) -> dict:
    """Asked only where a page shows it."""
    known = getattr(request, "clinic", None)
    clinic = cache(lambda: known or Clinic.objects.filter(pk=THE_CLINIC).first())
    return {
        "mail_problems": SimpleLazyObject(lambda: _problems(clinic())),
        "newcomers_are_paused": SimpleLazyObject(lambda: _newcomers_are_paused(clinic())),
    }


def _newcomers_are_paused(clinic: Clinic | None) -> str:
    if clinic is None or not strangers.is_full(clinic, timezone.now()):
        return ""
    return _(
        "Newcomers cannot book online for the moment: within an hour {count} times were booked "
        "under addresses that nobody has confirmed."
    ).format(count=clinic.unproved_per_hour)


def _problems(clinic: Clinic | None) -> list[str]:
    return mail_status.problems(clinic) if clinic else []
