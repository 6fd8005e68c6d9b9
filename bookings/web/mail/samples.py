"""A mail of each kind about a runner, a race and appointments made up for the purpose."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

from django.db import transaction
from django.utils import timezone

from bookings import links
from bookings.core.scheduling.statuses import Status
from bookings.core.training import DayKind, Schedule, TrainingDay
from bookings.mail.compose import compose
from bookings.models import (
    Appointment,
    Client,
    Clinic,
    Distance,
    ListedDistance,
    ListedRace,
    Mail,
    MailKind,
    MailWording,
    NewsState,
    OwnPlan,
    PlanLink,
    Race,
    RaceNews,
    Room,
    RunnerNews,
    Series,
    Therapist,
    Treatment,
    WaitlistEntry,
    WaitlistOffer,
    Weekday,
)
from bookings.models.mail.kinds import (
    ABOUT_THEIR_DATA,
    OF_A_RACE,
    OF_A_SERIES,
    OF_THE_WAITING_LIST,
    TIMED_TO_TRAINING,
)
from bookings.models.pasted_links import NotRead, SealedLink
from bookings.models.training.own_plans import as_rows
from bookings.queries.training.plans import History, plan_of, runner_of

LENGTH = timedelta(minutes=60)
WEEKS_TO_THE_RACE, WEEKS_SINCE_THE_RACE = 8, 12
SESSIONS_LISTED = 2
ABOUT_NONE = (
    *TIMED_TO_TRAINING,
    *ABOUT_THEIR_DATA,
    *OF_THE_WAITING_LIST,
    *OF_A_SERIES,
    *OF_A_RACE,
    MailKind.PLAN_SILENT,
)


def written_sample(kind: MailKind, tried: MailWording | None = None) -> EmailMessage:
    """About people and times that exist only as long as it takes; in the words that are tried.

    Its links lead nowhere.
    """
    with transaction.atomic():
        now, clinic = timezone.now(), Clinic.objects.the()
        mail = sample(kind, clinic, now=now)
        mail.wording = tried
        with links.leading_nowhere():
            message = compose(mail, clinic, now=now)
        transaction.set_rollback(True)
    return message


def sample(kind: MailKind, clinic: Clinic, *, now: datetime) -> Mail:
    """A mail that is not stored; what it is about is, so the caller rolls that back."""
    today = clinic.day_of(now)
    client = Client.objects.create(
        name="Robin Sample", email="robin@example.com", proved_at=now, wants_nudges=True
    )
    race = _race(kind, client, today)
    visits = _visits(client, clinic, today, now)
    _train(kind, client, clinic.day_of(visits[0].starts_at), now)
    if kind == MailKind.CANCELLED:
        visits[0].status = Status.CANCELLED
    if kind == MailKind.RELEASED:
        client.appointments.update(status=Status.CANCELLED)
    if kind == MailKind.MOVED:
        before = visits[0].starts_at - timedelta(days=1, hours=2)
        visits[0].record("moved", by="sample", now=now, facts={"from": {"starts_at": before}})
    if kind == MailKind.LATE:
        visits[0].record("running_late", by="sample", now=now, facts={"minutes": 15})
    return Mail(
        key=f"{kind}:sample",
        kind=kind,
        client=client,
        appointment=None if kind in ABOUT_NONE else visits[0],
        together="sample",
        about=_about(kind, race, visits, today, now),
        created_at=now,
        due_at=now,
        not_after=visits[0].starts_at,
    )


def _race(kind: MailKind, client: Client, today: date) -> Race:
    """Ahead, but yesterday where the mail asks how it went, and long over between two races."""
    weeks = {MailKind.OFF_SEASON: -WEEKS_SINCE_THE_RACE}.get(kind, WEEKS_TO_THE_RACE)
    ahead = -1 if kind == MailKind.RACE_CHECK else 7 * weeks
    return Race.objects.create(
        client=client,
        race_date=today + timedelta(days=ahead),
        distance=Distance.MARATHON,
        name="Sample Marathon",
    )


def _train(kind: MailKind, client: Client, day: date, now: datetime) -> None:
    """With nothing booked yet, so that there is something to offer; or something hard that day."""
    if kind in TIMED_TO_TRAINING and kind != MailKind.AGAINST_PLAN:
        client.appointments.all().delete()
    if kind != MailKind.AGAINST_PLAN:
        return
    schedule = Schedule((TrainingDay(day, DayKind.HARD),))
    OwnPlan.objects.create(client=client, days=as_rows(schedule), read_at=now)


def _about(
    kind: MailKind, race: Race, visits: list[Appointment], today: date, now: datetime
) -> dict[str, Any]:
    if kind in ABOUT_THEIR_DATA:
        return _about_data(today)
    if kind in OF_THE_WAITING_LIST:
        return _about_waiting(visits[0], today, now)
    if kind in OF_A_SERIES:
        return _about_series(visits, today, now)
    if kind == MailKind.PLAN_SILENT:
        return _about_a_link(race.client, now)
    if kind in OF_A_RACE:
        return _about_news(race, now)
    return _about_race(race, race.client, today)


def _about_a_link(client: Client, now: datetime) -> dict[str, Any]:
    """That has led nowhere for a week."""
    since = now - timedelta(days=8)
    link = PlanLink.objects.create(
        client=client,
        link=SealedLink.of("sample"),
        shown="calendar.example.com/…f3a",
        kept_at=since,
        read_at=since,
        good_at=since,
        due_at=now,
        failures=9,
        why=NotRead.GONE,
    )
    return {"link": link.pk, "good_at": since.isoformat()}


def _about_waiting(visit: Appointment, today: date, now: datetime) -> dict[str, Any]:
    """The visit's time is offered, and is somebody else's no more."""
    entry = WaitlistEntry.objects.create(
        client=visit.whose,
        treatment=visit.treatment,
        weekdays=[Weekday.TUESDAY, Weekday.THURSDAY],
        first_day=today,
        last_day=today + timedelta(weeks=2),
        notice_hours=24,
        joined_at=now,
        key="sample",
        by="sample",
    )
    offer = WaitlistOffer.objects.create(
        entry=entry,
        client=visit.whose,
        therapist=visit.therapist,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        made_at=now,
        until=now + timedelta(hours=2),
        by="sample",
    )
    visit.whose.appointments.all().delete()
    return {"entry": entry.pk, "offer": offer.pk}


def _about_series(visits: list[Appointment], today: date, now: datetime) -> dict[str, Any]:
    """All of them have moved, or a later date could not be booked."""
    first, nearest = visits[0], visits[-1].starts_at + timedelta(hours=1)
    series = Series.objects.create(
        client=first.whose,
        treatment=first.treatment,
        first_day=today,
        at=time(18),
        every_weeks=3,
        last_day=today + timedelta(weeks=24),
        made_at=now,
        key="sample",
        by="sample",
    )
    return {
        "series": series.pk,
        "visits": {str(one.pk): one.revision for one in visits},
        "start": visits[-1].starts_at.isoformat(),
        "why": "taken",
        "nearest": nearest.isoformat(),
    }


def _about_news(race: Race, now: datetime) -> dict[str, Any]:
    """It has moved by two weeks."""
    was = race.race_date - timedelta(weeks=2)
    public = ListedRace.objects.create(name=race.name, folded="sample")
    facts = {"distance": race.distance, "race_date": race.race_date}
    listed = ListedDistance.objects.create(listed_race=public, **facts)
    news = RaceNews.objects.create(
        listed=listed, was=was, becomes=race.race_date, made_at=now, by="sample"
    )
    row = RunnerNews.objects.create(news=news, client=race.client, race=race, state=NewsState.DONE)
    return {"row": row.pk}


def _about_data(today: date) -> dict[str, Any]:
    until = today + timedelta(days=365)
    return {
        "edition": 0,
        "cancelled": 1,
        "kept": ["Clinical records, with your name"],
        "kept_until": until.isoformat(),
    }


def _about_race(race: Race, client: Client, today: date) -> dict[str, Any]:
    plan = plan_of([race], runner_of(client, History()), today=today)
    sessions = plan.sessions[:SESSIONS_LISTED]
    return {
        "edition": 0,
        "race": race.race_date.isoformat(),
        "topics": ["cycle"],
        "covers": [(session.kind.value, session.ideal.isoformat()) for session in sessions],
    }


def _visits(client: Client, clinic: Clinic, today: date, now: datetime) -> list[Appointment]:
    therapist = Therapist.objects.create(name="Kim Sample", slug="kim-sample", initials="KS")
    room = Room.objects.create(name="Sample room")
    treatment = Treatment.objects.create(
        name="Sample massage 60", slug="sample-massage", minutes=60, price=Decimal(62), online=False
    )
    return [
        Appointment.objects.create(
            client=client,
            therapist=therapist,
            room=room,
            treatment=treatment,
            starts_at=(
                start := datetime.combine(today + timedelta(weeks=week), time(10, 15), clinic.tz)
            ),
            ends_at=start + LENGTH,
            blocked_until=start + LENGTH,
            status=Status.BOOKED,
            price=treatment.price,
            created_at=now,
            booked_at=now,
            together="sample",
        )
        for week in range(1, 4)
    ]
