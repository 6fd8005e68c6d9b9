"""How a signed-in runner likes to come, with or without a race: what every proposal goes by."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.training import races
from bookings.models import Client, Weekday
from bookings.models.clients.clients import PARTS_OF_DAY
from bookings.web.requests import RunnerRequest
from bookings.web.responses import page_methods, private
from bookings.web.training.race_forms import WeekForm


@dataclass(frozen=True)
class TrainingWeek:
    """What a client has told, in words."""

    client: Client

    @property
    def part(self) -> str:
        usual = self.client.usual_part
        return _("at any time") if usual is None else str(PARTS_OF_DAY[usual])

    @property
    def therapist(self) -> str:
        usual = self.client.usual_therapist
        return usual.name if usual and usual.active else _("anyone")

    @property
    def long_run(self) -> str:
        return str(Weekday(self.client.long_run_weekday).label)


@page_methods
@private
def week(request: RunnerRequest) -> HttpResponse:
    client = Client.objects.filter(user=request.user, proved_at__isnull=False).first()
    if client is None:
        return redirect("runner:account")
    told = {name: getattr(client, name) for name in WeekForm.base_fields}
    told["weekly_volume_km"] = client.weekly_volume_km or None
    form = WeekForm(request.POST if request.method == "POST" else None, initial=told)
    if form.is_valid():
        races.keep_habits(client, **form.habits, now=timezone.now())
        messages.success(request, _("Saved. What we propose goes by it from now on."))
        return redirect("runner:account")
    status = 422 if form.is_bound else 200
    return render(request, "runner/clients/week.html", {"form": form}, status=status)
