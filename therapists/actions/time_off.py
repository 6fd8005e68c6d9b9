"""Asking for time off, and the desk's answer."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bookings.actions.refusals import Refused, Stale
from bookings.actions.rota import blocks
from bookings.core.intervals import Interval
from bookings.models import Absence, Appointment, Therapist, User
from therapists.models import Answer, TimeOff


def ask(therapist: Therapist, away: Interval, *, reason: str, now: datetime) -> TimeOff:
    """Asking twice for the same time asks once. Raises Refused where part of it is asked for."""
    mine = asked_in(away, therapist_id=therapist.pk)
    if mine.exclude(starts_at=away.start, ends_at=away.end).exists():
        raise Refused(_("You have asked for part of that time already. Take that back first."))
    asked, _created = TimeOff.objects.get_or_create(
        therapist=therapist,
        starts_at=away.start,
        ends_at=away.end,
        answer=Answer.ASKED,
        defaults={"reason": reason, "asked_at": now},
    )
    return asked


def withdraw(asked: TimeOff) -> None:
    """Raises Stale once it has been answered."""
    if not TimeOff.objects.filter(pk=asked.pk, answer=Answer.ASKED).delete()[0]:
        raise Stale(_("The desk has answered this already."))


def to_answer(*, now: datetime) -> QuerySet[TimeOff]:
    """What the desk has not answered and is still of interest."""
    return TimeOff.objects.filter(answer=Answer.ASKED, ends_at__gt=now)


def waiting(*, now: datetime) -> list[tuple[TimeOff, list[Appointment]]]:
    """What waits for an answer, with the visits booked in it, which somebody must move."""
    asked = list(to_answer(now=now).select_related("therapist"))
    first = min((one.starts_at for one in asked), default=now)
    upcoming = Appointment.objects.upcoming(now).filter(
        therapist__in={one.therapist_id for one in asked}, ends_at__gt=first
    )
    visits = list(upcoming.with_everything()) if asked else []
    return [(one, [visit for visit in visits if _lies_in(visit, one)]) for one in asked]


def visits_in(asked: TimeOff, *, now: datetime) -> int:
    """How many are booked in it and would have to be moved."""
    theirs = Appointment.objects.upcoming(now).filter(therapist=asked.therapist_id)
    return theirs.filter(starts_at__lt=asked.ends_at, ends_at__gt=asked.starts_at).count()


def asked_in(during: Interval, *, therapist_id: int | None = None) -> QuerySet[TimeOff]:
    """What waits for an answer and touches that time; of everybody, or of one therapist."""
    asked = TimeOff.objects.filter(
        answer=Answer.ASKED, starts_at__lt=during.end, ends_at__gt=during.start
    )
    if therapist_id is not None:
        asked = asked.filter(therapist=therapist_id)
    return asked.select_related("therapist")


def _lies_in(visit: Appointment, away: TimeOff) -> bool:
    same = visit.therapist_id == away.therapist_id
    return same and visit.starts_at < away.ends_at and away.starts_at < visit.ends_at


@transaction.atomic
def answer(asked: TimeOff, how: Answer, *, accepted: str = "", by: User, now: datetime) -> None:
    """What is approved goes into the diary at once. Raises Stale when it was answered before.

    And VisitsAffected, unless that has been `accepted`.
    """
    waiting = TimeOff.objects.filter(pk=asked.pk, answer=Answer.ASKED)
    if not waiting.update(answer=how, answered_by=by, answered_at=now):
        raise Stale(_("This has been answered, or withdrawn, already."))
    if how == Answer.APPROVED:
        away = Absence(
            therapist=asked.therapist,
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
            reason=asked.reason or "Time off",
        )
        blocks.keep(away, accepted=accepted, now=now)
