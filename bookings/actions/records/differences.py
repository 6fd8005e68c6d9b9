"""What a list says otherwise than the books. Only what is empty here is filled: whoever knows which
of two is right is somebody who reads the row."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.core.clients.addresses import compared
from bookings.core.clients.search_text import name_compared
from bookings.core.intervals import Interval
from bookings.core.records.people import Listed, ListedVisit, digits_of
from bookings.core.scheduling.statuses import FREES_ITS_TIME
from bookings.dates import day_year_and_time
from bookings.models import Appointment, Client, Clinic, Therapist, Treatment
from bookings.queries.scheduling.slots import Placement, Slot

IS_HERE = gettext_lazy("The appointment is here already, or was imported before.")
STANDS_HERE = gettext_lazy(
    "The appointment does not take place, says the other system. Here it stands on {here}. If they "
    "do not come, cancel it here."
)
CANCELLED_HERE = gettext_lazy(
    "The appointment was cancelled here. In the other system it stands on {there}."
)
IS_OTHERWISE = gettext_lazy("The appointment differs: in the list {there}; here {here}.")
ADDED = {
    "email": gettext_lazy("The e-mail address was empty here and comes from the list."),
    "phone": gettext_lazy("The phone number was empty here and comes from the list."),
}
DIFFERS = {
    "name": gettext_lazy("The name differs: “{there}” in the list, “{here}” here."),
    "email": gettext_lazy("The e-mail address differs: {there} in the list, {here} here."),
    "phone": gettext_lazy("The phone number differs: {there} in the list, {here} here."),
}
NOT_TO_BE_ADDED = {
    "email": gettext_lazy("The list has an e-mail address, {there}, and none is kept here."),
    "phone": gettext_lazy("The list has a phone number, {there}, and none is kept here."),
}


@dataclass(frozen=True)
class Comparison:
    """A person of the list with the client they are: what is to be filled, what is to be told."""

    adds: dict[str, str]
    differs: list[str]

    @property
    def sentences(self) -> list[object]:
        return [*self.differs, *told_of_filled(self.adds)]


def of_person(here: Client | Listed, there: Listed, *, not_to_fill: Collection[str]) -> Comparison:
    adds, differs = {}, []
    if there.name and name_compared(here.name) not in map(name_compared, there.names):
        differs.append(str(DIFFERS["name"]).format(there=there.name, here=here.name))
    for name, told, known, is_same in (
        ("email", there.email, here.email, there.address == compared(here.email)),
        ("phone", there.phone, here.phone, _is_same_phone(there.phone, here.phone)),
    ):
        if not told or is_same:
            continue
        if not known and name not in not_to_fill:
            adds[name] = told
            continue
        sentence = DIFFERS[name] if known else NOT_TO_BE_ADDED[name]
        differs.append(str(sentence).format(there=told, here=known))
    return Comparison(adds, differs)


def told_of_filled(names: Iterable[str]) -> list[object]:
    return [ADDED[one] for one in names]


def _is_same_phone(there: str, here: str) -> bool:
    return (digits_of(there) or there) == (digits_of(here) or here)


@dataclass(frozen=True)
class Stands:
    """A visit as the diary has it, or would have it."""

    where: Placement
    is_cancelled: bool = False

    @classmethod
    def of(cls, visit: Appointment) -> Self:
        return cls(Placement.of(visit), visit.status in FREES_ITS_TIME)

    @property
    def start(self) -> datetime:
        return self.where.interval.start

    def is_as(self, slot: Slot, wanted: ListedVisit) -> bool:
        """As far as the list says anything of it."""
        who, where = slot.therapist, self.where
        return (
            (where.interval.start, where.treatment) == (slot.start, slot.treatment)
            and who in (None, where.therapist)
            and wanted.length in (None, where.interval.end - where.interval.start)
        )


def of_visit(stands: Stands, slot: Slot, wanted: ListedVisit, clinic: Clinic) -> str:
    """In a sentence; nothing where both say the same."""
    there = _said(slot.interval, slot.treatment, slot.therapist, clinic)
    if stands.is_cancelled:
        return str(CANCELLED_HERE).format(there=there)
    if stands.is_as(slot, wanted):
        return ""
    return str(IS_OTHERWISE).format(there=there, here=_here(stands, clinic))


def of_visit_not_coming(stands: Stands, wanted: ListedVisit, clinic: Clinic, now: datetime) -> str:
    """Of one that the list has as over or cancelled. Nothing where it does not come here either."""
    if stands.is_cancelled or stands.start <= now:
        return ""
    here = _here(stands, clinic)
    if not wanted.is_coming:
        return str(STANDS_HERE).format(here=here)
    there = day_year_and_time(wanted.starts_at, clinic.tz)
    return str(IS_OTHERWISE).format(there=there, here=here)


def _here(stands: Stands, clinic: Clinic) -> str:
    where = stands.where
    return _said(where.interval, where.treatment, where.therapist, clinic)


def _said(when: Interval, what: Treatment, who: Therapist | None, clinic: Clinic) -> str:
    said = {
        "day": day_year_and_time(when.start, clinic.tz),
        "minutes": int((when.end - when.start).total_seconds() // 60),
        "what": what.name,
    }
    if who is None:
        return _("{day}, {what}, {minutes} min").format(**said)
    return _("{day}, {what} with {who}, {minutes} min").format(**said, who=who.name)
