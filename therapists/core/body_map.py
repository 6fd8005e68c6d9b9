"""The body map of a note, ready to be drawn: the places with their marks, now and last time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from therapists.core.body import BACK, FRONT, KINDS, OUTLINE, PLACES, Place
from therapists.core.content import Mark
from therapists.core.private import Private

HALF_OF_THE_SCALE = 5


@dataclass(frozen=True, repr=False)
class Spot(Private):
    """A place, what is marked there, and what was marked there last time."""

    place: Place
    mark: Mark | None
    before: Mark | None

    @property
    def kind(self) -> str:
        return self.mark.kind if self.mark else ""

    @property
    def level(self) -> int:
        """Where the slider stands; in the middle where nothing is marked."""
        return self.mark.level if self.mark else HALF_OF_THE_SCALE

    @property
    def in_words(self) -> str:
        now = f"{KINDS[self.mark.kind]} {self.mark.level}" if self.mark else "nothing marked"
        before = f", last time {_short(self.before)}" if self.before else ""
        return f"{self.place.label}: {now}{before}"

    @property
    def last_time(self) -> str:
        return _short(self.before) if self.before else ""


def _short(mark: Mark) -> str:
    return f"{KINDS[mark.kind]} {mark.level}"


@dataclass(frozen=True, repr=False)
class Figure(Private):
    """One side of the body."""

    view: str
    title: str
    spots: list[Spot]
    outline: str = OUTLINE

    @property
    def is_front(self) -> bool:
        """Facing us, their right is on our left."""
        return self.view == FRONT


def figures(marks: Mapping[str, Mark], before: Iterable[Mark] = ()) -> list[Figure]:
    """Front and back."""
    faint = {mark.place: mark for mark in before}
    spots = [Spot(one, marks.get(key), faint.get(key)) for key, one in PLACES.items()]
    return [
        Figure(view, title, [spot for spot in spots if spot.place.view == view])
        for view, title in ((FRONT, "Front"), (BACK, "Back"))
    ]
