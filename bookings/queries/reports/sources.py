"""The rows that reports count, in SQL: one row each, and only the columns that are asked for.

Each row has `id`, `kind`, `client`, `at` and `until` (when it is, and until when if that is part
of it), `about` (the instant whose training phase counts), its civil `day` and its `currency`.
What can be added up and what can be cut by is made, and joined with, only for who wants it.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import NamedTuple

A_DAY = "%(begin)s::date + (width_bucket({at}, %(midnights)s::timestamptz[]) - 1)"
# The first instant after the civil day that is so many days after a row's own.
AFTER = (
    "(%(midnights)s::timestamptz[])[width_bucket({at}, %(midnights)s::timestamptz[]) + 1 + {days}]"
)
WEEKS_ON = AFTER.format(at="found.at", days="%(again)s")
FORTNIGHT_ON = AFTER.format(at="found.at", days="14")
BOOKED_ON = A_DAY.format(at="found.booked_at")


class RowSource(StrEnum):
    """What the rows of a report are."""

    VISITS = "visits"
    PAYMENTS = "payments"
    MAILS = "mails"
    TIME = "time"


class MadeColumn(NamedTuple):
    """How it is made of a found row, and the join that it needs."""

    sql: str
    join: str = ""


# Of each client one look into the index, however many visits there are.
SINCE = """
    LEFT JOIN (
        SELECT client.id, (
                   SELECT visit.starts_at FROM bookings_appointment visit
                    WHERE visit.client_id = client.id
                      AND visit.status IN ('booked', 'arrived', 'completed')
                    ORDER BY visit.starts_at LIMIT 1) AS first
          FROM bookings_client client OFFSET 0) since ON since.id = found.client
"""
# Asked of those that were cancelled alone: a subquery that nobody needs is not run.
WAS_CANCELLED = """coalesce((
    SELECT CASE WHEN event.by = %(nobody)s THEN 'unproved'
                WHEN event.at >= least(found.at, greatest(
                         found.at - %(cutoff)s, found.booked_at + %(undo)s)) THEN 'late'
                ELSE 'in_time' END
      FROM bookings_appointmentevent event
     WHERE event.appointment_id = found.id AND event.kind = 'cancelled'
     ORDER BY event.id DESC LIMIT 1), 'in_time')"""
# Waivers are few, and what one counts for hangs on the visit: they are looked at one by one. Of
# other visits than the period's only those are summed that were written down among its own.
PAID = """
    LEFT JOIN (
        SELECT appointment_id, sum(amount) FILTER (WHERE method <> 'waived') AS amount,
               bool_or(method = 'waived') AS waives
          FROM bookings_payment
         WHERE appointment_id BETWEEN
               (SELECT min(id) FROM bookings_appointment
                 WHERE starts_at >= %(from)s AND starts_at < %(until)s)
           AND (SELECT max(id) FROM bookings_appointment
                 WHERE starts_at >= %(from)s AND starts_at < %(until)s)
         GROUP BY appointment_id) paid ON paid.appointment_id = found.id
"""
LEFT_TO_PAY = """
    CASE WHEN found.status IN ('arrived', 'completed') THEN found.price
         WHEN found.status IN ('cancelled', 'no_show') THEN coalesce((
             SELECT sum(fee.amount) FROM bookings_fee fee WHERE fee.appointment_id = found.id), 0)
         ELSE 0 END - coalesce(paid.amount, 0)
    - CASE WHEN paid.waives THEN coalesce((
             SELECT sum(waiver.amount) FROM bookings_payment waiver
              WHERE waiver.appointment_id = found.id AND waiver.method = 'waived'
                AND (waiver.waives = found.status
                     OR waiver.waives = '' AND found.status NOT IN ('cancelled', 'no_show'))), 0)
           ELSE 0 END
