"""The rows that reports count, in SQL: one row each, with every cut as text.

Each has `id`, `kind`, `client`, `at` and `until` (when it is, and until when if that is part of
it), `about` (the instant whose training phase counts), its civil `day`, `currency`, what can be
added up (`one`, `amount`, `seconds`), and the columns to cut by.
"""

from enum import StrEnum

DAY = "%(begin)s::date + (width_bucket({at}, %(midnights)s::timestamptz[]) - 1)"
# The first instant after the civil day that is so many days after a row's own.
AFTER = (
    "(%(midnights)s::timestamptz[])[width_bucket({at}, %(midnights)s::timestamptz[]) + 1 + {days}]"
)

# Civil days of instants, and where the days end that count after one.
CIVIL = {
    "weeks_on": AFTER.format(at="visit.starts_at", days="%(again)s"),
    "booked_on": DAY.format(at="visit.booked_at"),
    "visit_on": DAY.format(at="appointment.starts_at"),
    "paid_on": DAY.format(at="payment.at"),
    "mailed_on": DAY.format(at="mail.data_at"),
    "fortnight_on": AFTER.format(at="mail.data_at", days="14"),
}

VISITS = """
    SELECT visit.id, '' AS kind, visit.client_id AS client, visit.starts_at AS at,
           visit.ends_at AS until, visit.starts_at AS about, visit.day, '' AS currency,
           1 AS one, owed.amount, extract(epoch FROM visit.ends_at - visit.starts_at) AS seconds,
           visit.therapist_id::text AS therapist, visit.treatment_id::text AS treatment,
           CASE WHEN visit.status IN ('arrived', 'completed') THEN 'came'
                WHEN visit.status = 'booked' AND visit.starts_at > %(now)s THEN 'ahead'
                WHEN visit.status = 'booked' THEN 'unmarked'
                WHEN visit.status = 'no_show' THEN 'no_show'
                WHEN gone.by = %(nobody)s THEN 'unproved'
                WHEN gone.at >= least(visit.starts_at, greatest(
                         visit.starts_at - %(cutoff)s, visit.booked_at + %(undo)s)) THEN 'late'
                ELSE 'in_time' END AS outcome,
           CASE WHEN visit.starts_at > since.first THEN 'returning' ELSE 'new' END AS newness,
           CASE WHEN EXISTS (
                    SELECT FROM bookings_appointment later
                     WHERE later.client_id = visit.client_id
                       AND later.starts_at > visit.starts_at
                       AND later.starts_at < {weeks_on}
                       AND later.status IN ('booked', 'arrived', 'completed'))
                THEN 'again'
                WHEN {weeks_on} > %(now)s THEN 'open'
                ELSE 'not' END AS again,
           CASE WHEN visit.booked_at IS NULL THEN 'unknown'
                ELSE (%(leads)s::text[])[width_bucket(
                    visit.day - ({booked_on}), %(lead_days)s::int[]) + 1]
                END AS lead,
           CASE WHEN owed.amount > 0 THEN 'yes' ELSE 'no' END AS owes
      FROM (SELECT appointment.*, {visit_on} AS day
              FROM bookings_appointment appointment
             WHERE appointment.status NOT IN ('held', 'expired')
               AND appointment.starts_at >= %(from)s AND appointment.starts_at < %(until)s) visit
      LEFT JOIN (
            SELECT client_id, min(starts_at) AS first FROM bookings_appointment
             WHERE status IN ('booked', 'arrived', 'completed')
             GROUP BY client_id) since ON since.client_id = visit.client_id
      LEFT JOIN LATERAL (
            SELECT event.at, event.by FROM bookings_appointmentevent event
             WHERE visit.status = 'cancelled' AND event.appointment_id = visit.id
               AND event.kind = 'cancelled'
             ORDER BY event.id DESC LIMIT 1) gone ON true
      LEFT JOIN LATERAL (
            SELECT CASE WHEN visit.status IN ('arrived', 'completed') THEN visit.price
                        WHEN visit.status IN ('cancelled', 'no_show') THEN coalesce((
                            SELECT sum(fee.amount) FROM bookings_fee fee
                             WHERE fee.appointment_id = visit.id), 0)
                        ELSE 0 END
                   - coalesce((
                        SELECT sum(payment.amount) FROM bookings_payment payment
                         WHERE payment.appointment_id = visit.id
                           AND (payment.method <> 'waived' OR payment.waives = visit.status
                                OR payment.waives = ''
                                   AND visit.status NOT IN ('cancelled', 'no_show'))), 0)
                   AS amount) owed ON true
"""

