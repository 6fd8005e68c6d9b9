"""Somebody else uses this browser next: what it knows of whoever was here goes."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings.web.visitor import booked_here


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Races, plan and visits, what was proved by a mailed link, and who has signed in."""
    waits = any(visit.prove_by for visit in booked_here(request).visits)
    logout(request)
    stays = _("What you have booked stays: open it from our email.")
    goes = _("What you have booked goes to somebody else unless you confirm it from our email.")
    said = _(
        "This device has forgotten you. {what_becomes_of_it} If you have opened our email here, "
        "delete its pages from the browser’s history too."
    )
    messages.success(request, said.format(what_becomes_of_it=goes if waits else stays))
    return redirect("runner:home")
