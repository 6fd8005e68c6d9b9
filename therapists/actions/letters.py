"""A letter to a GP or a physiotherapist is kept, and whom it is about hears that there is one."""

from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from bookings.actions.mail import sign_in_mails
from bookings.models import Client, Clinic, Therapist
from therapists import health_audit
from therapists.health_audit import Reader
from therapists.models import Letter, Note
from therapists.models.sealed import Sealed

OF_USE_FOR = timedelta(days=3)


@transaction.atomic
def keep(
    note: Note, written: dict[str, str], *, by: Therapist, reader: Reader, now: datetime
) -> Letter:
    """`written`: to whom, and the text. What it says is in no mail, nor that it is a letter."""
    letter = Letter(note=note, signed_by=by, signed_at=now, content=Sealed.of(written))
    health_audit.written(letter, reader=reader, now=now)
    client = note.appointment.whose
    if client.email and client.is_certain:
        _tell(client, now)
    return letter


def _tell(client: Client, now: datetime) -> None:
    clinic = Clinic.objects.the()
    url = urljoin(settings.SITE_URL, reverse("therapists:health"))
    with translation.override(client.language_of_mails):
        subject = _("{clinic} has a document for you").format(clinic=clinic.name)
        body = _(
            "It is kept behind your login and not sent by mail. Sign in to read it:\n{url}"
        ).format(url=url)
    sign_in_mails.owe(client.email, subject, body, good_for=OF_USE_FOR, now=now)
