"""What is over goes a batch at a time: no statement holds many rows or works for long, and where a
sweep is stopped only its last batch is lost."""

import time
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

A_BATCH = 1000  # rows
NO_END = float("inf")


def deleted(rows: QuerySet[Any]) -> int:
    return rows.delete()[0]


def in_batches(
    rows: QuerySet[Any],
    change: Callable[[QuerySet[Any]], int] = deleted,
    *,
    until: float = NO_END,
) -> int:
    """`change` takes each batch out of `rows`, whose order an index has. Returns how many it did.

    One batch in any case; no further one once the monotonic clock says `until`.
    """
    done = 0
    while True:
        keys = list(rows.values_list("pk", flat=True)[:A_BATCH])
        if keys:
            done += change(rows.model._base_manager.filter(pk__in=keys))
        if len(keys) < A_BATCH or time.monotonic() >= until:
            return done
