"""What a signed-in runner sees of their own: appointments, races, and the way to the plan."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings import links
from bookings.models import Appointment, Client, Clinic
from bookings.online.answering import private
from bookings.online.of_age import still_to_tell

VISITS_SHOWN = 12


@dataclass(frozen=True)
class Visit:
    """An appointment and its page; who has signed in may do there what the mail's link may."""

    appointment: Appointment

    @property
    def url(self) -> str:
        return reverse("online:appointment", args=[links.mail_token(self.appointment)])


@require_safe
@private
def account(request: HttpRequest) -> HttpResponse:
    client = Client.objects.filter(user=request.user).first()
    clinic, now = Clinic.objects.the(), timezone.now()
    context = {"client": client, "clinic": clinic}
    if client is not None:
        context |= _of(client, now=now)
        context["to_tell"] = still_to_tell(client, clinic, now.astimezone(clinic.tz).date())
    return render(request, "online/account.html", context)


def _of(client: Client, *, now: datetime) -> dict:
    visits = client.appointments.visits().with_everything()
    before = visits.filter(starts_at__lt=now).order_by("-starts_at")
    return {
        "ahead": [Visit(one) for one in visits.upcoming(now)],
        "before": [Visit(one) for one in before[:VISITS_SHOWN]],
        "races": client.races.all(),
    }
