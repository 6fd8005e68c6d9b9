"""What a mail says that offers other times for a visit that cannot take place."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from bookings.mail.context import AppointmentLetter
from bookings.mail.training_context import MailedTime
from bookings.queries.scheduling.alternatives import alternatives_to
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.slots import Ignoring, Slot


@dataclass(frozen=True)
class OfferLetter(AppointmentLetter):
    """Times that differ and are free while it is written, colleagues' too; none is held."""

    @cached_property
    def times(self) -> Sequence[MailedTime]:
        visit = self.appointment
        wanted = Slot(
            treatment=visit.treatment,
            start=visit.starts_at,
            therapist=visit.therapist,
            length=visit.ends_at - visit.starts_at,
            pause=visit.blocked_until - visit.ends_at,
        )
        ignoring = Ignoring(appointments=(visit.pk,))
        found = alternatives_to(wanted, ignoring=ignoring, now=self.now)
        return [self._offered(one) for one in found]

    def _offered(self, opening: Opening) -> MailedTime:
        """Its link opens a page on which one press takes it."""
        therapist = opening.therapists[0]
        when = self.day_and_time(opening.starts_at)
        asked = {"start": opening.starts_at.isoformat(), "therapist": therapist.slug}
        words = _("{when} with {therapist}").format(when=when, therapist=therapist)
        return MailedTime(words, f"{self.move_url}?{urlencode(asked)}")
