"""An answer for everybody who had asked by the time that its question was put.

Where many wait for a page at once, one question answers them all, and none of them is told
anything older than what they would have been told had they been the first (ADR 20).
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

CAME_AT = "taper.came_at"  # in a request's environment: when it was whole, as time.monotonic tells

Answer = TypeVar("Answer")


class _Kept(NamedTuple, Generic[Answer]):
    asked_at: float
    answer: Answer


class Shared(Generic[Answer]):
    """By process, of a question that is the same for whoever asks; `of` tells a few apart."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, _Kept[Answer]] = {}
        self._lock = threading.Lock()

    def answer(self, came_at: float | None, ask: Callable[[], Answer], of: Hashable = "") -> Answer:
        """The last, if it was asked since then; whose coming was not noted shares nothing."""
        kept = self._kept.get(of)
        if kept is not None and came_at is not None and kept.asked_at > came_at:
            return kept.answer
        asked_at = time.monotonic()
        found = ask()
        with self._lock:
            if of not in self._kept or self._kept[of].asked_at < asked_at:
                self._kept[of] = _Kept(asked_at, found)
        return found
