"""Reading parsed JSON or YAML so that whatever is wrong is named by its path."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import TypeVar

Word = TypeVar("Word")
Found = TypeVar("Found")
Default = TypeVar("Default")

A_DAY = re.compile(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")
A_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")


class FieldError(ValueError):
    """Data that cannot be used: `field` is its path, and the text one sentence that names it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Node:
    """A parsed value and the path that led to it, such as races[0].race_date."""

    value: object
    path: str = ""

    def wrong(self, problem: str) -> FieldError:
        return FieldError(self.path, f"{self.path or 'The input'} {problem}.")

    def has_only(self, *keys: str) -> "Node":
        """Itself; refuses a key that is not one of these, which is most often a typo."""
        for key in self._mapping():
            if key not in keys:
                raise self._child(str(key)).wrong("is not a field that is known here")
        return self

    def at(self, key: str) -> "Node":
        """A field that must be there."""
        mapping = self._mapping()
        if key not in mapping:
            raise self._child(key).wrong("is missing")
        return self._child(key, mapping[key])

    def maybe(self, key: str, read: "Callable[[Node], Found]", default: Default) -> Found | Default:
        """A field that may be left out or null."""
        value = self._mapping().get(key)
        return default if value is None else read(self._child(key, value))

    def fields(self) -> Iterator[tuple[str, "Node"]]:
        for key, value in self._mapping().items():
            if not isinstance(key, str):
                raise self.wrong(f"has the key {key!r}, which is not text")
            yield key, self._child(key, value)

    def items(self) -> list["Node"]:
        if not isinstance(self.value, list):
            raise self.wrong("must be a list")
        return [Node(item, f"{self.path}[{index}]") for index, item in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("must be text")
        return self.value

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def yes_or_no(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.wrong("must be true or false")
        return self.value

    def whole(self, least: int, most: int | None = None) -> int:
        value = self.value
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong("must be a whole number")
        if value < least or (most is not None and value > most):
            raise self.wrong(_range(least, most))
        return value

    def number(self, least: int) -> float:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong("must be a number")
        if not least <= value < math.inf:
            raise self.wrong(_range(least, None))
        return value

    def day(self) -> date:
        """A civil date written as 2026-10-11, of the years 1900 to 2199."""
        return self._written(A_DAY, date.fromisoformat, "must be a date such as 2026-10-11")

    def clock(self) -> time:
        """A wall-clock time written as 08:00."""
        return self._written(A_TIME, time.fromisoformat, "must be a time such as 08:00")

    def one_of(self, words: Mapping[str, Word]) -> Word:
        word = words.get(self.value) if isinstance(self.value, str) else None
        if word is None:
            raise self.wrong(f"must be one of {', '.join(words)}")
        return word

    def _mapping(self) -> Mapping[str, object]:
        if not isinstance(self.value, Mapping):
            raise self.wrong("must be an object with named fields")
        return self.value

    def _child(self, key: str, value: object = None) -> "Node":
        return Node(value, f"{self.path}.{key}" if self.path else key)

    def _written(
        self, pattern: re.Pattern[str], parse: Callable[[str], Word], problem: str
    ) -> Word:
        if not isinstance(self.value, str) or not pattern.fullmatch(self.value):
            raise self.wrong(problem)
        try:
            return parse(self.value)
        except ValueError:
            raise self.wrong(problem) from None


def _range(least: int, most: int | None) -> str:
    return f"must be {least} or more" if most is None else f"must be from {least} to {most}"
