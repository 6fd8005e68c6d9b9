"""The public page about the protocol: what we advise when, and what it stands on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings import dates
from bookings.core import training
from bookings.core.training.protocol.evidence import STRENGTHS_IN_WORDS, Source
from bookings.core.training.protocol.phases import PhaseRules
from bookings.models import Clinic
from bookings.queries.training import protocol as protocols
from bookings.web.training import ribbon

WEEK = timedelta(days=7)
A_NAME = "Marathon"


@dataclass(frozen=True)
class RunnersPhase:
    """A phase in the runner's words; `sources` are numbered in the list below."""

    rules: PhaseRules
    when: str
    strength: str
    sources: Sequence[int]


@dataclass(frozen=True)
class BuildUpExample:
    """The build-up to a marathon that began about now."""

    race_date: date
    lying: ribbon.Ribbon | None
    upright: ribbon.Ribbon


@dataclass(frozen=True)
class ProtocolPage:
    protocol: training.Protocol
    example: BuildUpExample
    phases: Sequence[RunnersPhase]
    sources: Sequence[Source]
    promised_nothing_about: Sequence[str]

    @property
    def lying(self) -> ribbon.Ribbon | None:
        """As the drawing that stands upright asks for it."""
        return self.example.lying


@require_safe
def protocol(request: HttpRequest) -> HttpResponse:
    clinic = Clinic.objects.the()
    today = clinic.day_of(timezone.now())
    page = protocol_page(protocols.current(), today)
    return render(request, "runner/training/protocol.html", {"clinic": clinic, "page": page})


def protocol_page(rules: training.Protocol, today: date) -> ProtocolPage:
    cited = _cited(rules)
    numbers = {key: number for number, key in enumerate(cited, start=1)}
    when = training.in_plain_words(rules, training.Distance.MARATHON)
    return ProtocolPage(
        protocol=rules,
        example=_example(rules, today),
        phases=[
            RunnersPhase(
                phase,
                dates.translated(when.get(phase.phase, "")),
                dates.translated(STRENGTHS_IN_WORDS[phase.strength]),
                [numbers[key] for key in phase.sources],
            )
            for phase in _in_order(rules)
        ],
        sources=[rules.sources[key] for key in cited],
        promised_nothing_about=list(training.promised_nothing_about(rules.claims.not_allowed)),
    )


def _in_order(rules: training.Protocol) -> list[PhaseRules]:
    """As a runner goes through them; race day has nothing to say."""
    return [phase for phase in rules.phases.values() if phase.client_message]


def _cited(rules: training.Protocol) -> list[str]:
    """Each source once, as first cited by a phase, then those of what may be claimed."""
    phases = [key for phase in _in_order(rules) for key in phase.sources]
    return list(dict.fromkeys([*phases, *rules.claims.sources]))


def _example(rules: training.Protocol, today: date) -> BuildUpExample:
    weeks = rules.distances[training.Distance.MARATHON].default_weeks
    race_date = today + weeks * WEEK
    race_date += timedelta(days=6 - race_date.weekday())
    race = training.Race(race_date, training.Distance.MARATHON, name=A_NAME)
    runner = training.Runner()
    plan = training.plan([race], runner, rules, as_of=race.plan_start(rules))
    start = race.plan_start(rules)
    segments = plan.segments(start, training.end_of(plan, start))
    marked = [
        ribbon.Marked(number, session.suggested, False)
        for number, session in enumerate(plan.sessions, start=1)
    ]
    drawn = segments, marked, rules
    return BuildUpExample(
        race_date,
        ribbon.lying(*drawn, today=date.min),
        ribbon.upright(*drawn, today=date.min),
    )
