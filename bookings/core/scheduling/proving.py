"""How long a booking by somebody unknown waits for its address to be proved, and how many may."""

from datetime import datetime, timedelta

MOST_WAITING = 2  # starts of one mailbox
MOST_WAITING_OF_A_PLAN = 3  # where several are booked at once
MOST_OF_A_FAMILY = 8  # of a mailbox that is proved, by forms that nobody has answered for yet
LEAST_TIME = timedelta(minutes=15)


def prove_until(starts_at: datetime, *, told_at: datetime, usual: timedelta) -> datetime:
    """The usual time after `told_at`, or half of what is left until the visit if that is shorter.

    Never less than a quarter of an hour, and never after the visit has begun.
    """
    wait = max(LEAST_TIME, min(usual, (starts_at - told_at) / 2))
    return min(told_at + wait, starts_at)
