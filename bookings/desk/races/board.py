"""The race board: who runs what."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings.queries.training.listed import races_listed
from bookings.web.requests import StaffRequest
from bookings.web.responses import private


@require_safe
@private
def page(request: StaffRequest) -> HttpResponse:
    return render(request, "desk/races/board.html", {"listed": races_listed()})
