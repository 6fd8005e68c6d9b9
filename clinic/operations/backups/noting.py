"""That a backup was made, or carried away: noted where the owner's page and /readyz look."""

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.utils.translation import gettext as _

from bookings.models import LastSeen, Seen
from clinic.operations.database import in_words


def note(what: Seen, *, say: Callable[[str], object], **facts: Any) -> bool:
    """Whether it could be: what was done is done, also where a database waits to be migrated."""
    try:
        LastSeen.objects.note(what, **facts)
    except DatabaseError as error:
        say(_("This could not be noted. {why}").format(why=in_words(error)))
        return False
    return True
