"""Somebody else uses this browser next: what it knows of whoever was here goes."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Races, plan and visits, what was proved by a mailed link, and who has signed in."""
    logout(request)
    messages.success(
        request,
        _(
            "This device has forgotten you. What you have booked stays: open it from our email. "
            "If you have opened our email here, delete its pages from the browser’s history too."
        ),
    )
    return redirect("runner:home")
