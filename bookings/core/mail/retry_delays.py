"""How long to wait before a mail is tried again."""

from datetime import timedelta

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

# "Not now" about one message: the server means minutes, or greylists.
POSTPONED = (30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR)
# The server cannot be reached: nothing of it is about this message, so when it is back all
# should go within minutes.
UNREACHABLE = (30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE)


def pause(attempts: int, delays: tuple[timedelta, ...], luck: float) -> timedelta:
    """The wait after that many attempts, 10 % shorter to 20 % longer by `luck` in [0, 1]."""
    return delays[min(max(attempts, 1), len(delays)) - 1] * (0.9 + 0.3 * luck)
