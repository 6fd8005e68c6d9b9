"""Which rows: the SQL of a report's rows with its facts, narrowed down by figure and cut."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from bookings.core.scheduling.openings import Span, without
from bookings.models import Therapist
from bookings.models.scheduling.appointments import LONGEST
from bookings.queries.clients.strangers import NOBODY_CONFIRMED
from bookings.queries.reports.definitions import Counted, Report
from bookings.queries.reports.periods import DAYS_OF_A_WEEK, Period
from bookings.queries.reports.phases import NONE_TOLD, PlansTold, as_array, plans_told
from bookings.queries.reports.sources import LEADS, SQL, WITH_CALENDAR, RowSource
from bookings.queries.rota.facts import rows
from bookings.queries.rota.working_hours import timetables

OF_TRAINING = ("phase", "race")
LONG_LISTS = {"midnights", "edges", "edge_days", "edge_hours", "who", "work_since", "work_until",
              "whose", "plan", "plans"}  # fmt: skip
USUAL_WEEKS = 4
WHO_AND_WHEN = "SELECT array_agg(DISTINCT client), min(about), max(about) FROM ({found}) found"


@dataclass(frozen=True)
class AskedReport:
    """A report over a period, as it is `now`; `weeks` is within how many one comes again."""

    report: Report
    period: Period
    now: datetime
    weeks: int = USUAL_WEEKS


@dataclass
class Condition:
    """Of SQL, with the values that stand in it."""

    sql: str = "true"
    values: dict[str, Any] = field(default_factory=dict)

    def and_among(self, column: str, values: Iterable[str], *, out: bool = False) -> "Condition":
        """The column has one of these values, or none of them if they are `out`."""
        name = f"among_{len(self.values)}"
        test = f"{column} <> ALL(%({name})s)" if out else f"{column} = ANY(%({name})s)"
        return Condition(f"{self.sql} AND {test}", {**self.values, name: list(values)})


def of_figure(figure: Counted, condition: Condition | None = None) -> Condition:
    chosen = condition or Condition()
    for column, values in figure.of.items():
        chosen = chosen.and_among(column, values)
    return chosen


def selected(asked: AskedReport, columns: Collection[str]) -> tuple[str, dict[str, Any]]:
    """The report's rows of both periods as SQL, and its facts; `columns` is what is asked of them,
    since phases are looked up only for who wants them."""
    found, facts = SQL[asked.report.source], _facts(asked)
    told = NONE_TOLD
    if set(columns) & set(OF_TRAINING):
        told = _told(asked, found, facts)
    facts |= {**{name: told[name] for name in told if name != "edges"}, "told_edges": told["edges"]}
    facts |= {name: as_array(facts[name]) for name in LONG_LISTS & set(facts)}
    return WITH_CALENDAR.format(found=found), facts


def _facts(asked: AskedReport) -> dict[str, Any]:
    period = asked.period
    facts = {
        "from": period.with_before.start,
        "until": period.with_before.end,
        "first": period.first,
        "begin": period.begin,
        "now": asked.now,
        "midnights": period.midnights,
        "again": asked.weeks * DAYS_OF_A_WEEK,
        "nobody": NOBODY_CONFIRMED,
        "cutoff": timedelta(hours=period.clinic.cancel_cutoff_hours),
        "undo": timedelta(minutes=period.clinic.undo_minutes),
        "lead_days": list(LEADS),
        "leads": [LEADS[0], *LEADS.values()],  # the first for what is noted after it has begun
    }
    return facts | (_times(period) if asked.report.source == RowSource.TIME else {})


def _told(asked: AskedReport, found: str, facts: Mapping[str, Any]) -> PlansTold:
    """The phases of all who are in the rows, on the days that the rows are about."""
    who = WHO_AND_WHEN.format(found=found)
    [(clients, first, last)] = analysed(who, {**facts, "midnights": as_array(facts["midnights"])})
    if not clients:
        return NONE_TOLD
    clinic = asked.period.clinic
    return plans_told(clients, clinic.day_of(first), clinic.day_of(last), clinic)


def _times(period: Period) -> dict[str, Any]:
    hours = period.hours
    begin = period.begin
    worked = [(who, *span) for who, spans in rostered(period).items() for span in spans]
    end = int(period.with_before.end.timestamp())
    return {
        "edges": [second for second, _, _ in hours] + [end],
        "edge_days": [(day - begin).days for _, day, _ in hours],
        "last_edge": len(hours),
        "edge_hours": [hour for _, _, hour in hours],
        "longest": LONGEST,
        "who": [who for who, _, _ in worked],
        "work_since": [since for _, since, _ in worked],
        "work_until": [until for _, _, until in worked],
    }


def rostered(period: Period) -> dict[int, list[Span]]:
    """Each therapist's time at work in both periods, as the engine that books has it."""
    during = period.with_before
    gone = dict(_last_visits())
    people = list(Therapist.objects.values_list("pk", flat=True))
    hours = timetables(people, period.before, 2 * period.days, during, period.clinic)
    ends = int(during.start.timestamp()), int(during.end.timestamp())
    return {
        pk: _between(without(one.working, [*one.closures, *one.absences]), ends[0], until)
        for pk, one in hours.items()
        if (until := min(ends[1], gone.get(pk, ends[1]))) > ends[0]
    }


def analysed(sql: str, facts: Mapping[str, Any]) -> list[tuple]:
    """What reads a year's rows: compiled it would take longer to make than to run, and a report
    needs more room to sort in than a page."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")
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
