"""The slot picker of a plan."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.models import Clinic, Treatment
from bookings.web.responses import page_or_part
from bookings.web.scheduling.picker import PAGE, PART, open_picker
from bookings.web.training.plan_store import PlanStore, plan_of_store
from bookings.web.visitor import visitor


@require_safe
def plan_times(request: HttpRequest, store: PlanStore, slug: str) -> HttpResponse:
    """The picker of a booking, advised by its races, and a chosen time goes into its basket."""
    treatment = get_object_or_404(Treatment.objects.bookable_online(), slug=slug)
    clinic, now = Clinic.objects.the(), timezone.now()
    picker = open_picker(
        clinic,
        treatment,
        request.GET,
        path=store.times_url(treatment),
        target=store.choose_time_url(treatment),
        now=now,
        holder=visitor(request),
        plan=plan_of_store(store, clinic, now=now),
    )
    return page_or_part(request, PAGE, PART, {"picker": picker, "store": store})
