"""The desk answers those who ask for time off."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.refusals import Refused
from bookings.actions.rota.impact import Impact, VisitsAffected, digest_of
from bookings.models import Appointment
from bookings.web.requests import StaffRequest
from therapists.actions import time_off
from therapists.models import Answer, TimeOff


@dataclass(frozen=True)
class Card:
    """A request, the visits booked in it, and what approving it accepts.

    `impact` is set where more would be touched than that.
    """

    asked: TimeOff
    booked: Sequence[Appointment]
    digest: str
    impact: Impact | None


ANSWERS = (Answer.APPROVED, Answer.DECLINED)


def times_off_to_answer(_request: StaffRequest) -> dict:
    """How many wait for the desk, on each of its pages; asked only where a page shows it."""
    return {"times_off_to_answer": SimpleLazyObject(_how_many)}


def _how_many() -> int:
    return time_off.to_answer(now=timezone.now()).count()


@require_safe
def waiting(request: StaffRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: StaffRequest, *, refused: VisitsAffected | None = None, pk: int = 0
) -> HttpResponse:
    """`refused` is what approving the request `pk` would touch, if not as its page showed it."""
    cards = [
        Card(one, booked, digest_of(booked), refused.impact if refused and one.pk == pk else None)
        for one, booked in time_off.waiting(now=timezone.now())
    ]
    return render(
        request,
        "therapists/scheduling/time_off_requests.html",
        {"cards": cards},
        status=409 if refused else 200,
    )


@require_POST
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(TimeOff.objects.select_related("therapist"), pk=pk)
    how = request.POST.get("answer")
    if how in ANSWERS:
        try:
            accepted = request.POST.get("accepted", "")
            time_off.answer(
                asked, Answer(how), accepted=accepted, by=request.user, now=timezone.now()
            )
        except VisitsAffected as refusal:
            return _page(request, refused=refusal, pk=pk)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("{therapist}: {answer}.").format(
                    therapist=asked.therapist, answer=Answer(how).label.lower()
                ),
            )
    return redirect("therapists:times_off")
