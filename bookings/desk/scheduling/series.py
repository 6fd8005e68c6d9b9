"""What a client comes for again and again, from one of its appointments."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from bookings.desk.scheduling.appointment import visit_of
from bookings.models import Appointment
from bookings.web.actor import who
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods
from bookings.web.series import changing, making
from bookings.web.series.doors import Door


def _url_of(visit: Appointment) -> str:
    return reverse("diary:appointment", args=[visit.pk])


def _page(flow: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @page_methods
    @wraps(flow)
    def view(request: StaffRequest, pk: int) -> HttpResponse:
        visit = visit_of(pk)
        if visit.whose.erased_at:
            raise Http404
        door = Door(
            visit=visit,
            by=who(request),
            at_the_desk=True,
            page=lambda name: reverse(f"diary:{name}", args=[pk]),
            url_of=_url_of,
            plan_url=reverse("desk:client_plan", args=[visit.client_id]),
        )
        return flow(request, door)

    return view


repeat = _page(making.repeat)
series = require_safe(_page(changing.overview))
series_cancel = _page(changing.cancel)
series_move = _page(changing.move)