"""

OF_VISITS = {
    "therapist": MadeColumn("found.therapist_id"),
    "treatment": MadeColumn("found.treatment_id"),
    "outcome": MadeColumn(
        f"""CASE WHEN found.status IN ('arrived', 'completed') THEN 'came'
                 WHEN found.status = 'booked' AND found.at > %(now)s THEN 'ahead'
                 WHEN found.status = 'booked' THEN 'unmarked'
                 WHEN found.status = 'no_show' THEN 'no_show'
                 WHEN found.status = 'cancelled' THEN {WAS_CANCELLED}
                 ELSE 'in_time' END"""
    ),
    "newness": MadeColumn(
        "CASE WHEN found.at > since.first THEN 'returning' ELSE 'new' END", SINCE
    ),
    "again": MadeColumn(
        f"""CASE WHEN {WEEKS_ON} > %(now)s THEN 'open'
                 WHEN found.following < {WEEKS_ON} THEN 'again'
                 ELSE 'not' END"""
    ),
    "lead": MadeColumn(
        f"""CASE WHEN found.booked_at IS NULL THEN 'unknown'
                 ELSE (%(leads)s::text[])[width_bucket(
                     found.day - ({BOOKED_ON}), %(lead_days)s::int[]) + 1] END"""
    ),
    "amount": MadeColumn(LEFT_TO_PAY, PAID),
    "owes": MadeColumn(f"CASE WHEN {LEFT_TO_PAY} > 0 THEN 'yes' ELSE 'no' END", PAID),
}

OF_PAYMENTS = {
    "therapist": MadeColumn("found.therapist_id"),
    "treatment": MadeColumn("found.treatment_id"),
    "method": MadeColumn("found.method"),
    "amount": MadeColumn("found.amount"),
}

# Who had seen the client last by then.
LAST_SEEN = """
    LEFT JOIN LATERAL (
        SELECT visit.therapist_id FROM bookings_appointment visit
         WHERE visit.client_id = found.client AND visit.starts_at <= found.at
           AND visit.status IN ('arrived', 'completed')
         ORDER BY visit.starts_at DESC LIMIT 1) seen ON true
"""
OF_MAILS = {
    "therapist": MadeColumn("seen.therapist_id", LAST_SEEN),
    "booked": MadeColumn(
        f"""CASE WHEN {FORTNIGHT_ON} > %(now)s THEN 'open'
                 WHEN EXISTS (
                    SELECT FROM bookings_appointment visit
                     WHERE visit.client_id = found.client
                       AND visit.starts_at > found.at
                       AND visit.status NOT IN ('held', 'expired')
                       AND visit.booked_at >= found.at
                       AND visit.booked_at < {FORTNIGHT_ON})
                 THEN 'booked'
                 ELSE 'not' END"""
    ),
}

OF_TIME = {
    "therapist": MadeColumn("found.therapist_id"),
    "seconds": MadeColumn("found.ends - found.begins"),
    "hour": MadeColumn("(%(edge_hours)s::int[])[found.edge]"),
    # When on its day; apart for each day on which the clocks change.
    "odd_day": MadeColumn("CASE WHEN found.day = ANY(%(odd_days)s::date[]) THEN found.day END"),
    "begins": MadeColumn("found.begins - found.midnight"),
    "ends": MadeColumn("found.ends - found.midnight"),
}

VISITS = """
    SELECT id, '' AS kind, client_id AS client, starts_at AS at, ends_at AS until,
           starts_at AS about, {day} AS day, '' AS currency,
           therapist_id, treatment_id, status, price, booked_at
      FROM bookings_appointment
     WHERE status NOT IN ('held', 'expired')
       AND starts_at >= %(from)s AND starts_at < %(until)s
"""
# Those that took place or may, each with the next of its client, read in order from one index. A
# client is in one place at a time, so that none begin together.
ONE_AFTER_ANOTHER = """
    SELECT * FROM (
        SELECT id, '' AS kind, client_id AS client, starts_at AS at, ends_at AS until,
               starts_at AS about, {day} AS day, '' AS currency,
               therapist_id, treatment_id, status, price, booked_at,
               lead(starts_at) OVER (PARTITION BY client_id ORDER BY starts_at) AS following
          FROM bookings_appointment
         WHERE status IN ('booked', 'arrived', 'completed') AND client_id IS NOT NULL
           AND starts_at >= %(from)s AND starts_at < %(again_until)s) every
     WHERE at < %(until)s
"""

PAYMENTS = """
    SELECT payment.id, '' AS kind, visit.client_id AS client, payment.at,
           NULL::timestamptz AS until, visit.starts_at AS about,
           {day} AS day, payment.currency,
           payment.therapist_id, visit.treatment_id, payment.method, payment.amount
      FROM bookings_payment payment JOIN bookings_appointment visit
        ON visit.id = payment.appointment_id
     WHERE payment.at >= %(from)s AND payment.at < %(until)s
"""

MAILS = """
    SELECT id, '' AS kind, client_id AS client, data_at AS at,
           NULL::timestamptz AS until, data_at AS about,
           {day} AS day, '' AS currency
      FROM bookings_mail
     WHERE kind = 'nudge' AND state IN ('sent', 'ambiguous')
       AND data_at >= %(from)s AND data_at < %(until)s
