"""What each kind of mail is about: whether it is still true, what it says, what it carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from bookings.mail.messages.parts import Enclosed, calendar, calendar_file
from bookings.mail.offer_context import OfferLetter
from bookings.mail.races.context import RaceNewsLetter
from bookings.mail.series.context import SeriesChangedLetter, SeriesMissedLetter
from bookings.mail.training_context import (
    AgainstPlanLetter,
    ConfirmedLetter,
    NudgeLetter,
    OffSeasonLetter,
    PlanMailLetter,
    PlanSilentLetter,
    RaceCheckLetter,
)
from bookings.mail.waiting_list.context import waiting_letter
from bookings.models import (
    Appointment,
    Client,
    Clinic,
    EntryState,
    Mail,
    MailKind,
    MailState,
    MailWording,
    PlanLink,
    RunnerNews,
    Series,
    WaitlistEntry,
    WaitlistOffer,
)
from bookings.models.mail.kinds import OF_THE_WAITING_LIST
from bookings.queries.scheduling.conflicts import codes_against
from bookings.queries.training.told import known_day
from bookings.queries.waiting_list.got import what_was_got

WhyNot = tuple[MailState, str] | None


class Subject(Protocol):
    def why_not(self, mail: Mail) -> WhyNot:
        """Why the mail is not to be sent, asked anew at that moment; its client is up to date."""

    def letter(self, mail: Mail, clinic: Clinic, *, now: datetime) -> MailLetter:
        """What its templates may say."""

    def enclosed(self, mail: Mail, clinic: Clinic) -> Enclosed:
        """What the message carries besides its words."""


@dataclass(frozen=True)
class OneAppointment:
    """An appointment at a revision, while it has that status; calendars may be told of it."""

    status: Status
    tells_calendars: bool = True
    words: type[AppointmentLetter] = AppointmentLetter

    def why_not(self, mail: Mail) -> WhyNot:
        of_everything = Appointment.objects.with_everything()
        appointment = mail.visit_now or of_everything.get(pk=mail.appointment_id)
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

    def enclosed(self, mail: Mail, clinic: Clinic) -> Enclosed:
        """As an alternative, which calendars act on, and as a file, for readers that hide it."""
        if not self.tells_calendars:
            return Enclosed()
        visit = mail.visit
        invitation = calendars.invitation(visit, clinic, stamp=mail.created_at)
        return Enclosed(
            alternatives=[calendar(invitation, calendars.method(visit))],
            files=[calendar_file(invitation, "appointment.ics")],
        )


@dataclass(frozen=True)
class OtherTimes(OneAppointment):
    """Of other times, as long as the visit cannot stay where it is."""

    def why_not(self, mail: Mail) -> WhyNot:
        if why_not := super().why_not(mail):
            return why_not
        if not codes_against(mail.visit):
            return MailState.CANCELLED, _("It can take place as it is booked after all.")
        return None


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

    def enclosed(self, mail: Mail, clinic: Clinic) -> Enclosed:
        """A file each: an invitation may be to one event only (RFC 5546, 3.2.2)."""
        return _files(self._visits(mail), clinic, mail)

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

    def enclosed(self, mail: Mail, clinic: Clinic) -> Enclosed:
        return Enclosed()


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

    def enclosed(self, mail: Mail, clinic: Clinic) -> Enclosed:
        """A file each: who had mistyped their address has never had any."""
        return _files(self._visits(mail, mail.created_at), clinic, mail)

    def _visits(self, mail: Mail, now: datetime) -> list[Appointment]:
        coming = mail.client.appointments.upcoming(now)
        return list(coming.with_everything().order_by("starts_at"))


class OfTheWaitingList:
    """An entry, or an offer, while it is what the mail says; nobody hears the end of an offer that
    they have not heard of."""

    def why_not(self, mail: Mail) -> WhyNot:
        mail.client = Client.objects.get(pk=mail.client_id)
        entry = WaitlistEntry.objects.filter(pk=mail.about["entry"]).first()
        offer = WaitlistOffer.objects.filter(pk=mail.about.get("offer")).first()
        stands = {
            MailKind.WAIT_JOINED: entry and entry.is_waiting,
            MailKind.WAIT_LEFT: entry and self._is_over(entry),
            MailKind.WAIT_OFFER: offer and offer.is_open(mail.claimed_at),
            MailKind.WAIT_WITHDRAWN: offer and self._has_heard_of(offer),
            MailKind.WAIT_PASSED: offer and self._has_heard_of(offer),
        }[MailKind(mail.kind)]
        return None if stands else (MailState.CANCELLED, _("It is over already."))

    def letter(self, mail: Mail, clinic: Clinic, *, now: datetime) -> MailLetter:
        return waiting_letter(mail, clinic, now)

    def enclosed(self, mail: Mail, clinic: Clinic) -> Enclosed:
        return Enclosed()

    def _is_over(self, entry: WaitlistEntry) -> bool:
        """Left, or got by a visit that stands."""
        is_got = what_was_got(entry, Clinic.objects.the()) is not None
        return entry.state == EntryState.LEFT or is_got

    def _has_heard_of(self, offer: WaitlistOffer) -> bool:
        told = Mail.objects.filter(
            client=offer.client_id, kind=MailKind.WAIT_OFFER, about__offer=offer.pk
        )
        return told.filter(data_at__isnull=False).exists()


class SeriesChanged:
    """Those of a series that were changed at once, and have not been since."""

    def why_not(self, mail: Mail) -> WhyNot:
        visits = self._visits(mail)
        if not visits:
            return MailState.SUPERSEDED, _("The appointments have changed since.")
        mail.client = visits[0].whose
        return None

    def letter(self, mail: Mail, clinic: Clinic, *, now: datetime) -> MailLetter:
        visits = [AppointmentLetter(mail, clinic, now, visit) for visit in self._visits(mail)]
        return SeriesChangedLetter(mail, clinic, now, visits)

    def enclosed(self, mail: Mail, clinic: Clinic) -> Enclosed:
        """A file each, by which the calendar moves its entry or takes it out."""
        return _files(self._visits(mail), clinic, mail)

    def _visits(self, mail: Mail) -> list[Appointment]:
        return _at_their_revisions(mail, mail.about["visits"])


class SeriesMissed:
    """A date that was not booked, as long as the series goes on and nothing has come of it."""

    def why_not(self, mail: Mail) -> WhyNot:
        mail.client = Client.objects.get(pk=mail.client_id)
        series = self._series(mail)
        if series is None or not series.goes_on:
            return MailState.CANCELLED, _("The series has ended.")
        return None

    def letter(self, mail: Mail, clinic: Clinic, *, now: datetime) -> MailLetter:
        series = self._series(mail)
        assert series is not None  # noqa: S101 - why_not has asked
        return SeriesMissedLetter(mail, clinic, now, series)

    def enclosed(self, mail: Mail, clinic: Clinic) -> Enclosed:
        return Enclosed()

    def _series(self, mail: Mail) -> Series | None:
        return Series.objects.with_everything().filter(pk=mail.about["series"]).first()


class PlanSilent:
    """A link to a training plan, as long as nothing has been read of it since."""

    def why_not(self, mail: Mail) -> WhyNot:
        mail.client = Client.objects.get(pk=mail.client_id)
        link = self._link(mail)
        if link is None or not link.is_failing or link.good_at.isoformat() != mail.about["good_at"]:
            return MailState.CANCELLED, _("The plan is read again, or its link was removed.")
        return None

    def letter(self, mail: Mail, clinic: Clinic, *, now: datetime) -> MailLetter:
        link = self._link(mail)
        assert link is not None  # noqa: S101 - why_not has asked
        return PlanSilentLetter(mail, clinic, now, link)

    def enclosed(self, mail: Mail, clinic: Clinic) -> Enclosed:
        return Enclosed()

    def _link(self, mail: Mail) -> PlanLink | None:
        return PlanLink.objects.filter(pk=mail.about["link"], client=mail.client_id).first()


class NewsOfARace:
    """What a listed race has become, while the runner's own is as that made it."""

    def why_not(self, mail: Mail) -> WhyNot:
        mail.client = Client.objects.get(pk=mail.client_id)
        row = self._row(mail)
        if row and mail.about.get("back") and row.runs_after_all:
            return None
        if row is None or not row.still_holds:
            return MailState.SUPERSEDED, _("Their race has changed again since.")
        if known_day(row) == row.news.becomes and not self._visits(mail):
            return MailState.SUPERSEDED, _("They were never told of another date.")
        return None

    def letter(self, mail: Mail, clinic: Clinic, *, now: datetime) -> MailLetter:
        row = self._row(mail)
        assert row is not None  # noqa: S101 - why_not has asked
        visits = [AppointmentLetter(mail, clinic, now, one) for one in self._visits(mail)]
        return RaceNewsLetter(mail, clinic, now, row, visits)

    def enclosed(self, mail: Mail, clinic: Clinic) -> Enclosed:
        """A file for each visit that was changed with it."""
        return _files(self._visits(mail), clinic, mail)

    def _row(self, mail: Mail) -> RunnerNews | None:
        rows = RunnerNews.objects.select_related("news__listed__listed_race", "race__client")
        return rows.filter(pk=mail.about["row"], client=mail.client_id).first()

    def _visits(self, mail: Mail) -> list[Appointment]:
        """Those that the desk has changed before it went, as they were left."""
        return _at_their_revisions(mail, mail.about.get("visits", {}))


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
    MailKind.OFFER: OtherTimes(Status.BOOKED, tells_calendars=False, words=OfferLetter),
    MailKind.REMINDER: OneAppointment(Status.BOOKED, tells_calendars=False),
    MailKind.PLAN: OnlyWords(PlanMailLetter),
    MailKind.NUDGE: OnlyWords(NudgeLetter),
    MailKind.RACE_CHECK: OnlyWords(RaceCheckLetter),
    MailKind.OFF_SEASON: OnlyWords(OffSeasonLetter),
    MailKind.AGAINST_PLAN: OnlyWords(AgainstPlanLetter),
    MailKind.NEW_LINKS: NewLinks(),
    MailKind.DATA_LINK: OnlyWords(DataLinkLetter),
    MailKind.ERASED: OnlyWords(ErasedLetter),
    **dict.fromkeys(OF_THE_WAITING_LIST, OfTheWaitingList()),
    MailKind.SERIES_CHANGED: SeriesChanged(),
    MailKind.SERIES_MISSED: SeriesMissed(),
    MailKind.PLAN_SILENT: PlanSilent(),
    MailKind.RACE_NEWS: NewsOfARace(),
}


def look_up(mails: Sequence[Mail]) -> None:
    """What most of a batch would each ask for: the clinic's words, and their visits."""
    wordings = MailWording.objects.current_of({mail.kind for mail in mails})
    visits = Appointment.objects.with_everything().prefetch_related("client__races")
    found = visits.in_bulk([mail.appointment_id for mail in mails if mail.appointment_id])
    for mail in mails:
        mail.wording, mail.visit_now = wordings[mail.kind], found.get(mail.appointment_id)


def _at_their_revisions(mail: Mail, named: Mapping[str, int]) -> list[Appointment]:
    revisions = {int(pk): revision for pk, revision in named.items()}
    visits = Appointment.objects.filter(pk__in=revisions, client=mail.client_id)
    there = visits.with_everything().order_by("starts_at")
    return [one for one in there if one.revision == revisions[one.pk]]


def _files(visits: Sequence[Appointment], clinic: Clinic, mail: Mail) -> Enclosed:
    invitations = [calendars.invitation(one, clinic, stamp=mail.created_at) for one in visits]
    return Enclosed(
        files=[
            calendar_file(invitation, f"appointment-{number}.ics")
            for number, invitation in enumerate(invitations, start=1)
        ]
    )
