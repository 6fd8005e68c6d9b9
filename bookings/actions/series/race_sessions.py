"""Sessions of a race booked together with its later ones, which are booked as the diary opens."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from django.utils.translation import gettext as _

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.refusals import Stale
from bookings.actions.scheduling import booking
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.series.tending import (
    book_by_itself,
    each_that_is_due,
    has_too_many,
    rules_of,
)
from bookings.core import training
from bookings.core.intervals import day_bounds, days_from
from bookings.core.scheduling.series import A_WEEK
from bookings.core.scheduling.weeks import monday_of
from bookings.models import (
    Appointment,
    Client,
    Clinic,
    MailKind,
    Race,
    Series,
    Treatment,
    WhyMissed,
)
from bookings.queries.scheduling.slots import Slot
from bookings.queries.series.dates import COMES, AskedFor, Key, problems_of
from bookings.queries.series.following import DAY, Following, PlanNow, following
from bookings.queries.training.plans import as_proposed, openings_for, suitable

LOOKED_AT = 4  # days beside those of a session


@changes_the_diary
def book(
    clinic: Clinic, request: BookingRequest, client: Client, race: Race, *, now: datetime
) -> list[Appointment]:
    """As any booking; the race's later sessions wait for the diary. One series for each race.

    Raises what booking does, or Stale where the race is in the plan no longer.
    """
    known = Series.objects.filter(key=request.key).first()
    race_now = _locked(race, client)
    going_on = Series.objects.filter(every_weeks=None, ended_at=None, race=race_now)
    series = known or going_on.first() or _written_down(clinic, request, client, race_now, now)
    return booking.book(replace(request, series=series), now=now)


def book_what_opens(*, now: datetime) -> int:
    """As what comes every so many weeks: each session once. Returns how many were booked."""
    clinic = Clinic.objects.the()
    series = Series.objects.following_a_race(clinic.day_of(now)).with_everything()
    due = [one.pk for one in series if following(one, clinic, now=now).due]
    return sum(each_that_is_due(_settle_next, pk, now) for pk in due)


def _locked(race: Race, client: Client) -> Race:
    found = Race.objects.select_for_update(no_key=True).filter(pk=race.pk, client=client).first()
    if found is None:
        raise Stale(_("This race is no longer in the plan."))
    return found


def _written_down(
    clinic: Clinic, request: BookingRequest, client: Client, race: Race, now: datetime
) -> Series:
    first = min(request.slots, key=lambda slot: slot.start)
    day = clinic.day_of(first.start)
    return Series.objects.create(
        client=client,
        treatment=first.treatment,
        first_day=day,
        at=first.start.astimezone(clinic.tz).time(),
        last_day=max(day, race.race_date),
        race=race,
        settled_until=PlanNow.of(client, clinic, now=now).settled_until(race),
        race_was_on=race.race_date,
        made_at=now,
        by=request.by,
        key=request.key,
    )


@changes_the_diary
def _settle_next(clinic: Clinic, pk: int, *, now: datetime) -> bool | None:
    """Whether its next session was booked; None where none is due, or other days still open."""
    series = Series.objects.with_everything().filter(pk=pk).first()
    found = following(series, clinic, now=now) if series else None
    if series is None or found is None or not found.due or series.race is None:
        return None
    session = found.due[0]
    choice = _choice_for(session, found, clinic, now) if session in found.waiting else None
    if choice and choice.why is WhyMissed.FULL and session.window_end - DAY > found.now.last:
        return None
    series.settle_sessions_until(session.ideal, series.race.race_date)
    if choice is None:
        return False
    if choice.why:
        _tell_why_not(found, session, choice, clinic, now)
        return False
    key = f"series:{series.pk}:{session.kind.value}:{session.ideal}"
    book_by_itself(series, choice.slot, key, now=now)
    return True


@dataclass(frozen=True)
class _SessionChoice:
    """What to book of a session; or why not, with the time that comes nearest."""

    slot: Slot
    why: WhyMissed | None = None


def _choice_for(
    session: training.Session, found: Following, clinic: Clinic, now: datetime
) -> _SessionChoice:
    """The first that the plan proposes and its client can have, alone in its week."""
    slots = _proposed(session, found, clinic, now)
    if not slots:
        return _SessionChoice(_on_its_day(session, found.series, clinic), WhyMissed.FULL)
    alone = [one for one in slots if not _is_second_of_the_week(one, found, clinic)]
    if not alone:
        return _SessionChoice(slots[0], WhyMissed.WEEK)
    return _SessionChoice(
        alone[0], WhyMissed.MANY if has_too_many(found.series, clinic, now) else None
    )


def _proposed(
    session: training.Session, found: Following, clinic: Clinic, now: datetime
) -> list[Slot]:
    treatment = suitable(Treatment.objects.bookable_online(), session)
    if treatment is None:
        return []
    wanted, history = [(treatment, session)], found.now.history
    [openings] = openings_for(clinic, found.now.plan, wanted, history, now=now)
    proposed = [as_proposed(treatment, one, history) for one in openings]
    slots: dict[Key, Slot] = dict(enumerate(proposed))
    asked = AskedFor(client=found.series.client, rules=rules_of(found.series))
    refused = problems_of(clinic, slots, asked, now=now)
    return [slot for number, slot in slots.items() if number not in refused]


def _is_second_of_the_week(slot: Slot, found: Following, clinic: Clinic) -> bool:
    week = monday_of(clinic.day_of(slot.start))
    days = [clinic.day_of(one.starts_at) for one in found.now.history.visits if one.status in COMES]
    return week in map(monday_of, days)


def _on_its_day(session: training.Session, series: Series, clinic: Clinic) -> Slot:
    treatment = suitable(Treatment.objects.bookable_online(), session) or series.treatment
    start = datetime.combine(session.suggested, series.at, clinic.tz).astimezone(UTC)
    return Slot(treatment=treatment, start=start)


def _tell_why_not(
    found: Following,
    session: training.Session,
    choice: _SessionChoice,
    clinic: Clinic,
    now: datetime,
) -> None:
    about = {
        "series": found.series.pk,
        "start": _on_its_day(session, found.series, clinic).start.isoformat(),
        "day": session.suggested.isoformat(),
        "treatment": choice.slot.treatment.pk,
        "why": choice.why,
    }
    if near := _nearest(session, found, choice, clinic, now):
        therapist = near.therapist.pk if near.therapist else None
        about |= {"nearest": near.start.isoformat(), "therapist": therapist}
    outbox.owe_of_a_series(
        MailKind.SERIES_MISSED,
        found.series.client,
        about=about,
        not_after=day_bounds(session.window_end, 1, clinic.tz).start,
        now=now,
    )


def _nearest(
    session: training.Session,
    found: Following,
    choice: _SessionChoice,
    clinic: Clinic,
    now: datetime,
) -> Slot | None:
    """What could be had itself; else on the nearest day that the plan does not advise against."""
    if choice.why is not WhyMissed.FULL:
        return choice.slot
    for day in _days_around(session, found.now, clinic.day_of(now)):
        there = replace(session, window_start=day, window_end=day + DAY)
        if slots := _proposed(there, found, clinic, now):
            return slots[0]
    return None


def _days_around(session: training.Session, here: PlanNow, today: date) -> list[date]:
    near = days_from(session.suggested - A_WEEK, 2 * A_WEEK.days + 1)
    advised = [
        day
        for day in near
        if today < day <= here.last
        and not session.covers(day)
        and training.advice_on(day, here.plan).verdict is not training.Verdict.NOT_ADVISED
    ]
    return sorted(advised, key=lambda day: abs(day - session.suggested))[:LOOKED_AT]
