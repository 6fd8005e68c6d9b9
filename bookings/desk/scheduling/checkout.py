"""What follows a visit at the desk, in order: arrived, done, paid, booked again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from bookings import dates
from bookings.actions.refusals import Refused
from bookings.core.scheduling.statuses import Status
from bookings.models import Account, Appointment, AppointmentEvent, Clinic
from bookings.queries.training.book_again import WEEKS, BookAgain, offered_again
from bookings.templatetags.undo import tag_of
from bookings.web.actor import who
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods
from bookings.web.scheduling.book_again import book_offered

CAME = (Status.ARRIVED, Status.COMPLETED)


@dataclass(frozen=True)
class Checkout:
    """The steps that are done, with when that was known, and the one that comes next."""

    arrived: datetime | bool
    done: datetime | bool
    paid: bool
    booked: bool
    now: str


def checkout_of(
    visit: Appointment,
    account: Account,
    events: Sequence[AppointmentEvent],
    is_due: bool,
    is_booked_again: bool,
) -> Checkout:
    """`now` is empty where nothing is left to do, or nothing yet: before its day one moves it."""
    said = {event.kind: event.at for event in events}
    arrived, done = visit.status in CAME, visit.status == Status.COMPLETED
    is_over = done or visit.status in (Status.NO_SHOW, Status.CANCELLED)
    steps = {
        "arrived": visit.status == Status.BOOKED and is_due,
        "done": visit.status == Status.ARRIVED,
        "pay": is_over and account.left > 0,
        "again": is_over and not is_booked_again,
    }
    return Checkout(
        arrived=arrived and said.get(Status.ARRIVED, True),
        done=done and said.get(Status.COMPLETED, True),
        paid=account.left <= 0 and bool(account.payments),
        booked=is_booked_again,
        now=next((name for name, is_next in steps.items() if is_next), ""),
    )


@page_methods
def book_again(request: StaffRequest, pk: int) -> HttpResponse:
    """Times that suit, by the plan or in so many weeks, each booked by one press."""
    visits = Appointment.objects.visits().with_everything().of_the_living()
    visit, clinic, now = get_object_or_404(visits, pk=pk), Clinic.objects.the(), timezone.now()
    weeks = whole_number((request.POST or request.GET).get("weeks"))
    offered = offered_again(visit, weeks, clinic, now=now)
    if request.method == "POST":
        return _booked(request, visit, offered, clinic, now)
    context: dict[str, Any] = {
        "visit": visit,
        "offered": offered,
        "weeks": weeks,
        "all_weeks": WEEKS,
        "key": token_hex(16),
    }
    name = "_again" if request.htmx and request.htmx.target == "again" else "again"
    response = render(request, f"desk/checkout/{name}.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _booked(
    request: StaffRequest, visit: Appointment, offered: BookAgain, clinic: Clinic, now: datetime
) -> HttpResponse:
    try:
        booked = book_offered(request, visit, offered, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        at = dates.day_year_and_time(booked.starts_at, clinic.tz)
        said = _("{client} is booked: {treatment}, {time} with {therapist}, {room}.").format(
            client=booked.client,
            treatment=booked.treatment,
            time=at,
            therapist=booked.therapist,
            room=booked.room,
        )
        messages.success(request, said, extra_tags=tag_of(booked, by=who(request)))
    return redirect("diary:appointment", visit.pk)
