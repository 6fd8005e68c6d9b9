"""The home page, with the short version of the protocol: when in training a massage suits."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings import dates
from bookings.core import training
from bookings.core.training import Phase
from bookings.core.training.protocol.phases import PhaseRules
from bookings.models import Clinic, Therapist, Treatment
from bookings.queries.training import protocol

TOLD = (Phase.BASE, Phase.BUILD, Phase.PEAK, Phase.TAPER, Phase.RACE_WEEK, Phase.RECOVERY)


@dataclass(frozen=True)
class Advice:
    """A phase, when it is before or after a marathon, and the treatments that suit it."""

    phase: PhaseRules
    when: str
    treatments: list[Treatment]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    treatments = Treatment.objects.bookable_online()
    return render(
        request,
        "runner/home.html",
        {
            "clinic": Clinic.objects.the(),
            "treatments": treatments,
            "training": _advice(treatments, protocol.current()),
            "therapists": Therapist.objects.active(),
        },
    )


def _advice(treatments: Iterable[Treatment], rules: training.Protocol) -> list[Advice]:
    treatments = list(treatments)
    when = training.in_plain_words(rules, training.Distance.MARATHON)
    phases = [rules.phases[phase] for phase in TOLD]
    return [
        Advice(phase, dates.translated(when.get(phase.phase, "")), _suiting(phase, treatments))
        for phase in phases
    ]


def _suiting(phase: PhaseRules, treatments: Iterable[Treatment]) -> list[Treatment]:
    return [one for one in treatments if one.kinds & set(phase.sessions)]
