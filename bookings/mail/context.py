"""What the templates of a mail may say, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import dates
from bookings.core import wording
from bookings.core.colours import DARK, LIGHT, Shades, shades
from bookings.core.roles import Role
from bookings.core.scheduling.proving import LEAST_TIME
from bookings.core.scheduling.statuses import Status
from bookings.links import DOWNLOAD_GOOD_FOR, Purpose, client_url, mail_token, mailed_url
from bookings.mail.messages.logo import logo_of
from bookings.mail.own_words import filled
from bookings.models import Appointment, Client, Clinic, Mail, MailKind, MailWording
from bookings.models.mail.kinds import GROUP_OF
from bookings.queries.clients import strangers
from bookings.queries.scheduling import cutoffs
from bookings.queries.series.following import still_to_book
from bookings.queries.series.in_words import one_of_it
from bookings.queries.training import protocol
from bookings.queries.training.phases import phase_at
from bookings.queries.waiting_list.relays import was_passed_on


@dataclass(frozen=True)
class MailLetter:
    """What every mail may say."""

    mail: Mail
    clinic: Clinic
    now: datetime

    @property
    def draws(self) -> bool:
        """Whether it draws training by the week, and brings the colours for that."""
        return False

    @cached_property
    def name(self) -> str:
        client = self.mail.client
        return wording.name_to_greet(client.name) if client.is_named else ""

    @cached_property
    def today(self) -> date:
        return self.clinic.day_of(self.now)

    def day_and_time(self, instant: datetime) -> str:
        return dates.day_and_time_from(instant, self.clinic.tz, self.today)

    @cached_property
    def greeting(self) -> str:
        """A line of its own: what follows is a whole sentence."""
        named = wording.isolated(self.name)
        return _("Hello {name},").format(name=named) if named else _("Hello,")

    @cached_property
    def _words(self) -> MailWording:
        return self.mail.wording or MailWording.objects.current(self.mail.kind)

    @cached_property
    def opening(self) -> str:
        """What the clinic says after the greeting in its own words; nothing where it has none."""
        return filled(self._words.opening, self.named)

    @cached_property
    def closing(self) -> str:
        return filled(self._words.closing, self.named)

    @cached_property
    def named(self) -> dict[str, str]:
        """What may stand in braces in the clinic's own words."""
        return {"clinic": wording.isolated(self.clinic.name), "phone": self.clinic.phone}

    @cached_property
    def pale_shades(self) -> Shades:
        """Of the clinic's own colour."""
        return shades(self.clinic.accent, LIGHT)

    @cached_property
    def dark_shades(self) -> Shades:
        return shades(self.clinic.accent, DARK)

    @cached_property
    def logo(self) -> bytes:
        return logo_of(self.clinic.logo_digest)

    @cached_property
    def zone(self) -> str:
        return dates.zone_name(self.clinic.tz)

    @cached_property
    def address_lines(self) -> list[str]:
        return self.clinic.address.splitlines()

    @cached_property
    def directions_url(self) -> str:
        """Opens the map of whatever the mail is read on."""
        place = urlencode({"api": 1, "destination": ", ".join(self.address_lines)})
        return f"https://www.google.com/maps/dir/?{place}"

    @cached_property
    def dial(self) -> str:
        return wording.dialled(self.clinic.phone)

    @cached_property
    def protocol_version(self) -> int:
        return protocol.current().version

    @cached_property
    def protocol_url(self) -> str:
        return urljoin(settings.SITE_URL, reverse("runner:protocol"))

    @cached_property
    def preferences_url(self) -> str:
        return client_url(Purpose.PREFERENCES, self.mail.client)

    @cached_property
    def visits_url(self) -> str:
        """Everything that was booked under this address."""
        return client_url(Purpose.VISITS, self.mail.client)

    @cached_property
    def unsubscribe_url(self) -> str:
        """Where one press stops mails like this one; nothing for those that always come."""
        group = GROUP_OF.get(self.mail.kind)
        return client_url(Purpose.UNSUBSCRIBE, self.mail.client, group=group) if group else ""

    @cached_property
    def home_url(self) -> str:
        return urljoin(settings.SITE_URL, reverse("runner:home"))


