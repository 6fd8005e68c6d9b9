"""A client's visits over the build-up: on the ribbon of phases, with what was marked when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import dateformat, timezone
from django.views.decorators.http import require_safe

from bookings.core.roles import Role
from bookings.models import Appointment, Client, Clinic
from bookings.web.client_links import client_or_404
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from bookings.web.training import ribbon
from therapists.core.body import HIGHEST, PLACES
from therapists.core.private import Private
from therapists.pages.no_store import careful
from therapists.pages.reader import reader_of
from therapists.queries.care_access import therapist_of, treats
from therapists.queries.history import ClientHistory, Past, history_of

PLACES_DRAWN = 5
WIDTH, HEIGHT = 760.0, 44.0


@dataclass(frozen=True, repr=False)
class Point(Private):
    at: float
    y: float
    level: int
    kind: str
    day: date


@dataclass(frozen=True, repr=False)
class Trend(Private):
    """How one place was marked over time, drawn along the ribbon."""

    label: str
    points: Sequence[Point]

    @property
    def line(self) -> str:
        return " ".join(f"{point.at},{point.y}" for point in self.points)

    @property
    def in_words(self) -> str:
        said = ", ".join(
            f"{dateformat.format(p.day, 'j M')} {p.kind} {p.level}" for p in self.points
        )
        return f"{self.label}: {said}"


@dataclass(frozen=True, repr=False)
class Drawn(Private):
    lying: ribbon.Ribbon | None
    upright: ribbon.Ribbon
    trends: Sequence[Trend]
    width: float = WIDTH
    height: float = HEIGHT


@require_safe
@careful
def history(request: StaffRequest, pk: int) -> HttpResponse:
    client = client_or_404(pk)
    therapist = therapist_of(request.user)
    now = timezone.now()
    if therapist is None or not treats(therapist, client, now=now):
        if request.user.role != Role.OWNER:
            raise PermissionDenied
        therapist = None
    shown = history_of(
        client,
        Clinic.objects.the(),
        therapist=therapist,
        reader=reader_of(request),
        now=now,
    )
    back = _came_from(request, client) if therapist else None
    context = {"history": shown, "drawn": _drawn(shown), "back": back}
    return render(request, "therapists/notes/history.html", context)


def _came_from(request: StaffRequest, client: Client) -> Appointment | None:
    """The visit whose brief led here, if the address names one of the client's."""
    pk = whole_number(request.GET.get("visit"))
    return client.appointments.visits().filter(pk=pk).first() if pk else None


def _drawn(history: ClientHistory) -> Drawn:
    marked = [ribbon.Marked(past.number, past.day, past.took_place) for past in history.visits]
    phases = history.segments, marked, history.protocol
    return Drawn(
        lying=ribbon.lying(*phases, today=history.today),
        upright=ribbon.upright(*phases, today=history.today),
        trends=_trends(history.visits, ribbon.Scale.of(history.segments, WIDTH, ribbon.LEAST)),
    )


def _trends(visits: Sequence[Past], scale: ribbon.Scale) -> list[Trend]:
    """The places marked most often, the most often first."""
    points: dict[str, list[Point]] = {}
    for past in visits:
        for mark in past.content.marks if past.content else ():
            y = round(HEIGHT - 6 - mark.level / HIGHEST * (HEIGHT - 12), 1)
            point = Point(scale.noon(past.day), y, mark.level, mark.kind, past.day)
            points.setdefault(mark.place, []).append(point)
    often = sorted(points.items(), key=lambda item: -len(item[1]))[:PLACES_DRAWN]
    return [Trend(PLACES[key].label, found) for key, found in often]
