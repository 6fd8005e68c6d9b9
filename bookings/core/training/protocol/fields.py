"""Reading parsed JSON or YAML so that whatever is wrong is named by its path."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, TypeVar

from bookings.core.wording import Sentence

Word = TypeVar("Word")
Found = TypeVar("Found")
Default = TypeVar("Default")

A_DAY = re.compile(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")
A_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")


class FieldError(ValueError):
    """Data that cannot be used: `field` is its path, and the text one sentence that names it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence

    def about(self, what: str) -> str:
        """The sentence, saying `what` instead of the path."""
        if not isinstance(self.sentence, Sentence):
            return self.sentence
        return Sentence(self.sentence.text, **{**self.sentence.named, "field": what})


@dataclass(frozen=True)
class Node:
    """A parsed value and the path that led to it, such as races[0].race_date."""

    value: object
    path: str = ""

    def wrong(self, sentence: str, **named: Any) -> FieldError:
        """To be raised; the sentence is about its {field}."""
        field = self.path or Sentence("The input")
        return FieldError(self.path, Sentence(sentence, field=field, **named))

    def has_only(self, *keys: str) -> "Node":
        """Itself; refuses a key that is not one of these, which is most often a typo."""
        for key in self._mapping():
            if key not in keys:
                raise self._child(str(key)).wrong("{field} is not a field that is known here.")
        return self

    def at(self, key: str) -> "Node":
        """A field that must be there."""
        mapping = self._mapping()
        if key not in mapping:
            raise self._child(key).wrong("{field} is missing.")
        return self._child(key, mapping[key])

    def maybe(self, key: str, read: "Callable[[Node], Found]", default: Default) -> Found | Default:
        """A field that may be left out or null."""
        value = self._mapping().get(key)
        return default if value is None else read(self._child(key, value))

    def fields(self) -> Iterator[tuple[str, "Node"]]:
        for key, value in self._mapping().items():
            if not isinstance(key, str):
                raise self.wrong("{field} has the key {key}, which is not text.", key=repr(key))
            yield key, self._child(key, value)

    def items(self) -> list["Node"]:
        if not isinstance(self.value, list):
            raise self.wrong("{field} must be a list.")
        return [Node(item, f"{self.path}[{index}]") for index, item in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("{field} must be text.")
        return self.value

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def yes_or_no(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.wrong("{field} must be true or false.")
        return self.value

    def whole(self, least: int, most: int | None = None) -> int:
        value = self.value
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong("{field} must be a whole number.")
        if value < least or (most is not None and value > most):
            raise self._outside(least, most)
        return value

    def number(self, least: int) -> float:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong("{field} must be a number.")
        if not least <= value < math.inf:
            raise self._outside(least, None)
        return value

    def day(self) -> date:
        """A civil date written as 2026-10-11, of the years 1900 to 2199."""
        found = self._written(A_DAY, date.fromisoformat)
        if found is None:
            raise self.wrong("{field} must be a date such as 2026-10-11.")
        return found

    def clock(self) -> time:
        """A wall-clock time written as 08:00."""
        found = self._written(A_TIME, time.fromisoformat)
        if found is None:
            raise self.wrong("{field} must be a time such as 08:00.")
        return found

    def one_of(self, words: Mapping[str, Word]) -> Word:
        word = words.get(self.value) if isinstance(self.value, str) else None
        if word is None:
            raise self.wrong("{field} must be one of {words}.", words=", ".join(words))
        return word

    def _mapping(self) -> Mapping[str, object]:
        if not isinstance(self.value, Mapping):
            raise self.wrong("{field} must be an object with named fields.")
        return self.value

    def _child(self, key: str, value: object = None) -> "Node":
        return Node(value, f"{self.path}.{key}" if self.path else key)

    def _outside(self, least: int, most: int | None) -> FieldError:
        if most is None:
            return self.wrong("{field} must be {least} or more.", least=least)
        return self.wrong("{field} must be from {least} to {most}.", least=least, most=most)

    def _written(self, pattern: re.Pattern[str], parse: Callable[[str], Word]) -> Word | None:
        if not isinstance(self.value, str) or not pattern.fullmatch(self.value):
            return None
        try:
            return parse(self.value)
        except ValueError:
            return None
