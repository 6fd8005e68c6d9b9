"""The list of races: added, changed, archived; and imported out of a file that is shown first."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bookings import dates
from bookings.actions.training import listed_races
from bookings.core.records import race_files
from bookings.core.records.race_files import ListedRaceRead, UnreadableRaces
from bookings.core.training.protocol.vocabulary import Distance
from bookings.models import Clinic, ListedRace
from bookings.office.races.forms import ListedRaceForm, RaceFileForm
from bookings.queries.training.listed import races_listed
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

SALT = "office.races"
GOOD_FOR = 24 * 3600  # seconds


@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    return render(request, "office/races/races.html", {"listed": races_listed()})


@page_methods
def new(request: StaffRequest) -> HttpResponse:
    return _answer(request, None)


@page_methods
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _answer(request, get_object_or_404(ListedRace, pk=pk))


def _answer(request: StaffRequest, race: ListedRace | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = ListedRaceForm(sent, listed=race, today=_today())
    if sent is not None and form.is_valid():
        kept = race or ListedRace()
        kept.name, kept.town = form.cleaned_data["name"], form.cleaned_data["town"]
        listed_races.keep(kept, form.distances)
        messages.success(request, _("{race} is saved.").format(race=kept))
        return redirect("office:races")
    context = {"form": form, "made": race, "distances": form.known.values()}
    status = 422 if form.errors else 200
    return render(request, "office/races/race.html", context, status=status)


@require_POST
def archive(request: StaffRequest, pk: int) -> HttpResponse:
    """Out of what can be chosen, or back among it; races that runners have stay theirs."""
    race = get_object_or_404(ListedRace, pk=pk)
    if "back" in request.POST:
        listed_races.bring_back(race)
        said = _("{race} can be chosen again.")
    else:
        listed_races.archive(race, now=timezone.now())
        said = _("{race} can no longer be chosen. Races that runners have entered stay theirs.")
    messages.success(request, said.format(race=race))
    return redirect("office:races")


@page_methods
def from_file(request: StaffRequest) -> HttpResponse:
    """First what a file would add; a second press adds it."""
    if request.method == "POST" and "read" in request.POST:
        return _bring_in(request)
    sent = request.method == "POST"
    form = RaceFileForm(request.POST, request.FILES) if sent else RaceFileForm()
    if sent and form.is_valid():
        try:
            found = race_files.read(form.cleaned_data["file"].read(), tz=Clinic.objects.the().tz)
        except UnreadableRaces as refusal:
            form.add_error("file", dates.translated(refusal.sentence))
        else:
            return _preview(request, found)
    status = 422 if form.errors else 200
    return render(request, "office/races/file.html", {"form": form}, status=status)


def _preview(request: StaffRequest, found: race_files.RacesRead) -> HttpResponse:
    plan = listed_races.looked_at(found.races, today=_today())
    left = [(one, dates.translated(one.why)) for one in found.not_read]
    read = signing.dumps([_as_row(one) for one in plan.new], salt=SALT, compress=True)
    note = dates.translated(found.note) if found.note else ""
    context = {"plan": plan, "not_read": left, "note": note, "read": read}
    return render(request, "office/races/file_read.html", context)


def _bring_in(request: StaffRequest) -> HttpResponse:
    try:
        rows = signing.loads(request.POST["read"], salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        messages.error(request, _("Please choose the file once more."))
        return redirect("office:races_from_file")
    count = listed_races.bring_in(_as_races(rows), today=_today())
    sentence = ngettext(
        "{count} race is new in the list.", "{count} races are new in the list.", count
    )
    said = sentence.format(count=count) if count else _("All of these are in the list already.")
    messages.success(request, said)
    return redirect("office:races")


def _as_row(one: ListedRaceRead) -> list[Any]:
    start = one.start.isoformat() if one.start else None
    return [one.name, one.town, one.day.isoformat(), one.distance.value, start]


def _as_races(rows: Sequence[Sequence[Any]]) -> list[ListedRaceRead]:
    return [
        ListedRaceRead(
            name, town, date.fromisoformat(day), Distance(distance),
            time.fromisoformat(start) if start else None,
        )
        for name, town, day, distance, start in rows
    ]  # fmt: skip


def _today() -> date:
    return Clinic.objects.the().day_of(timezone.now())
