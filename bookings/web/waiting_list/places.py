"""What somebody waits for, on the pages that list what is theirs."""

from dataclasses import dataclass
from datetime import datetime

from bookings import links
from bookings.links import Purpose
from bookings.models import Client, Clinic
from bookings.queries.waiting_list.in_words import WishInWords, wish_in_words


@dataclass(frozen=True)
class OnePlace:
    """A wish in words, and where it is seen, changed and left."""

    wish: WishInWords
    url: str


def places_of(client: Client, clinic: Clinic, *, now: datetime) -> list[OnePlace]:
    """For whoever has shown that they read the client's mail."""
    waiting = client.waits_for.waiting().with_everything()
    return [
        OnePlace(
            wish_in_words(entry, clinic, clinic.day_of(now)),
            links.client_path(Purpose.WAITING, client, entry=entry.pk),
        )
        for entry in waiting
    ]
