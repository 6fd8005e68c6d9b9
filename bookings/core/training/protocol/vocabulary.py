"""The words of the training engine. Their values are what the protocol file and JSON say."""

from enum import IntEnum, StrEnum

from bookings.core.wording import Sentence


class Phase(StrEnum):
    """In the order of rule P7: where races disagree about a date, the earlier word wins."""

    RACE_DAY = "race_day"
    ACUTE = "acute"
    RACE_WEEK = "race_week"
    TAPER = "taper"
    RECOVERY = "recovery"
    PEAK = "peak"
    BUILD = "build"
    BASE = "base"
    RETURN = "return"
    OFF_SEASON = "off_season"


PRECEDENCE = {phase: rank for rank, phase in enumerate(Phase)}


class Pressure(IntEnum):
    """How firm a session is; a ceiling is the firmest that is advised."""

    NONE = 0
    LIGHT = 1
    LIGHT_MEDIUM = 2
    MEDIUM = 3
    MEDIUM_FIRM = 4
    FIRM = 5

    @property
    def key(self) -> str:
        return self.name.lower()

    @property
    def label(self) -> str:
        """In words: "light to medium"."""
        return PRESSURE_NAMES[self]


PRESSURE_NAMES = {
    Pressure.NONE: Sentence("none"),
    Pressure.LIGHT: Sentence("light"),
    Pressure.LIGHT_MEDIUM: Sentence("light to medium"),
    Pressure.MEDIUM: Sentence("medium"),
    Pressure.MEDIUM_FIRM: Sentence("medium to firm"),
    Pressure.FIRM: Sentence("firm"),
}
PRESSURES = {pressure.key: pressure for pressure in Pressure}


class Kind(StrEnum):
    """What kind of session the plan proposes."""

    MAINTENANCE = "maintenance"
    TRAINING = "training"
    PEAK_RECOVERY = "peak_recovery"
    POST_HARD_EFFORT = "post_hard_effort"
    TAPER_TUNE_UP = "taper_tune_up"
    PRE_RACE_FLUSH = "pre_race_flush"
    POST_RACE_GENTLE = "post_race_gentle"
    POST_RACE_RECOVERY = "post_race_recovery"
    RETURN_CHECK = "return_check"


class Distance(StrEnum):
    TEN_KM = "10k"
    HALF = "half"
    MARATHON = "marathon"
    ULTRA = "ultra"


class Priority(StrEnum):
    """A drives the plan; B is run on the way; C is a training run with a number on (P8)."""

    A = "A"
    B = "B"
    C = "C"


class Outcome(StrEnum):
    """How a race went; without a result it counts as finished, the safe side (P9)."""

    ASSUMED_FINISHED = "assumed_finished"
    FINISHED = "finished"
    DNF = "dnf"
    DNS = "dns"
    CANCELLED = "cancelled"


class Weekday(IntEnum):
    """As date.weekday() counts."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6
