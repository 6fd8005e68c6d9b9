"""A plan's inputs as plain data: the races, the runner, and the date it is asked on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.distances import DISTANCES
from bookings.core.training.protocol.fields import FieldError, Node, Word
from bookings.core.training.protocol.vocabulary import Outcome, Priority, Weekday
from bookings.core.training.races import LONGEST_PLAN_WEEKS, Race, Runner, rejections

PRIORITIES = {priority.value: priority for priority in Priority}
OUTCOMES = {outcome.value: outcome for outcome in Outcome}
WEEKDAYS = {weekday.name.capitalize(): weekday for weekday in Weekday}
WEEKDAYS |= {f"{date(2024, 1, 1 + weekday):%A}": weekday for weekday in Weekday}


@dataclass(frozen=True)
class Inputs:
    """What a plan is made from."""

    races: tuple[Race, ...]
    runner: Runner
    as_of: date

    @classmethod
    def from_data(cls, data: object, protocol: Protocol, *, today: date) -> "Inputs":
        """Parsed JSON; raises FieldError naming what is wrong, also for a race the rules refuse.

        What is left out or null has a default: long runs on Sunday, no high volume, a known
        client, as of `today`, A races that are finished.
        """
        root = Node(data)
        root.has_only("races", "long_run_weekday", "weekly_volume_km", "new_client",
                      "hard_efforts", "as_of")  # fmt: skip
        races = [_race(node, n) for n, node in enumerate(root.at("races").items(), start=1)]
        inputs = cls(tuple(races), _runner(root), root.maybe("as_of", Node.day, today))
        inputs._refuse_what_cannot_be_planned(protocol)
        return inputs

    def _refuse_what_cannot_be_planned(self, protocol: Protocol) -> None:
        for rejection in rejections(self.races, protocol, today=self.as_of):
            field = f"races[{rejection.index}].{rejection.field}"
            raise FieldError(field, f"{field}: {rejection.sentence}")


def _runner(root: Node) -> Runner:
    return Runner(
        long_run_weekday=root.maybe("long_run_weekday", _word(WEEKDAYS), Weekday.SUN),
        weekly_volume_km=root.maybe("weekly_volume_km", lambda km: km.number(0), 0),
        new_client=root.maybe("new_client", Node.yes_or_no, False),
        hard_efforts=root.maybe("hard_efforts", _days, ()),
    )


def _race(node: Node, number: int) -> Race:
    # "weekday" only tells a human reader what the date says already.
    node.has_only("name", "race_date", "weekday", "distance", "priority", "training_start",
                  "weeks", "taper_weeks", "outcome", "dnf_km")  # fmt: skip
    return Race(
        name=node.maybe("name", Node.text, f"race {number}"),
        race_date=node.at("race_date").day(),
        distance=node.at("distance").one_of(DISTANCES),
        priority=node.maybe("priority", _word(PRIORITIES), Priority.A),
        training_start=node.maybe("training_start", Node.day, None),
        weeks=node.maybe("weeks", lambda weeks: weeks.whole(1, LONGEST_PLAN_WEEKS), None),
        taper_weeks=node.maybe("taper_weeks", lambda weeks: weeks.whole(1, 4), None),
        outcome=node.maybe("outcome", _word(OUTCOMES), Outcome.ASSUMED_FINISHED),
        dnf_km=node.maybe("dnf_km", lambda km: km.number(0), None),
    )


def _days(node: Node) -> tuple[date, ...]:
    return tuple(item.day() for item in node.items())


def _word(words: Mapping[str, Word]) -> Callable[[Node], Word]:
    return lambda node: node.one_of(words)
