"""A changed race, together with what its runner wants of the appointments that no longer fit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import RaceRefused
from bookings.actions.scheduling import cancellation, changes
from bookings.actions.scheduling.changes import MoveRequest
from bookings.actions.training import race_news
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment, Clinic, Mail, Race, RunnerNews
from bookings.queries.scheduling.slots import Slot


@dataclass(frozen=True)
class VisitAnswer:
    """What is to become of an appointment, as it was when the runner saw it."""

    appointment: Appointment
    move_to: Slot | None = None

    def carry_out(self, *, notify: Notify = Notify.NOW, by: str, now: datetime) -> None:
        if self.move_to is None:
            how: dict[str, Any] = {"notify": notify, "by": by, "now": now}
            how |= {"reason": "plans_changed", "revision": self.appointment.revision}
            cancellation.cancel(self.appointment, **how)
            return
        request = MoveRequest(
            appointment=self.appointment,
            slot=self.move_to,
            revision=self.appointment.revision,
            rules=Rules.ONLINE if by == Role.RUNNER else Rules.DESK_MOVE,
            notify=notify,
            by=by,
        )
        changes.move(request, now=now)


@changes_the_diary
def accept(
    _clinic: Clinic,
    answers: Iterable[VisitAnswer],
    *,
    race: Race,
    change_race: Callable[[], None],
    notify: Notify = Notify.NOW,
    by: str,
    now: datetime,
) -> None:
    """All of it or nothing. Raises what moving, cancelling and changing a race raise, or Busy.

    `race` as the answers are about it: of two of them at once the first counts.
    """
    if race.pk and not Race.objects.filter(pk=race.pk, race_date=race.race_date).exists():
        raise RaceRefused(_("The race has been changed meanwhile."), field="race_date")
    for answer in answers:
        answer.carry_out(notify=notify, by=by, now=now)
    change_race()


@changes_the_diary
def settle_news(
    _clinic: Clinic, row: RunnerNews, answers: Sequence[VisitAnswer], *, by: str, now: datetime
) -> bool:
    """What a runner, or the desk for them, wants of the visits that a moved race leaves behind.
    False where somebody has answered before: the first answer counts.

    The desk's answers are told in the mail about the race while that waits, and else by themselves.
    Raises what moving and cancelling raise, or Busy.
    """
    if not race_news.is_asked_still(row):
        return False
    is_theirs = by == Role.RUNNER
    mail = None if is_theirs else race_news.waiting_mail(row)
    notify = Notify.WITH_OTHERS if mail else Notify.NOW if is_theirs else Notify.from_the_desk()
    for answer in answers:
        answer.carry_out(notify=notify, by=by, now=now)
    race_news.settle(row, by=by, now=now)
    if mail and answers:
        named = [answer.appointment.pk for answer in answers]
        there = Appointment.objects.filter(pk__in=named).values_list("pk", "revision")
        visits = {str(pk): revision for pk, revision in there}
        about = {**mail.about, "visits": {**mail.about.get("visits", {}), **visits}}
        Mail.objects.filter(pk=mail.pk).update(about=about)
    return True
