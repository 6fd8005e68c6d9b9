"""That clients have left the house in a file: a line of the history, as of whatever changes."""

from datetime import datetime

from bookings.core.roles import Role
from bookings.models import Change, Operation, User

OF_CLIENTS = "clients_in_a_file"  # in place of a table's name


def note_taken_out(count: int, *, by: str, user: User, now: datetime) -> None:
    """So many clients; `by` is a role and the login's key."""
    role = Role(by.partition(":")[0])
    Change.objects.create(
        at=now, who=by, role=role, user=user, table=OF_CLIENTS, row=count, did=Operation.CHANGED
    )
