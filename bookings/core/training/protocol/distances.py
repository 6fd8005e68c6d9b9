"""What each distance asks for: weeks before the race, days after it."""

from dataclasses import dataclass

from bookings.core.training.protocol.fields import Node
from bookings.core.training.protocol.vocabulary import Distance

DISTANCES = {distance.value: distance for distance in Distance}


@dataclass(frozen=True)
class DistanceRules:
    """Weeks before and days after a race of one distance (P2 to P6, P9, S6)."""

    name: str
    default_weeks: int
    taper_weeks: int
    peak_cap: int
    acute_last_day: int
    recovery_last_day: int
    return_last_day: int
    dnf_full_from_km: int
    recovery_session_from_day: int | None
    return_session_from_day: int | None

    @classmethod
    def read(cls, node: Node) -> "DistanceRules":
        node.has_only(*cls.__dataclass_fields__)
        acute = node.at("acute_last_day").whole(0)
        recovery = node.at("recovery_last_day").whole(acute)
        return cls(
            name=node.at("name").text(),
            default_weeks=node.at("default_weeks").whole(1, 52),
            taper_weeks=node.at("taper_weeks").whole(1, 4),
            peak_cap=node.at("peak_cap").whole(2, 20),
            acute_last_day=acute,
            recovery_last_day=recovery,
            return_last_day=node.at("return_last_day").whole(recovery, 200),
            dnf_full_from_km=node.at("dnf_full_from_km").whole(0),
            recovery_session_from_day=_day_or_none(node, "recovery_session_from_day"),
            return_session_from_day=_day_or_none(node, "return_session_from_day"),
        )


def _day_or_none(node: Node, key: str) -> int | None:
    node.at(key)
    return node.maybe(key, lambda day: day.whole(1), None)


@dataclass(frozen=True)
class UnfinishedRace:
    """Whose recovery follows a race that was left early (P9)."""

    shorter_from_km: int
    shorter: Distance
    shortest: Distance

    @classmethod
    def read(cls, node: Node) -> "UnfinishedRace":
        node.has_only(*cls.__dataclass_fields__)
        return cls(
            node.at("shorter_from_km").whole(0),
            node.at("shorter").one_of(DISTANCES),
            node.at("shortest").one_of(DISTANCES),
        )

    def recovers_as(self, km: float) -> Distance:
        return self.shorter if km >= self.shorter_from_km else self.shortest
