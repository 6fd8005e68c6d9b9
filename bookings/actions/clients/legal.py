"""The clinic writes its legal texts, each time a new version; clients agree to one of them."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy

from bookings.actions.refusals import Refused
from bookings.models import Agreement, Client, Clinic, LegalKind, LegalText

# Within every booking, under the diary's lock: in one round trip, where the text is a row.
AGREE = """
    INSERT INTO bookings_agreement (client_id, text_id, at, how)
    SELECT %(client)s, id, %(at)s, %(how)s
      FROM bookings_legaltext
     WHERE kind = %(kind)s
     ORDER BY number DESC
     LIMIT 1
        ON CONFLICT DO NOTHING
"""


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


def agree(client: Client, *, how: str, now: datetime) -> None:
    """To the terms as they are now; to the same version only once."""
    with connection.cursor() as cursor:
        cursor.execute(AGREE, {"client": client.pk, "kind": LegalKind.TERMS, "at": now, "how": how})
        if cursor.rowcount:
            return
    current = _keep(LegalText.objects.current(LegalKind.TERMS), now)
    facts = {"at": now, "how": how}
    Agreement.objects.bulk_create(
        [Agreement(client=client, text=current, **facts)], ignore_conflicts=True
    )


def _keep(text: LegalText, now: datetime) -> LegalText:
    """The text that comes with Taper becomes a row when it matters; later releases differ."""
    if text.pk is None:
        text.created_at = now
        LegalText.objects.bulk_create([text], ignore_conflicts=True)
        return LegalText.objects.get(kind=text.kind, number=text.number)
    return text
