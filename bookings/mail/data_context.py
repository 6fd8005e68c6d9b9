"""About a client's own data: the link to it, and that it has been erased."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from bookings import dates
from bookings.links import DOWNLOAD_GOOD_FOR, Purpose, client_url
from bookings.mail.context import MailLetter


@dataclass(frozen=True)
class DataLinkLetter(MailLetter):
    """Where a client may look at all of it, for a while."""

    @property
    def download_url(self) -> str:
        return client_url(Purpose.DOWNLOAD, self.mail.client)

    @property
    def hours(self) -> int:
        return DOWNLOAD_GOOD_FOR // timedelta(hours=1)


@dataclass(frozen=True)
class ErasedLetter(MailLetter):
    """The last one. What it says stands on its row, because the rest is gone."""

    @property
    def name(self) -> str:
        return ""

    @property
    def preferences_url(self) -> str:
        return ""

    @property
    def cancelled(self) -> int:
        return self.mail.about.get("cancelled", 0)

    @property
    def others(self) -> int:
        return self.mail.about.get("others", 0)

    @property
    def kept(self) -> list[str]:
        return [_(one) for one in self.mail.about.get("kept", [])]

    @property
    def kept_until(self) -> str:
        until = self.mail.about.get("kept_until")
        if not until:
            return ""
        return dates.civil_day_and_year(date.fromisoformat(until))
