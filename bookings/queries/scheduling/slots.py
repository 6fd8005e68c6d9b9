"""What somebody wants of the diary, and where a visit stands in it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bookings.core.intervals import Interval
from bookings.core.scheduling.codes import Code
from bookings.core.scheduling.openings import Duration
from bookings.models import Appointment, Room, Therapist, Treatment


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A start of a treatment as somebody wants it; None is the engine's to choose.

    Without a length or a pause of its own the visit has the treatment's.
    """

    treatment: Treatment
    start: datetime
    therapist: Therapist | None = None
    room: Room | None = None
    length: timedelta | None = None
    pause: timedelta | None = None

    def __post_init__(self) -> None:
        """In UTC, because Python adds wall-clock time within a zone."""
        object.__setattr__(self, "start", self.start.astimezone(UTC))

    @property
    def duration(self) -> Duration:
        usual = self.treatment.duration
        return Duration(
            length=usual.length if self.length is None else int(self.length.total_seconds()),
            buffer=usual.buffer if self.pause is None else int(self.pause.total_seconds()),
        )

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.start + timedelta(seconds=self.duration.length))

    @property
    def blocked(self) -> Interval:
        return Interval(self.start, self.start + timedelta(seconds=self.duration.blocked))

    @property
    def is_offered_online(self) -> bool:
        return self.treatment.active and self.treatment.online

    def is_met_by(self, appointment: Appointment) -> bool:
        return (
            appointment.treatment_id == self.treatment.pk
            and appointment.starts_at == self.start
            and (self.therapist is None or appointment.therapist_id == self.therapist.pk)
        )


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a visit stands; `set_aside` are the rules that somebody knowingly set aside for it."""

    treatment: Treatment
    therapist: Therapist
    room: Room
    interval: Interval
    blocked_until: datetime
    price: Decimal
    any_therapist: bool = False
    set_aside: tuple[Code, ...] = ()

    @classmethod
    def of(cls, appointment: Appointment) -> "Placement":
        return cls(
            treatment=appointment.treatment,
            therapist=appointment.therapist,
            room=appointment.room,
            interval=appointment.interval,
            blocked_until=appointment.blocked_until,
            price=appointment.price,
            any_therapist=appointment.any_therapist,
        )

    @property
    def columns(self) -> dict[str, Any]:
        """As the row of a visit keeps it."""
        return {
            "treatment": self.treatment,
            "therapist": self.therapist,
            "room": self.room,
            "starts_at": self.interval.start,
            "ends_at": self.interval.end,
            "blocked_until": self.blocked_until,
            "price": self.price,
        }

    @property
    def pause(self) -> timedelta:
        return self.blocked_until - self.interval.end

    @property
    def facts(self) -> dict[str, Any]:
        """What the event says that put it here."""
        return {"to": self.snapshot(), "set_aside": list(self.set_aside)}

    def snapshot(self) -> dict[str, Any]:
        """As an event keeps it: names for people to read, ids to find them again."""
        return {
            "starts_at": self.interval.start,
            "ends_at": self.interval.end,
            "blocked_until": self.blocked_until,
            "therapist": self.therapist.name,
            "therapist_id": self.therapist.pk,
            "room": self.room.name,
            "room_id": self.room.pk,
            "treatment": self.treatment.name,
            "treatment_id": self.treatment.pk,
            "price": self.price,
        }


@dataclass(frozen=True, kw_only=True)
class Ignoring:
    """What stands in the diary and takes no time for this question.

    `holder` is whose holds count as free; `appointments` are ids, such as the one being moved.
    """

    holder: str = ""
    appointments: tuple[int, ...] = ()


NOTHING = Ignoring()
