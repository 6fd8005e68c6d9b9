"""Bookings under invented addresses: the diary stays open and nobody's mailbox fills."""

import json
from secrets import token_hex

from tests.attacks.blackbox.site import Browser, Site

TREATMENT = "sports-massage-90"
TRIES = 8  # well below what one network may ask in an hour
MOST = 2


def an_invented_mailbox_takes_no_more_than_two_starts(site: Site) -> str:
    """A fresh browser each time, and the same mailbox with tags: that took a diary of 60 days."""
    mailbox = token_hex(6)
    question = f"/api/openings?treatment={TREATMENT}&days=60"
    free = json.loads(Browser(site).get(question).text)["openings"]
    starts = [one["start"] for one in free[:: max(1, len(free) // TRIES)]][:TRIES]
    assert starts, "nothing was free to try it with"
    taken = sum(_books(site, start, mailbox, number) for number, start in enumerate(starts))
    assert taken <= MOST, f"{taken} starts were taken"
    assert taken, "not even one could be booked"
    return f"{taken} of {len(starts)} starts were taken"


def _books(site: Site, start: str, mailbox: str, number: int) -> bool:
    page = f"/book/{TREATMENT}/"
    typed = {
        "start": start,
        "therapist": "",
        "key": token_hex(16),
        "name": f"Stranger {mailbox}",
        "email": f"{mailbox}+{number}@example.com",
        "phone": "",
    }
    answer = Browser(site).post(f"{page}details/", typed, page=page)
    assert answer.status < 500, f"answered {answer.status}"
    return "is on its way to" in answer.text