@dataclass(frozen=True)
class AppointmentLetter(MailLetter):
    """About one appointment."""

    appointment: Appointment

    @cached_property
    def named(self) -> dict[str, str]:
        visit = self.appointment
        return super().named | {
            "day": self.day,
            "start": self.start,
            "treatment": wording.isolated(visit.treatment.name),
            "therapist": wording.isolated(visit.therapist.name),
        }

    @cached_property
    def day(self) -> str:
        """Tuesday 1 December: a mail is read at any time, so that a weekday alone would not do."""
        day = self.clinic.day_of(self.appointment.starts_at)
        return dates.civil_day_from(day, self.today)

    @cached_property
    def start(self) -> str:
        return wording.clock(self.appointment.starts_at, self.clinic.tz)

    @cached_property
    def end(self) -> str:
        return wording.clock(self.appointment.ends_at, self.clinic.tz)

    @cached_property
    def is_cancelled(self) -> bool:
        return self.appointment.status == Status.CANCELLED

    @cached_property
    def undo_until(self) -> str:
        """Whoever has cancelled it themselves may take that back for some minutes."""
        last = self.appointment.events.order_by("pk").exclude(kind="fee").last()
        if last is None or last.kind != Status.CANCELLED or last.by != Role.RUNNER:
            return ""
        until = last.at + timedelta(minutes=self.clinic.undo_minutes)
        return self._unless_passed(min(until, self.appointment.starts_at))

    @cached_property
    def was_passed_on(self) -> bool:
        return was_passed_on(self.appointment)

    @cached_property
    def series(self) -> str:
        """One of a series: Every 3 weeks on Wednesday at 18:00. Nothing where it stands alone."""
        series = self.appointment.series
        return one_of_it(series, self.today) if series else ""

    @cached_property
    def series_url(self) -> str:
        return self.behind("runner:series")

    @cached_property
    def waits_for_more(self) -> bool:
        """Whether further dates of its series are booked as the diary opens."""
        series = self.appointment.series
        return bool(series and still_to_book(series, self.clinic, now=self.now))

    @cached_property
    def before(self) -> str:
        """When it was before its last move; nothing when only the therapist has changed."""
        moved = self.appointment.events.filter(kind="moved").last()
        if moved is None or "zone" in moved.facts:  # the clock was changed, and not the hour
            return ""
        instant = datetime.fromisoformat(moved.facts["from"]["starts_at"])
        if instant == self.appointment.starts_at:
            return ""
        return self.day_and_time(instant)

    @cached_property
    def minutes_late(self) -> int:
        """As the therapist has said last; 0 where they have not."""
        said = self.appointment.events.filter(kind="running_late").last()
        return said.facts["minutes"] if said else 0

    @cached_property
    def late_start(self) -> str:
        begins = self.appointment.starts_at + timedelta(minutes=self.minutes_late)
        return wording.clock(begins, self.clinic.tz)

    @cached_property
    def price(self) -> str:
        return wording.price(self.appointment.price, self.clinic.currency)

    @cached_property
    def move_until(self) -> str:
        return self._unless_passed(cutoffs.move_until(self.appointment, self.clinic))

    @cached_property
    def cancel_until(self) -> str:
        return self._unless_passed(cutoffs.cancel_until(self.appointment, self.clinic))

    @cached_property
    def prove_until(self) -> str:
        """Until when its address must be proved; nothing where nobody waits for that.

        Where the mail has been held up, the time counts from now.
        """
        until = strangers.asked_until(self.appointment)
        if until is None:
            return ""
        if self.mail.kind != MailKind.MOVED and until < self.now + LEAST_TIME:
            start = self.appointment.starts_at
            until = max(until, self.clinic.prove_until(start, told_at=self.now))
        return dates.until(until, self.now, self.clinic.tz)

    @cached_property
    def joins_on_a_press(self) -> bool:
        """Booked for certain, but by somebody who has only to say that they are known here."""
        client = self.appointment.whose
        if not client.is_provisional or self.prove_until:
            return False
        return strangers.would_join(client) is not None

    @cached_property
    def again_url(self) -> str:
        """Where the same day's times can be had."""
        treatment = self.appointment.treatment
        if not (treatment.active and treatment.online):
            return self.home_url
        day = self.clinic.day_of(self.appointment.starts_at)
        return urljoin(settings.SITE_URL, f"{treatment.get_absolute_url()}?day={day}")

    @cached_property
    def _token(self) -> str:
        return mail_token(self.appointment)

    def behind(self, route: str) -> str:
        """Where a link of this mail leads to."""
        return mailed_url(self.appointment, route, token=self._token)

    @cached_property
    def page_url(self) -> str:
        return self.behind("runner:appointment")

    @cached_property
    def move_url(self) -> str:
        return self.behind("runner:move")

    @cached_property
    def cancel_url(self) -> str:
        return self.behind("runner:cancel")

    @cached_property
    def coming_url(self) -> str:
        return self.behind("runner:coming")

    @cached_property
    def health_url(self) -> str:
        """Where the runner is asked, in private; no mail says anything of it."""
        return self.behind("therapists:health_by_link")

    @cached_property
    def how_soon(self) -> str:
        """today, tomorrow, in 3 days"""
        day = self.clinic.day_of(self.appointment.starts_at)
        days = (day - self.clinic.day_of(self.now)).days
        if days in (0, 1):
            return _("tomorrow") if days else _("today")
        return ngettext("in {count} day", "in {count} days", days).format(count=days)

    @cached_property
    def about_the_race(self) -> str:
        """One sentence for the training phase; nothing for whoever has no race."""
        rules = protocol.current()
        here = phase_at(self.appointment, self.clinic, rules)
        if here.days_to_race is None:
            return ""
        sentence = rules.phases[here.phase].reminder_sentence
        return sentence.replace("{time}", dates.length_of_time(abs(here.days_to_race)))

    @cached_property
    def is_first_visit(self) -> bool:
        visits = self.appointment.whose.appointments.visits()
        earlier = visits.filter(starts_at__lt=self.appointment.starts_at)
        return not earlier.exclude(status__in=[Status.CANCELLED, Status.NO_SHOW]).exists()

    def _unless_passed(self, until: datetime) -> str:
        """The last moment, or nothing when it had passed before the mail was owed."""
        told_at = max(self.mail.created_at, self.now)
        return self.day_and_time(until) if until > told_at else ""


