"""What a runner comes for again and again, behind the link of one of its appointments."""

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings import links
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment
from bookings.web.appointment_links import (
    Opened,
    back_to_it,
    behind_a_link,
    reads_the_mailbox,
)
from bookings.web.rate_limits import BOOKING, limited
from bookings.web.responses import page_methods
from bookings.web.series import changing, making
from bookings.web.series.doors import Door

Flow = Callable[[HttpRequest, Door], HttpResponse]


def can_repeat(visit: Appointment, now: datetime) -> bool:
    is_to_come = visit.status == Status.BOOKED and visit.starts_at > now
    offered = visit.treatment.active and visit.treatment.online
    return is_to_come and offered and making.may_repeat(visit)


def _door(opened: Opened) -> Door:
    return Door(
        visit=opened.appointment,
        by=Role.RUNNER,
        at_the_desk=False,
        page=lambda name: reverse(f"runner:{name}", args=[opened.token]),
        url_of=partial(_url_of, opened),
        plan_url=reverse("runner:my_plan", args=[opened.token]) if opened.from_mail else "",
    )


def _url_of(opened: Opened, visit: Appointment) -> str:
    token = opened.token if visit.pk == opened.appointment.pk else links.mail_token(visit)
    return reverse("runner:appointment", args=[token])


def _page(flow: Flow) -> Callable[..., HttpResponse]:
    @page_methods
    @limited(BOOKING)
    @behind_a_link
    @wraps(flow)
    def view(request: HttpRequest, opened: Opened) -> HttpResponse:
        if not reads_the_mailbox(request, opened):
            return back_to_it(opened)
        return flow(request, _door(opened))

    return view


def _repeat(request: HttpRequest, door: Door) -> HttpResponse:
    if not can_repeat(door.visit, timezone.now()):
        return making.back(door)
    return making.repeat(request, door)


repeat = _page(_repeat)
series = require_safe(_page(changing.overview))
series_cancel = _page(changing.cancel)
series_move = _page(changing.move)
