"""Keys of a report's lines in words, and the order they are read in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import dates
from bookings.core import training, wording
from bookings.models import Method, Therapist, Treatment
from bookings.queries.reports.definitions import CALENDAR
from bookings.queries.reports.sources import LEADS
from bookings.queries.reports.totals import REST, Values
from bookings.web.forms import whole_number

Phase = training.Phase
IN_ORDER: dict[str, Sequence[str]] = {
    "lead": [*LEADS.values(), "unknown"],
    "newness": ["new", "returning"],
    "method": Method.values,
    "phase": [
        Phase.BASE, Phase.BUILD, Phase.PEAK, Phase.TAPER, Phase.RACE_WEEK, Phase.RACE_DAY,
        Phase.ACUTE, Phase.RECOVERY, Phase.RETURN, Phase.OFF_SEASON,
    ],
}  # fmt: skip
WORDS: dict[str, Mapping[str, Any]] = {
    "newness": {"new": gettext_lazy("New"), "returning": gettext_lazy("Returning")},
    "method": dict(Method.choices),
    "phase": {
        Phase.BASE: gettext_lazy("Base"),
        Phase.BUILD: gettext_lazy("Build"),
        Phase.PEAK: gettext_lazy("Peak"),
        Phase.TAPER: gettext_lazy("Taper"),
        Phase.RACE_WEEK: gettext_lazy("Race week"),
        Phase.RACE_DAY: gettext_lazy("Race day"),
        Phase.ACUTE: gettext_lazy("Just after the race"),
        Phase.RECOVERY: gettext_lazy("Recovery"),
        Phase.RETURN: gettext_lazy("Return"),
        Phase.OFF_SEASON: gettext_lazy("No race"),
    },
    "lead": {
        "same_day": gettext_lazy("On the day"),
        "1-2": gettext_lazy("1 or 2 days"),
        "3-6": gettext_lazy("3 to 6 days"),
        "7-13": gettext_lazy("1 week"),
        "14-27": gettext_lazy("2 or 3 weeks"),
        "28": gettext_lazy("4 weeks or more"),
        "unknown": gettext_lazy("Not known"),
    },
}
NAMED: dict[str, type[Therapist] | type[Treatment]] = {
    "therapist": Therapist,
    "treatment": Treatment,
}


def labels_of(cut: str, keys: Iterable[str]) -> dict[str, str]:
    """One query for therapists and treatments, none for the rest; a key of nothing says itself."""
    there = list(keys)
    names = _names(NAMED[cut], there) if cut in NAMED else {}
    return {key: names.get(key) or _label(cut, key) for key in there}


def _names(model: Any, keys: Iterable[str]) -> dict[str, str]:
    ids = [number for key in keys if (number := whole_number(key)) is not None]
    rows: Iterable[Model] = model.objects.filter(pk__in=ids)
    return {str(row.pk): str(row) for row in rows}


def _label(cut: str, key: str) -> str:
    try:
        return str(WORDS[cut][key]) if cut in WORDS else _made(cut, key)
    except (KeyError, ValueError):
        return key


def _made(cut: str, key: str) -> str:
    if cut == "date":
        return dates.civil_day_and_year(date.fromisoformat(key))
    if cut == "week":
        monday = date.fromisoformat(key)
        day = dates.day_of_month_in_short(monday)
        return _("{day} {year}").format(day=day, year=monday.year)
    if cut == "month":
        month = date.fromisoformat(f"{key}-01")
        return _("{month} {year}").format(month=MONTHS[month.month], year=month.year)
    if cut == "weekday":
        return str(WEEKDAYS[int(key)])
    if cut == "hour":
        return f"{int(key):02}:00"
    return _race(key) if cut == "race" else key


def short_of(cut: str, key: str) -> str:
    """For a chart; empty of what is short by itself."""
    return dates.day_of_month_in_short(date.fromisoformat(key)) if cut == "date" else ""


def _race(key: str) -> str:
    if not key:
        return _("No race")
    if key == REST:
        return _("All other races")
    day, _space, name = key.partition(" ")
    race = {"name": wording.isolated(name), "day": dates.day_of_year(date.fromisoformat(day))}
    return _("{name}, {day}").format(**race)


def in_order(cut: str, lines: Mapping[str, Values], labels: Mapping[str, str]) -> list[str]:
    """As a calendar, a week or a plan goes; the rest from the largest down, what is left over
    last."""
    if cut in CALENDAR:
        return sorted(lines)
    if cut in ("weekday", "hour"):
        return sorted(lines, key=int)
    if cut in IN_ORDER:
        return sorted(lines, key=lambda key: list(IN_ORDER[cut]).index(key))
    return sorted(lines, key=lambda key: (key == REST, -_first(lines[key]), labels[key], key))


def _first(values: Values) -> Decimal:
    return next((one for one in values if one), Decimal(0))
