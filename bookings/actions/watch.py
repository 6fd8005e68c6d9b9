"""What is in trouble is written down, from when it is found until it has been well for a while."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bookings.models import Clinic, Trouble
from bookings.queries.office.watch import PartStanding, standings

A_LOOK_LATER = timedelta(minutes=5)  # what is in trouble for less mends itself
WELL_AGAIN_AFTER = timedelta(minutes=15)  # what has been well for less may be so by chance
FORGOTTEN_AFTER = timedelta(minutes=30)


def look(clinic: Clinic, *, now: datetime) -> None:
    """Any number of processes may do this at once."""
    Trouble.objects.filter(well_since__lte=now - FORGOTTEN_AFTER).delete()
    found = [one for one in standings(clinic, now=now) if one.is_trouble]
    known = set(Trouble.objects.values_list("part", flat=True))
    _write_down(found, known, now)
    parts = [one.part for one in found]
    Trouble.objects.filter(part__in=parts).update(well_since=None)
    Trouble.objects.filter(well_since=None).exclude(part__in=parts).update(well_since=now)


def _write_down(found: Iterable[PartStanding], known: set[str], now: datetime) -> None:
    new = (one for one in found if one.part not in known)
    Trouble.objects.bulk_create(
        [
            Trouble(part=one.part, says=f"{one.part.label}: {one.says}\n{one.do}", since=now)
            for one in new
        ],
        ignore_conflicts=True,
    )