"""

# Visits and hours of work, cut where a day begins, or an hour of the clock where hours are asked.
# Of a series that it cannot foresee the planner expects a thousand, of an array ten: it sorts then.
TIME = """
    SELECT id, kind, client, to_timestamp(begins) AS at, to_timestamp(ends) AS until,
           to_timestamp(begins) AS about, day, '' AS currency,
           therapist_id, edge, midnight, begins, ends
      FROM (SELECT id, kind, client, therapist_id, edge,
                   %(begin)s::date + (%(edge_days)s::int[])[edge] AS day,
                   (%(edges)s::bigint[])[edge] AS midnight,
                   CASE WHEN edge = place THEN begins
                        ELSE (%(edges)s::bigint[])[edge] END AS begins,
                   least(ends, (%(edges)s::bigint[])[edge + 1]) AS ends
              FROM (SELECT span.*, unnest((%(places)s::int[])[
                           place :
                           CASE WHEN ends <= (%(edges)s::bigint[])[place + 1] THEN place
                                ELSE width_bucket(ends - 1, %(edges)s::bigint[]) END])
                           AS edge
                      FROM (SELECT *, width_bucket(begins, %(edges)s::bigint[]) AS place
                              FROM (SELECT id, 'booked' AS kind, client_id AS client, therapist_id,
                                   floor(date_part('epoch', starts_at))::bigint AS begins,
                                   floor(date_part('epoch', ends_at))::bigint AS ends
                              FROM bookings_appointment
                             WHERE status IN ('booked', 'arrived', 'completed', 'no_show')
                               AND starts_at > %(from)s - %(longest)s AND starts_at < %(until)s
                               AND ends_at > %(from)s
                             UNION ALL
                            SELECT therapist, 'rostered', NULL, therapist, begins, ends
                              FROM unnest(%(who)s::bigint[], %(work_since)s::bigint[],
                                          %(work_until)s::bigint[])
                                AS work(therapist, begins, ends)) every OFFSET 0) span) hour
            OFFSET 0) piece
"""

# Each client's races in bunches that do not touch one another, and the phases of each bunch.
WITH_PHASES = """
    SELECT found.*, coalesce(bunch.phases[here.place], 'off_season') AS phase,
           coalesce(bunch.races[here.place], '') AS race
      FROM ({found}) found
      LEFT JOIN (
            SELECT whose, begins::bigint[], bunches::int[]
              FROM unnest(%(whose)s::bigint[], %(bunches_begin)s::text[], %(bunches)s::text[])
                AS client(whose, begins, bunches)
            OFFSET 0) told ON told.whose = found.client
      LEFT JOIN (
            SELECT number, edges::bigint[], phases::text[], races::text[]
              FROM unnest(%(numbers)s::int[], %(told_edges)s::text[], %(phases)s::text[],
                          %(races)s::text[]) AS bunch(number, edges, phases, races)
            OFFSET 0) bunch
        ON bunch.number = told.bunches[
               width_bucket(floor(date_part('epoch', found.about))::bigint, told.begins)]
      LEFT JOIN LATERAL (
            SELECT width_bucket(floor(date_part('epoch', found.about))::bigint, bunch.edges)
                   AS place) here ON true
"""

ROWS = "SELECT {columns} FROM ({base}) found {joins}"
BASES = {
    RowSource.VISITS: VISITS.format(day=A_DAY.format(at="starts_at")),
    RowSource.PAYMENTS: PAYMENTS.format(day=A_DAY.format(at="payment.at")),
    RowSource.MAILS: MAILS.format(day=A_DAY.format(at="data_at")),
    RowSource.TIME: TIME,
}
AGAIN = ONE_AFTER_ANOTHER.format(day=A_DAY.format(at="starts_at"))
COLUMNS: Mapping[RowSource, Mapping[str, MadeColumn]] = {
    RowSource.VISITS: OF_VISITS,
    RowSource.PAYMENTS: OF_PAYMENTS,
    RowSource.MAILS: OF_MAILS,
    RowSource.TIME: OF_TIME,
}
OF_EVERY_DAY = {
    "date": "found.day::text",
    "week": "(found.day - (extract(isodow FROM found.day)::int - 1))::text",
    "month": "to_char(found.day, 'YYYY-MM')",
    "weekday": "mod(found.day - '0001-01-01'::date, 7)",  # that was a Monday
}
OF_TRAINING = ("phase", "race")
OF_ALL = ("id", "kind", "client", "at", "until", "about", "day", "currency")
# How many days before a visit it was booked: the first of each band, and its name.
LEADS = {0: "same_day", 1: "1-2", 3: "3-6", 7: "7-13", 14: "14-27", 28: "28"}


def rows_of(source: RowSource, columns: Collection[str]) -> str:
    """The source's rows with these columns besides those that all have."""
    own = COLUMNS[source]
    made = {name: own[name].sql for name in columns if name in own}
    made |= {name: OF_EVERY_DAY[name] for name in columns if name in OF_EVERY_DAY}
    joins = dict.fromkeys(own[name].join for name in columns if name in own)
    listed = [f"found.{name}" for name in OF_ALL if name not in made]
    listed += [f"{sql} AS {name}" for name, sql in made.items()]
    base = AGAIN if "again" in made else BASES[source]
    rows = ROWS.format(columns=", ".join(listed), base=base, joins=" ".join(joins))
    return WITH_PHASES.format(found=rows) if set(columns) & set(OF_TRAINING) else rows
