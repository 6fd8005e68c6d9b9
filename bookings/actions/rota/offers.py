"""What the clinic offers: treatments, rooms and who gives what, kept as the owner has them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import F, Model
from django.utils.translation import gettext as _

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.refusals import Refused
from bookings.actions.rota.impact import refuse_or_let_go
from bookings.actions.rota.stamp import refuse_if_changed
from bookings.models import Clinic, Room, Treatment
from bookings.queries.scheduling.conflicts import codes_that_stand


def keep(
    row: Model, save: Callable[[], Any], *, seen: str = "", accepted: str = "", now: datetime
) -> None:
    """`save` writes the row, new or changed as it was `seen`, and what hangs on it.

    Raises VisitsAffected, unless exactly that has been `accepted`; Stale when the row is no longer
    as it was seen, and Refused when something was saved at this moment that does not go with it.
    """
    is_new = row._state.adding
    try:
        _keep(None if is_new else row, save, seen=seen, accepted=accepted, now=now)
    except IntegrityError as error:
        raise Refused(
            _(
                "Something else was saved at this very moment that does not go with it. "
                "Nothing was changed; please look again."
            )
        ) from error


@changes_the_diary
def _keep(
    clinic: Clinic,
    row: Model | None,
    save: Callable[[], Any],
    *,
    seen: str,
    accepted: str,
    now: datetime,
) -> None:
    if row is not None:
        refuse_if_changed(row, seen)
    before = codes_that_stand(clinic, now=now)
    save()
    changed = Clinic.objects.the()  # it may be the clinic itself
    refuse_or_let_go(changed, before, accepted=accepted, now=now)


def bring_in_prices(*, now: datetime) -> None:
    """Prices whose day has come hold from now on; what is booked keeps its own."""
    if Treatment.objects.filter(next_price_from__isnull=False).exists():
        _bring_in_prices(now=now)


@changes_the_diary
def _bring_in_prices(clinic: Clinic, *, now: datetime) -> None:
    due = Treatment.objects.filter(next_price_from__lte=clinic.day_of(now))
    due.update(price=F("next_price"), next_price=None, next_price_from=None)


def fit(room: Room, wanted: Iterable[Treatment]) -> None:
    """These treatments take place in the room and no others do, wherever else they may.

    One that names no room fits into any; taken out of this one, it names all the others.
    """
    fitting = {treatment.pk for treatment in wanted}
    others = set(Room.objects.exclude(pk=room.pk))
    for treatment in Treatment.objects.prefetch_related("rooms"):
        chosen = set(treatment.rooms.all())
        fits = not chosen or room in chosen
        if treatment.pk in fitting and not fits:
            treatment.rooms.add(room)
        elif treatment.pk not in fitting and fits:
            treatment.rooms.set(chosen - {room} if chosen else others)
