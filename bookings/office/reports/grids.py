"""Who is full on which weekday: the share booked of each therapist's hours, a column a weekday."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from bookings.office.reports.asking import ChosenPeriod
from bookings.office.reports.figures import percent
from bookings.office.reports.labels import labels_of
from bookings.office.reports.tables import ACROSS, FigureCell, FigureLine
from bookings.queries.reports.definitions import UTILISATION
from bookings.queries.reports.totals import Totals, Values

FULL = 85  # percent


@dataclass(frozen=True)
class WeekdayGrid:
    """`columns` are the weekdays on which anybody works."""

    says: str
    columns: Sequence[str]
    lines: Sequence[FigureLine]


def grid_of(totals: Totals, choice: ChosenPeriod) -> WeekdayGrid | None:
    """Of hours alone, and of more days than one."""
    found = {tuple(keys): values for (_currency, *keys), values in totals.across.items()}
    shares = {
        keys: part for keys in found if (part := percent(totals.report, found[keys])) is not None
    }
    if not shares:
        return None
    names = labels_of("therapist", {who for who, _day in shares})
    days = sorted({day for _who, day in shares}, key=int)
    return WeekdayGrid(
        says=_finding(shares, names),
        columns=[str(WEEKDAYS[int(day)]) for day in days],
        lines=[
            FigureLine(names[who], [_cell(choice, found, shares, (who, day)) for day in days])
            for who in sorted(names, key=names.__getitem__)
        ],
    )


def _finding(shares: Mapping[tuple[str, ...], Decimal], names: Mapping[str, str]) -> str:
    who, day = max(shares, key=lambda keys: (shares[keys], keys))
    facts = {"who": names[who], "day": WEEKDAYS[int(day)], "share": shares[who, day]}
    return _("Fullest of all: {who} on a {day}, {share} % booked").format(**facts)


def _cell(
    choice: ChosenPeriod,
    found: Mapping[tuple[str, ...], Values],
    shares: Mapping[tuple[str, ...], Decimal],
    keys: tuple[str, str],
) -> FigureCell:
    """Opens the visits that it is of."""
    share = shares.get(keys)
    if share is None:
        return FigureCell("–", Decimal(0))
    place = [figure.name for figure in UTILISATION.figures].index("booked")
    where = {"figure": "booked", **dict(zip(ACROSS, keys, strict=True))}
    rows = reverse("office:report_rows", args=[UTILISATION.name])
    address = f"{rows}?{choice.query(**where)}" if found[keys][place] else ""
    words = _("{share} %, full") if share >= FULL else _("{share} %")
    return FigureCell(words.format(share=share), share, address)
