"""How long an offered time is kept for whom it is offered to."""

from datetime import datetime, timedelta

LONGEST, SHORTEST = timedelta(hours=2), timedelta(minutes=15)
A_SHARE = 4  # of the time to the cut-off, so that others can be asked after them


def held_until(now: datetime, cut_off: datetime) -> datetime | None:
    """None: so near to the cut-off that nobody is written to; the desk rings."""
    left = cut_off - now
    if left < SHORTEST:
        return None
    return now + max(SHORTEST, min(LONGEST, left / A_SHARE))
