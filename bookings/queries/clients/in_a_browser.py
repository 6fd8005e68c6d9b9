"""For whom a browser has booked, in SQL of its own: asked within bookings, under the lock."""

from collections.abc import Sequence

from bookings.core.clients.addresses import compared
from bookings.models import Client
from bookings.queries.statements import SqlQuestion, models_told

BOOKED_FOR = f"""
    SELECT {", ".join(field.attname for field in Client._meta.concrete_fields)}
      FROM bookings_client client
     WHERE lower(email) = %(email)s::text
       AND erased_at IS NULL
       AND EXISTS (SELECT FROM bookings_appointment visit
                    WHERE visit.client_id = client.id AND visit.visitor = %(visitor)s::text)
     ORDER BY id
"""  # noqa: S608 - the model's own columns


def ask_for_booked_for(visitor: str, email: str) -> SqlQuestion:
    """At that address, however it is spelt, or begun to."""
    return SqlQuestion(BOOKED_FOR, {"email": compared(email), "visitor": visitor})


def booked_for_told(found: Sequence[Sequence]) -> list[Client]:
    return models_told(Client, found)
