"""Writes one mail: subject, text, HTML and calendar, from the facts at this moment."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import urljoin

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from bookings import calendars
from bookings.core import wording
from bookings.core.statuses import Status
from bookings.links import mailed_url
from bookings.models import Appointment, Clinic, Mail, MailKind
from bookings.queries import protocol
from bookings.queries.phases import phase_at

# A reminder changes nothing in anybody's calendar.
INVITES = (MailKind.CONFIRMED, MailKind.MOVED, MailKind.CANCELLED)


class BadAddress(Exception):
    """No message can be addressed to that client."""


_inliner = css_inline.CSSInliner(load_remote_stylesheets=False)


@dataclass(frozen=True)
class Letter:
    """What the templates of one mail may say about its appointment, in words."""

    mail: Mail
    appointment: Appointment
    clinic: Clinic
    now: datetime

    @property
    def name(self) -> str:
        return wording.name_to_greet(self.appointment.client.name)

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
    def zone(self) -> str:
        return wording.zone_name(self.clinic.tz)

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
    def address_lines(self) -> list[str]:
        return self.clinic.address.splitlines()

    @property
    def dial(self) -> str:
        return re.sub(r"[^+\d]", "", self.clinic.phone)

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

    @property
    def coming_url(self) -> str:
        return mailed_url(self.appointment, "online:coming")

    @property
    def how_soon(self) -> str:
        """today, tomorrow, in 3 days"""
        day = self.appointment.starts_at.astimezone(self.clinic.tz).date()
        days = (day - self.now.astimezone(self.clinic.tz).date()).days
        return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")

    @property
    def about_the_race(self) -> str:
        """One sentence for the training phase; nothing for whoever has no race."""
        here = phase_at(self.appointment, self.clinic)
        if here.days_to_race is None:
            return ""
        sentence = protocol.current().phases[here.phase].reminder_sentence
        return sentence.replace("{time}", wording.length_of_time(abs(here.days_to_race)))

    @property
    def is_first_visit(self) -> bool:
        visits = self.appointment.client.appointments.visits()
        earlier = visits.filter(starts_at__lt=self.appointment.starts_at)
        return not earlier.exclude(status__in=[Status.CANCELLED, Status.NO_SHOW]).exists()

    @property
    def protocol_version(self) -> int:
        return protocol.current().version

    @property
    def book_again_url(self) -> str:
        return urljoin(settings.SITE_URL, reverse("online:home"))

    def _before_the_start(self, hours: int) -> str:
        """The last moment, or nothing when it had passed before the mail was owed."""
        until = self.appointment.starts_at - timedelta(hours=hours)
        told_at = max(self.mail.created_at, self.now)
        return wording.day_and_time(until, self.clinic.tz) if until > told_at else ""


def compose(mail: Mail, clinic: Clinic, *, now: datetime) -> EmailMessage:
    """The message as it would go out at `now`; Message-ID and calendar are the same each time.

    Raises BadAddress.
    """
    letter = Letter(mail, mail.appointment, clinic, now)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = wording.one_line(_rendered(letter, "subject.txt"))
    message["From"] = Address(wording.one_line(clinic.name), addr_spec=_sender())
    message["Reply-To"] = Address(wording.one_line(clinic.name), addr_spec=clinic.email)
    # The address alone: anybody can type any name into a public form.
    message["To"] = _recipient(mail.client.email)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(mail)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text(letter), cte="quoted-printable")
    message.add_alternative(html(letter), subtype="html", cte="quoted-printable")
    if mail.kind in INVITES:
        _invite(message, mail, clinic)
    return message


def message_id(mail: Mail) -> str:
    """From the occasion, so that a resent message can be known for the same."""
    return f"<{mail.key.replace(':', '.')}@{calendars.domain()}>"


def text(letter: Letter) -> str:
    return re.sub(r"\n{3,}", "\n\n", _rendered(letter, "body.txt")).strip() + "\n"


def html(letter: Letter) -> str:
    return _inliner.inline(_rendered(letter, "body.html"))


def _rendered(letter: Letter, part: str) -> str:
    return render_to_string(f"mail/{letter.mail.kind}/{part}", {"letter": letter})


def _invite(message: EmailMessage, mail: Mail, clinic: Clinic) -> None:
    """As an alternative, which calendars act on, and as a file, for the readers that hide it.

    The file is application/ics: a second text/calendar part makes Outlook show two invitations.
    """
    invitation = calendars.invitation(mail.appointment, clinic, stamp=mail.created_at)
    message.add_alternative(
        invitation.decode(),
        subtype="calendar",
        cte="base64",
        params={"method": calendars.method(mail.appointment)},
    )
    message.add_attachment(
        invitation, maintype="application", subtype="ics", filename="appointment.ics"
    )


def _sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _recipient(address: str) -> Address:
    local, _, domain = address.rpartition("@")
    try:
        return Address(addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (ValueError, IndexError, HeaderParseError) as error:
        raise BadAddress from error
