"""A client's plan at the desk: the runner's own pages, for whoever rings."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Appointment, BetterBy, Client
from bookings.queries.training.plans import History
from bookings.web.actor import who
from bookings.web.client_links import client_or_404
from bookings.web.requests import StaffRequest
from bookings.web.responses import private
from bookings.web.training.plan_store import ClientPlan


class DeskPlan(ClientPlan):
    """The plan of any client; what is done to it is recorded as the desk's."""

    at_the_desk = True
    frame = "staff_base.html"
    enter_words = gettext_lazy("Enter the race")
    asks_for_nudges = False

    def __init__(self, client: Client, by: str):
        super().__init__(client)
        self.by = by
        self.whose = _("{client}: plan").format(client=client)

    def _history(self) -> History:
        return History.of(self.client)

    def url_of_visit(self, visit: Appointment) -> str:
        return reverse("diary:appointment", args=[visit.pk])

    def _another_time(self, visit: Appointment) -> str:
        page = reverse("diary:wait_instead", args=[visit.pk])
        return f"{page}?by={BetterBy.TRAINING}"

    def _page(self, name: str, *asked: str | date) -> str:
        return reverse(f"desk:client_{name}", args=[self.client.pk, *asked])


def of_a_client(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @private
    @wraps(view)
    def run(request: StaffRequest, pk: int, **asked: Any) -> HttpResponse:
        return view(request, DeskPlan(client_or_404(pk), who(request)), **asked)

    return run
