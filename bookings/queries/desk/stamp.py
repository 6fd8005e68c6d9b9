"""Whether the desk's day is as it was: in one statement, for a page that asks again and again."""

from datetime import date, datetime
from hashlib import sha256

from django.utils.translation import get_language

from bookings.models.mail.mails import ASKS_FOR_ATTENTION
from bookings.queries.statements import rows

EACH = 300  # seconds: what goes by the clock alone, such as who is late
# Every row of these is written once and stays. A sum also tells of one whose number was taken
# earlier and that was committed later. Changes are those of clients, visits, hours, races and the
# waiting list; what they leave out follows with the clock.
WRITTEN_LATELY = """
    SELECT (SELECT sum(id) FROM (SELECT id FROM bookings_change ORDER BY id DESC LIMIT 100) one),
           (SELECT sum(id) FROM (SELECT id FROM bookings_appointmentevent
                                  ORDER BY id DESC LIMIT 100) one),
           (SELECT sum(id) FROM (SELECT id FROM bookings_payment ORDER BY id DESC LIMIT 100) one),
           (SELECT sum(id) FROM (SELECT id FROM bookings_fee ORDER BY id DESC LIMIT 100) one),
           (SELECT sum(id) FROM (SELECT id FROM bookings_runnercall
                                  ORDER BY id DESC LIMIT 100) one),
           (SELECT concat(count(*), ' ', sum(id)) FROM bookings_mail
             WHERE state = ANY(%(attention)s) AND settled_at IS NULL)
"""


def stamp_of(day: date, *, now: datetime) -> str:
    """Another as soon as anything of it is."""
    written = rows(WRITTEN_LATELY, attention=[str(state) for state in ASKS_FOR_ATTENTION])
    given = (written, day, int(now.timestamp()) // EACH, get_language())
    return sha256(repr(given).encode()).hexdigest()[:24]
