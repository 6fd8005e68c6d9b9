"""A row of a list as a person, and the visit it speaks of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from zoneinfo import ZoneInfo

from bookings.core.clients.addresses import compared
from bookings.core.clients.search_text import DIGITS_COMPARED, folded, name_compared
from bookings.core.records import moments
from bookings.core.records.fields import NOT_COMING, SAYS_NOTHING, Field
from bookings.core.records.tables import is_formula
from bookings.core.wording import as_seen, piles_up_marks

LONGEST_NAME, LONGEST_KEY = 200, 100
LONGEST_VISIT = timedelta(hours=12)
FEWEST_DIGITS = 7  # by which a phone number tells two people apart


class Wrong(StrEnum):
    """What is wrong with a row, or why nothing of it is taken in."""

    NO_NAME = "no name"
    LONG_NAME = "long name"
    FORMULA = "formula"
    PILED_MARKS = "piled marks"
    LONG_KEY = "long key"
    GONE = "gone"
    BAD_START = "bad start"
    CLOCKS_CHANGE = "clocks change"
    NO_TIME = "no time"
    BAD_LENGTH = "bad length"


class Broken(ValueError):
    def __init__(self, wrong: Wrong):
        super().__init__(wrong.value)
        self.wrong = wrong


@dataclass(frozen=True)
class Listed:
    key: str
    name: str
    email: str
    phone: str
    other_name: str = ""  # by which the same system's other lists may call them

    @cached_property
    def digits(self) -> str:
        return digits_of(self.phone)

    @cached_property
    def address(self) -> str:
        """As it is compared."""
        return compared(self.email) if self.email else ""

    @property
    def names(self) -> list[str]:
        return [one for one in (self.name, self.other_name) if one]

    @property
    def otherwise_named(self) -> "list[Listed]":
        """As a list may have them that knows them by the other name, and not by a number."""
        ways = [(self.email, self.phone), (self.email, ""), ("", self.phone)]
        told = dict.fromkeys(way for way in ways if any(way)) if self.other_name else ()
        return [Listed("", self.other_name, *way) for way in told]

    @cached_property
    def as_told(self) -> str:
        """The same for the same name, address and number, and of no use to whoever reads it."""
        told = "\n".join([name_compared(self.name), self.address, self.digits])
        return sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class ListedVisit:
    """The visit of a row; names are as the file has them. No length is the treatment's."""

    key: str
    starts_at: datetime
    length: timedelta | None
    treatment: str
    therapist: str
    is_coming: bool


def digits_of(phone: str) -> str:
    """The last digits, by which a number is known; none of one that is too short to say who."""
    digits = "".join(one for one in folded(phone) if one.isdigit())
    return digits.lstrip("0")[-DIGITS_COMPARED:] if len(digits) >= FEWEST_DIGITS else ""


