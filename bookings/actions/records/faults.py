"""What goes wrong with a list and was not foreseen: a row of it is explained, and a list that
breaks again and again ends. The log says where, and nothing of what stands in the list."""

import logging
import traceback
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.db.utils import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy

from bookings.models import ClientImport, ImportedRow, ImportState
from bookings.models.records.imports import NOTHING_SAID

MOST_TIMES = 3
# Of the database itself, not of a row: what was cut off is tried again.
NOT_THE_ROWS = (OperationalError, InterfaceError)
OF_A_ROW = gettext_lazy(
    "Something unexpected went wrong with this row, and nothing of it was taken in. Write it down "
    "by hand. Whoever looks after the installation finds in its log where it went wrong."
)
OF_A_VISIT = gettext_lazy(
    "Something unexpected went wrong with this appointment, and it was not taken in. Write it "
    "down by hand. Whoever looks after the installation finds in its log where it went wrong."
)

logger = logging.getLogger(__name__)


def note(row: ImportedRow, error: Exception) -> None:
    logger.error("Row %s of import %s broke: %s", row.number, row.batch_id, _where(error))


def count(batch: ClientImport, error: Exception, *, now: datetime) -> None:
    """Of what broke as a whole. The third time in a row ends it, as far as it has come."""
    logger.error("Import %s (%s) broke: %s", batch.pk, batch.state, _where(error))
    at_work = ClientImport.objects.filter(pk=batch.pk, state=batch.state)
    with transaction.atomic():
        at_work.update(faults=F("faults") + 1)
        ended = at_work.filter(faults__gte=MOST_TIMES).update(
            state=ImportState.FAILED, done_at=Coalesce("done_at", now)
        )
        if ended and batch.state == ImportState.CHECKING:
            batch.rows.update(**NOTHING_SAID)  # what would have been is not what was


def went_well(batch: ClientImport) -> None:
    if batch.faults:
        batch.faults = 0
        batch.save(update_fields=["faults"])


def _where(error: Exception) -> str:
    """Its kind and the last place of ours; what it says may quote the row."""
    frames = traceback.extract_tb(error.__traceback__)
    place = [one for one in frames if "site-packages" not in one.filename][-1]
    return f"{type(error).__name__} in {place.filename}:{place.lineno}"
