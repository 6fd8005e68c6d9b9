"""The desk answers those who ask for time off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.refusals import Refused
from bookings.web.requests import StaffRequest
from therapists.actions import time_off
from therapists.models import Answer, TimeOff

ANSWERS = (Answer.APPROVED, Answer.DECLINED)


def times_off_to_answer(_request: HttpRequest) -> dict:
    """How many wait for the desk, on each of its pages; asked only where a page shows it."""
    return {"times_off_to_answer": SimpleLazyObject(_how_many)}


def _how_many() -> int:
    return time_off.to_answer(now=timezone.now()).count()


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    cards = time_off.waiting(now=timezone.now())
    return render(request, "therapists/scheduling/time_off_requests.html", {"cards": cards})


@require_POST
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(TimeOff.objects.select_related("therapist"), pk=pk)
    how = request.POST.get("answer")
    if how in ANSWERS:
        try:
            time_off.answer(asked, Answer(how), by=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{asked.therapist}: {Answer(how).label.lower()}.")
    return redirect("therapists:times_off")
