"""The box of a basket that has a race's later sessions booked as the diary opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bookings.core import training
from bookings.models import Clinic, Race
from bookings.queries.scheduling.slots import Slot
from bookings.queries.series.following import PlanNow
from bookings.queries.training.plans import id_of
from bookings.web.training.plan_store import BroughtAlong, ClientPlan, PlanStore

LATER = "later"  # its name in the form


@dataclass(frozen=True)
class LaterOnes:
    race: Race
    sessions: Sequence[training.Session]

    @property
    def days(self) -> list[date]:
        return [one.suggested for one in self.sessions]


def later_ones(store: PlanStore, slots: Sequence[Slot], *, now: datetime) -> LaterOnes | None:
    """Of the one race that all the slots are for, if the clinic knows whose it is; None where no
    session waits for the diary that is not booked as it opens already."""
    if not isinstance(store, ClientPlan) or isinstance(store, BroughtAlong):
        return None
    if store.client.is_provisional:
        return None
    here = PlanNow.of(store.client, Clinic.objects.the(), now=now)
    race = _race_of(slots, store, here)
    if race is None:
        return None
    found = [one for one in here.later_ones(race) if id_of(one) not in store.booked_as_they_open]
    return LaterOnes(race, found) if found else None


def _race_of(slots: Sequence[Slot], store: ClientPlan, here: PlanNow) -> Race | None:
    days = {here.clinic.day_of(slot.start) for slot in slots}
    met = [one for one in here.plan.sessions if any(map(one.covers, days))]
    races = {one.race.race_date for one in met}
    return next((one for one in store.races if {one.race_date} == races), None)
