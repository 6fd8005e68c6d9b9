"""The rows of each report read slowly, from the models, in Python: what the SQL must agree with."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bookings.core import training
from bookings.core.scheduling.checks import codes_of_timetable
from bookings.core.scheduling.openings import Duration
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Mail, Payment, Therapist
from bookings.models.money.payments import CHARGED_A_FEE, Account
from bookings.queries.clients.strangers import NOBODY_CONFIRMED
from bookings.queries.reports.phases import race_key
from bookings.queries.reports.selection import AskedReport
from bookings.queries.reports.sources import RowSource
from bookings.queries.rota.working_hours import timetables
from bookings.queries.training import protocol

TOOK_PLACE_OR_MAY = (Status.BOOKED, Status.ARRIVED, Status.COMPLETED)
BANDS = ((28, "28"), (14, "14-27"), (7, "7-13"), (3, "3-6"), (1, "1-2"))
Row = dict[str, Any]


def naive_rows(asked: AskedReport) -> list[Row]:
    """Of the period itself."""
    readers = {
        RowSource.VISITS: _visits, RowSource.PAYMENTS: _payments, RowSource.MAILS: _mails,
        RowSource.TIME: _time,
    }  # fmt: skip
    period = asked.period
    found = readers[asked.report.source](asked)
    whose = None if asked.therapist is None else str(asked.therapist)
    return [
        row
        for row in found
        if period.first <= row["day"] <= period.last and whose in (None, row["therapist"])
    ]


def naive_sums(
    asked: AskedReport, rows: list[Row], *cuts: str
) -> dict[tuple[str, ...], tuple[Decimal, ...]]:
    """By currency and a key of each cut, what each figure comes to."""
    sums: dict[tuple[str, ...], list[Decimal]] = {}
    for row in rows:
        keys = (row["currency"], *(row[cut] for cut in cuts))
        line = sums.setdefault(keys, [Decimal(0)] * 8)
        for place, figure in enumerate(asked.report.figures):
            if all(row[column] in values for column, values in figure.of.items()):
                line[place] += Decimal(row[figure.adds])
    many = len(asked.report.figures)
    return {key: tuple(line[:many]) for key, line in sums.items()}


def _calendar(asked: AskedReport, at: datetime) -> Row:
    day = asked.period.clinic.day_of(at)
    monday = day - timedelta(days=day.weekday())
    return {
        "day": day, "date": f"{day}", "week": f"{monday}", "month": f"{day:%Y-%m}",
        "weekday": str(day.weekday()), "one": 1, "currency": "",
    }  # fmt: skip


def _training(asked: AskedReport, client: Client, at: datetime) -> Row:
    races = [race.in_training for race in client.races.all()]
    here = training.phase_on(asked.period.clinic.day_of(at), races, protocol.current())
    race = race_key(here.race) if here.race else ""
    return {"phase": here.phase.value, "race": race}


def _visits(asked: AskedReport) -> Iterator[Row]:
    visits = list(Appointment.objects.visits().with_everything())
    for visit in visits:
        yield {
            **_calendar(asked, visit.starts_at),
            **_training(asked, visit.whose, visit.starts_at),
            "therapist": str(visit.therapist_id),
            "treatment": str(visit.treatment_id),
            "outcome": _outcome(asked, visit),
            "newness": _newness(visit, visits),
            "again": _again(asked, visit, visits),
            "lead": _lead(asked, visit),
            **_owes(visit),
        }


def _outcome(asked: AskedReport, visit: Appointment) -> str:
    if visit.status in (Status.ARRIVED, Status.COMPLETED):
        return "came"
    if visit.status == Status.NO_SHOW:
        return "no_show"
    if visit.status == Status.BOOKED:
        return "ahead" if visit.starts_at > asked.now else "unmarked"
    event = visit.events.filter(kind="cancelled").latest("pk")
    if event.by == NOBODY_CONFIRMED:
        return "unproved"
    clinic = asked.period.clinic
    until = clinic.last_cancellation(visit.starts_at)
    if visit.booked_at:
        until = max(until, visit.booked_at + timedelta(minutes=clinic.undo_minutes))
    return "late" if event.at >= min(until, visit.starts_at) else "in_time"


def _newness(visit: Appointment, visits: list[Appointment]) -> str:
    before = [one for one in visits if one.client == visit.client and one.pk != visit.pk]
    earlier = [one for one in before if one.starts_at < visit.starts_at]
    return "returning" if any(one.status in TOOK_PLACE_OR_MAY for one in earlier) else "new"


def _again(asked: AskedReport, visit: Appointment, visits: list[Appointment]) -> str:
    clinic = asked.period.clinic
    last_day = clinic.day_of(visit.starts_at) + timedelta(weeks=asked.weeks)
    if asked.now < clinic.begin_of(last_day + timedelta(days=1)):
        return "open"
    for one in visits:
        same = one.client == visit.client and one.status in TOOK_PLACE_OR_MAY
        if same and one.starts_at > visit.starts_at and clinic.day_of(one.starts_at) <= last_day:
            return "again"
    return "not"


def _lead(asked: AskedReport, visit: Appointment) -> str:
    assert visit.booked_at
    clinic = asked.period.clinic
    days = (clinic.day_of(visit.starts_at) - clinic.day_of(visit.booked_at)).days
    return next((band for least, band in BANDS if days >= least), "same_day")


def _owes(visit: Appointment) -> Row:
    left = Account.of(visit).left
    is_charged = visit.status in (Status.ARRIVED, Status.COMPLETED, *CHARGED_A_FEE)
    return {"owes": "yes" if is_charged and left > 0 else "no", "amount": left}


def _payments(asked: AskedReport) -> Iterator[Row]:
    for payment in Payment.objects.with_everything():
        visit = payment.appointment
        yield {
            **_calendar(asked, payment.at),
            **_training(asked, visit.whose, visit.starts_at),
            "therapist": str(payment.therapist_id),
            "treatment": str(visit.treatment_id),
            "method": payment.method,
            "currency": payment.currency,
            "amount": payment.amount,
        }


def _mails(asked: AskedReport) -> Iterator[Row]:
    clinic = asked.period.clinic
    for mail in Mail.objects.filter(kind="nudge", state__in=["sent", "ambiguous"]):
        at = mail.data_at
        assert at
        last_day = clinic.day_of(at) + timedelta(days=14)
        visits = Appointment.objects.visits().filter(
            client=mail.client, booked_at__gte=at, starts_at__gt=at
        )
        booked = any(one.booked_at and clinic.day_of(one.booked_at) <= last_day for one in visits)
        over = asked.now >= clinic.begin_of(last_day + timedelta(days=1))
        yield {
            **_calendar(asked, at),
            **_training(asked, mail.client, at),
            "therapist": _last_seen(mail.client, at),
            "booked": "open" if not over else "booked" if booked else "not",
        }


def _last_seen(client: Client, at: datetime) -> str:
    came = Appointment.objects.filter(client=client, status__in=["arrived", "completed"])
    last = came.filter(starts_at__lte=at).order_by("starts_at").last()
    return str(last.therapist_id) if last else ""


def _time(asked: AskedReport) -> Iterator[Row]:
    """Minute by minute: booked, and at work by the checks that say why a start cannot be had."""
    minutes: Counter[tuple[str, int, date, int]] = Counter()
    clinic, begin = asked.period.clinic, asked.period.bounds.start
    count = int((asked.period.bounds.end - begin).total_seconds()) // 60
    people = list(Therapist.objects.all())
    hours = timetables(
        [one.pk for one in people], asked.period.every_day, asked.period.bounds, clinic
    )
    visits = Appointment.objects.filter(
        status__in=["booked", "arrived", "completed", "no_show"]
    ).order_by("starts_at")
    spans = [(one.therapist_id, one.starts_at, one.ends_at) for one in visits]
    for person in people:
        came = visits.filter(therapist=person).exclude(status="booked").order_by("-ends_at").first()
        until = None if person.active else came.ends_at if came else begin
        for number in range(count):
            at = begin + timedelta(minutes=number)
            wall = at.astimezone(clinic.tz)
            if any(who == person.pk and start <= at < end for who, start, end in spans):
                minutes["booked", person.pk, wall.date(), wall.hour] += 1
            gone = until is not None and at >= until
            if not gone and not codes_of_timetable(int(at.timestamp()), A_MINUTE, hours[person.pk]):
                minutes["rostered", person.pk, wall.date(), wall.hour] += 1
    for (kind, who, day, hour), many in minutes.items():
        noon = datetime.combine(day, datetime.min.time().replace(hour=12), clinic.tz)
        yield {
            **_calendar(asked, noon), "kind": kind, "therapist": str(who), "hour": str(hour),
            "seconds": 60 * many,
        }  # fmt: skip


A_MINUTE = Duration(length=60)
