"""A client's plan at the desk: the runner's own pages, for whoever rings."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from bookings.models import Client
from bookings.queries.training.plans import History
from bookings.runner.scheduling import times
from bookings.web.actor import who
from bookings.web.responses import private
from bookings.web.training import basket, feedback, plan, race_change
from bookings.web.training.plan_store import WithTheClinic


class AtTheDesk(WithTheClinic):
    """The plan of any client; what is done to it is recorded as the desk's."""

    at_the_desk = True
    frame = "staff_base.html"
    enter_words = "Enter the race"
    asks_for_nudges = False

    def __init__(self, client: Client, by: str):
        super().__init__(client)
        self.by = by

    @property
    def whose(self) -> str:
        return f"{self.client}: plan"

    def _history(self) -> History:
        return History.of(self.client)

    def _page(self, name: str, *asked: str) -> str:
        return reverse(f"desk:client_{name}", args=[self.client.pk, *asked])


def of_a_client(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @private
    @wraps(view)
    def run(request: HttpRequest, pk: int, **asked: str) -> HttpResponse:
        return view(request, AtTheDesk(get_object_or_404(Client, pk=pk), who(request)), **asked)

    return run


pages = [("", plan.plan, "plan"), ("habits/", plan.habits, "habits"),
         ("efforts/", feedback.effort, "effort"), ("sessions/", feedback.session, "session"),
         ("races/<day>/", race_change.race, "race"), ("choose/", basket.choose, "choose"),
         ("book/", basket.basket, "basket"), ("book/change/", basket.change, "change_basket"),
         ("times/<slug:slug>/", times.plan_times, "plan_times"),
         ("times/<slug:slug>/choose/", basket.choose_time, "choose_time")]  # fmt: skip
urlpatterns = [path(route, of_a_client(view), name=f"client_{name}") for route, view, name in pages]