def row_number(text: str) -> int | None:
    """Of a row of our own database, as our export has it."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def values_of(cells: Sequence[str], mapping: Mapping[int, Field]) -> dict[Field, str]:
    """The first column of each field that is filled; of marks, the first that says more."""
    found: dict[Field, str] = {}
    for column, field in sorted(mapping.items()):
        if column < len(cells) and (text := cells[column].strip()):
            is_mark = field in (Field.STATUS, Field.GONE)
            if field not in found or (is_mark and says_nothing(found[field])):
                found[field] = text
    return found


def says_nothing(mark: str) -> bool:
    return mark.lower() in SAYS_NOTHING


def person_of(values: Mapping[Field, str]) -> Listed:
    """Raises Broken."""
    if not says_nothing(values.get(Field.GONE, "")):
        raise Broken(Wrong.GONE)
    parts = [values.get(one, "") for one in (Field.FIRST_NAME, Field.LAST_NAME)]
    name = as_seen(" ".join(filter(None, parts)) or values.get(Field.NAME, ""))
    key, phone = values.get(Field.KEY, ""), values.get(Field.PHONE, "")
    for is_wrong, wrong in (
        (is_formula(name), Wrong.FORMULA),
        (not _may_be(name) and not _is_known_by_key(values), Wrong.NO_NAME),
        (len(name) > LONGEST_NAME, Wrong.LONG_NAME),
        (piles_up_marks(name), Wrong.PILED_MARKS),
        (len(key) > LONGEST_KEY, Wrong.LONG_KEY),
    ):
        if is_wrong:
            raise Broken(wrong)
    return Listed(key, name, values.get(Field.EMAIL, ""), phone, _other_name(values, name))


def _other_name(values: Mapping[Field, str], name: str) -> str:
    """The preferred first name with the last name; or it alone, where it is a whole name."""
    preferred = as_seen(values.get(Field.PREFERRED, ""))
    last = as_seen(values.get(Field.LAST_NAME, ""))
    if not _may_be(preferred) or len(preferred) + len(last) >= LONGEST_NAME:
        return ""
    whole = preferred if " " in preferred or not last else f"{preferred} {last}"
    return "" if name_compared(whole) == name_compared(name) else whole


def _may_be(name: str) -> bool:
    return any(letter.isalpha() for letter in name)


def _is_known_by_key(values: Mapping[Field, str]) -> bool:
    """An appointment may name its client by their number in the other system alone."""
    names = (Field.NAME, Field.FIRST_NAME, Field.LAST_NAME)
    return bool(values.get(Field.KEY)) and has_a_visit(values) and not any(map(values.get, names))


def has_a_visit(values: Mapping[Field, str]) -> bool:
    return any(values.get(one) for one in (Field.START, Field.DATE))


def visit_of(
    values: Mapping[Field, str], order: moments.Order | None, tz: ZoneInfo
) -> ListedVisit | None:
    """None where the row speaks of none. Raises Broken."""
    if not has_a_visit(values):
        return None
    starts_at, wall = _start(values, order, tz)
    if len(values.get(Field.VISIT_KEY, "")) > LONGEST_KEY:
        raise Broken(Wrong.LONG_KEY)
    return ListedVisit(
        key=values.get(Field.VISIT_KEY, ""),
        starts_at=starts_at,
        length=_length(values, wall, order, tz),
        treatment=values.get(Field.TREATMENT, ""),
        therapist=values.get(Field.THERAPIST, ""),
        is_coming=_is_coming(values.get(Field.STATUS, "")),
    )


def moments_in(values: Mapping[Field, str]) -> list[str]:
    """What a row has of days, from which one tells how the file writes them."""
    return [values[one] for one in (Field.START, Field.DATE, Field.END) if values.get(one)]


def _is_coming(status: str) -> bool:
    """A mark such as “confirmed” says yes; a day at which it was cancelled, or a yes, says no."""
    bare = status.lower()
    if says_nothing(bare):
        return True
    return not (NOT_COMING.search(bare) or bare[0].isdigit() or bare in ("yes", "true", "y"))


def _start(
    values: Mapping[Field, str], order: moments.Order | None, tz: ZoneInfo
) -> tuple[datetime, moments.When]:
    try:
        said = moments.when(values.get(Field.START) or values[Field.DATE], order)
        if Field.START not in values and Field.TIME in values:
            said = moments.When(said.day, moments.clock(values[Field.TIME]))
        if said.clock is None:
            raise Broken(Wrong.NO_TIME)
        return moments.instant(said, tz), said
    except moments.ClocksChange as error:
        raise Broken(Wrong.CLOCKS_CHANGE) from error
    except (moments.NoSuchMoment, OverflowError) as error:
        raise Broken(Wrong.BAD_START) from error


def _length(
    values: Mapping[Field, str], start: moments.When, order: moments.Order | None, tz: ZoneInfo
) -> timedelta | None:
    """By its minutes, else by its end; none where the file says neither."""
    if said := values.get(Field.MINUTES):
        digits = said.lower().removesuffix("minutes").removesuffix("mins").removesuffix("min")
        bare = digits.strip().removesuffix(".0")
        length = timedelta(minutes=int(bare)) if re.fullmatch(r"[0-9]{1,3}", bare) else None
    elif end := values.get(Field.END):
        length = _until(end, start, order, tz)
    else:
        return None
    if length is None or not timedelta() < length <= LONGEST_VISIT:
        raise Broken(Wrong.BAD_LENGTH)
    return length


def _until(
    end: str, start: moments.When, order: moments.Order | None, tz: ZoneInfo
) -> timedelta | None:
    begins = moments.instant(start, tz)
    try:
        return (
            moments.instant(moments.When(start.day, moments.clock(end), start.offset), tz) - begins
        )
    except moments.NoSuchMoment:
        pass
    try:
        return moments.instant(moments.when(end, order), tz) - begins
    except moments.NoSuchMoment:
        return None
