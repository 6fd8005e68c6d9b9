"""The codes of problems with a start, how grave each is, and who is bound by which.

Which of them a start has: bookings/queries/scheduling/problems.py.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum


class Severity(StrEnum):
    """Whether the desk may set a problem aside knowingly."""

    IMPOSSIBLE = "impossible"
    CLINIC_RULE = "rule of the clinic"


class Code(StrEnum):
    """Values are kept in events (`set_aside`)."""

    NOT_OFFERED = "not_offered"
    THERAPIST_GONE = "therapist_gone"
    ROOM_GONE = "room_gone"
    ROOM_UNSUITABLE = "room_unsuitable"
    ROOM_LENT = "room_lent"
    CLINIC_CLOSED = "clinic_closed"
    THERAPIST_AWAY = "therapist_away"
    BUSY_ELSEWHERE = "busy_elsewhere"

    THERAPIST_BUSY = "therapist_busy"
    ROOM_BUSY = "room_busy"
    NO_ROOM = "no_room"
    NOBODY_FREE = "nobody_free"
    CLIENT_BUSY = "client_busy"

    TREATMENT_WITHDRAWN = "treatment_withdrawn"

    OUTSIDE_HOURS = "outside_hours"
    BREAK = "break"
    PAST = "past"
    OFF_GRID = "off_grid"
    PAUSE_INTO_TIME_OFF = "pause_into_time_off"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    NOT_ONLINE = "not_online"
    LIST_FIRST = "list_first"

    @property
    def severity(self) -> Severity:
        return Severity.CLINIC_RULE if self in CLINIC_RULES else Severity.IMPOSSIBLE


CANNOT_STAND = frozenset(
    {
        Code.NOT_OFFERED,
        Code.THERAPIST_GONE,
        Code.ROOM_GONE,
        Code.ROOM_UNSUITABLE,
        Code.ROOM_LENT,
        Code.CLINIC_CLOSED,
        Code.THERAPIST_AWAY,
        Code.BUSY_ELSEWHERE,
    }
)
TAKEN = frozenset(
    {
        Code.THERAPIST_BUSY,
        Code.ROOM_BUSY,
        Code.NO_ROOM,
        Code.NOBODY_FREE,
        Code.CLIENT_BUSY,
    }
)
HOURS = frozenset({Code.OUTSIDE_HOURS, Code.BREAK})
ONCE_CHOSEN = frozenset({Code.OFF_GRID, Code.PAUSE_INTO_TIME_OFF})
NOTICE = frozenset({Code.TOO_SOON, Code.TOO_FAR})
CLINIC_RULES = HOURS | ONCE_CHOSEN | NOTICE | {Code.PAST, Code.NOT_ONLINE, Code.LIST_FIRST}

IMPOSSIBLE = CANNOT_STAND | TAKEN
WITHDRAWN = frozenset({Code.TREATMENT_WITHDRAWN})
PAST = frozenset({Code.PAST})


class Rules(Enum):
    """Who asks, and so what binds.

    ONLINE: a runner, who sets nothing aside. LISTED: the waiting list, which is asked before other
    runners. KEPT: a hold that is being booked; what was settled
    when it was made is not asked again. DESK, DESK_MOVE: the desk, which is told of the clinic's
    rules. OVERRIDDEN: the desk, which has been told and means it. STANDING: what is booked
    already; that nothing stands twice is the database's to say.
    """

    ONLINE = "online"
    LISTED = "listed"
    KEPT = "kept"
    DESK = "desk"
    DESK_MOVE = "desk_move"
    OVERRIDDEN = "overridden"
    STANDING = "standing"

    def binds(self, code: Code) -> bool:
        return code in BINDING[self]

    @property
    def is_staff(self) -> bool:
        """Whether what is said may name other people."""
        return self not in (Rules.ONLINE, Rules.LISTED, Rules.KEPT)


BINDING: dict[Rules, frozenset[Code]] = {
    Rules.ONLINE: frozenset(Code),
    Rules.LISTED: frozenset(Code) - {Code.LIST_FIRST},
    Rules.KEPT: IMPOSSIBLE | WITHDRAWN | HOURS | PAST,
    Rules.DESK: IMPOSSIBLE | WITHDRAWN | HOURS | PAST | ONCE_CHOSEN | NOTICE | {Code.LIST_FIRST},
    Rules.DESK_MOVE: IMPOSSIBLE | HOURS | PAST | ONCE_CHOSEN,
    Rules.OVERRIDDEN: IMPOSSIBLE | WITHDRAWN,
    Rules.STANDING: CANNOT_STAND | HOURS,
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A reason why not, in a whole sentence for whoever asked."""

    code: Code
    sentence: str

    @property
    def severity(self) -> Severity:
        return self.code.severity
