"""One day of the clinic, and the questions that wait for an answer."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.clients import identity
from bookings.models import Client, Clinic
from bookings.queries.desk.desk_day import desk_day

YEARS = range(2000, 2200)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    clinic = Clinic.objects.the()
    now = timezone.now()
    today = now.astimezone(clinic.tz).date()
    shown = desk_day(clinic, _asked_day(request) or today, now=now)
    return render(request, "desk/home.html", {"shown": shown, "today": today})


@require_POST
def two_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers the card "same e-mail, different name"; one person is merged on a page of its own."""
    client = get_object_or_404(Client, pk=pk)
    identity.keep_apart(client)
    messages.success(request, f"{client} stays separate.")
    return redirect("desk:home")


def _asked_day(request: HttpRequest) -> date | None:
    """The day in the address; None for none, or for one that is no day."""
    try:
        day = parse_date(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if day and day.year in YEARS else None
