"""A plan's inputs as plain data: the races, the runner, and the date it is asked on."""

from dataclasses import dataclass
from datetime import date

from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.distances import DISTANCES
from bookings.core.training.races import Race, Runner, rejections
from bookings.core.training.reading import BadField, Node
from bookings.core.training.vocabulary import Outcome, Priority, Weekday

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
        """Parsed JSON; raises BadField naming what is wrong, also for a race the rules refuse.

        Left out or null: no long run on another day than Sunday, no high volume, a known
        client, as of `today`.
        """
        root = Node(data).has_only("races", "long_run_weekday", "weekly_volume_km", "new_client", "as_of")
        as_of = root.maybe("as_of")
        inputs = cls(
            races=tuple(_race(node, number) for number, node in enumerate(root.at("races").items(), 1)),
            runner=_runner(root),
            as_of=as_of.day() if as_of else today,
        )
        inputs._refuse_what_cannot_be_planned(protocol)
        return inputs

    def _refuse_what_cannot_be_planned(self, protocol: Protocol) -> None:
        for rejection in rejections(self.races, protocol, today=self.as_of):
            field = f"races[{rejection.index}].{rejection.field}"
            raise BadField(field, f"{field}: {rejection.sentence}")


def _runner(root: Node) -> Runner:
    weekday, km = root.maybe("long_run_weekday"), root.maybe("weekly_volume_km")
    new_client = root.maybe("new_client")
    return Runner(
        long_run_weekday=weekday.one_of(WEEKDAYS) if weekday else Weekday.SUN,
        weekly_volume_km=km.number(0) if km else 0,
        new_client=new_client.yes_or_no() if new_client else False,
    )


def _race(node: Node, number: int) -> Race:
    # "weekday" only tells a human reader what the date says already.
    node.has_only("name", "race_date", "weekday", "distance", "priority", "training_start",
                  "weeks", "taper_weeks", "outcome", "dnf_km")  # fmt: skip
    name, priority, outcome = node.maybe("name"), node.maybe("priority"), node.maybe("outcome")
    training_start, weeks = node.maybe("training_start"), node.maybe("weeks")
    taper_weeks, dnf_km = node.maybe("taper_weeks"), node.maybe("dnf_km")
    return Race(
        name=name.text() if name else f"race {number}",
        race_date=node.at("race_date").day(),
        distance=node.at("distance").one_of(DISTANCES),
        priority=priority.one_of(PRIORITIES) if priority else Priority.A,
        training_start=training_start and training_start.day(),
        weeks=weeks and weeks.whole(1, 52),
        taper_weeks=taper_weeks and taper_weeks.whole(1, 4),
        outcome=outcome.one_of(OUTCOMES) if outcome else Outcome.ASSUMED_FINISHED,
        dnf_km=dnf_km and dnf_km.number(0),
    )
