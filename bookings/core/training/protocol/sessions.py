"""The kinds of session, and where in the training they lie."""

from dataclasses import dataclass

from bookings.core.training.protocol.fields import Node
from bookings.core.training.protocol.vocabulary import PRESSURES, Kind, Pressure

KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True)
class Offsets:
    """Days counted from the race or the massage day, half-open [opens, closes)."""

    opens: int
    closes: int

    @classmethod
    def read(cls, node: Node) -> "Offsets":
        """Other fields of the node are its owner's to know."""
        opens = node.at("opens").whole(-60)
        return cls(opens, node.at("closes").whole(opens + 1, 60))


@dataclass(frozen=True)
class Placement:
    """Where sessions may lie (S1 to S3, S5, S7)."""

    massage_days_after_long_run: int
    window: Offsets
    tune_up: Offsets
    clear_days_after_another_race: int
    flush_ideal: int
    flush: Offsets
    gentle_days: int
    min_days_apart: int

    @classmethod
    def read(cls, node: Node) -> "Placement":
        node.has_only(
            "massage_days_after_long_run", "window", "tune_up", "flush", "gentle", "min_days_apart"
        )
        tune_up, flush = node.at("tune_up"), node.at("flush")
        tune_up.has_only("opens", "closes", "clear_days_after_another_race")
        flush.has_only("ideal", "opens", "closes")
        return cls(
            massage_days_after_long_run=node.at("massage_days_after_long_run").whole(0, 6),
            window=Offsets.read(node.at("window").has_only("opens", "closes")),
            tune_up=_one_week(tune_up),
            clear_days_after_another_race=tune_up.at("clear_days_after_another_race").whole(0),
            flush_ideal=flush.at("ideal").whole(-60, -1),
            flush=Offsets.read(flush),
            gentle_days=node.at("gentle").has_only("days").at("days").whole(1, 60),
            min_days_apart=node.at("min_days_apart").whole(0, 28),
        )


def _one_week(node: Node) -> Offsets:
    offsets = Offsets.read(node)
    if offsets.closes - offsets.opens != 7:
        raise node.wrong("must span seven days, so that it holds each weekday once")
    return offsets


@dataclass(frozen=True)
class SessionType:
    """One kind of session; `why` is the sentence a runner reads beside it."""

    kind: Kind
    name: str
    minutes: int
    alt_minutes: tuple[int, ...]
    pressure: Pressure
    new_client_pressure: Pressure | None
    why: str
    trigger: str
    after_effort: Offsets | None

    @classmethod
    def read(cls, kind: Kind, node: Node) -> "SessionType":
        node.has_only("name", "minutes", "alt_minutes", "pressure", "new_client_pressure", "why",
                      "trigger", "after_effort")  # fmt: skip
        return cls(
            kind=kind,
            name=node.at("name").text(),
            minutes=node.at("minutes").whole(1, 240),
            alt_minutes=tuple(item.whole(1, 240) for item in node.at("alt_minutes").items()),
            pressure=node.at("pressure").one_of(PRESSURES),
            new_client_pressure=node.maybe(
                "new_client_pressure", lambda lighter: lighter.one_of(PRESSURES), None
            ),
            why=node.at("why").text(),
            trigger=node.maybe("trigger", Node.text, ""),
            after_effort=node.maybe("after_effort", Offsets.read, None),
        )
