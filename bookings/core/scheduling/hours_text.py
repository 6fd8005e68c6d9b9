"""Hours as people type them: "9-13, 14-18", "9:00–17:30", "9am to 5pm", "0930-1500"."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from itertools import pairwise

LONGEST = 200
MOST_SPANS = 8
NONE = {"", "-", "–", "—", "off", "none", "closed"}
DASHES = re.compile(r"\s*(?:-|–|—|\bto\b|\buntil\b|\btill\b)\s*", re.IGNORECASE)
CLOCK = r"(?:\d{1,2}[:.h]\d\d|\d{1,4}h?)\s*(?:[ap]\.?m\b\.?)?"
A_SPAN = re.compile(rf"({CLOCK})-({CLOCK})(?![\d:-])", re.IGNORECASE)
A_TIME = re.compile(r"(\d{1,2})(?:[:.h]?(\d\d)|h)?\s*(?:([ap])\.?m\.?)?", re.IGNORECASE)
BETWEEN = re.compile(r"(?:\s|[,;+&]|\band\b)*", re.IGNORECASE)


class Fault(StrEnum):
    UNREADABLE = "unreadable"
    NO_TIME = "no time"
    BACKWARDS = "backwards"
    OVER_MIDNIGHT = "over midnight"
    OVERLAP = "overlap"
    TOO_MANY = "too many"


class CannotRead(ValueError):
    """`fault` is what is wrong, `words` the part of the text with which it is."""

    def __init__(self, fault: Fault, words: str):
        super().__init__(f"{fault}: {words}")
        self.fault, self.words = fault, words


@dataclass(frozen=True, order=True)
class DayHours:
    """From `start` to `end` on one day's clock; `what` stands behind a break, such as lunch."""

    start: time
    end: time
    what: str = ""

    def __str__(self) -> str:
        return f"{_short(self.start)}–{_short(self.end)}"


def read(text: str) -> list[DayHours]:
    """In order. Raises CannotRead."""
    return _in_order([hours for hours, between in _parts(text) if not _refuse(between)])


def read_with_words(text: str) -> list[DayHours]:
    """As `read`, where each may have a word behind it: "12:30-13 lunch, 16-16:15 tea"."""
    return _in_order([DayHours(one.start, one.end, _word(behind)) for one, behind in _parts(text)])


def written(hours: Iterable[DayHours]) -> str:
    """As it is read again: "09–13, 14–18:30", each with the word behind it."""
    return ", ".join(f"{one} {one.what}".strip() for one in sorted(hours))


def _parts(text: str) -> list[tuple[DayHours, str]]:
    """Each span, and what stands between it and the next."""
    plain = DASHES.sub("-", " ".join(text.split()))
    if text.strip().lower() in NONE:
        return []
    found = list(A_SPAN.finditer(plain))
    if not found or BETWEEN.sub("", plain[: found[0].start()]):
        raise CannotRead(Fault.UNREADABLE, text.strip()[:LONGEST])
    if len(found) > MOST_SPANS:
        raise CannotRead(Fault.TOO_MANY, text.strip()[:LONGEST])
    ends = [one.start() for one in found[1:]] + [len(plain)]
    return [
        (_span(one[1], one[2]), plain[one.end() : until])
        for one, until in zip(found, ends, strict=True)
    ]


def _refuse(between: str) -> bool:
    """Whether anything stands there that is no comma or the like; then it raises."""
    if not BETWEEN.fullmatch(between):
        raise CannotRead(Fault.UNREADABLE, between.strip(" ,;"))
    return False


def _word(behind: str) -> str:
    return behind.strip(" ,;+&")


def _span(start: str, end: str) -> DayHours:
    words = f"{start.strip()}–{end.strip()}"
    begins, ends = _time(start, words), _time(end, words)
    if ends == time.min:
        raise CannotRead(Fault.OVER_MIDNIGHT, words)
    if ends <= begins:
        raise CannotRead(Fault.BACKWARDS, words)
    return DayHours(begins, ends)


def _time(text: str, words: str) -> time:
    found = A_TIME.fullmatch(text.strip())
    if found is None:
        raise CannotRead(Fault.NO_TIME, words)
    hour, minute = int(found[1]), int(found[2] or 0)
    if half := (found[3] or "").lower():
        if not 1 <= hour <= 12:
            raise CannotRead(Fault.NO_TIME, words)
        hour = hour % 12 + 12 * (half == "p")
    if (hour, minute) == (24, 0):
        return time.min
    if hour > 23 or minute > 59:
        raise CannotRead(Fault.NO_TIME, words)
    return time(hour, minute)


def _in_order(hours: Sequence[DayHours]) -> list[DayHours]:
    found = sorted(hours)
    for one, other in pairwise(found):
        if other.start < one.end:
            raise CannotRead(Fault.OVERLAP, f"{one}, {other}")
    return found


def _short(clock: time) -> str:
    return f"{clock:%H}" if clock.minute == 0 else f"{clock:%H:%M}"
