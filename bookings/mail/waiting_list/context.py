"""What mails about the waiting list may say, in words."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from bookings import dates
from bookings.core import wording
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.links import Purpose, client_url
from bookings.mail.context import MailLetter
from bookings.models import Appointment, Clinic, Mail, MailKind, WaitlistEntry, WaitlistOffer
from bookings.queries.scheduling.diary import facts_for
from bookings.queries.scheduling.problems import problems_with
from bookings.queries.scheduling.slots import Slot
from bookings.queries.waiting_list.better import why_better
from bookings.queries.waiting_list.got import what_was_got
from bookings.queries.waiting_list.in_words import WishInWords, wish_in_words
from bookings.queries.waiting_list.plans import PlanSays, plan_says


@dataclass(frozen=True)
class EntryLetter(MailLetter):
    """About a place on the list."""

    entry: WaitlistEntry

    @cached_property
    def wish(self) -> WishInWords:
        return wish_in_words(self.entry, self.clinic, self.today)

    @cached_property
    def asks_who(self) -> bool:
        """Whether only a press on its button makes the place theirs."""
        return self.mail.client.is_provisional

    @cached_property
    def got(self) -> str:
        """When what they have got instead is; nothing of whoever has left the list."""
        visit = what_was_got(self.entry, self.clinic)
        return self.day_and_time(visit.starts_at) if visit else ""

    @cached_property
    def put_on_by_us(self) -> bool:
        """Who has rung the desk has typed nothing."""
        return self.entry.by != Role.RUNNER

    @cached_property
    def wish_url(self) -> str:
        """Where it is confirmed, changed and given up."""
        return client_url(Purpose.WAITING, self.mail.client, entry=self.entry.pk)


@dataclass(frozen=True)
class WaitOfferLetter(EntryLetter):
    """About a time that is kept for them, or no longer is."""

    offer: WaitlistOffer

    @cached_property
    def day(self) -> str:
        return dates.day_from(self.offer.starts_at, self.clinic.tz, self.today)

    @cached_property
    def start(self) -> str:
        return wording.clock(self.offer.starts_at, self.clinic.tz)

    @cached_property
    def end(self) -> str:
        return wording.clock(self.offer.ends_at, self.clinic.tz)

    @cached_property
    def until(self) -> str:
        """15:30 today; with its day where that is another."""
        until = dates.until(self.offer.until, self.now, self.clinic.tz)
        is_today = self.clinic.day_of(self.offer.until) == self.today
        return _("{clock} today").format(clock=until) if is_today else until

    @cached_property
    def price(self) -> str:
        kept = self.entry.appointment or self.offer.hold or self.entry.treatment
        return wording.price(kept.price, self.clinic.currency)

    @cached_property
    def before(self) -> str:
        """When the visit is now that would be moved; nothing where none would."""
        visit = self.entry.appointment
        return self.day_and_time(visit.starts_at) if visit else ""

    @cached_property
    def why_better(self) -> str:
        """For the race, of whoever waits for that; nothing where they wait for an earlier time."""
        because = why_better(self.entry, self.offer.starts_at, self.clinic, now=self.now)
        return dates.translated(because.yours) if because else ""

    @cached_property
    def plan(self) -> PlanSays:
        """Why they are asked, and what their training has against it."""
        return plan_says(self.entry, self.offer.starts_at, self.clinic, now=self.now)

    @cached_property
    def offer_url(self) -> str:
        return client_url(Purpose.WAIT_OFFER, self.mail.client, offer=self.offer.pk)

    @cached_property
    def is_free_still(self) -> bool:
        """Whether whoever is quick can still book it like anybody else."""
        treatment = self.entry.treatment
        slot = Slot(treatment=treatment, start=self.offer.starts_at, therapist=self.offer.therapist)
        facts = facts_for(slot, self.clinic, now=self.now)
        return not problems_with(slot, facts, rules=Rules.ONLINE)

    @cached_property
    def is_taken(self) -> bool:
        """By somebody else, who has booked it."""
        there = Appointment.objects.filter(
            therapist=self.offer.therapist,
            starts_at__lt=self.offer.ends_at,
            ends_at__gt=self.offer.starts_at,
        )
        return there.filter(status=Status.BOOKED).exists()


def waiting_letter(mail: Mail, clinic: Clinic, now: datetime) -> EntryLetter:
    entry = WaitlistEntry.objects.with_everything().get(pk=mail.about["entry"])
    if mail.kind in (MailKind.WAIT_JOINED, MailKind.WAIT_LEFT):
        return EntryLetter(mail, clinic, now, entry)
    offer = WaitlistOffer.objects.with_everything().get(pk=mail.about["offer"])
    return WaitOfferLetter(mail, clinic, now, entry, offer)
