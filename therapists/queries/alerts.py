"""What a therapist must see first, in a few words each."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from bookings import dates
from bookings.models import Client
from bookings.queries.desk.shown_visits import ShownClient
from therapists.core.contraindications import in_short
from therapists.core.private import Private
from therapists.queries.client_summary import Known


@dataclass(frozen=True, repr=False)
class Alert(Private):
    words: str
    is_serious: bool


def record_alerts(client: Client | ShownClient, on: date) -> list[Alert]:
    """What the desk sees as well: no health data, so it stands where that is shut, too."""
    found = []
    if client.lacks_consent(on):
        found.append(Alert(_("Under 18, consent missing"), True))
    if client.same_address_as_id:
        found.append(Alert(_("Different name given"), False))
    return found


def alerts_of(known: Known, *, on_hold: bool) -> list[Alert]:
    """Every yes that counts, then what has not been answered; a hold has a banner of its own."""
    said = (one.given for one in known.said(on_hold=on_hold))
    found = [Alert(dates.translated(in_short(one)), one.is_serious) for one in said]
    if any(told.answers.changed for told in known.since):
        found.append(Alert(_("Says that something has changed"), True))
    if known.full is None:
        found.append(Alert(_("No health check yet"), False))
    if known.last_visit is None:
        found.append(Alert(_("First visit"), False))
    return found
