"""Days and instants in requests, between the first and the last that pages know.

Far enough from the calendar's ends that no sum of days runs over them.
"""

from datetime import UTC, date, datetime, tzinfo

from django.core.exceptions import ValidationError
from django.urls import register_converter
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def is_known(day: date) -> bool:
    return FIRST_DAY <= day <= LAST_DAY


def refuse_unknown(value: date) -> None:
    """A validator for days and for instants. Raises ValidationError."""
    if not is_known(value.date() if isinstance(value, datetime) else value):
        sentence = _("Please give a day of the years {first} to {last}.")
        said = sentence.format(first=FIRST_DAY.year, last=LAST_DAY.year)
        raise ValidationError(said, code="unknown_day")


def day_in(text: str) -> date | None:
    """None for what is no day such as 2026-12-01, or none that pages know."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and is_known(day) else None


def instant_in(text: str, tz: tzinfo | None = None) -> datetime | None:
    """Of ISO 8601, in UTC; on the clock of `tz` where the text names no zone.

    None for what is none, names no zone when none is given, or lies on a day pages do not know.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.tzinfo is None and tz is not None:
        at = at.replace(tzinfo=tz)
    return at.astimezone(UTC) if at.tzinfo and is_known(at.date()) else None


class DayConverter:
    """`<day:day>` in a route; an address of any other day is not found."""

    regex = r"\d{4}-\d\d-\d\d"

    def to_python(self, value: str) -> date:
        if (day := day_in(value)) is None:
            raise ValueError(value)
        return day

    def to_url(self, value: date) -> str:
        """Beyond the first and the last day there is no page to lead to: it leads to them."""
        return min(max(value, FIRST_DAY), LAST_DAY).isoformat()


register_converter(DayConverter, "day")
