"""Addresses of before, which somebody may have kept: they lead to where the page is now."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from bookings.web.requests import StaffRequest


@require_safe
def texts(_request: StaffRequest) -> HttpResponse:
    return redirect("office:texts")


@require_safe
def text(_request: StaffRequest, kind: str) -> HttpResponse:
    return redirect("office:text", kind)
