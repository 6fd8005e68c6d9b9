"""A changed race, together with what its runner wants of the appointments that no longer fit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail.outbox import Notify
from bookings.actions.scheduling import cancellation, changes
from bookings.actions.scheduling.changes import MoveRequest
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment, Clinic
from bookings.queries.scheduling.slots import Slot


@dataclass(frozen=True)
class VisitAnswer:
    """What is to become of an appointment, as it was when the runner saw it."""

    appointment: Appointment
    move_to: Slot | None = None

    def carry_out(self, *, by: str, now: datetime) -> None:
        if self.move_to is None:
            cancellation.cancel(self.appointment, reason="plans_changed", by=by, now=now)
            return
        request = MoveRequest(
            appointment=self.appointment,
            slot=self.move_to,
            revision=self.appointment.revision,
            rules=Rules.ONLINE if by == Role.RUNNER else Rules.DESK_MOVE,
            notify=Notify.NOW,
            by=by,
        )
        changes.move(request, now=now)


@changes_the_diary
def accept(
    _clinic: Clinic,
    answers: Iterable[VisitAnswer],
    *,
    change_race: Callable[[], None],
    by: str,
    now: datetime,
) -> None:
    """All of it or nothing. Raises what moving, cancelling and changing a race raise, or Busy."""
    for answer in answers:
        answer.carry_out(by=by, now=now)
    change_race()
