"""When in a marathon's training a massage suits: the home page's short version of the protocol."""

from collections.abc import Iterable
from dataclasses import dataclass

from bookings.core import training
from bookings.core.training import Phase
from bookings.core.training.protocol.phases import PhaseRules
from bookings.models import Treatment

TOLD = (Phase.BASE, Phase.BUILD, Phase.PEAK, Phase.TAPER, Phase.RACE_WEEK, Phase.RECOVERY)


@dataclass(frozen=True)
class Advice:
    """A phase, when it is before or after a marathon, and the treatments that suit it."""

    phase: PhaseRules
    when: str
    treatments: list[Treatment]


def advice(treatments: Iterable[Treatment], protocol: training.Protocol) -> list[Advice]:
    treatments = list(treatments)
    when = training.in_plain_words(protocol, training.Distance.MARATHON)
    phases = [protocol.phases[phase] for phase in TOLD]
    return [
        Advice(phase, when.get(phase.phase, ""), _suiting(phase, treatments)) for phase in phases
    ]


def _suiting(phase: PhaseRules, treatments: Iterable[Treatment]) -> list[Treatment]:
    return [one for one in treatments if one.kinds & set(phase.sessions)]
