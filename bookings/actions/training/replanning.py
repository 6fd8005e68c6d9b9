"""A changed race, together with what its runner wants of the appointments that no longer fit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.scheduling import booking
from bookings.actions.scheduling.allocation import Choice
from bookings.models import Appointment, Clinic


@dataclass(frozen=True)
class Answer:
    """What is to become of an appointment, as it was when the runner saw it."""

    appointment: Appointment
    move_to: Choice | None = None

    def carry_out(self, *, by: str, now: datetime) -> None:
        if self.move_to is None:
            booking.cancel(self.appointment, reason="plans_changed", by=by, now=now)
            return
        booking.move(
            self.appointment,
            start=self.move_to.start,
            therapist=self.move_to.therapist,
            revision=self.appointment.revision,
            by=by,
            now=now,
        )


@changes_the_diary
def accept(
    _clinic: Clinic,
    answers: Iterable[Answer],
    *,
    change_race: Callable[[], None],
    by: str,
    now: datetime,
) -> None:
    """All of it or nothing. Raises what moving, cancelling and changing a race raise, or Busy."""
    for answer in answers:
        answer.carry_out(by=by, now=now)
    change_race()
