"""What the staff's page about the protocol shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bookings.core import training
from bookings.core.training.protocol.evidence import STRENGTHS_IN_WORDS, Source
from bookings.core.training.protocol.phases import PhaseRules
from bookings.models import ProtocolVersion


@dataclass(frozen=True)
class ShownPhase:
    """A phase with when it is, its sessions and what it stands on, in plain words."""

    rules: PhaseRules
    when: str
    sessions: Sequence[str]
    strength: str
    sources: Sequence[Source]


@dataclass(frozen=True)
class ProtocolPage:
    protocol: training.Protocol
    phases: Sequence[ShownPhase]
    versions: Sequence[ProtocolVersion]


def protocol_page(protocol: training.Protocol, versions: Sequence[ProtocolVersion]) -> ProtocolPage:
    return ProtocolPage(protocol, list(_phases(protocol)), versions)


def _phases(protocol: training.Protocol) -> Iterator[ShownPhase]:
    when = training.in_plain_words(protocol, training.Distance.MARATHON)
    for rules in protocol.phases.values():
        yield ShownPhase(
            rules=rules,
            when=when.get(rules.phase, ""),
            sessions=[protocol.session_types[kind].name for kind in rules.sessions],
            strength=STRENGTHS_IN_WORDS[rules.strength],
            sources=[protocol.sources[key] for key in rules.sources],
        )
