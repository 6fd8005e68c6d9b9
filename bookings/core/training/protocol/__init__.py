"""The clinic's protocol as typed data: what the engine computes with, and what pages say.

`Protocol.from_data` takes the parsed protocol file; nothing here reads files.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256

from bookings.core.training.protocol.claims import claims_in
from bookings.core.training.protocol.distances import DISTANCES, DistanceRules, UnfinishedRace
from bookings.core.training.protocol.evidence import Claims, Contraindication, Source
from bookings.core.training.protocol.fields import FieldError, Node
from bookings.core.training.protocol.mails import MailRules
from bookings.core.training.protocol.phases import PhaseRules, read_phases
from bookings.core.training.protocol.sessions import KINDS, SessionPlacement, SessionType
from bookings.core.training.protocol.vocabulary import (
    Distance,
    Kind,
    Phase,
    Pressure,
)
from bookings.core.wording import Sentence


@dataclass(frozen=True, repr=False)
class Protocol:
    """One version of the clinic's protocol; `dated` is the day it was made, if a clinic made it.

    Its file says more, for people: what nothing computes with and no page shows is not read.
    """

    version: int
    dated: date | None
    distances: Mapping[Distance, DistanceRules]
    unfinished_race: UnfinishedRace
    b_race_week_days: int
    high_volume_from_km: int
    placement: SessionPlacement
    session_types: Mapping[Kind, SessionType]
    phases: Mapping[Phase, PhaseRules]
    mails: MailRules
    contraindications: tuple[Contraindication, ...]
    claims: Claims
    sources: Mapping[str, Source]

    @classmethod
    def from_data(cls, data: object) -> "Protocol":
        """The protocol in parsed YAML or JSON; raises FieldError naming what is wrong."""
        root = Node(data)
        root.has_only("version", "dated", "model", "distances", "unfinished_race",
                      "b_race", "high_volume_from_km", "placement", "long_run_rule",
                      "session_types", "phases", "reminders", "contraindications", "claims",
                      "sources")  # fmt: skip
        _speaks_our_words(root.at("model"))
        b_race = root.at("b_race").has_only("race_week_days")
        protocol = cls(
            version=root.at("version").whole(1),
            dated=root.maybe("dated", Node.day, None),
            distances=_read_distances(root.at("distances")),
            unfinished_race=UnfinishedRace.read(root.at("unfinished_race")),
            b_race_week_days=b_race.at("race_week_days").whole(1, 6),
            high_volume_from_km=root.at("high_volume_from_km").whole(1),
            placement=SessionPlacement.read(root.at("placement")),
            session_types=_read_session_types(root.at("session_types")),
            phases=read_phases(root.at("phases")),
            mails=MailRules.read(root.at("reminders")),
            contraindications=tuple(
                Contraindication.read(item) for item in root.at("contraindications").items()
            ),
            claims=Claims.read(root.at("claims")),
            sources={key: Source.read(source) for key, source in root.at("sources").fields()},
        )
        protocol._names_known_sources(root)
        return protocol

    def __repr__(self) -> str:
        return f"<Protocol version {self.version}>"

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def digest(self) -> str:
        """Of all that it says: another wherever two differ."""
        return sha256(repr(vars(self)).encode()).hexdigest()

    def refuse_claims(self) -> None:
        """Raises FieldError for wording for runners that says what may not be said of massage."""
        for path, text in self._told_to_runners():
            for claim in claims_in(text, self.claims.not_allowed):
                sentence = Sentence(
                    "{field} says what no trial has shown well: “{claim}”.", field=path, claim=claim
                )
                raise FieldError(path, sentence)

    def _told_to_runners(self) -> Iterator[tuple[str, str]]:
        for index, rules in enumerate(self.phases.values()):
            yield f"phases[{index}].name", rules.name
            yield f"phases[{index}].client_message", rules.client_message
            yield f"phases[{index}].reminder_sentence", rules.reminder_sentence
            yield f"phases[{index}].techniques", ", ".join(rules.techniques)
        for kind, session in self.session_types.items():
            yield f"session_types.{kind}.name", session.name
            yield f"session_types.{kind}.why", session.why
        for distance, about in self.distances.items():
            yield f"distances.{distance}.name", about.name
        for index, allowed in enumerate(self.claims.allowed):
            yield f"claims.allowed[{index}]", allowed

    def _names_known_sources(self, root: Node) -> None:
        citing: Iterable[Node] = (
            *root.at("phases").items(),
            *root.at("contraindications").items(),
            root.at("claims"),
            root.at("reminders").at("appointment"),
        )
        for node in citing:
            for source in node.at("sources").items():
                if source.text() not in self.sources:
                    raise source.wrong(
                        "{field} names {source}, which is not among the sources.",
                        source=repr(source.text()),
                    )


def _speaks_our_words(model: Node) -> None:
    """The model is prose for readers, but its two lists must say what the engine does."""
    for key, words in (
        ("precedence", tuple(phase.value for phase in Phase)),
        ("pressure_scale", tuple(pressure.key for pressure in Pressure)),
    ):
        if model.at(key).texts() != words:
            raise model.at(key).wrong("{field} must be {words}.", words=", ".join(words))


def _read_distances(node: Node) -> dict[Distance, DistanceRules]:
    node.has_only(*DISTANCES)
    return {d: DistanceRules.read(node.at(key)) for key, d in DISTANCES.items()}


def _read_session_types(node: Node) -> dict[Kind, SessionType]:
    node.has_only(*KINDS)
    return {kind: SessionType.read(kind, node.at(key)) for key, kind in KINDS.items()}
