"""What answers and notes say, as typed data. None of it has a repr that tells anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bookings.core.training.protocol.vocabulary import PRESSURES
from therapists.core.body import HIGHEST, KINDS, PLACES
from therapists.core.private import Private

COMFORT = {
    "lighter": "lighter next time",
    "right": "just right",
    "firmer": "firmer next time",
}
SERIOUS = ("stop", "clearance")  # a person must decide before the next visit


@dataclass(frozen=True, repr=False)
class Given(Private):
    """One question as it was asked and what was said; `rule` is what a yes meant then."""

    key: str
    ask: str
    rule: str
    urgent: bool
    action: str
    yes: bool
    more: str = ""

    @property
    def is_serious(self) -> bool:
        return self.yes and self.rule in SERIOUS

    @property
    def is_urgent(self) -> bool:
        return self.yes and self.urgent


@dataclass(frozen=True, repr=False)
class Answers(Private):
    """A health check. `changed` is None on the full form, which does not ask it."""

    protocol: int
    given: tuple[Given, ...]
    text: str = ""
    pressure: str = ""
    changed: bool | None = None

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Answers":
        given = tuple(Given(**one) for one in data["given"])
        return cls(**{**data, "given": given})

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def yes(self) -> list[Given]:
        return [one for one in self.given if one.yes]

    @property
    def is_urgent(self) -> bool:
        return any(one.is_urgent for one in self.given)

    @property
    def needs_a_person(self) -> bool:
        return any(one.is_serious for one in self.given)


@dataclass(frozen=True, repr=False)
class Mark(Private):
    """A place on the body map: which, what kind, how much from 0 to 10."""

    place: str
    kind: str
    level: int

    @property
    def in_words(self) -> str:
        return f"{PLACES[self.place].label}: {KINDS[self.kind]}, {self.level}"


@dataclass(frozen=True, repr=False)
class Content(Private):
    """What a note says: what the client told, what was found and done, what it means, what next."""

    subjective: str = ""
    objective: str = ""
    pressure: str = ""
    techniques: tuple[str, ...] = ()
    comfort: str = ""
    assessment: str = ""
    plan: str = ""
    amendment: str = ""
    marks: tuple[Mark, ...] = field(default=())

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Content":
        marks = _known(Mark(**mark) for mark in data.get("marks", ()))
        return cls(**{**data, "marks": marks, "techniques": tuple(data.get("techniques", ()))})

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_empty(self) -> bool:
        """Whether nobody has written anything: the pressure is preset, a reason is no note."""
        return replace(self, pressure="", amendment="") == Content()

    @property
    def pressure_in_words(self) -> str:
        return PRESSURES[self.pressure].label if self.pressure in PRESSURES else ""

    @property
    def comfort_in_words(self) -> str:
        return COMFORT.get(self.comfort, "")

    @property
    def in_one_line(self) -> str:
        """What somebody needs of it in passing: the worst places, the wish, the plan."""
        worst = sorted(self.marks, key=lambda mark: -mark.level)[:2]
        parts = [PLACES[mark.place].in_a_sentence for mark in worst]
        parts += [self.comfort_in_words if self.comfort != "right" else "", self.plan]
        return "; ".join(filter(None, parts))


def _known(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Without marks of places that the map no longer has."""
    return tuple(m for m in marks if m.place in PLACES and m.kind in KINDS and m.level <= HIGHEST)


def trends(notes: Sequence[Content]) -> list[str]:
    """Places marked at least twice in these notes: "left calf in 4 of the last 5"."""
    counted: dict[str, int] = {}
    for note in notes:
        for place in {mark.place for mark in note.marks}:
            counted[place] = counted.get(place, 0) + 1
    often = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [
        f"{PLACES[place].in_a_sentence} in {times} of the last {len(notes)}"
        for place, times in often
        if times > 1
    ]
