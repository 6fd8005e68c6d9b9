"""Which backups stay: the newest of each day and of each week, of the newest of both."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bookings.queries.office.backups import NAME, OURS


def name_at(now: datetime) -> str:
    return now.astimezone(UTC).strftime(NAME)


def too_old(names: Iterable[str], *, daily: int, weekly: int) -> list[str]:
    """The newest of all stays whatever is asked; files with other names are not ours."""
    ours = sorted(filter(OURS.fullmatch, names), reverse=True)
    by_day, by_week = _newest(ours, "%Y-%m-%d"), _newest(ours, "%G-%V")
    kept = {*ours[:1], *by_day[:daily], *by_week[:weekly]}
    return [name for name in ours if name not in kept]


def _newest(names: list[str], period: str) -> list[str]:
    """One for each period, the newest period first."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(datetime.strptime(name, NAME).strftime(period), name)  # noqa: DTZ007
    return list(first.values())


def rotate(folder: Path, *, daily: int, weekly: int) -> list[str]:
    """Deletes; tells which."""
    gone = too_old((path.name for path in folder.iterdir()), daily=daily, weekly=weekly)
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return gone
