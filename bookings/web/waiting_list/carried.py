"""What somebody has asked for, carried in an address to the form of the waiting list."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from bookings.core.clients.search_text import Typed
from bookings.core.scheduling.parts_of_day import PARTS_BEGIN, part_of_day
from bookings.core.scheduling.when import Wish
from bookings.models import Client, Clinic, Therapist, Treatment

A_WHILE = timedelta(weeks=2)


def pairs_of(wish: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The same as pairs of a query, for the next page."""
    return [
        (name, one)
        for name, value in wish.items()
        for one in (value if isinstance(value, list) else [value])
    ]


def address_for(
    who: Client | Typed | str, treatment: Treatment, therapist: Therapist | None, wish: Wish
) -> str:
    """The form for a client or somebody new; where it is open who it is, the search for it."""
    said = {"treatment": treatment.slug, **_days(wish)}
    said |= {"therapist": therapist.slug} if therapist else {}
    if isinstance(who, Client):
        page = reverse("desk:wait", args=[who.pk])
    elif isinstance(who, Typed):
        page, said = reverse("desk:wait_new"), said | asdict(who)
    else:
        page, said = reverse("desk:wait_find"), said | {"who": who}
    return f"{page}?{urlencode(pairs_of(said))}"


def _days(wish: Wish) -> dict[str, Any]:
    clinic = Clinic.objects.the()
    first = clinic.day_of(wish.at) if wish.at else wish.first
    last = first if wish.at else wish.last or first + A_WHILE
    said: dict[str, Any] = {"first_day": first, "last_day": last}
    return said | {"weekdays": sorted(wish.weekdays), "parts": list(_parts(wish, clinic))}


def _parts(wish: Wish, clinic: Clinic) -> Iterator[int]:
    """Those that the hours touch; none for any."""
    if wish.at:
        yield part_of_day(wish.at.astimezone(clinic.tz).time())
    elif wish.since or wish.until:
        since, until = wish.since or time.min, wish.until or time.max
        begin = (time.min, *PARTS_BEGIN, time.max)
        touched = (begin[n] < until and since < begin[n + 1] for n in range(len(begin) - 1))
        yield from (part for part, is_touched in enumerate(touched) if is_touched)
