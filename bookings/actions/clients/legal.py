"""The clinic writes its legal texts, each time a new version; clients agree to one of them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from bookings.actions.refusals import Refused
from bookings.models import Agreement, Client, Clinic, LegalKind, LegalText
from bookings.queries import round_trips
from bookings.queries.statements import SqlQuestion

# Asked with what else a booking asks, under the diary's lock.
NEWEST_TERMS = SqlQuestion(
    "SELECT id FROM bookings_legaltext WHERE kind = 'terms' ORDER BY number DESC LIMIT 1", {}
)


class TextMoved(Refused):
    sentence = gettext_lazy(
        "Somebody has changed this text since you opened the page. Nothing of yours was saved: "
        "please compare with what is written now, and save again."
    )


@transaction.atomic
def write(kind: LegalKind, text: str, *, based_on: int, by: str, now: datetime) -> LegalText:
    """The newest version, which is a new one only if something is different. Raises TextMoved."""
    Clinic.objects.lock()
    newest = LegalText.objects.current(kind)
    if newest.number != based_on:
        raise TextMoved
    text = text.replace("\r\n", "\n").strip() + "\n"
    if text == newest.text:
        return newest
    _keep(newest, now)
    return LegalText.objects.create(
        kind=kind, number=newest.number + 1, text=text, created_at=now, by=by
    )


def agree(client: Client, *, how: str, text: int | None = None, now: datetime) -> None:
    """To the terms as they are now, to the same version only once; `text`: their row's id, where
    somebody has asked for it."""
    if text is None:
        text = _keep(LegalText.objects.current(LegalKind.TERMS), now).pk
    round_trips.add([Agreement(client=client, text_id=text, at=now, how=how)])


def _keep(text: LegalText, now: datetime) -> LegalText:
    """The text that comes with Taper becomes a row when it matters; later releases differ."""
    if text.pk is None:
        text.created_at = now
        LegalText.objects.bulk_create([text], ignore_conflicts=True)
        return LegalText.objects.get(kind=text.kind, number=text.number)
    return text
