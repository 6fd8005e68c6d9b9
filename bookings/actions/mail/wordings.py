"""The clinic says in its own words what its mails begin and end with, each time a new version."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from bookings.actions.refusals import Refused
from bookings.models import Clinic, MailKind, MailWording


class WordingMoved(Refused):
    sentence = gettext_lazy(
        "Somebody has changed these words since you opened the page. Nothing of yours was saved: "
        "please compare with what is written now, and save again."
    )


@transaction.atomic
def write(
    kind: MailKind, *, opening: str, closing: str, based_on: int, by: str, now: datetime
) -> MailWording:
    """The newest version, which is a new one only if something is different. Raises WordingMoved.

    Mails that wait are written at the moment they go out, and so with the newest words.
    """
    Clinic.objects.lock()
    newest = MailWording.objects.current(kind)
    if newest.number != based_on:
        raise WordingMoved
    if (opening, closing) == (newest.opening, newest.closing):
        return newest
    return MailWording.objects.create(
        kind=kind,
        number=newest.number + 1,
        opening=opening,
        closing=closing,
        created_at=now,
        by=by,
    )
