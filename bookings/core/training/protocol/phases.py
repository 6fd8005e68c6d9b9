"""What the protocol says of each phase: sessions, pressure, cadence, and the words for it."""

import re
from dataclasses import dataclass

from bookings.core.training.protocol.fields import Node
from bookings.core.training.protocol.mails import read_days_before
from bookings.core.training.protocol.sessions import KINDS
from bookings.core.training.protocol.vocabulary import (
    PRESSURES,
    Kind,
    Phase,
    Pressure,
)

PHASES = {phase.value: phase for phase in Phase}
STRENGTHS = {strength: strength for strength in "ABC"}
BRACES = re.compile(r"\{[^}]*\}?|\}")
CYCLE_PHASES = (Phase.BASE, Phase.BUILD, Phase.PEAK, Phase.TAPER)


@dataclass(frozen=True)
class Cadence:
    """Days between sessions: the range that is told, and what the plan is laid by (S4)."""

    least: int | None
    most: int | None
    standard: int | None
    high_volume: int | None
    note: str

    @classmethod
    def read(cls, node: Node, *, laid: bool) -> "Cadence":
        node.has_only("min", "max", "standard", "high_volume", "note")
        least = node.maybe("min", lambda days: days.whole(1, 365), None)
        return cls(
            least=least,
            most=node.maybe("max", lambda days: days.whole(least or 1, 365), None),
            standard=_whole_weeks(node.at("standard")) if laid else None,
            high_volume=_whole_weeks(node.at("high_volume")) if laid else None,
            note=node.maybe("note", Node.text, ""),
        )

    def interval(self, *, high_volume: bool) -> int:
        """Days between two sessions; phases without a cadence of their own never ask."""
        return (self.high_volume if high_volume else self.standard) or 0


def _whole_weeks(node: Node) -> int:
    days = node.whole(7, 364)
    if days % 7:
        raise node.wrong("{field} must be a multiple of 7, so that sessions stay on their weekday.")
    return days


@dataclass(frozen=True)
class PhaseRules:
    """One phase as the clinic sees it. `strength`: A trials, B common practice, C a choice.

    `reminder_days`: when to remind of an appointment in it, None for the usual days;
    `reminder_sentence`: what a reminder says of it, {time} being "11 days" or "16 weeks".
    """

    phase: Phase
    name: str
    sessions: tuple[Kind, ...]
    length_min: tuple[int, int]
    pressure: Pressure
    ceiling: Pressure
    techniques: tuple[str, ...]
    cadence: Cadence
    avoid: tuple[str, ...]
    client_message: str
    reminder_days: tuple[int, ...] | None
    reminder_sentence: str
    therapist_brief: str
    sources: tuple[str, ...]
    strength: str

    @classmethod
    def read(cls, node: Node) -> "PhaseRules":
        node.has_only("key", "name", "when", "sessions", "length_min", "pressure", "techniques",
                      "cadence_days", "timing_vs_long_run", "timing_vs_race", "avoid",
                      "client_message", "reminder_days", "reminder_sentence", "therapist_brief",
                      "sources", "strength")  # fmt: skip
        phase = node.at("key").one_of(PHASES)
        pressure = node.at("pressure").has_only("default", "ceiling")
        return cls(
            phase=phase,
            name=node.at("name").text(),
            sessions=tuple(item.one_of(KINDS) for item in node.at("sessions").items()),
            length_min=_range_of_minutes(node.at("length_min")),
            pressure=pressure.at("default").one_of(PRESSURES),
            ceiling=_ceiling(pressure),
            techniques=node.at("techniques").texts(),
            cadence=Cadence.read(node.at("cadence_days"), laid=phase in CYCLE_PHASES),
            avoid=node.at("avoid").texts(),
            client_message=node.maybe("client_message", Node.text, ""),
            reminder_days=node.maybe("reminder_days", read_days_before, None),
            reminder_sentence=node.maybe("reminder_sentence", _with_the_time, ""),
            therapist_brief=node.at("therapist_brief").text(),
            sources=node.at("sources").texts(),
            strength=node.at("strength").one_of(STRENGTHS),
        )


def _ceiling(pressure: Node) -> Pressure:
    ceiling = pressure.at("ceiling")
    if ceiling.one_of(PRESSURES) < pressure.at("default").one_of(PRESSURES):
        raise ceiling.wrong("{field} must not be lighter than the usual pressure.")
    return ceiling.one_of(PRESSURES)


def read_phases(node: Node) -> dict[Phase, PhaseRules]:
    """Every phase exactly once."""
    found: dict[Phase, PhaseRules] = {}
    for item in node.items():
        rules = PhaseRules.read(item)
        if rules.phase in found:
            raise item.at("key").wrong("{field} repeats {phase}.", phase=str(rules.phase))
        found[rules.phase] = rules
    for phase in Phase:
        if phase not in found:
            raise node.wrong("{field} must describe {phase}.", phase=str(phase))
    return found


def _with_the_time(node: Node) -> str:
    sentence = node.text()
    if set(BRACES.findall(sentence)) - {"{time}"}:
        raise node.wrong("{field} may have {{time}} in braces and nothing else.")
    return sentence


def _range_of_minutes(node: Node) -> tuple[int, int]:
    match [item.whole(0, 240) for item in node.items()]:
        case [shortest, longest] if shortest <= longest:
            return shortest, longest
        case _:
            raise node.wrong("{field} must be the shortest and the longest session in minutes.")
