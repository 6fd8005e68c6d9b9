"""In which order treatments and therapists stand: the owner's, one place up or down at a time."""

from django.db.models import Max

from bookings.actions.diary_lock import changes_the_diary
from bookings.models import Clinic, Therapist, Treatment

STEPS = {"up": -1, "down": 1}


@changes_the_diary
def move(_clinic: Clinic, row: Treatment | Therapist, step: int) -> None:
    """Past its neighbour in the list; at either end it stays. Rows of one place get their own."""
    rows = type(row)._default_manager
    keys = list(rows.values_list("pk", flat=True))
    here = keys.index(row.pk)
    there = min(max(here + step, 0), len(keys) - 1)
    keys.insert(there, keys.pop(here))
    for position, pk in enumerate(keys):
        rows.filter(pk=pk).exclude(position=position).update(position=position)


def after_all(model: type[Treatment] | type[Therapist]) -> int:
    """Where a new one stands; among those that nobody has put in order, by its name."""
    last = model._default_manager.aggregate(last=Max("position"))["last"]
    return last + 1 if last else 0
