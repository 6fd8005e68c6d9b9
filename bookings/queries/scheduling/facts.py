"""What takes time in the diary, in SQL of its own: asked within every booking, under the lock."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import DateTimeField

from bookings.core.intervals import Interval
from bookings.core.scheduling.openings import Seconds
from bookings.models import Appointment
from bookings.models.scheduling.appointments import LONGEST
from bookings.queries.scheduling.slots import Ignoring
from bookings.queries.statements import SqlQuestion, models_told, together

INSTANT = DateTimeField()

# Bounded below, because no visit is longer than LONGEST: the index then reads these days only.
# Everybody's, because a colleague's visit may take the room.
VISITS = """
      FROM bookings_appointment
     WHERE NOT (status IN ('cancelled', 'expired'))
       AND starts_at > %(from)s::timestamptz - %(longest)s::interval
       AND starts_at < %(until)s
       AND blocked_until > %(from)s
       AND NOT (status = 'held'
                AND (held_until <= %(now)s OR visitor IS NOT DISTINCT FROM %(holder)s::text))
       AND id <> ALL(%(appointments)s)
"""

# A room that is lent out is taken, by no therapist.
LOANS = """
    SELECT room_id,
           floor(extract(epoch FROM starts_at))::bigint AS begins,
           ceil(extract(epoch FROM ends_at))::bigint AS ends
      FROM bookings_roomloan
     WHERE starts_at < %(until)s AND ends_at > %(from)s
"""

# What has come free and is not worked yet, or was offered to somebody who has not answered, with
# the moment from which the list is asked.
FREED = """
    SELECT therapist_id,
           ceil(extract(epoch FROM freed_at))::bigint AS since,
           floor(extract(epoch FROM starts_at))::bigint AS begins,
           ceil(extract(epoch FROM ends_at))::bigint AS ends,
           floor(extract(epoch FROM due_at))::bigint AS due
      FROM bookings_freedtime
     WHERE worked_at IS NULL AND cause <> 'look'
       AND starts_at < %(until)s AND ends_at > %(from)s
     UNION ALL
    SELECT therapist_id, ceil(extract(epoch FROM until))::bigint,
           floor(extract(epoch FROM starts_at))::bigint,
           ceil(extract(epoch FROM ends_at))::bigint,
           floor(extract(epoch FROM until))::bigint
      FROM bookings_waitlistoffer
     WHERE state = 'open' AND until <= %(now)s
       AND starts_at < %(until)s AND ends_at > %(from)s
"""

# In one round trip; what has come free is without a room.
TAKEN_TIMES = (
    """
    SELECT id, therapist_id, room_id, client_id,
           extract(epoch FROM starts_at)::bigint AS begins,
           extract(epoch FROM ends_at)::bigint AS ends,
           extract(epoch FROM blocked_until)::bigint AS blocked
    VISITS
     UNION ALL
    SELECT NULL, NULL, room_id, NULL, begins, ends, ends FROM (LOANS) loan
     UNION ALL
    SELECT NULL, therapist_id, NULL, since, begins, ends, due FROM (FREED) freed
""".replace("VISITS", VISITS)
    .replace("LOANS", LOANS)
    .replace("FREED", FREED)
)

# The same without whose it is, and together by whom and where: a clinic of fifty has thousands in
# two weeks, which take longer to fetch one by one than to look through.
TAKEN_BY_PLACE = (
    """
    SELECT therapist_id, room_id,
           array_agg(extract(epoch FROM starts_at)::bigint) AS begins,
           array_agg(extract(epoch FROM blocked_until)::bigint) AS blocked
    VISITS
     GROUP BY therapist_id, room_id
     UNION ALL
    SELECT NULL, room_id, array_agg(begins), array_agg(ends) FROM (LOANS) loan GROUP BY room_id
     UNION ALL
    SELECT therapist_id, NULL, ARRAY[since, begins, ends, due], NULL FROM (FREED) freed
""".replace("VISITS", VISITS)
    .replace("LOANS", LOANS)
    .replace("FREED", FREED)
)

# A price keeps its digits in JSON only as text.
COLUMNS = ", ".join(
    f"{field.attname}::text" if field.attname == "price" else field.attname
    for field in Appointment._meta.concrete_fields
)
HOLDS = f"""
    SELECT {COLUMNS}
      FROM bookings_appointment
     WHERE (status = 'held' AND held_until <= %(now)s)
        OR (status = 'held' AND visitor = %(holder)s::text)
        OR booking_key = %(booking_key)s::text
     ORDER BY id
