"""The slot picker's page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.models import Clinic, Treatment
from bookings.web.responses import page_or_part
from bookings.web.scheduling.picker import PAGE, PART, Picker, treatment_online_or_404
from bookings.web.training.plan_access import store_of_browser
from bookings.web.training.plan_store import plan_to_choose_by
from bookings.web.visitor import visitor


@require_safe
def times(request: HttpRequest, slug: str) -> HttpResponse:
    treatment = treatment_online_or_404(slug)
    picker = picker_of(request, treatment)
    return page_or_part(request, PAGE, PART, {"picker": picker, "clinic": picker.clinic})


def picker_of(request: HttpRequest, treatment: Treatment, query: Any = None) -> Picker:
    """The picker for a new appointment; `query` is of a press that it answers."""
    clinic, now = Clinic.objects.the(), timezone.now()
    return Picker(
        clinic=clinic,
        treatment=treatment,
        query=request.GET if query is None else query,
        path=reverse("runner:times", args=[treatment.slug]),
        target=reverse("runner:hold", args=[treatment.slug]),
        waits_at=reverse("runner:wait", args=[treatment.slug]),
        now=now,
        holder=visitor(request),
        plan=plan_to_choose_by(store_of_browser(request), clinic, now=now),
        may_be_old=query is None,
    )
