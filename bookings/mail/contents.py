"""What each kind of mail is about: whether it is still true, what it says, what it carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import calendars
from bookings.core.scheduling.statuses import Status
from bookings.mail.context import (
    AppointmentLetter,
    DataLinkLetter,
    ErasedLetter,
    MailLetter,
    NewLinksLetter,
    PlanLetter,
)
from bookings.mail.training_context import (
    ConfirmedLetter,
    NudgeLetter,
    OffSeasonLetter,
    PlanMailLetter,
    RaceCheckLetter,
)
from bookings.models import Appointment, Client, Clinic, Mail, MailKind, MailState

WhyNot = tuple[MailState, str] | None


class Subject(Protocol):
    def why_not(self, mail: Mail) -> WhyNot:
        """Why the mail is not to be sent, asked anew at that moment; its client is up to date."""

    def letter(self, mail: Mail, clinic: Clinic, *, now: datetime) -> MailLetter:
        """What its templates may say."""

    def enclose(self, message: EmailMessage, mail: Mail, clinic: Clinic) -> None:
        """Add what the message carries besides its words."""


@dataclass(frozen=True)
class OneAppointment:
    """An appointment at a revision, while it has that status; calendars may be told of it."""

    status: Status
    tells_calendars: bool = True
    words: type[AppointmentLetter] = AppointmentLetter

    def why_not(self, mail: Mail) -> WhyNot:
        appointment = Appointment.objects.with_everything().get(pk=mail.appointment_id)
        mail.appointment, mail.client = appointment, appointment.whose
        if appointment.revision != mail.revision:
            return MailState.SUPERSEDED, _("The appointment has changed since.")
        if appointment.status != self.status:
            sentence = _("The appointment is {status} now.")
            now_is = appointment.get_status_display().lower()
            return MailState.CANCELLED, sentence.format(status=now_is)
        return None

    def letter(self, mail: Mail, clinic: Clinic, *, now: datetime) -> MailLetter:
        return self.words(mail, clinic, now, mail.visit)

    def enclose(self, message: EmailMessage, mail: Mail, clinic: Clinic) -> None:
        """As an alternative, which calendars act on, and as a file, for readers that hide it.

        The file is application/ics: a second text/calendar part makes Outlook show two
        invitations.
        """
        if not self.tells_calendars:
            return
        invitation = calendars.invitation(mail.visit, clinic, stamp=mail.created_at)
        message.add_alternative(
            invitation.decode(),
            subtype="calendar",
            cte="base64",
            params={"method": calendars.method(mail.visit)},
        )
        _attach(message, invitation, "appointment.ics")


@dataclass(frozen=True)
class BookedTogether:
    """Those of the appointments booked at once that are in that status, as they stand now."""

    status: Status
    otherwise: str | Promise

    def why_not(self, mail: Mail) -> WhyNot:
        visits = self._visits(mail)
        if not visits:
            return MailState.CANCELLED, str(self.otherwise)
        mail.client = visits[0].whose
        return None

    def letter(self, mail: Mail, clinic: Clinic, *, now: datetime) -> MailLetter:
        visits = [AppointmentLetter(mail, clinic, now, visit) for visit in self._visits(mail)]
        return PlanLetter(mail, clinic, now, visits)

    def enclose(self, message: EmailMessage, mail: Mail, clinic: Clinic) -> None:
        """A file each: an invitation may be to one event only (RFC 5546, 3.2.2)."""
        _attach_each(message, self._visits(mail), clinic, mail)

    def _visits(self, mail: Mail) -> list[Appointment]:
        which = Q(together=mail.together) if mail.together else Q(pk=mail.appointment_id)
        visits = Appointment.objects.filter(which, status=self.status)
        return list(visits.with_everything().order_by("starts_at"))


@dataclass(frozen=True)
class OnlyWords:
    """What a client has just asked for, or what was decided about their training under their lock
    before it gets here: it is true, and carries nothing.
    """

    words: type[MailLetter]

    def why_not(self, mail: Mail) -> WhyNot:
        return None

    def letter(self, mail: Mail, clinic: Clinic, *, now: datetime) -> MailLetter:
        return self.words(mail, clinic, now)

    def enclose(self, message: EmailMessage, mail: Mail, clinic: Clinic) -> None:
        """Nothing."""


class NewLinks:
    """To the address as it is, unless there are newer ones."""

    def why_not(self, mail: Mail) -> WhyNot:
        client = Client.objects.get(pk=mail.client_id)
        mail.client = client
        if client.links_edition != mail.about["edition"]:
            return MailState.SUPERSEDED, _("The links have been ended since.")
        return None

    def letter(self, mail: Mail, clinic: Clinic, *, now: datetime) -> MailLetter:
        visits = [AppointmentLetter(mail, clinic, now, visit) for visit in self._visits(mail, now)]
        return NewLinksLetter(mail, clinic, now, visits)

    def enclose(self, message: EmailMessage, mail: Mail, clinic: Clinic) -> None:
        """A file each: who had mistyped their address has never had any."""
        _attach_each(message, self._visits(mail, mail.created_at), clinic, mail)

    def _visits(self, mail: Mail, now: datetime) -> list[Appointment]:
        coming = mail.client.appointments.upcoming(now)
        return list(coming.with_everything().order_by("starts_at"))


SUBJECTS: Mapping[str, Subject] = {
    MailKind.CONFIRMED: OneAppointment(Status.BOOKED, words=ConfirmedLetter),
    MailKind.MOVED: OneAppointment(Status.BOOKED),
    MailKind.CANCELLED: OneAppointment(Status.CANCELLED),
    MailKind.PLAN_BOOKED: BookedTogether(
        Status.BOOKED, gettext_lazy("None of these appointments is booked any more.")
    ),
    MailKind.RELEASED: BookedTogether(
        Status.CANCELLED, gettext_lazy("None of these appointments has been given back.")
    ),
    MailKind.LATE: OneAppointment(Status.BOOKED, tells_calendars=False),
    MailKind.REMINDER: OneAppointment(Status.BOOKED, tells_calendars=False),
    MailKind.PLAN: OnlyWords(PlanMailLetter),
    MailKind.NUDGE: OnlyWords(NudgeLetter),
    MailKind.RACE_CHECK: OnlyWords(RaceCheckLetter),
    MailKind.OFF_SEASON: OnlyWords(OffSeasonLetter),
    MailKind.NEW_LINKS: NewLinks(),
    MailKind.DATA_LINK: OnlyWords(DataLinkLetter),
    MailKind.ERASED: OnlyWords(ErasedLetter),
}


def _attach_each(
    message: EmailMessage, visits: Sequence[Appointment], clinic: Clinic, mail: Mail
) -> None:
    for number, visit in enumerate(visits, start=1):
        invitation = calendars.invitation(visit, clinic, stamp=mail.created_at)
        _attach(message, invitation, f"appointment-{number}.ics")


def _attach(message: EmailMessage, invitation: bytes, filename: str) -> None:
    message.add_attachment(invitation, maintype="application", subtype="ics", filename=filename)
