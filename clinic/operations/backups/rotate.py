"""Which backups stay: all of the last two days, and the newest of each day and of each week.

Whoever makes one by hand before putting an earlier one back must not lose that earlier one by it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bookings.queries.office.backups import NAME, OURS

NONE_GOES_BEFORE = timedelta(days=2)  # it is so much older than the newest


def name_at(now: datetime) -> str:
    return now.astimezone(UTC).strftime(NAME)


def too_old(names: Iterable[str], *, daily: int, weekly: int) -> list[str]:
    """The newest of all stays whatever is asked; files with other names are not ours."""
    ours = sorted(filter(OURS.fullmatch, names), reverse=True)
    by_day, by_week = _newest(ours, "%Y-%m-%d"), _newest(ours, "%G-%V")
    recent = [name for name in ours if _time(ours[0]) - _time(name) < NONE_GOES_BEFORE]
    kept = {*recent, *by_day[:daily], *by_week[:weekly]}
    return [name for name in ours if name not in kept]


def _newest(names: list[str], period: str) -> list[str]:
    """One for each period, the newest period first."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(_time(name).strftime(period), name)
    return list(first.values())


def _time(name: str) -> datetime:
    return datetime.strptime(name, NAME).replace(tzinfo=UTC)


def rotate(folder: Path, *, daily: int, weekly: int) -> list[str]:
    """Deletes; tells which."""
    gone = too_old((path.name for path in folder.iterdir()), daily=daily, weekly=weekly)
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return gone
