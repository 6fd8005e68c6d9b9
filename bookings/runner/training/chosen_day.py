"""What the runner's training says of a day that they have chosen, as the picker said it."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from bookings.core import training
from bookings.models import Clinic, Treatment
from bookings.web.appointment_links import Opened
from bookings.web.training.plan_access import store_of_browser
from bookings.web.training.plan_store import PlanStore, plan_behind_a_link, plan_to_choose_by


def store_of(request: HttpRequest, opened: Opened | None = None) -> PlanStore:
    """Behind a mailed link theirs, else that of the browser or of who has signed in."""
    if opened and opened.from_mail:
        return plan_behind_a_link(opened.appointment.whose, opened.token)
    return store_of_browser(request)


def against(
    request: HttpRequest,
    clinic: Clinic,
    treatment: Treatment,
    start: datetime | None,
    opened: Opened | None = None,
) -> training.Advice | None:
    """Why the day is better not taken, if anything is known."""
    now = timezone.now()
    if start is None:
        return None
    moving, store = opened.appointment if opened else None, store_of(request, opened)
    plan = plan_to_choose_by(store, clinic, moving, now=now)
    if plan is None:
        return None
    return training.against(treatment.kinds, clinic.day_of(start), plan)
