"""What the templates of a mail may say, in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from bookings.core import wording
from bookings.links import mailed_url
from bookings.models import Appointment, Clinic, Mail


@dataclass(frozen=True)
class Letter:
    """What every mail may say."""

    mail: Mail
    clinic: Clinic

    @property
    def name(self) -> str:
        return wording.name_to_greet(self.mail.client.name)

    @property
    def zone(self) -> str:
        return wording.zone_name(self.clinic.tz)

    @property
    def address_lines(self) -> list[str]:
        return self.clinic.address.splitlines()

    @property
    def dial(self) -> str:
        return re.sub(r"[^+\d]", "", self.clinic.phone)

    @property
    def home_url(self) -> str:
        return urljoin(settings.SITE_URL, reverse("online:home"))


@dataclass(frozen=True)
class AppointmentLetter(Letter):
    """About one appointment."""

    appointment: Appointment

    @property
    def day(self) -> str:
        return wording.day(self.appointment.starts_at, self.clinic.tz)

    @property
    def start(self) -> str:
        return wording.clock(self.appointment.starts_at, self.clinic.tz)

    @property
    def end(self) -> str:
        return wording.clock(self.appointment.ends_at, self.clinic.tz)

    @property
    def before(self) -> str:
        """When it was before its last move; nothing when only the therapist has changed."""
        moved = self.appointment.events.filter(kind="moved").last()
        if moved is None:
            return ""
        instant = datetime.fromisoformat(moved.facts["from"]["starts_at"])
        if instant == self.appointment.starts_at:
            return ""
        return wording.day_and_time(instant, self.clinic.tz)

    @property
    def price(self) -> str:
        return wording.price(self.appointment.price, self.clinic.currency)

    @property
    def move_until(self) -> str:
        return self._before_the_start(self.clinic.move_cutoff_hours)

    @property
    def cancel_until(self) -> str:
        return self._before_the_start(self.clinic.cancel_cutoff_hours)

    @property
    def page_url(self) -> str:
        return mailed_url(self.appointment)

    @property
    def move_url(self) -> str:
        return mailed_url(self.appointment, "online:move")

    @property
    def cancel_url(self) -> str:
        return mailed_url(self.appointment, "online:cancel")

    def _before_the_start(self, hours: int) -> str:
        """The last moment, or nothing when it had passed before the mail was owed."""
        until = self.appointment.starts_at - timedelta(hours=hours)
        return wording.day_and_time(until, self.clinic.tz) if until > self.mail.created_at else ""


@dataclass(frozen=True)
class PlanLetter(Letter):
    """About several appointments that were booked at once, in order of time."""

    visits: Sequence[AppointmentLetter]

    @property
    def price(self) -> str:
        total = sum((visit.appointment.price for visit in self.visits), Decimal())
        return wording.price(total, self.clinic.currency)

    @property
    def plan_url(self) -> str:
        return mailed_url(self.visits[0].appointment, "online:my_plan")
