"""The very rows behind one figure, a page at a time, and what they add up to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bookings.models import Appointment, Mail, Payment, Therapist
from bookings.queries.reports.definitions import Counted
from bookings.queries.reports.selection import (
    AskedReport,
    Condition,
    analysed,
    of_figure,
    selected,
)
from bookings.queries.reports.sources import RowSource
from bookings.queries.reports.totals import MOST_LINES, REST, folded, totals_of

LISTED = """
    SELECT id, kind, at, until, {adds} AS adds,
           count(*) OVER () AS many, sum({adds}) OVER () AS total
      FROM ({rows}) every
     WHERE currency = %(currency)s AND {chosen}
     ORDER BY at, kind, id
     LIMIT %(most)s OFFSET %(start)s
"""
A_PAGE = 50
ONE = "one"
ROSTERED = "rostered"


@dataclass(frozen=True)
class Row:
    """`about` is the visit, payment or mail; of hours of work, which are no row, whose they are."""

    about: object
    kind: str
    at: datetime
    until: datetime | None
    adds: Decimal


@dataclass(frozen=True)
class Behind:
    """One page of the rows, how many there are in all, and what all of them come to."""

    rows: Sequence[Row]
    count: int
    total: Decimal


def behind(
    asked: AskedReport,
    figure: Counted,
    where: Mapping[str, str],
    *,
    currency: str = "",
    page: tuple[int, int] = (1, A_PAGE),
) -> Behind:
    """`where` is a key by cut; `page` its number and how many are on one. In constantly many
    queries."""
    chosen = _chosen(asked, figure, where, currency)
    added = [] if figure.adds == ONE else [figure.adds]
    sql, facts = selected(asked, list(dict.fromkeys([*where, *figure.of, *added])))
    number, most = page
    adds = "1" if figure.adds == ONE else figure.adds
    listing = LISTED.format(adds=adds, rows=sql, chosen=chosen.sql)
    values = {**facts, **chosen.values, "currency": currency}
    values |= {"most": most, "start": (number - 1) * most}
    found = analysed(listing, values)
    if not found:
        return Behind([], 0, Decimal(0))
    many, total = found[0][-2:]
    return Behind(_rows(asked, found), many, Decimal(total))


def _rows(asked: AskedReport, found: Sequence[tuple]) -> list[Row]:
    """Those that are gone since they were counted are left out."""
    there = {
        kind: _by_id(asked, kind, [row[0] for row in found if row[1] == kind])
        for kind in {row[1] for row in found}
    }
    return [
        Row(about=there[kind][pk], kind=kind, at=at, until=until, adds=Decimal(adds))
        for pk, kind, at, until, adds, *_ in found
        if pk in there[kind]
    ]


def _by_id(asked: AskedReport, kind: str, ids: Sequence[int]) -> Mapping[int, object]:
    if kind == ROSTERED:
        return Therapist.objects.in_bulk(ids)
    if asked.report.source == RowSource.PAYMENTS:
        return Payment.objects.with_everything().in_bulk(ids)
    if asked.report.source == RowSource.MAILS:
        return Mail.objects.select_related("client").in_bulk(ids)
    return Appointment.objects.with_everything().in_bulk(ids)


def _chosen(
    asked: AskedReport, figure: Counted, where: Mapping[str, str], currency: str
) -> Condition:
    chosen = of_figure(figure)
    for cut, key in where.items():
        if cut == "race" and key == REST:
            lines = totals_of(asked, [cut]).by.get((cut, currency), {})
            named = [one for one in folded(lines) if one != REST]
            chosen = chosen.and_among(cut, named[:MOST_LINES], out=True)
        else:
            chosen = chosen.and_among(cut, [key])
    return chosen
