"""For whom a browser has booked, in SQL of its own: asked within bookings, under the lock."""

from django.db import connection

from bookings.core.clients.addresses import compared
from bookings.models import Client
from bookings.queries.statements import planned_rows

COLUMNS = [field.attname for field in Client._meta.concrete_fields]
BOOKED_FOR = f"""
    SELECT {", ".join(COLUMNS)}
      FROM bookings_client client
     WHERE lower(email) = %(address)s::text
       AND erased_at IS NULL
       AND EXISTS (SELECT FROM bookings_appointment visit
                    WHERE visit.client_id = client.id AND visit.visitor = %(visitor)s::text)
     ORDER BY id
"""  # noqa: S608 - the model's own columns


def booked_for_by(visitor: str, address: str) -> list[Client]:
    """At that address, however it is spelt, or begun to."""
    found = planned_rows(BOOKED_FOR, address=compared(address), visitor=visitor)
    return [Client.from_db(connection.alias, COLUMNS, row) for row in found]
