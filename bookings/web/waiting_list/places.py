"""What somebody waits for, on the pages that list what is theirs."""

from dataclasses import dataclass
from datetime import datetime

from bookings import links
from bookings.links import Purpose
from bookings.models import Client, Clinic, WaitlistEntry, WaitlistOffer
from bookings.queries.waiting_list.in_words import WishInWords, wish_in_words


@dataclass(frozen=True)
class OnePlace:
    """A wish in words, and where it is seen, changed and left; what is kept for it, and where that
    is taken.
    """

    wish: WishInWords
    url: str
    kept: WaitlistOffer | None
    kept_url: str


def places_of(client: Client, clinic: Clinic, *, now: datetime) -> list[OnePlace]:
    """For whoever has shown that they read the client's mail."""
    waiting = client.waits_for.waiting().with_everything()
    kept = {one.entry_id: one for one in client.offers.open() if one.is_open(now)}
    return [_place(entry, kept.get(entry.pk), clinic, now) for entry in waiting]


def _place(
    entry: WaitlistEntry, kept: WaitlistOffer | None, clinic: Clinic, now: datetime
) -> OnePlace:
    client = entry.client
    offer = links.client_path(Purpose.WAIT_OFFER, client, offer=kept.pk) if kept else ""
    return OnePlace(
        wish=wish_in_words(entry, clinic, clinic.day_of(now)),
        url=links.client_path(Purpose.WAITING, client, entry=entry.pk),
        kept=kept,
        kept_url=offer,
    )
