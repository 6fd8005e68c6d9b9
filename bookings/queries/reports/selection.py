"""Which rows: the SQL of a report's rows with its facts, narrowed down by figure and cut."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connections, transaction

from bookings.core.scheduling.openings import Span, without
from bookings.models import Therapist
from bookings.models.scheduling.appointments import LONGEST
from bookings.queries import replica
from bookings.queries.clients.strangers import NOBODY_CONFIRMED
from bookings.queries.reports.definitions import Counted, Report
from bookings.queries.reports.periods import DAYS_OF_A_WEEK, Period
from bookings.queries.reports.phases import PhasesTold, as_array, phases_told
from bookings.queries.reports.sources import LEADS, OF_TRAINING, RowSource, rows_of
from bookings.queries.rota.working_hours import timetables
from bookings.queries.statements import rows

LONG_LISTS = {"midnights", "edges", "places", "edge_days", "edge_hours", "odd_days", "who",
              "work_since", "work_until", "whose", "bunches_begin", "bunches",
              "numbers"}  # fmt: skip
USUAL_WEEKS = 4
FOR_MANY_ROWS = """
    SET LOCAL jit = off;
    SET LOCAL work_mem = '128MB';
    SET LOCAL hash_mem_multiplier = 4;
    SET LOCAL enable_memoize = off;
    SET LOCAL max_parallel_workers_per_gather = 0
"""
OF_ONE = "SELECT * FROM ({found}) found WHERE therapist = %(therapist)s"
ABOUT_WHEN = "SELECT min(about), max(about) FROM ({found}) found"


@dataclass(frozen=True)
class AskedReport:
    """A report over a period, as it is `now`; `weeks` is within how many one comes again.

    `therapist` is whose rows count alone; None is everybody's.
    """

    report: Report
    period: Period
    now: datetime
    weeks: int = USUAL_WEEKS
    therapist: int | None = None

    def over(self, period: Period) -> "AskedReport":
        return replace(self, period=period)


@dataclass
class Condition:
    """Of SQL, with the values that stand in it."""

    sql: str = "true"
    values: dict[str, Any] = field(default_factory=dict)

    def and_among(self, column: str, values: Iterable[str], *, out: bool = False) -> "Condition":
        """The column, as text, has one of these values, or none of them if they are `out`."""
        name = f"among_{len(self.values)}"
        own = f"coalesce({column}::text, '')"
        test = f"{own} <> ALL(%({name})s)" if out else f"{own} = ANY(%({name})s)"
        return Condition(f"{self.sql} AND {test}", {**self.values, name: list(values)})


def of_figure(figure: Counted) -> Condition:
    chosen = Condition()
    for column, values in figure.of.items():
        chosen = chosen.and_among(column, values)
    return chosen


def of_any(figures: Collection[Counted]) -> Condition:
    """What all of the figures ask of a row."""
    chosen = Condition()
    for column in set.intersection(*(set(figure.of) for figure in figures)):
        chosen = chosen.and_among(column, {one for figure in figures for one in figure.of[column]})
    return chosen


def selected(asked: AskedReport, columns: Collection[str]) -> tuple[str, dict[str, Any]]:
    """The report's rows with these columns as SQL, and its facts."""
    source = asked.report.source
    whose = [] if asked.therapist is None else ["therapist"]
    found, facts = rows_of(source, [*columns, *whose]), _facts(asked, columns)
    if set(columns) & set(OF_TRAINING):
        facts |= _phases(asked, facts)
    if whose:
        found = OF_ONE.format(found=found)
    facts |= {name: as_array(facts[name]) for name in LONG_LISTS & set(facts)}
    return found, facts


def _facts(asked: AskedReport, columns: Collection[str]) -> dict[str, Any]:
    period = asked.period
    facts = {
        "from": period.bounds.start,
        "until": period.bounds.end,
        "begin": period.begin,
        "now": asked.now,
        "midnights": period.midnights,
        "again": asked.weeks * DAYS_OF_A_WEEK,
        "again_until": period.midnights[-1],
        "nobody": NOBODY_CONFIRMED,
        "cutoff": timedelta(hours=period.clinic.cancel_cutoff_hours),
        "undo": timedelta(minutes=period.clinic.undo_minutes),
        "lead_days": list(LEADS),
        "leads": [LEADS[0], *LEADS.values()],  # the first for what is noted after it has begun
        "therapist": asked.therapist,
    }
    is_of_time = asked.report.source == RowSource.TIME
    return facts | (_times(asked, by_hour="hour" in columns) if is_of_time else {})


def _phases(asked: AskedReport, facts: Mapping[str, Any]) -> PhasesTold:
    """Of everybody on the days that the rows are about."""
    when = ABOUT_WHEN.format(found=rows_of(asked.report.source, []))
    [(first, last)] = analysed(when, {**facts, "midnights": as_array(facts["midnights"])})
    clinic = asked.period.clinic
    if first is None:
        return phases_told(asked.period.last, asked.period.first, clinic)
    return phases_told(clinic.day_of(first), clinic.day_of(last), clinic)


def _times(asked: AskedReport, *, by_hour: bool) -> dict[str, Any]:
    period = asked.period
    pieces = period.hours if by_hour else period.begins_of_days
    worked = [(who, *span) for who, spans in rostered(asked).items() for span in spans]
    end = int(period.bounds.end.timestamp())
    return {
        "edges": [second for second, _, _ in pieces] + [end],
        "edge_days": [(day - period.begin).days for _, day, _ in pieces],
        "places": range(1, len(pieces) + 1),
        "edge_hours": [hour for _, _, hour in pieces],
        "odd_days": period.odd_days,
        "longest": LONGEST,
        "who": [who for who, _, _ in worked],
        "work_since": [since for _, since, _ in worked],
        "work_until": [until for _, _, until in worked],
    }


def rostered(asked: AskedReport) -> dict[int, list[Span]]:
    """Each therapist's time at work in the period, as the engine that books has it."""
    period = asked.period
    gone = dict(_last_visits())
    people = Therapist.objects.values_list("pk", flat=True)
    if asked.therapist is not None:
        people = people.filter(pk=asked.therapist)
    hours = timetables(people, period.every_day, period.bounds, period.clinic)
    ends = int(period.bounds.start.timestamp()), int(period.bounds.end.timestamp())
    return {
        pk: _between(without(one.working, [*one.closures, *one.absences]), ends[0], until)
        for pk, one in hours.items()
        if (until := min(ends[1], gone.get(pk, ends[1]))) > ends[0]
    }


def analysed(sql: str, facts: Mapping[str, Any]) -> list[tuple]:
    """What reads years of rows: compiled it would take longer to make than to run. It needs more
    room than a page (of which it is thought to need far more than it does), and no answer twice."""
    alias = replica.alias()
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(FOR_MANY_ROWS)
        cursor.execute(sql, facts)
        return cursor.fetchall()


def _last_visits() -> list[tuple[int, int]]:
    """Of those who have left: when their last visit ended; the epoch where they had none."""
    return rows(
        """
        SELECT therapist.id, coalesce((
                   SELECT ceil(extract(epoch FROM max(visit.ends_at)))::bigint
                     FROM bookings_appointment visit
                    WHERE visit.therapist_id = therapist.id
                      AND visit.status IN ('arrived', 'completed', 'no_show')), 0)
          FROM bookings_therapist therapist WHERE NOT therapist.active
        """
    )


def _between(spans: Iterable[Span], begin: int, end: int) -> list[Span]:
    cut = [(max(start, begin), min(until, end)) for start, until in spans]
    return [span for span in cut if span[0] < span[1]]
