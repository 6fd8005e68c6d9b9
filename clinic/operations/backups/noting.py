"""That a backup was made, or carried away: noted where the owner's page and /readyz look."""

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.utils.translation import gettext as _

from bookings.models import LastSeen, Seen


def note(what: Seen, *, say: Callable[[str], object], **facts: Any) -> bool:
    """Whether it could be: what was done is done, also where a database waits to be migrated."""
    try:
        LastSeen.objects.note(what, **facts)
    except DatabaseError:
        say(
            _(
                "This could not be noted in the database: does it lack migrations? See {help}."
            ).format(help="manage.py doctor")
        )
        return False
    return True
