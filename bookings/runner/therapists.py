"""The therapists as people: on the home page, and each on a page of their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.models import Clinic, Therapist, Treatment
from bookings.queries.scheduling.soonest import Free, Soonest, soonest
from bookings.web.visitor import visitor

PARTS = (gettext_lazy("Mornings"), gettext_lazy("Afternoons"), gettext_lazy("Evenings"))


@dataclass(frozen=True)
class Hours:
    """A part of the day and, Monday to Sunday, whether somebody works then."""

    part: str
    days: Sequence[bool]

    @property
    def in_words(self) -> str:
        """Mornings: Monday, Tuesday"""
        there = ", ".join(str(WEEKDAYS[n]) for n, works in enumerate(self.days) if works)
        return _("{part}: {days}").format(part=self.part, days=there) if there else ""


@dataclass(frozen=True)
class Person:
    """A therapist with what they are asked for, when they work, and when they are free next."""

    therapist: Therapist
    hours: Sequence[Hours]
    next: Free | None
    treatment: Treatment | None

    @property
    def works(self) -> bool:
        return any(any(part.days) for part in self.hours)


def people_of(therapists: Iterable[Therapist], found: Soonest) -> list[Person]:
    return [_person(one, found) for one in therapists]


def _person(therapist: Therapist, found: Soonest) -> Person:
    at_work = found.hours.get(therapist.pk, frozenset())
    return Person(
        therapist,
        hours=[
            Hours(str(part), [(weekday, n) in at_work for weekday in range(7)])
            for n, part in enumerate(PARTS)
        ],
        next=found.of_therapist.get(therapist.pk),
        treatment=found.offered.get(therapist.pk),
    )


def weekday_letters() -> list[str]:
    """M T W T F S S"""
    return [str(WEEKDAYS_ABBR[n])[0] for n in range(7)]


@require_safe
def therapist(request: HttpRequest, slug: str) -> HttpResponse:
    one = get_object_or_404(Therapist.objects.active(), slug=slug)
    clinic, now = Clinic.objects.the(), timezone.now()
    treatments = list(one.treatments.bookable_online())
    found = soonest(clinic, treatments, therapist=one, holder=visitor(request), now=now)
    context = {
        "clinic": clinic,
        "today": clinic.day_of(now),
        "person": _person(one, found),
        "qualifications": [line for line in one.qualifications.splitlines() if line.strip()],
        "treatments": treatments,
        "soonest": found,
        "weekdays": weekday_letters(),
    }
    return render(request, "runner/therapist.html", context)
