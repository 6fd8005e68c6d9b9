"""Who waits for a time in the demo, one that is kept for the runner, and two series."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bookings.actions.mail.outbox import Notify
from bookings.actions.scheduling import cancellation
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.series import making, race_sessions
from bookings.actions.series.making import SeriesRequest
from bookings.actions.waiting_list import offers
from bookings.actions.waiting_list.offers import OfferRequest
from bookings.core.intervals import Interval
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.parts_of_day import part_of_day
from bookings.core.scheduling.series import Rule, last_of
from bookings.core.scheduling.statuses import Status
from bookings.core.waiting_list.wishes import Start
from bookings.models import Appointment, BetterBy, Client, Clinic, Treatment, WaitlistEntry
from bookings.queries.scheduling.slots import Ignoring, Slot
from bookings.queries.series.dates import AskedFor, DateFound, Key, looked_at
from bookings.queries.training.plans import History, as_proposed, next_offer, plan_of, runner_of
from bookings.queries.waiting_list.better import better_for
from bookings.queries.waiting_list.matches import gap_of
from clinic.demo.data.history import DESK
from clinic.demo.data.people import WITHOUT_EMAIL

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WISHED = "Sports massage 60"
# Of the clients: who, which weekdays and parts of the day, and since how many days.
WISHES: tuple[tuple[int, list[int], list[int], int], ...] = (
    (41, [1, 3], [2], 12),
    (44, [], [0], 5),
    (47, [4], [], 2),
    (WITHOUT_EMAIL[0], [], [], 8),
)
RUNNERS_WAIT = 20  # days
EVERY, TIMES = 3, 9  # weeks, dates
LOOKED_THROUGH = 40  # visits ahead of those that somebody would like at another time


def make_waiting(known: Sequence[Client], clinic: Clinic, *, today: date, now: datetime) -> None:
    runner = known[0]
    for number, weekdays, parts, days in WISHES:
        _wish(known[number], now - days * DAY, today, weekdays=weekdays, parts=parts)
    waiting = _wish(runner, now - RUNNERS_WAIT * DAY, today)
    ahead = _booked_ahead(runner, now)
    comes_again, *others = _of_the_wished(ahead)
    _come_again(comes_again, clinic, now)
    _follow_the_race(runner, clinic, today, now)
    _want_another_time([one for one in ahead if one != comes_again], clinic, today, now)
    _keep_one(_that_comes_to(waiting, others, clinic, now), waiting, clinic, now)


def _wish(client: Client, since: datetime, today: date, **terms: Any) -> WaitlistEntry:
    terms = {"first_day": today, "last_day": today + 5 * WEEK, **terms}
    visit = terms.get("appointment")
    return WaitlistEntry.objects.create(
        client=client,
        treatment=visit.treatment if visit else Treatment.objects.get(name=WISHED),
        joined_at=since,
        key=f"demo {client.pk} {visit.pk if visit else 0}",
        by=DESK,
        **terms,
    )


def _booked_ahead(runner: Client, now: datetime) -> list[Appointment]:
    """By those whose address is proved, so that nothing of it is given back."""
    there = Appointment.objects.filter(
        status=Status.BOOKED, starts_at__gt=now + 3 * DAY, prove_by=None, series=None
    ).exclude(client=runner)
    proved = there.exclude(client__email="").filter(client__proved_at__isnull=False)
    return list(proved.with_everything().order_by("starts_at")[: 5 * LOOKED_THROUGH])


def _of_the_wished(ahead: Sequence[Appointment]) -> Iterator[Appointment]:
    """One each of people, for the treatment that is waited for."""
    seen: set[int | None] = set()
    for visit in ahead:
        if visit.treatment.name == WISHED and visit.client_id not in seen:
            seen.add(visit.client_id)
            yield visit


def _that_comes_to(
    entry: WaitlistEntry, visits: Iterable[Appointment], clinic: Clinic, now: datetime
) -> Appointment:
    """Where they come first by the list's own rule, who are offered one a week at most."""
    theirs = {_week(one, clinic) for one in entry.client.appointments.upcoming(now)}
    to_be_moved = set(WaitlistEntry.objects.values_list("appointment", flat=True))
    there = [
        one for one in visits if one.pk not in to_be_moved and _week(one, clinic) not in theirs
    ]
    return next((one for one in there if _first_for(one, clinic, now) == entry.pk), there[0])


