"""Small clinics at random with visits, money, races and mails around a change of the clocks."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    Client,
    Clinic,
    Fee,
    Mail,
    MailKind,
    MailState,
    Method,
    Payment,
    Priority,
    Therapist,
)
from bookings.queries.clients.strangers import NOBODY_CONFIRMED
from bookings.queries.reports.definitions import Report
from bookings.queries.reports.periods import Period
from bookings.queries.reports.selection import AskedReport
from tests.factories import make_client, make_race
from tests.random_diary import DAYS as USUAL_PLACES
from tests.random_diary import RandomDiary, random_diary

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS = 3
# Of the last two, one is far west of Greenwich, and in the other a day begins at one o'clock.
PLACES = (
    *USUAL_PLACES,
    ("America/Los_Angeles", date(2026, 10, 31)),
    ("Africa/Cairo", date(2027, 4, 29)),
)
ENDED = (Status.COMPLETED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED, Status.CANCELLED)


def random_books(seed: int) -> tuple[Clinic, Period, datetime]:
    """The same for the same seed: a period, as much before it, and a moment in or after it."""
    diary = random_diary(seed, days=DAYS, places=PLACES)
    dice = Random(seed)
    clinic = diary.clinic
    clinic.cancel_cutoff_hours = dice.choice([0, 12, 24])
    clinic.save()
    Appointment.objects.all().delete()
    period = Period(clinic, diary.first, diary.first + timedelta(days=DAYS - 1))
    now = period.bounds.end + dice.choice([-30, 1, 300, 3000]) * HOUR
    people = [make_client(name) for name in ("Ana Demo", "Bo Demo", "Cy Demo")]
    for client in people:
        for days in dice.sample(range(-30, 90), dice.choice([0, 1, 2])):
            race_date = diary.first + timedelta(days=days)
            name, priority = dice.choice(["", "Harbour Run"]), dice.choice(Priority.values)
            make_race(client, race_date=race_date, name=name, priority=priority)
    visits = _visits(dice, diary, people, period, now)
    for visit in visits:
        _money(dice, visit, clinic)
    _mails(dice, people, period)
    return clinic, period, now


@contextmanager
def all_of(reports: Iterable[Report], seed: int) -> Iterator[list[AskedReport]]:
    """Those of such a clinic, which is gone afterwards: what was paid cannot be deleted."""
    with transaction.atomic():
        _, period, now = random_books(seed)
        dice = Random(seed)
        whose = [None, *Therapist.objects.values_list("pk", flat=True)]
        yield [
            AskedReport(
                one, period, now, weeks=dice.choice([2, 4, 12]), therapist=dice.choice(whose)
            )
            for one in reports
        ]
        transaction.set_rollback(True)


def _visits(
    dice: Random, diary: RandomDiary, people: list[Client], period: Period, now: datetime
) -> list[Appointment]:
    """One after the other, so that none is in another's way; some before and after the period."""
    at = period.bounds.start - DAYS * DAY - 20 * HOUR
    made: list[Appointment] = []
    while at < period.bounds.end + 400 * HOUR and len(made) < 25:
        treatment = dice.choice(diary.treatments)
        end = at + timedelta(minutes=treatment.minutes)
        status = dice.choice(ENDED) if end < now else dice.choice([Status.BOOKED, Status.CANCELLED])
        if end < now and dice.random() < 0.1:
            status = Status.BOOKED
        visit = Appointment.objects.create(
            client=dice.choice(people),
            therapist=dice.choice(diary.therapists),
            room=dice.choice(diary.rooms),
            treatment=treatment,
            starts_at=at,
            ends_at=end,
            blocked_until=end + timedelta(minutes=treatment.buffer_minutes),
            status=status,
            price=Decimal(dice.choice(["60", "54.50", "0", "0.01"])),
            created_at=at,
            booked_at=at - dice.choice([-1, 0, 1, 20, 30, 100, 340, 700, 2000]) * HOUR,
        )
        if status == Status.CANCELLED:
            _cancelled(dice, visit)
        made.append(visit)
        at = visit.blocked_until + dice.choice([0, 15, 45, 400, 1300]) * timedelta(minutes=1)
    return made


def _cancelled(dice: Random, visit: Appointment) -> None:
    """Some within the minutes for thinking again, however near the visit is."""
    by = NOBODY_CONFIRMED if dice.random() < 0.2 else "runner"
    at = visit.starts_at - dice.choice([0, 5, 12, 30]) * HOUR
    if visit.booked_at and dice.random() < 0.5:
        at = visit.booked_at + timedelta(minutes=dice.choice([5, 10]))
    visit.record(Status.CANCELLED, by=by, now=at)


def _money(dice: Random, visit: Appointment, clinic: Clinic) -> None:
    if visit.status in (Status.CANCELLED, Status.NO_SHOW) and dice.random() < 0.5:
        amount = Decimal(dice.choice(["20", "0.03"]))
        Fee.objects.create(
            appointment=visit, amount=amount, currency=clinic.currency, rule="Late",
            at=visit.starts_at, by="desk",
        )  # fmt: skip
    for _ in range(dice.choice([0, 1, 1, 2])):
        paid = _payment(dice, visit, clinic)
        if dice.random() < 0.2:
            _payment(dice, visit, clinic, corrects=paid)


def _payment(
    dice: Random, visit: Appointment, clinic: Clinic, corrects: Payment | None = None
) -> Payment:
    method = corrects.method if corrects else dice.choice(Method.values)
    waived = method == Method.WAIVED
    was = visit.status if visit.status in (Status.CANCELLED, Status.NO_SHOW) else ""
    amount = -corrects.amount if corrects else Decimal(dice.choice(["60", "19.99", "0.01", "30"]))
    return Payment.objects.create(
        appointment=visit,
        therapist=visit.therapist,
        what="Massage",
        method=method,
        amount=amount,
        currency=corrects.currency if corrects else dice.choice([clinic.currency, "CHF"]),
        number=None if waived else Payment.objects.next_number(),
        corrects=corrects,
        waives=dice.choice([was, ""]) if waived else "",
        reason="Why" if waived or corrects else "",
        key=f"key {Payment.objects.count()}",
        at=visit.starts_at + dice.choice([-40, 0, 1, 9, 30]) * HOUR,
        by="desk",
    )


def _mails(dice: Random, people: list[Client], period: Period) -> None:
    start = period.bounds.start - DAYS * DAY
    for number in range(dice.randrange(9)):
        at = start + timedelta(minutes=dice.randrange(-600, 24 * 60 * 2 * DAYS))
        state = dice.choice([MailState.SENT, MailState.SENT, MailState.AMBIGUOUS, MailState.FAILED])
        Mail.objects.create(
            key=f"nudge {number}",
            kind=dice.choice([MailKind.NUDGE, MailKind.NUDGE, MailKind.REMINDER]),
            client=dice.choice(people),
            created_at=at,
            due_at=at,
            not_after=at + HOUR,
            state=state,
            data_at=at,
            sent_at=at,
        )
