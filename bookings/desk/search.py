"""One box for everything: people, their appointments, receipts by number, days."""

from datetime import date, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.core.clients.search_text import bounded
from bookings.core.scheduling.when import Unclear
from bookings.core.scheduling.when_parser import read
from bookings.models import Appointment, Clinic, Payment
from bookings.queries.clients.search import find
from bookings.web.days import day_in
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest

APPOINTMENTS = 12
HIGHEST_NUMBER = 2**31 - 1  # that a receipt can have in the database


@require_safe
def search(request: StaffRequest) -> HttpResponse:
    """In a constant number of queries; nothing is found for nothing typed."""
    typed, now = bounded(request.GET.get("q", "")).strip(), timezone.now()
    people = find(typed)
    whose = [one.pk for one in people.clients]
    visits = Appointment.objects.visits().of_the_living().filter(client__in=whose)
    number = whole_number(typed.lower().removeprefix("receipt").strip())
    is_one = number is not None and number <= HIGHEST_NUMBER
    receipts = Payment.objects.filter(number=number) if is_one else Payment.objects.none()
    context = {
        "typed": typed,
        "people": people,
        "coming": visits.upcoming(now)[:APPOINTMENTS],
        "past": visits.filter(starts_at__lt=now).order_by("-starts_at")[:APPOINTMENTS],
        "receipts": receipts.select_related("appointment__client"),
        "day": _day_said(typed, now),
        "today": Clinic.objects.the().day_of(now),
    }
    return render(request, "desk/search.html", context)


def _day_said(typed: str, now: datetime) -> date | None:
    """A day by its date, or as one says it at the phone: "2 dec", "tomorrow"."""
    try:
        wish = read(typed, now=now, tz=Clinic.objects.the().tz) if typed else None
    except Unclear:
        wish = None
    is_a_day = wish and wish.first == wish.last and not (wish.at or wish.since or wish.until)
    return wish.first if wish and is_a_day else day_in(typed)
