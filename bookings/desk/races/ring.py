"""The phone list: whom to ring about a race, about what, and what came of it."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from bookings.actions.training import calls
from bookings.desk.races.board import A_PAGE, MISSING
from bookings.models import Clinic, RunnerCall
from bookings.queries.clients.not_back import why_no_mail
from bookings.queries.training.race_board import Missing, standings
from bookings.web.actor import who
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods, private

PRESSES = ("done", "not_reached", "take_off", "undo")


@page_methods
@private
def page(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        return _rung(request)
    rows = RunnerCall.objects.filter(race__client__erased_at=None)
    rows = rows.select_related("race__client", "race__listed__listed_race")
    waiting = rows.filter(done_at=None).order_by(
        F("tried_at").asc(nulls_first=True), "race__race_date", "race__client__name"
    )
    shown = Paginator(waiting, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "rows": _about(list(shown.object_list)),
        "done": rows.exclude(done_at=None).order_by("-done_at")[:A_PAGE],
    }
    return render(request, "desk/races/ring.html", context)


def _about(waiting: Sequence[RunnerCall]) -> list[dict[str, Any]]:
    """Each with what is not booked, and why they are not written to."""
    clinic = Clinic.objects.the()
    today = clinic.day_of(timezone.now())
    found = standings(clinic, [call.race for call in waiting], today=today)
    return [
        {
            "call": call,
            "missing": [MISSING[which] for which in Missing if which in one.missing],
            "no_mail": why_no_mail(call.race.client),
        }
        for call, one in zip(waiting, found, strict=True)
    ]


def _rung(request: StaffRequest) -> HttpResponse:
    numbers = {name: whole_number(request.POST.get(name)) for name in PRESSES}
    pressed = next((name for name in PRESSES if numbers[name]), None)
    if pressed:
        rows = RunnerCall.objects.select_related("race__client")
        _note(get_object_or_404(rows, pk=numbers[pressed]), pressed, by=who(request))
    return redirect("desk:ring_runners")


def _note(call: RunnerCall, pressed: str, *, by: str) -> None:
    now = timezone.now()
    if pressed == "done":
        calls.note_rung(call, by=by, now=now)
    elif pressed == "not_reached":
        calls.note_not_reached(call, now=now)
    elif pressed == "take_off":
        calls.take_off(call, by=by, now=now)
    else:
        calls.undo_rung(call)
