"""Until when time that has come free is the list's before it is everybody's."""

from datetime import datetime, timedelta

GRACE = timedelta(minutes=5)  # for the next tendings; a worker that is down keeps nothing closed


def asked_at(begins: datetime, now: datetime) -> datetime | None:
    """When the list is asked: from `begins`, the first moment after the pause at which mails go.

    None once that was long enough ago.
    """
    return None if now >= begins + GRACE else max(now, begins)
