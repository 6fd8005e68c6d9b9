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

    @classmethod
    def before_the_race(cls, node: Node) -> "Offsets":
        offsets = cls.read(node)
        if offsets.closes > 0:
            raise node.at("closes").wrong(
                "{field} must be 0 or less, so that it ends before the race."
            )
        return offsets

    @classmethod
    def after_the_effort(cls, node: Node) -> "Offsets":
        offsets = cls.read(node.has_only("opens", "closes"))
        if offsets.opens < 0:
            raise node.at("opens").wrong(
                "{field} must be 0 or more, for before it nobody knows of it."
            )
        return offsets

    def holds(self, day: int) -> bool:
        return self.opens <= day < self.closes


@dataclass(frozen=True)
class SessionPlacement:
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
    def read(cls, node: Node) -> "SessionPlacement":
        node.has_only(
            "massage_days_after_long_run", "window", "tune_up", "flush", "gentle", "min_days_apart"
        )
        tune_up, flush = node.at("tune_up"), node.at("flush")
        tune_up.has_only("opens", "closes", "clear_days_after_another_race")
        flush.has_only("ideal", "opens", "closes")
        return cls(
            massage_days_after_long_run=node.at("massage_days_after_long_run").whole(0, 6),
            window=_around_its_day(node.at("window").has_only("opens", "closes")),
            tune_up=_one_week(tune_up),
            clear_days_after_another_race=tune_up.at("clear_days_after_another_race").whole(0),
            flush_ideal=_ideal_of(flush),
            flush=Offsets.before_the_race(flush),
            gentle_days=node.at("gentle").has_only("days").at("days").whole(1, 60),
            min_days_apart=node.at("min_days_apart").whole(0, 28),
        )


def _around_its_day(node: Node) -> Offsets:
    offsets = Offsets.read(node)
    if not offsets.holds(0):
        raise node.wrong("{field} must hold day 0, the massage day itself.")
    return offsets


def _ideal_of(flush: Node) -> int:
    ideal = flush.at("ideal").whole(-60, -1)
    if not Offsets.read(flush).holds(ideal):
        raise flush.at("ideal").wrong(
            "{field} must be one of the days from opens to before closes."
        )
    return ideal


def _one_week(node: Node) -> Offsets:
    offsets = Offsets.before_the_race(node)
    if offsets.closes - offsets.opens != 7:
        raise node.wrong("{field} must span seven days, so that it holds each weekday once.")
    return offsets


@dataclass(frozen=True)
class SessionType:
    """One kind of session; `why` is the sentence a runner reads beside it."""

    kind: Kind
    name: str
    minutes: int
    pressure: Pressure
    new_client_pressure: Pressure | None
    why: str
    after_effort: Offsets | None
    other_minutes: tuple[int, ...] = ()

    @classmethod
    def read(cls, kind: Kind, node: Node) -> "SessionType":
        node.has_only("name", "minutes", "alt_minutes", "pressure", "new_client_pressure", "why",
                      "trigger", "after_effort")  # fmt: skip
        return cls(
            kind=kind,
            name=node.at("name").text(),
            minutes=node.at("minutes").whole(1, 240),
            pressure=node.at("pressure").one_of(PRESSURES),
            new_client_pressure=node.maybe(
                "new_client_pressure", lambda lighter: lighter.one_of(PRESSURES), None
            ),
            why=node.at("why").text(),
            after_effort=node.maybe("after_effort", Offsets.after_the_effort, None),
            other_minutes=node.maybe("alt_minutes", _lengths, ()),
        )

    def may_last(self, minutes: int) -> bool:
        """Whether that is no shorter and no longer than any of its lengths."""
        lengths = (self.minutes, *self.other_minutes)
        return min(lengths) <= minutes <= max(lengths)


def _lengths(node: Node) -> tuple[int, ...]:
    return tuple(item.whole(1, 240) for item in node.items())