def _first_for(visit: Appointment, clinic: Clinic, now: datetime) -> int | None:
    """Whose turn it would be, were it given back."""
    during = Interval(visit.starts_at, visit.blocked_until)
    ignoring = Ignoring(appointments=(visit.pk,))
    gap = gap_of(clinic, during, at_once=True, ignoring=ignoring, now=now)
    found = gap.candidates(clinic.day_of(visit.starts_at)) if gap else []
    return next((one.entry.pk for one in found if one.wanted), None)


def _week(visit: Appointment, clinic: Clinic) -> tuple[int, int]:
    return clinic.day_of(visit.starts_at).isocalendar()[:2]


def _keep_one(visit: Appointment, entry: WaitlistEntry, clinic: Clinic, now: datetime) -> None:
    """Its client has given it back, and the runner thinks about it."""
    cancellation.cancel(visit, reason="demo", notify=Notify.NONE, by=DESK, now=now)
    start = Start(
        at=visit.starts_at,
        day=clinic.day_of(visit.starts_at),
        part=part_of_day(visit.starts_at.astimezone(clinic.tz).time()),
        therapists=frozenset({visit.therapist_id}),
    )
    offers.make(OfferRequest(entry=entry.pk, start=start), now=now)


def _come_again(visit: Appointment, clinic: Clinic, now: datetime) -> None:
    """Every three weeks, as the desk makes it: what is free, and what the diary reaches later."""
    first = clinic.day_of(visit.starts_at)
    at = visit.starts_at.astimezone(clinic.tz).time()
    last = last_of(first, EVERY, TIMES)
    rule = Rule(first_day=first, at=at, every_weeks=EVERY, last_day=last)
    slot = Slot(treatment=visit.treatment, start=visit.starts_at)
    wanted: dict[Key, Slot] = {
        day: replace(slot, start=rule.start_on(day, clinic.tz)) for day in rule.days[1:]
    }
    found = looked_at(clinic, wanted, AskedFor(client=visit.whose, rules=Rules.DESK), now=now)
    by_day = {one.of: one for one in found if isinstance(one.of, date)}
    request = SeriesRequest(
        visit=visit,
        therapist=None,
        rule=rule,
        slots={day: one.slot for day, one in by_day.items() if one.found is DateFound.FREE},
        waits_for=[day for day, one in by_day.items() if one.waits],
        key=f"demo {visit.pk}",
        rules=Rules.DESK,
        notify=Notify.NONE,
        by=DESK,
    )
    making.make(request, now=now)


def _follow_the_race(runner: Client, clinic: Clinic, today: date, now: datetime) -> None:
    """Their next session is booked, and the later ones as the diary opens."""
    history, races = History.of(runner), list(runner.races.all())
    plan = plan_of(races, runner_of(runner, history), today=today)
    offer = next_offer(clinic, plan, history, now=now)
    race = next((one for one in races if offer and one.in_training == offer.session.race), None)
    if not (offer and race and offer.treatment and offer.advised):
        return
    request = BookingRequest(
        slots=[as_proposed(offer.treatment, offer.advised[0], history)],
        client=runner,
        key="demo race",
        rules=Rules.DESK,
        notify=Notify.NONE,
        by=DESK,
    )
    race_sessions.book(request, runner, race, now=now)


def _want_another_time(
    ahead: Sequence[Appointment], clinic: Clinic, today: date, now: datetime
) -> None:
    """One earlier, and one on a day that their plan says less against."""
    earlier, *others = ahead[LOOKED_THROUGH:]
    day = clinic.day_of(earlier.starts_at)
    _wish(earlier.whose, now - DAY, today, appointment=earlier, last_day=day)
    better = (one for one in others if _races(one, clinic) and better_for(one, clinic, now=now))
    if visit := next(better, None):
        terms = {"appointment": visit, "better_by": BetterBy.TRAINING}
        _wish(visit.whose, now - 2 * DAY, today, **terms)


def _races(visit: Appointment, clinic: Clinic) -> bool:
    """Later than that."""
    return visit.whose.races.filter(race_date__gt=clinic.day_of(visit.starts_at)).exists()
