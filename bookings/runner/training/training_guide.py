"""When in a marathon's training a massage suits: the home page's short version of the protocol."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bookings import dates
from bookings.core import training
from bookings.core.training import Phase
from bookings.core.training.protocol.phases import PhaseRules
from bookings.core.training.protocol.sessions import SessionType
from bookings.models import Treatment

TOLD = (Phase.BASE, Phase.BUILD, Phase.PEAK, Phase.TAPER, Phase.RACE_WEEK, Phase.RECOVERY)


@dataclass(frozen=True)
class Reason:
    """Why treatments are offered in a phase, in the protocol's words for the session, and which."""

    session: SessionType
    treatments: list[Treatment]


@dataclass(frozen=True)
class PhaseGuide:
    """A phase, when it is before or after a marathon, and what suits it for which reason."""

    phase: PhaseRules
    when: str
    reasons: list[Reason]


def advice(treatments: Iterable[Treatment], protocol: training.Protocol) -> list[PhaseGuide]:
    treatments = list(treatments)
    when = training.in_plain_words(protocol, training.Distance.MARATHON)
    phases = [protocol.phases[phase] for phase in TOLD]
    return [
        PhaseGuide(
            phase,
            dates.translated(when.get(phase.phase, "")),
            list(_reasons(phase, treatments, protocol)),
        )
        for phase in phases
    ]


def _reasons(
    phase: PhaseRules, treatments: Iterable[Treatment], protocol: training.Protocol
) -> Iterator[Reason]:
    """One for each kind of session that can be booked, each treatment under its first."""
    left = list(treatments)
    for kind in phase.sessions:
        suiting = [one for one in left if kind in one.kinds]
        left = [one for one in left if one not in suiting]
        if suiting:
            yield Reason(protocol.session_types[kind], suiting)