@dataclass(frozen=True)
class PlanLetter(MailLetter):
    """About several appointments that were booked at once, in order of time."""

    visits: Sequence[AppointmentLetter]

    @cached_property
    def price(self) -> str:
        total = sum((visit.appointment.price for visit in self.visits), Decimal())
        return wording.price(total, self.clinic.currency)

    @cached_property
    def plan_url(self) -> str:
        return mailed_url(self.visits[0].appointment, "runner:my_plan")


@dataclass(frozen=True)
class NewLinksLetter(MailLetter):
    """The address has changed, or two records are one: the links to what is booked, anew."""

    visits: Sequence[AppointmentLetter]

    @cached_property
    def has_another_address(self) -> bool:
        return self.mail.about.get("has_another_address", True)


@dataclass(frozen=True)
class DataLinkLetter(MailLetter):
    """Where a client may look at all of it, for a while."""

    @cached_property
    def download_url(self) -> str:
        return client_url(Purpose.DOWNLOAD, self.mail.client)

    @cached_property
    def hours(self) -> int:
        return DOWNLOAD_GOOD_FOR // timedelta(hours=1)


@dataclass(frozen=True)
class ErasedLetter(MailLetter):
    """The last one. What it says stands on its row, because the rest is gone."""

    @cached_property
    def name(self) -> str:
        return ""

    @cached_property
    def preferences_url(self) -> str:
        return ""

    @cached_property
    def cancelled(self) -> int:
        return self.mail.about.get("cancelled", 0)

    @cached_property
    def others(self) -> int:
        return self.mail.about.get("others", 0)

    @cached_property
    def kept(self) -> list[str]:
        return [_(one) for one in self.mail.about.get("kept", [])]

    @cached_property
    def kept_until(self) -> str:
        until = self.mail.about.get("kept_until")
        if not until:
            return ""
        return dates.civil_day_and_year(date.fromisoformat(until))


def plan_url_of(client: Client) -> str:
    """Behind the link of their latest visit, which stands for them; or where to sign in."""
    latest = client.appointments.visits().last()
    if latest is None:
        return urljoin(settings.SITE_URL, reverse("runner:plan"))
    return mailed_url(latest, "runner:my_plan")
