"""Every report over a month, a year and ten years of a clinic of fifty therapists."""

import os
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from datetime import time as clock
from pathlib import Path

from django.db import connection
from django.utils import timezone

from bookings.models import Appointment, AppointmentEvent, Client, Clinic, Mail, Payment, Race
from bookings.office.reports.asking import ChosenPeriod, PeriodForm
from bookings.office.reports.days import records_begin
from bookings.office.reports.grids import grid_of
from bookings.office.reports.tables import TWO_YEARS, found_of, tables_of
from bookings.queries.reports.definitions import REPORTS, Report
from bookings.queries.reports.periods import Period
from bookings.queries.reports.reconciling import compared
from tests.benchmarks.clients import PEOPLE, PERSON
from tests.benchmarks.mails import MAIL
from tests.benchmarks.seed import STARTS_A_DAY, insert
from tests.benchmarks.sizes import size
from tests.factories import (
    make_clinic,
    make_room,
    make_therapist,
    make_treatment,
    make_week,
)

YEARS = int(os.environ.get("YEARS", size(10, toy=1)))
THERAPISTS = size(50, toy=2)
DAY = timedelta(days=1)
CLIENTS_OF_EACH = size(100, toy=5)
PERIODS = sorted({30, 366, 366 * YEARS})
# Each client has one therapist, so that nobody is in two rooms at once.
VISIT = {
    "public_id": "'seed-' || row_number() OVER ()",
    "client_id": "client",
    "therapist_id": "therapist",
    "room_id": "room",
    "treatment_id": "treatment",
    "starts_at": "start",
    "ends_at": "start + interval '60 minutes'",
    "blocked_until": "start + interval '75 minutes'",
    "status": "CASE WHEN chance < 8 THEN 'cancelled' WHEN start > now() THEN 'booked'"
    " WHEN chance < 11 THEN 'no_show' ELSE 'completed' END",
    "price": "60",
    "created_at": "start - interval '9 days'",
    "booked_at": "start - chance * interval '10 hours'",
}
VISITS = """
  FROM (SELECT who.therapist, who.room,
               (%(clients)s::bigint[])[(place - 1) * %(each)s + 1 + mod(spread, %(each)s)]
                   AS client,
               (%(treatments)s::bigint[])[1 + mod(spread, 5)] AS treatment,
               mod(spread, 100) AS chance,
               (%(last)s::date - day + time '08:00') AT TIME ZONE 'Europe/London'
               + number * interval '75 minutes' AS start
          FROM generate_series(0, %(days)s) day
         CROSS JOIN generate_series(0, %(starts)s - 1) number
         CROSS JOIN unnest(%(therapists)s::bigint[], %(rooms)s::bigint[])
                    WITH ORDINALITY AS who(therapist, room, place)
         CROSS JOIN LATERAL (SELECT abs(hashtext(format('%%s-%%s-%%s', day, number, place)))
                             AS spread) hashed
         WHERE mod(spread, 2) = 0) visits
"""


def measure(_folder: Path, today: date) -> list[tuple[str, str]]:
    made(today)
    stored = Appointment.objects.count()
    print(f"Measuring reports over {stored:,} visits …")
    clinic = Clinic.objects.the()
    lines = []
    for days in PERIODS:
        choice = choice_of_days(clinic, today, days)
        took = {name: _seconds(tables_of_report, one, choice) for name, one in REPORTS.items()}
        if days <= TWO_YEARS:
            took["reconciling"] = _seconds(compared, choice.period, choice.now)
        said = ", ".join(f"{name} {seconds:.2f}" for name, seconds in took.items())
        lines.append((f"reports over {days} days, {stored:,} visits in {YEARS} years, s", said))
    return lines


def choice_of_days(clinic: Clinic, today: date, days: int) -> ChosenPeriod:
    """The last so many, and as many before them if the records go back so far, as on the page."""
    last = today - DAY
    period = Period(clinic, last - timedelta(days=days - 1), last)
    first = period.first - timedelta(days=days)
    begun = records_begin(clinic)
    before = Period(clinic, first, period.first - DAY) if begun and begun <= first else None
    return ChosenPeriod(
        period=period, before=before, name="dates", now=timezone.now(), form=PeriodForm()
    )


def tables_of_report(report: Report, choice: ChosenPeriod) -> None:
    """All that its page shows."""
    found = found_of(report, choice)
    tables_of(found, choice)
    grid_of(found, choice)


def _seconds(work: Callable[..., object], *asked: object) -> float:
    """The median of three once it has been asked, as a page is looked at."""
    work(*asked)
    return statistics.median(_once(work, *asked) for _ in range(size(3, toy=1)))


def _once(work: Callable[..., object], *asked: object) -> float:
    began = time.perf_counter()
    work(*asked)
    return time.perf_counter() - began


def made(today: date) -> None:
    make_clinic()
    people = [make_therapist(f"Therapist {number}") for number in range(THERAPISTS)]
    for person in people:
        make_week(person, clock(8), clock(20))
    rooms = [make_room(f"Room {number}") for number in range(THERAPISTS)]
    treatments = [make_treatment(f"Massage {number}", therapists=people) for number in range(5)]
    insert(Client, PERSON, PEOPLE, people=THERAPISTS * CLIENTS_OF_EACH)
    clients = list(Client.objects.values_list("pk", flat=True))
    insert(
        Appointment, VISIT, VISITS, last=today + timedelta(days=60), days=366 * YEARS + 60,
        starts=STARTS_A_DAY, each=CLIENTS_OF_EACH, clients=clients,
        therapists=[one.pk for one in people], rooms=[one.pk for one in rooms],
        treatments=[one.pk for one in treatments],
    )  # fmt: skip
    _make_money_and_mails(today)


def _make_money_and_mails(today: date) -> None:
    of_visits = " FROM bookings_appointment visit WHERE visit.status = "
    payment = {
        "appointment_id": "visit.id", "therapist_id": "visit.therapist_id", "what": "'Massage'",
        "method": "'card'", "amount": "60", "currency": "'GBP'", "by": "'desk'",
        "number": "row_number() OVER ()", "key": "'seed-' || visit.id", "at": "visit.ends_at",
    }  # fmt: skip
    insert(Payment, payment, f"{of_visits} 'completed'")
    event = {
        "appointment_id": "visit.id", "kind": "'cancelled'", "by": "'runner'",
        "at": "visit.starts_at - mod(visit.id, 40) * interval '1 hour'",
    }  # fmt: skip
    insert(AppointmentEvent, event, f"{of_visits} 'cancelled'")
    race = {
        "client_id": "client.id", "distance": "'marathon'", "priority": "'A'",
        "name": "'Race ' || mod(client.id, 3)",
        "race_date": "%(today)s::date - number * 182"
        " - 7 * mod(abs(hashtext(format('%%s-%%s', client.id, number))), 25)",
    }  # fmt: skip
    insert(Race, race, " FROM bookings_client client, generate_series(-1, %(many)s) number",
           today=today, many=2 * YEARS)  # fmt: skip
    mail = {
        **MAIL, "key": "'nudge-' || visit.id", "kind": "'nudge'", "state": "'sent'",
        "client_id": "visit.client_id", "appointment_id": "NULL", "due_at": "visit.ends_at",
        "created_at": "visit.ends_at", "data_at": "visit.ends_at", "sent_at": "visit.ends_at",
    }  # fmt: skip
    insert(Mail, mail, f"{of_visits} 'completed' AND mod(visit.id, 5) = 0")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
