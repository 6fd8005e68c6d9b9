"""Cancelling and moving this appointment of a series and the later ones, or all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import Refused, Stale
from bookings.actions.scheduling import cancellation, changes
from bookings.actions.scheduling.changes import BOOKED_ALREADY, MoveRequest
from bookings.actions.series.making import refuse_what_is_taken
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.series import Rule
from bookings.models import Appointment, Clinic, MailKind, Series, Therapist
from bookings.queries.scheduling.cutoffs import why_not_cancel, why_not_move
from bookings.queries.scheduling.slots import Slot
from bookings.queries.series.dates import AskedFor
from bookings.queries.series.scope import Concerned, Scope, WhyNot, concerned

A_DAY = timedelta(days=1)


class OthersNow(Stale):
    sentence = gettext_lazy(
        "The appointments of the series have changed since the page was opened. Please look again; "
        "nothing was changed."
    )


@dataclass(frozen=True, kw_only=True)
class ChangeRequest:
    """`seen` is the digest of what the page showed; `visit` is where "and later" begins."""

    visit: Appointment
    scope: Scope
    seen: str
    notify: Notify = Notify.NOW
    by: str


@dataclass(frozen=True, kw_only=True)
class SeriesCancel(ChangeRequest):
    reason: str = ""
    charging: bool = False


@dataclass(frozen=True, kw_only=True)
class SeriesMove(ChangeRequest):
    """`slots` are where they go, by their keys; who has none stays where it is."""

    rule: Rule
    therapist: Therapist | None
    slots: Mapping[int, Slot]


@changes_the_diary
def cancel(clinic: Clinic, request: SeriesCancel, *, now: datetime) -> Concerned:
    """All that the page showed, or none; what is too late for it stays, and nothing more is booked.

    Sent twice it ends at the first result. Raises OthersNow.
    """
    found = _found(clinic, request, why_not_cancel, now)
    if found.series.ended_at and not found.visits:
        return found
    _refuse_another(found, request)
    told = Notify.WITH_OTHERS if request.notify.by_mail else Notify.NONE
    for visit in found.visits:
        cancellation.cancel(
            visit,
            reason=request.reason,
            notify=told,
            charging=request.charging,
            by=request.by,
            now=now,
        )
    found.series.end(now=now)
    _tell_of_all(found, found.visits, request.notify, now)
    return found


@changes_the_diary
def move(clinic: Clinic, request: SeriesMove, *, now: datetime) -> Concerned:
    """Those with a slot go there, all or none; the rule of what is still to be booked follows.

    Raises DatesRefused, OthersNow, TooLate or Busy.
    """
    found = _found(clinic, request, why_not_move, now)
    if _stands_there_already(found, request):
        return found
    _refuse_another(found, request)
    moving = [one for one in found.visits if one.pk in request.slots]
    if not (moving or found.waits_for):
        raise Refused(_("Please choose at least one that is to move."))
    rules = rules_of_moving(request.by)
    asked = AskedFor(client=found.series.client, rules=rules, excused=BOOKED_ALREADY, moving=moving)
    refuse_what_is_taken(clinic, {one.pk: request.slots[one.pk] for one in moving}, asked, now=now)
    for visit in _in_order(moving, request.slots):
        changes.move(_move_of(visit, request, rules), now=now)
    _follow(found.series, request)
    _tell_of_all(found, moving, request.notify, now)
    return found


def rules_of_moving(by: str) -> Rules:
    return Rules.ONLINE if by == Role.RUNNER else Rules.DESK_MOVE


def _found(clinic: Clinic, request: ChangeRequest, why_not: WhyNot, now: datetime) -> Concerned:
    visit = Appointment.objects.with_everything().get(pk=request.visit.pk)
    if visit.series_id is None:
        raise OthersNow
    series = Series.objects.with_everything().get(pk=visit.series_id)
    asked = why_not if request.by == Role.RUNNER else None
    return concerned(series, visit, request.scope, clinic, why_not=asked, now=now)


def _refuse_another(found: Concerned, request: ChangeRequest) -> None:
    if found.series.ended_at and request.scope == Scope.WAITING:
        return
    if found.digest != request.seen:
        raise OthersNow


def _stands_there_already(found: Concerned, request: SeriesMove) -> bool:
    """The same form sent twice."""
    starts = {one.pk: one.starts_at for one in found.visits}
    is_there = all(starts.get(pk) == slot.start for pk, slot in request.slots.items())
    return found.series.rule == request.rule and is_there


def _in_order(visits: Sequence[Appointment], slots: Mapping[int, Slot]) -> list[Appointment]:
    """So that none goes where the next one still stands: the last first of those put off."""
    put_off = [one for one in visits if slots[one.pk].start > one.starts_at]
    return [*reversed(put_off), *(one for one in visits if one not in put_off)]


def _move_of(visit: Appointment, request: SeriesMove, rules: Rules) -> MoveRequest:
    return MoveRequest(
        appointment=visit,
        slot=request.slots[visit.pk],
        revision=visit.revision,
        rules=rules,
        notify=Notify.WITH_OTHERS if request.notify.by_mail else Notify.NONE,
        by=request.by,
    )


def _follow(series: Series, request: SeriesMove) -> None:
    """Each date that waits goes as far as the rule does."""
    by = request.rule.first_day - series.first_day
    series.first_day, series.last_day = request.rule.first_day, request.rule.last_day
    series.at, series.therapist = request.rule.at, request.therapist
    series.waits_for = [day + by for day in series.waits_for]
    series.save(update_fields=["first_day", "last_day", "at", "therapist", "waits_for"])


def _tell_of_all(
    found: Concerned, changed: Sequence[Appointment], notify: Notify, now: datetime
) -> None:
    """One mail, with the calendar's entry of each."""
    if not (changed and notify.by_mail and found.series.client.email):
        return
    after = Appointment.objects.filter(pk__in=[one.pk for one in changed])
    revisions = {str(pk): revision for pk, revision in after.values_list("pk", "revision")}
    last = max(one.starts_at for one in after)
    outbox.owe_of_a_series(
        MailKind.SERIES_CHANGED,
        found.series.client,
        about={"series": found.series.pk, "visits": revisions},
        notify=notify,
        not_after=last + A_DAY,
        now=now,
    )
