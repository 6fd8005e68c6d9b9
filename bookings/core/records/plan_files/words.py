"""By which words an entry of a training plan is a long run, hard, easy, a race, or rest."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bookings.core.training.protocol.fields import Node
from bookings.core.training.schedule import DayKind

KINDS = {kind.value: kind for kind in DayKind}
LONGEST_TITLE, LONGEST_TEXT = 300, 600  # letters, as they are compared
SEVERAL = re.compile(r"\b[0-9]{1,3} ?[x×*] ?(?=[0-9(])")
NUMBER = r"(?<![0-9.,:/])([0-9]{1,4}(?:[.,][0-9]{1,3})?)"
REPEATED = re.compile(r"\b[0-9]{1,3} ?[x×*] ?[0-9]{1,4}(?:[.,][0-9]{1,3})?")
PACE = re.compile(r"[0-9]{1,2}:[0-5][0-9] ?(?:min(?:utes)?)? ?(?:/|per) ?(?:km|k|mi|mile)(?!\w)")
CLOCK = re.compile(r"(?<![0-9:.])([0-9]{1,2}):([0-5][0-9]):[0-5][0-9](?![0-9:])")
MINUTES_AFTER = re.compile(r" ?([0-5]?[0-9])(?![0-9.,:/])")
NOTHING_BUT_SIGNS = re.compile(r"[\W\d_]+")
KM_OF_A_MILE = 1.609344
FARTHEST_KM, LONGEST_MINUTES = 400, 36 * 60


@dataclass(frozen=True)
class Called:
    """What a title says; `words` are those that nobody knows, of a kind that is not known."""

    kind: DayKind
    words: str = ""


@dataclass(frozen=True)
class Amounts:
    minutes: int | None = None
    km: float | None = None


@dataclass(frozen=True)
class PlanWords:
    """The words of bookings/training_words.yaml, ready to be looked for."""

    rules: tuple[tuple[DayKind, re.Pattern[str]], ...]
    just_a_run: re.Pattern[str]
    sums_up: re.Pattern[str]
    race_km: tuple[tuple[float, re.Pattern[str]], ...]
    units: Mapping[str, re.Pattern[str]]
    columns: Mapping[str, tuple[str, ...]]
    long_from: Amounts

    @classmethod
    def from_data(cls, data: object) -> "PlanWords":
        """Parsed YAML; raises FieldError naming what is wrong."""
        root = Node(data)
        root.has_only(
            "version", "long_from", "rules", "just_a_run", "sums_up", "race_km", "units", "columns"
        )
        long_from = root.at("long_from").has_only("km", "minutes")
        return cls(
            rules=tuple(
                (rule.at("kind").one_of(KINDS), _any_of(rule.at("words").texts()))
                for rule in root.at("rules").items()
            ),
            just_a_run=_any_of(root.at("just_a_run").texts()),
            sums_up=_any_of(root.at("sums_up").texts()),
            race_km=tuple(
                (race.at("km").number(1), _any_of(race.at("words").texts()))
                for race in root.at("race_km").items()
            ),
            units={unit: _of_unit(words.texts()) for unit, words in root.at("units").fields()},
            columns={name: words.texts() for name, words in root.at("columns").fields()},
            long_from=Amounts(long_from.at("minutes").whole(1), long_from.at("km").number(1)),
        )

    def called(self, title: str) -> Called:
        plain = folded(title, LONGEST_TITLE)
        spoken = SEVERAL.sub(" repeats ", plain)
        for kind, words in self.rules:
            if words.search(spoken):
                asked = kind is DayKind.UNKNOWN
                return Called(kind, self._left_of(plain) if asked else "")
        left = self._left_of(plain)
        return Called(DayKind.UNKNOWN, left) if left else Called(DayKind.EASY)

    def is_of_a_day(self, title: str) -> bool:
        """A week's number and its total are of no day."""
        plain = folded(title, LONGEST_TITLE)
        left = self._without_amounts(self.sums_up.sub(" ", plain))
        return bool(left) or not self.sums_up.search(plain)

    def as_long_as(self, kind: DayKind, amounts: Amounts) -> DayKind:
        """A run that is long enough is a long run, whatever it is called."""
        far = (amounts.km or 0) >= (self.long_from.km or 0)
        long = amounts.km is None and (amounts.minutes or 0) >= (self.long_from.minutes or 0)
        is_a_run = kind in (DayKind.EASY, DayKind.HARD)
        return DayKind.LONG if is_a_run and (far or long) else kind

    def km_of_a_race(self, title: str) -> float | None:
        """By its name, such as half marathon."""
        plain = folded(title, LONGEST_TITLE)
        return next((km for km, words in self.race_km if words.search(plain)), None)

    def amounts(self, text: str) -> Amounts:
        """The largest distance and the longest time that the text names; neither a pace nor what
        is run several times, as in 5x2km."""
        plain = REPEATED.sub(" ", folded(text))
        km = [
            *self._numbers("km", plain),
            *(n * KM_OF_A_MILE for n in self._numbers("miles", plain)),
        ]
        minutes = [*self._numbers("minutes", plain), *self._hours(plain)]
        return Amounts(
            minutes=max((round(n) for n in minutes if 1 <= n <= LONGEST_MINUTES), default=None),
            km=max((round(n, 1) for n in km if 0.1 <= n <= FARTHEST_KM), default=None),
        )

    @staticmethod
    def says_a_pace(text: str) -> bool:
        return bool(PACE.search(folded(text)))

    @cached_property
    def _clock_hours(self) -> re.Pattern[str]:
        names = self.units["hours"].pattern.partition("[ -]?")[2]
        return re.compile(rf"(?<![0-9:.])([0-9]{{1,2}}):([0-5][0-9]) ?{names}")

    def _left_of(self, plain: str) -> str:
        return self._without_amounts(self.just_a_run.sub(" ", plain))

    def _without_amounts(self, plain: str) -> str:
        for amount in (PACE, self._clock_hours, *self.units.values()):
            plain = amount.sub(" ", plain)
        return " ".join(NOTHING_BUT_SIGNS.sub(" ", plain).split())

    def _numbers(self, unit: str, plain: str) -> list[float]:
        return [float(number.replace(",", ".")) for number in self.units[unit].findall(plain)]

    def _hours(self, plain: str) -> Iterable[float]:
        """1:45:00, 1:45 h, 2 h, and 1h 30 min, whose minutes alone would be too few."""
        clocks = [*CLOCK.findall(plain), *self._clock_hours.findall(plain)]
        yield from (int(hours) * 60 + int(minutes) for hours, minutes in clocks)
        for found in self.units["hours"].finditer(plain):
            rest = MINUTES_AFTER.match(plain, found.end())
            yield float(found[1].replace(",", ".")) * 60 + (int(rest[1]) if rest else 0)


