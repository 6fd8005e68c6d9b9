"""A plan's pages are the same for everybody; only where the plan is kept differs.

Views take (request, store). The site map wraps each twice: for this browser or login, and for
whoever comes by a mailed link. The page's own link does not do: it proves nobody's address.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from bookings.models import Client
from bookings.web.appointment_links import Opened, back_to_it, behind_a_link
from bookings.web.training.plan_store import (
    ClientPlan,
    ConfirmedHere,
    PlanStore,
    SessionPlan,
    plan_behind_a_link,
)

# After the visit: the link acts on more than that one appointment.
OPENS_THE_PLAN_FOR = timedelta(days=366)


def of_this_browser(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """With the plan of the runner who has signed in, or else of nobody in particular.

    A search engine has neither login nor session: it finds the empty form, and may.
    """

    @never_cache
    @wraps(view)
    def run(request: HttpRequest, **asked: Any) -> HttpResponse:
        return view(request, store_of_browser(request), **asked)

    return run


def behind_the_mails_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @behind_a_link
    @wraps(view)
    def run(request: HttpRequest, opened: Opened, **asked: Any) -> HttpResponse:
        if not opened.from_mail:
            return redirect("runner:plan")
        if opened.ended_before(timezone.now() - OPENS_THE_PLAN_FOR):
            messages.info(request, _("This link is too old for your plan. Sign in to see it."))
            return back_to_it(opened)
        return view(request, plan_behind_a_link(opened.appointment.whose, opened.token), **asked)

    return run


def store_of_browser(request: HttpRequest) -> PlanStore:
    """Once they have answered in it, what the clinic knows instead of what the browser keeps."""
    if client := _signed_in(request):
        return ClientPlan(client)
    browser = SessionPlan(request)
    return ConfirmedHere(browser.taken_by) if browser.taken_by else browser


def _signed_in(request: HttpRequest) -> Client | None:
    if not request.user.is_authenticated:
        return None
    return Client.objects.filter(user=request.user, proved_at__isnull=False).first()
