"""Asking first, with the nearest times that there would be for whoever cannot stay."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from bookings.actions.rota.impact import VisitsAffected, asking_first
from bookings.models import Clinic
from bookings.queries.desk.stranded import with_places

PLACED = 12  # looked for under the lock; there may be hundreds of visits


@contextmanager
def asking_with_places(clinic: Clinic, *, now: datetime, **how: Any) -> Iterator[None]:
    """As `asking_first`. Looked for before the change is rolled back: a time that it takes away
    is none to go to."""
    try:
        with asking_first(clinic, now=now, **how):
            yield
    except VisitsAffected as refusal:
        refusal.places = with_places(clinic, refusal.impact.visits[:PLACED], now=now)
        raise
