"""One day of the clinic, and the questions that wait for an answer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.clients import identity
from bookings.models import Client, Clinic
from bookings.queries.desk.desk_day import desk_day
from bookings.web.access import DESK
from bookings.web.days import day_in
from bookings.web.requests import StaffRequest


@require_safe
def home(request: StaffRequest) -> HttpResponse:
    clinic = Clinic.objects.the()
    now = timezone.now()
    today = clinic.day_of(now)
    day = day_in(request.GET.get("day", "")) or today
    shown = desk_day(clinic, day, answers=bool(DESK & request.user.roles()), now=now)
    return render(request, "desk/home.html", {"shown": shown, "today": today})


@require_POST
def two_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers the card "same e-mail, different name"; one person is merged on a page of its own."""
    client = get_object_or_404(Client, pk=pk)
    identity.keep_apart(client)
    messages.success(request, f"{client} stays separate.")
    return redirect("desk:home")