"""  # noqa: S608 - the model's own columns

# What is let go for the holder, and what is past its end, holds nothing any more.
HELD_FROM = """
    SELECT count(*) FILTER (WHERE holds) AS live, count(*) AS lately,
           min(held_until) FILTER (WHERE holds) AS ends, min(created_at) AS first
      FROM (SELECT held_until, created_at,
                   status = 'held' AND held_until > %(now)s
                   AND visitor IS DISTINCT FROM %(holder)s::text AS holds
              FROM bookings_appointment
             WHERE held_from = %(address)s::text AND held_from <> ''
               AND created_at > %(since)s) made
"""


class MadeFrom(NamedTuple):
    """What one address holds for others than the holder, and how often it has held lately."""

    live: int = 0
    lately: int = 0
    ends: datetime | None = None
    first: datetime | None = None

    def holding(self, held: Iterable[Appointment]) -> "MadeFrom":
        """And these."""
        ends = [one.held_until for one in held if one.held_until]
        first_end = min([*ends, *([self.ends] if self.ends else [])], default=None)
        return self._replace(live=self.live + len(ends), ends=first_end)

    def having_made(self, one: Appointment) -> "MadeFrom":
        more = self.holding([one])
        return more._replace(lately=self.lately + 1, first=self.first or one.created_at)


class Taken(NamedTuple):
    """A visit or a live hold; with no therapist, a room that is lent out.

    `appointment` is its id, None for one that is not saved yet.
    """

    appointment: int | None
    therapist: int | None
    room: int
    client: int | None
    start: Seconds
    end: Seconds
    blocked_until: Seconds

    @property
    def is_loan(self) -> bool:
        return self.therapist is None


class Freed(NamedTuple):
    """A stretch in which time has come free, of one therapist or maybe of all of them, and from
    when on the list is asked about it.
    """

    therapist: int | None
    since: Seconds
    start: Seconds
    end: Seconds
    due: Seconds


def ask_for_taken_times(
    during: Interval, ignoring: Ignoring, *, sql: str = TAKEN_TIMES, now: datetime
) -> SqlQuestion:
    """All that takes time in `during`, but holds past their end and what is ignored."""
    facts = {
        "from": during.start,
        "until": during.end,
        "longest": LONGEST,
        "now": now,
        "holder": ignoring.holder or None,  # NULL is nobody's
        "appointments": list(ignoring.appointments),
    }
    return SqlQuestion(sql, facts)


def taken_told(found: Sequence[Sequence]) -> dict[str, Any]:
    """As `rows` of `Taken`, which take longer to make than to ask for; and what came free."""
    freed = [Freed(one[1], *one[3:]) for one in found if one[2] is None]
    taken = [one for one in found if one[2] is not None] if freed else found
    return {"rows": taken, "freed": freed}


def taken_by_place_told(found: Sequence[Sequence]) -> dict[str, Any]:
    """As rows of therapist, room and spans; and what came free."""
    freed = [Freed(who, *when) for who, room, when, _ in found if room is None]
    taken = [
        (who, room, list(zip(starts, ends, strict=True)))
        for who, room, starts, ends in found
        if room is not None
    ]
    return {"rows": taken, "freed": freed}


def ask_for_holds(holder: str, now: datetime, *, booking_key: str | None = None) -> SqlQuestion:
    """The holder's own holds, everybody's that are past their end, and what the key has booked."""
    return SqlQuestion(HOLDS, {"holder": holder or None, "now": now, "booking_key": booking_key})


def holds_told(found: Sequence[Sequence]) -> list[Appointment]:
    return models_told(Appointment, found)


def holds_of_nobody_else(holder: str, now: datetime) -> list[Appointment]:
    """The same, where nothing else is asked."""
    [found] = together(ask_for_holds(holder, now))
    return holds_told(found)


def ask_for_held_from(address: str, holder: str, *, since: datetime, now: datetime) -> SqlQuestion:
    facts = {"address": address, "holder": holder or None, "since": since, "now": now}
    return SqlQuestion(HELD_FROM, facts)


def held_from_told(found: Sequence[Sequence]) -> MadeFrom:
    [(live, lately, ends, first)] = found
    return MadeFrom(live, lately, *(INSTANT.to_python(one) for one in (ends, first)))
