"""When in a marathon's training a massage suits: the home page's short version of the protocol."""

from collections.abc import Iterable
from dataclasses import dataclass

from bookings.models import Treatment


@dataclass(frozen=True)
class Phase:
    """A stretch of training; `kinds` are the protocol's session kinds that suit it."""

    name: str
    when: str
    words: str
    kinds: frozenset[str]


PHASES = (
    Phase(
        "Base",
        "More than 13 weeks to go",
        "Every three to four weeks: time for a thorough session, and for your therapist to get "
        "to know your legs.",
        frozenset({"maintenance"}),
    ),
    Phase(
        "Build",
        "13 to 8 weeks to go",
        "Every two to three weeks. Most runners like it best a day or two after the long run, "
        "and never the day before one.",
        frozenset({"training"}),
    ),
    Phase(
        "Peak",
        "8 to 3 weeks to go",
        "Your biggest weeks: every one to two weeks, about two days after the long run. "
        "Nothing new or unusually firm.",
        frozenset({"peak_recovery"}),
    ),
    Phase(
        "Taper",
        "The last 3 weeks",
        "One last thorough session, one to two weeks before the race, so that any tenderness "
        "has time to go.",
        frozenset({"taper_tune_up"}),
    ),
    Phase(
        "Race week",
        "Two to four days before",
        "If you like, a short light session: for feeling relaxed rather than for fixing anything.",
        frozenset({"pre_race_flush"}),
    ),
    Phase(
        "Recovery",
        "From the fourth day after",
        "Walk, eat and sleep first. Then a gentle session, for comfort and for noticing what is "
        "more than tiredness.",
        frozenset({"post_race_gentle", "post_race_recovery"}),
    ),
)


@dataclass(frozen=True)
class Advice:
    """A phase with the treatments on offer that suit it."""

    phase: Phase
    treatments: list[Treatment]


def advice(treatments: Iterable[Treatment]) -> list[Advice]:
    treatments = list(treatments)
    return [
        Advice(phase, [one for one in treatments if phase.kinds & set(one.session_kinds)])
        for phase in PHASES
    ]
