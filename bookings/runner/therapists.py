"""The therapists as people: on the home page, and each on a page of their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.models import Clinic, Portrait, Therapist, Treatment
from bookings.queries.replica import from_replica
from bookings.queries.scheduling.soonest import Free, Soonest, soonest
from bookings.web.visitor import visitor

A_YEAR = 365 * 24 * 60 * 60  # seconds
CELL_WIDE, CELL_HIGH = 17, 8.5
PARTS = (gettext_lazy("Mornings"), gettext_lazy("Afternoons"), gettext_lazy("Evenings"))


@dataclass(frozen=True)
class PartOfWeek:
    """A part of the day and, Monday to Sunday, whether somebody works then."""

    part: str
    days: Sequence[bool]

    @property
    def in_words(self) -> str:
        """Mornings: Monday, Tuesday"""
        there = ", ".join(str(WEEKDAYS[n]) for n, works in enumerate(self.days) if works)
        return _("{part}: {days}").format(part=self.part, days=there) if there else ""


@dataclass(frozen=True)
class ShownTherapist:
    """A therapist with what they are asked for, when they work, and when they are free next."""

    therapist: Therapist
    hours: Sequence[PartOfWeek]
    next: Free | None
    treatment: Treatment | None

    @property
    def week(self) -> str:
        """Where they work, as cells of the week's grid; nothing if nowhere."""
        return cells(
            (weekday, row)
            for row, part in enumerate(self.hours)
            for weekday, works in enumerate(part.days)
            if works
        )


def people_of(therapists: Iterable[Therapist], found: Soonest) -> list[ShownTherapist]:
    return [_person(one, found) for one in therapists]


def _person(therapist: Therapist, found: Soonest) -> ShownTherapist:
    at_work = found.hours.get(therapist.pk, frozenset())
    return ShownTherapist(
        therapist,
        hours=[
            PartOfWeek(str(part), [(weekday, n) in at_work for weekday in range(7)])
            for n, part in enumerate(PARTS)
        ],
        next=found.of_therapist.get(therapist.pk),
        treatment=found.offered.get(therapist.pk),
    )


@dataclass(frozen=True)
class Week:
    """The grid of a week's mornings, afternoons and evenings, drawn once on a page."""

    @property
    def letters(self) -> list[tuple[float, str]]:
        """M T W T F S S, each with its place."""
        return [(CELL_WIDE * n + 6.75, str(WEEKDAYS_ABBR[n])[0]) for n in range(7)]

    @property
    def cells(self) -> str:
        return cells((weekday, row) for row in range(len(PARTS)) for weekday in range(7))


def cells(places: Iterable[tuple[int, int]]) -> str:
    """Outlines of (weekday, row), whose stroke rounds their corners."""
    return "".join(
        f"M{CELL_WIDE * weekday + 1} {CELL_HIGH * row + 16}h11.5v4.5h-11.5z"
        for weekday, row in places
    )


@require_safe
def portrait(_request: HttpRequest, slug: str, digest: str) -> HttpResponse:
    """To be kept for good: another picture has another address."""
    there = Portrait.objects.filter(therapist__slug=slug, therapist__active=True, digest=digest)
    response = HttpResponse(bytes(get_object_or_404(there).picture), content_type="image/jpeg")
    patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    return response


@require_safe
def therapist(request: HttpRequest, slug: str) -> HttpResponse:
    one = get_object_or_404(Therapist.objects.active().with_portraits(), slug=slug)
    clinic, now = Clinic.objects.the(), timezone.now()
    treatments = list(one.treatments.bookable_online())
    ask = from_replica(soonest)
    found = ask(clinic, treatments, therapist=one, holder=visitor(request), now=now)
    context = {
        "clinic": clinic,
        "today": clinic.day_of(now),
        "person": _person(one, found),
        "qualifications": [line for line in one.qualifications.splitlines() if line.strip()],
        "treatments": treatments,
        "soonest": found,
        "week": Week(),
    }
    return render(request, "runner/therapist.html", context)
