"""Whoever changes hours, rooms, therapists, treatments or the clinic is asked first.

The diary is looked at before and after the change, within one transaction: what could stand
before and cannot any more is shown, and nothing is kept until somebody has said that it is
meant. So no kind of change needs code of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.utils.translation import ngettext

from bookings.actions.refusals import Refused
from bookings.core.intervals import Interval
from bookings.core.scheduling.codes import Code
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Therapist
from bookings.queries.desk.stranded import Stranded
from bookings.queries.scheduling.conflicts import Conflict, codes_that_stand, conflicts

CodesByVisit = dict[int, list[Code]]
HOLDS = "-and-holds"


@dataclass(frozen=True, kw_only=True)
class Impact:
    """What could stand before a change and cannot after it."""

    visits: Sequence[Conflict]
    holds: Sequence[Conflict]

    def __bool__(self) -> bool:
        return bool(self.visits or self.holds)

    @property
    def digest(self) -> str:
        """Another one as soon as another visit is touched, or one of them has changed.

        Holds come and go: it says that there were some, not which.
        """
        return digest_of(one.appointment for one in self.visits) + (HOLDS if self.holds else "")

    def is_meant_by(self, accepted: str) -> bool:
        """Whether whoever was shown a page with that digest has seen these visits, and of holds."""
        return accepted in (self.digest, self.digest.removesuffix(HOLDS) + HOLDS)


def digest_of(visits: Iterable[Appointment]) -> str:
    seen = sorted((visit.pk, visit.revision) for visit in visits)
    return sha256(repr(seen).encode()).hexdigest()[:24]


class VisitsAffected(Refused):
    """Nothing was changed; `impact` is what would be touched. Its digest accepts it.

    `places` are the nearest times of the first of them, where somebody has looked.
    """

    places: Sequence[Stranded] = ()

    def __init__(self, impact: Impact):
        super().__init__(_in_words(impact))
        self.impact = impact

    @property
    def visits(self) -> list[Appointment]:
        return [one.appointment for one in self.impact.visits]


@contextmanager
def asking_first(
    clinic: Clinic,
    *,
    accepted: str = "",
    therapist: Therapist | None = None,
    during: Interval | None = None,
    now: datetime,
) -> Iterator[None]:
    """Around the saving of a change, under the lock. Raises VisitsAffected.

    `accepted` is the digest of what somebody was shown and means all the same: then live holds
    that cannot stand any more are let go. Only one therapist's time, or some of it, is looked
    at where the change can touch no other.
    """
    before = codes_that_stand(clinic, therapist=therapist, during=during, now=now)
    yield
    refuse_or_let_go(clinic, before, accepted=accepted, therapist=therapist, during=during, now=now)


def refuse_or_let_go(
    clinic: Clinic,
    before: CodesByVisit,
    *,
    accepted: str = "",
    therapist: Therapist | None = None,
    during: Interval | None = None,
    now: datetime,
) -> None:
    """The second half, for who cannot put a `with` around the change."""
    after = conflicts(clinic, therapist=therapist, during=during, now=now)
    impact = _impact([one for one in after if one.codes - set(before.get(one.appointment.pk, ()))])
    if impact and not impact.is_meant_by(accepted):
        raise VisitsAffected(impact)
    gone = [one.appointment.pk for one in impact.holds]
    Appointment.objects.filter(pk__in=gone).update(status=Status.EXPIRED)


def _impact(found: Sequence[Conflict]) -> Impact:
    return Impact(
        visits=[one for one in found if one.appointment.status == Status.BOOKED],
        holds=[one for one in found if one.appointment.status == Status.HELD],
    )


def _in_words(impact: Impact) -> str:
    said = []
    if count := len(impact.visits):
        sentence = ngettext(
            "{count} appointment is booked that could not stay where it is.",
            "{count} appointments are booked that could not stay where they are.",
            count,
        )
        said.append(sentence.format(count=count))
    if count := len(impact.holds):
        sentence = ngettext(
            "{count} time is being booked this minute that would not be free any more.",
            "{count} times are being booked this minute that would not be free any more.",
            count,
        )
        said.append(sentence.format(count=count))
    return " ".join(said)
