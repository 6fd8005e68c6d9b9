"""The entries of a table of training days (.csv): a date, what it is, minutes or a distance."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from bookings.core.records.moments import NoSuchMoment, Order, orders_in, when
from bookings.core.records.plan_files.calendars import Entries, Written
from bookings.core.records.plan_files.limits import (
    MOST_READ,
    NO_COLUMNS,
    NO_PLAN,
    TOO_MANY,
    UnreadablePlan,
    Window,
)
from bookings.core.records.plan_files.lines import TEXTS
from bookings.core.records.plan_files.words import KM_OF_A_MILE, PlanWords, folded
from bookings.core.records.tables import ListTable, Row, Unreadable, table_of
from bookings.core.records.text_files import rows_of

PLAIN = re.compile(r"[0-9]{1,5}(?:[.,][0-9]{1,17})?")
CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::[0-5][0-9])?")
OF_ONE = {"km": 1.0, "miles": KM_OF_A_MILE, "metres": 0.001}
MINUTES_OF_ONE = {"minutes": 1.0, "hours": 60.0}


def in_list(data: bytes, words: PlanWords, window: Window) -> Entries:
    """Raises UnreadablePlan."""
    names = frozenset(name for called in words.columns.values() for name in called)
    try:
        rows, how = rows_of(data)
        table = table_of(rows, how, names)
    except Unreadable:
        raise UnreadablePlan(NO_PLAN) from None
    columns = _columns(table, words)
    if not columns["date"] or not columns["kind"]:
        raise UnreadablePlan(NO_COLUMNS if len(table.names) > 1 else NO_PLAN)
    entries: list[Written] = []
    left_out = 0
    order = _order_of(table, columns["date"][0])
    for _number, row in table.rows:
        day = _day(row[columns["date"][0]], order)
        left_out += day is None
        if day and window.holds(day):
            entries.append(_entry(day, row, columns))
        if len(entries) > MOST_READ:
            raise UnreadablePlan(TOO_MANY)
    return Entries(entries, left_out)


Columns = Mapping[str, list[int]]


def _columns(table: ListTable, words: PlanWords) -> Columns:
    names = [folded(name) for name in table.names]
    return {
        what: [
            place
            for called in words.columns[what]
            for place, name in enumerate(names)
            if name == called
        ]
        for what in ("date", "kind", "minutes", "hours", "km", "miles", "metres")
    }


def _entry(day: date, row: Row, columns: Columns) -> Written:
    return Written(
        day=day,
        title=" ".join(dict.fromkeys(row[place] for place in columns["kind"] if row[place]))[
            : TEXTS["SUMMARY"]
        ],
        minutes=_minutes(row, columns),
        km=next(_distances(row, columns), None),
    )


def _distances(row: Row, columns: Columns) -> Iterator[float]:
    for unit, km in OF_ONE.items():
        for place in columns[unit]:
            if PLAIN.fullmatch(row[place]) and (amount := _number(row[place]) * km):
                yield round(amount, 1)


def _minutes(row: Row, columns: Columns) -> int | None:
    for unit, minutes in MINUTES_OF_ONE.items():
        for place in columns[unit]:
            if PLAIN.fullmatch(row[place]) and (amount := round(_number(row[place]) * minutes)):
                return amount
            if found := CLOCK.fullmatch(row[place]):
                return int(found[1]) * 60 + int(found[2])
    return None


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _order_of(table: ListTable, place: int) -> Order:
    """Day or month first: as some dates can only be read, else as they lie closest together."""
    texts = [row[place] for _number, row in table.rows]
    if sure := orders_in(texts).sure:
        return sure
    return min(Order, key=lambda order: _spread(texts, order))


def _spread(texts: list[str], order: Order) -> timedelta:
    days = [day for text in texts if (day := _day(text, order))]
    return max(days) - min(days) if days else timedelta()


def _day(text: str, order: Order) -> date | None:
    try:
        return when(text, order).day
    except NoSuchMoment:
        return None