PAYMENTS = """
    SELECT payment.id, '' AS kind, visit.client_id AS client, payment.at,
           NULL::timestamptz AS until, visit.starts_at AS about,
           {paid_on} AS day, payment.currency,
           1 AS one, payment.amount, 0 AS seconds,
           payment.therapist_id::text AS therapist, visit.treatment_id::text AS treatment,
           payment.method
      FROM bookings_payment payment JOIN bookings_appointment visit
        ON visit.id = payment.appointment_id
     WHERE payment.at >= %(from)s AND payment.at < %(until)s
"""

MAILS = """
    SELECT mail.id, '' AS kind, mail.client_id AS client, mail.data_at AS at,
           NULL::timestamptz AS until, mail.data_at AS about,
           {mailed_on} AS day, '' AS currency,
           1 AS one, 0 AS amount, 0 AS seconds,
           CASE WHEN EXISTS (
                    SELECT FROM bookings_appointment visit
                     WHERE visit.client_id = mail.client_id
                       AND visit.starts_at > mail.data_at
                       AND visit.status NOT IN ('held', 'expired')
                       AND visit.booked_at >= mail.data_at
                       AND visit.booked_at < {fortnight_on})
                THEN 'booked'
                WHEN {fortnight_on} > %(now)s THEN 'open'
                ELSE 'not' END AS booked
      FROM bookings_mail mail
     WHERE mail.kind = 'nudge' AND mail.state IN ('sent', 'ambiguous')
       AND mail.data_at >= %(from)s AND mail.data_at < %(until)s
"""

# Visits and hours of work, cut into the hours of the clock that they touch.
TIME = """
    SELECT id, kind, client, to_timestamp(since) AS at, to_timestamp(until) AS until,
           to_timestamp(since) AS about, %(begin)s::date + (%(edge_days)s::int[])[edge] AS day,
           '' AS currency, 1 AS one, 0 AS amount, until - since AS seconds,
           therapist::text AS therapist, (%(edge_hours)s::int[])[edge]::text AS hour
      FROM (SELECT id, kind, client, therapist, edge,
                   greatest(begins, (%(edges)s::bigint[])[edge]) AS since,
                   least(ends, (%(edges)s::bigint[])[edge + 1]) AS until
              FROM (SELECT span.*, generate_series(
                           greatest(1, width_bucket(begins, %(edges)s::bigint[])),
                           least(%(last_edge)s, width_bucket(ends - 1, %(edges)s::bigint[])))
                           AS edge
                      FROM (SELECT id, 'booked' AS kind, client_id AS client,
                                   therapist_id AS therapist,
                                   floor(extract(epoch FROM starts_at))::bigint AS begins,
                                   floor(extract(epoch FROM ends_at))::bigint AS ends
                              FROM bookings_appointment
                             WHERE status IN ('booked', 'arrived', 'completed', 'no_show')
                               AND starts_at > %(from)s - %(longest)s AND starts_at < %(until)s
                               AND ends_at > %(from)s
                             UNION ALL
                            SELECT therapist, 'rostered', NULL, therapist, begins, ends
                              FROM unnest(%(who)s::bigint[], %(work_since)s::bigint[],
                                          %(work_until)s::bigint[])
                                AS work(therapist, begins, ends)) span) hour) piece
"""

# What all of them can be cut by besides; `found` are the rows of one of the above.
WITH_CALENDAR = """
    SELECT found.*, found.day::text AS date,
           (found.day - (extract(isodow FROM found.day)::int - 1))::text AS week,
           to_char(found.day, 'YYYY-MM') AS month,
           (extract(isodow FROM found.day)::int - 1)::text AS weekday,
           coalesce(told.phases[here.place], 'off_season') AS phase,
           coalesce(told.races[here.place], '') AS race
      FROM ({found}) found
      LEFT JOIN (
            SELECT whose, edges, phases, races
              FROM unnest(%(whose)s::bigint[], %(plan)s::int[]) AS client(whose, plan)
              JOIN (SELECT number, edges::bigint[], phases::text[], races::text[]
                      FROM unnest(%(plans)s::int[], %(told_edges)s::text[], %(phases)s::text[],
                                  %(races)s::text[]) AS plan(number, edges, phases, races)
                    OFFSET 0) plans
                ON plans.number = client.plan) told
        ON told.whose = found.client
      LEFT JOIN LATERAL (
            SELECT width_bucket(floor(extract(epoch FROM found.about))::bigint, told.edges)
                   AS place) here ON true
"""


class RowSource(StrEnum):
    """What the rows of a report are."""

    VISITS = "visits"
    PAYMENTS = "payments"
    MAILS = "mails"
    TIME = "time"


SQL = {
    RowSource.VISITS: VISITS.format(**CIVIL),
    RowSource.PAYMENTS: PAYMENTS.format(**CIVIL),
    RowSource.MAILS: MAILS.format(**CIVIL),
    RowSource.TIME: TIME,
}
# How many days before a visit it was booked: the first of each band, and its name.
LEADS = {0: "same_day", 1: "1-2", 3: "3-6", 7: "7-13", 14: "14-27", 28: "28"}
