"""What is ticked in a plan, and for which times, while another page is looked at.

It lies in the browser's session, for one plan at a time, and ends when it is booked.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.contrib.sessions.backends.base import SessionBase

from bookings.core import training
from bookings.queries.training.plans import SessionId

KEY, BETWEEN = "bundle", "."


@dataclass(frozen=True)
class Bundle:
    """Sessions by `name_of`; `times` are values as `slot_values` writes them."""

    ticked: frozenset[str] = frozenset()
    times: Mapping[str, str] = field(default_factory=dict)

    def with_time(self, session: str, value: str) -> "Bundle":
        return replace(self, ticked=self.ticked | {session}, times={**self.times, session: value})

    def without(self, values: Collection[str], *, untick: bool = False) -> "Bundle":
        """Those times no more: the session's next is proposed instead, or nothing ticked of it."""
        gone = {name for name, value in self.times.items() if value in values}
        times = {name: value for name, value in self.times.items() if name not in gone}
        return Bundle(self.ticked - gone if untick else self.ticked, times)


def name_of(session: SessionId) -> str:
    kind, ideal = session
    return f"{kind.value}{BETWEEN}{ideal}"


def number_of(name: str, sessions: Iterable[training.Session]) -> int | None:
    """Its number in the plan; None for what the plan does not have."""
    names = [name_of((one.kind, one.ideal)) for one in sessions]
    return names.index(name) + 1 if name in names else None


def read(session: SessionBase, plan_url: str) -> Bundle | None:
    """None where nothing has been chosen in that very plan."""
    kept = session.get(KEY, {})
    if kept.get("for") != plan_url:
        return None
    return Bundle(frozenset(kept["ticked"]), kept["times"])


def keep(session: SessionBase, plan_url: str, bundle: Bundle) -> None:
    session[KEY] = {"for": plan_url, "ticked": sorted(bundle.ticked), "times": dict(bundle.times)}


def drop(
    session: SessionBase, plan_url: str, values: Collection[str], *, untick: bool = False
) -> None:
    """What is gone, or has been taken out, is not shown as chosen again."""
    if chosen := read(session, plan_url):
        keep(session, plan_url, chosen.without(values, untick=untick))


def forget(session: SessionBase) -> None:
    session.pop(KEY, None)