def folded(text: str, longest: int = LONGEST_TEXT) -> str:
    """As words are compared: without case, in one writing, with single spaces.

    One letter may become eighteen, so it is cut before and after.
    """
    plain = unicodedata.normalize("NFKC", text[:longest]).casefold()
    return " ".join(plain[:longest].split())


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Any of them as whole words; a sign such as ✅ wherever it stands.

    Where no word begins, one look says so for all of them: a file has many places to look at.
    """
    longest_first = sorted(map(folded, words), key=len, reverse=True)
    spelt = "|".join(_spelt(word) for word in longest_first if word[0].isalnum())
    signs = [_spelt(word) for word in longest_first if not word[0].isalnum()]
    return re.compile("|".join([rf"(?<!\w)(?:{spelt})(?!\w)"] * bool(spelt) + signs))


def _spelt(word: str) -> str:
    spelt = re.escape(word).replace(r"\ ", "[ -]").replace(r"\-", "[ -]?")
    return spelt.replace(r"\#", "[0-9]{1,3}")


def _of_unit(names: Iterable[str]) -> re.Pattern[str]:
    """A number before the unit, and no pace or speed: 5 min/km and 12 km/h are none."""
    either = "|".join(re.escape(name) for name in sorted(map(folded, names), key=len, reverse=True))
    return re.compile(rf"{NUMBER}[ -]?(?:{either})(?![\w])(?! ?/)")
