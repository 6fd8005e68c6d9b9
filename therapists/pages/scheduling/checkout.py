"""What follows a visit, from Today: taking the money and booking again; and running late."""

from collections.abc import Iterable
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings import dates
from bookings.actions.mail.outbox import GRACE, Notify
from bookings.actions.money import payments
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import cancellation, running_late
from bookings.core import wording
from bookings.models import Account, Appointment, Clinic, Method, Therapist
from bookings.queries.training.book_again import offered_again
from bookings.web.actor import who
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from bookings.web.scheduling.book_again import book_offered, key_of
from therapists.pages.no_store import of_a_therapist

TAKEN = (Method.CARD, Method.CASH)
LATEST = 120  # minutes


def page_of(day: date, visit: Appointment | None = None) -> str:
    """Of a day, with what there is still to do about one visit at its top."""
    query = f"?visit={visit.pk}" if visit else ""
    return reverse("therapists:day", args=[day]) + query


def _own(therapist: Therapist, pk: int) -> Appointment:
    visits = Appointment.objects.visits().of_the_living()
    return get_object_or_404(visits, pk=pk, therapist=therapist)


def _back(visit: Appointment) -> HttpResponse:
    return redirect(page_of(Clinic.objects.the().day_of(visit.starts_at), visit))


@require_POST
@of_a_therapist
def pay(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """All that is left, by one press; sums in part are the desk's."""
    visit, method = _own(therapist, pk), request.POST.get("method")
    left = Account.of(visit).left
    if method in TAKEN and left > 0 and key_of(request):
        try:
            paid = payments.pay(
                visit,
                method=Method(method),
                amount=left,
                key=key_of(request),
                by=who(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            said = _("{client}: {amount}, {method}, receipt {number}.").format(
                client=visit.client,
                amount=wording.price(paid.amount, paid.currency),
                method=paid.get_method_display().lower(),
                number=paid.number,
            )
            messages.success(request, said)
    return _back(visit)


@require_POST
@of_a_therapist
def book_again(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """One of the times that the page has offered; the client is told in three minutes."""
    visit, clinic, now = _own(therapist, pk), Clinic.objects.the(), timezone.now()
    weeks = whole_number(request.POST.get("weeks"))
    offered = offered_again(visit, weeks, clinic, now=now)
    try:
        booked = book_offered(request, visit, offered, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = (
            _("{client} is booked: {time}. The mail goes out in three minutes.")
            if booked.whose.email
            else _("{client} is booked: {time}. There is no e-mail address, so no mail goes.")
        )
        at = dates.day_year_and_time(booked.starts_at, clinic.tz)
        messages.success(request, said.format(client=booked.client, time=at))
    return _back(visit)


@require_POST
@of_a_therapist
def unbook(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """Takes back what the same person has just booked, before anybody is told."""
    visit, by, now = _own(therapist, pk), who(request), timezone.now()
    just_now = {"kind": "booked", "by": by, "at__gte": now - GRACE}
    last = whole_number(request.POST.get("visit"))
    before = Appointment.objects.visits().filter(pk=last, therapist=therapist).first()
    if not visit.events.filter(**just_now).exists():
        messages.error(
            request, _("It is too late to undo this here; the desk can still cancel it.")
        )
        return _back(before or visit)
    try:
        cancellation.cancel(visit, notify=Notify.NONE, by=by, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back; nobody is told."))
    return _back(before or visit)


@require_POST
@of_a_therapist
def late(request: StaffRequest, therapist: Therapist) -> HttpResponse:
    """Tells those who come next, in three minutes; 0 takes back what has not gone out."""
    minutes, now = whole_number(request.POST.get("minutes")), timezone.now()
    if minutes is None or not 0 <= minutes <= LATEST:
        messages.error(request, _("Please give the minutes, from 0 to 120."))
        return redirect("therapists:today")
    try:
        told = running_late.tell(
            therapist, minutes, notify=Notify.from_the_desk(), by=who(request), now=now
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        _say_who_knows(request, minutes, told)
    return redirect("therapists:today")


def _say_who_knows(request: StaffRequest, minutes: int, told: list[Appointment]) -> None:
    if not minutes:
        said = _("In time after all. Who has had the mail already must be rung.")
        messages.success(request, said)
        return
    if not told:
        said = _("Nobody else comes today whom that would keep waiting.")
        messages.success(request, said)
    if names := _names_of(visit for visit in told if visit.whose.email):
        said = _("Told by mail in three minutes: {names}.")
        messages.success(request, said.format(names=names))
    if names := _names_of(visit for visit in told if not visit.whose.email):
        said = _("No mail reaches {clients}: please ring them.")
        messages.warning(request, said.format(clients=names))


def _names_of(visits: Iterable[Appointment]) -> str:
    return ", ".join(str(visit.whose) for visit in visits)
