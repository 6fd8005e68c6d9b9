"""What the protocol stands on, what may be said of massage, and what to ask before a session."""

from dataclasses import dataclass

from bookings.core.training.protocol.fields import Node
from bookings.core.wording import Sentence

HEALTH_RULES = {rule: rule for rule in ("stop", "clearance", "local", "adapt", "wait")}

STRENGTHS_IN_WORDS = {
    "A": Sentence("Shown in trials"),
    "B": Sentence("Common practice: many therapists and coaches advise it, and trials are few"),
    "C": Sentence("Our own careful choice: nobody has tested it directly"),
}


@dataclass(frozen=True)
class Source:
    """Where a statement comes from; `found` is an address, or empty."""

    cite: str
    found: str

    @classmethod
    def read(cls, node: Node) -> "Source":
        node.has_only("cite", "found")
        return cls(node.at("cite").text(), node.maybe("found", Node.text, ""))

    @property
    def link(self) -> str:
        """An address that a page may link to; anything else is not offered."""
        return self.found if self.found.startswith(("https://", "http://")) else ""


@dataclass(frozen=True)
class Claims:
    """What the clinic may and may not say about massage."""

    allowed: tuple[str, ...]
    not_allowed: tuple[str, ...]
    sources: tuple[str, ...]

    @classmethod
    def read(cls, node: Node) -> "Claims":
        node.has_only("allowed", "not_allowed", "sources")
        return cls(*(node.at(key).texts() for key in ("allowed", "not_allowed", "sources")))


@dataclass(frozen=True)
class Contraindication:
    """A health question, and what a yes means.

    `rule`: stop (no session, refer), clearance (a doctor first), local (avoid the area),
    adapt (lighter, shorter, another position) or wait (book again later).
    """

    key: str
    rule: str
    urgent: bool
    ask: str
    action: str
    sources: tuple[str, ...]

    @classmethod
    def read(cls, node: Node) -> "Contraindication":
        node.has_only("key", "rule", "urgent", "ask", "action", "sources")
        return cls(
            key=node.at("key").text(),
            rule=node.at("rule").one_of(HEALTH_RULES),
            urgent=node.maybe("urgent", Node.yes_or_no, False),
            ask=node.at("ask").text(),
            action=node.at("action").text(),
            sources=node.at("sources").texts(),
        )
