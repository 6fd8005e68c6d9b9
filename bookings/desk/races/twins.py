"""Races that runners have typed, and the listed ones that they may mean: joined by hand alone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.actions.training import listed_races
from bookings.models import Clinic, ListedDistance
from bookings.queries.training.listed import twins
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods, private

A_PAGE = 100


@page_methods
@private
def page(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        _join(request)
        return redirect("desk:race_twins")
    found = twins(Clinic.objects.the().day_of(timezone.now()))
    context = {"twins": found[:A_PAGE], "count": len(found)}
    return render(request, "desk/races/twins.html", context)


def _join(request: StaffRequest) -> None:
    sent = request.POST.get("join", "")[:20_000].split()
    numbers = [number for one in sent if (number := whole_number(one)) is not None]
    listed = ListedDistance.objects.select_related("listed_race").filter(pk__in=numbers[:1]).first()
    count = listed_races.join(listed, numbers[1:]) if listed else 0
    if listed is None or not count:
        messages.info(request, _("Nothing was joined: it has changed meanwhile."))
        return
    sentence = ngettext(
        "{count} runner’s race is {race} now.", "{count} runners’ races are {race} now.", count
    )
    messages.success(request, sentence.format(count=count, race=listed.listed_race))
