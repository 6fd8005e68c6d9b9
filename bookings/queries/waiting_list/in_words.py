"""A wish in the words of pages and mails."""

from dataclasses import dataclass
from datetime import date

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings import dates
from bookings.models import Client, Clinic, WaitlistEntry, Weekday
from bookings.models.clients.clients import PARTS_OF_DAY

A_DAY = 24  # hours


@dataclass(frozen=True)
class WishInWords:
    """Each line of it; with whom is nothing where anybody will do, and of what is booked, it is
    either earlier or better for the training than that."""

    what: str
    therapist: str
    days: str
    times: str
    notice: str
    earlier_than: str
    better_than: str
    why_not_written_to: str

    @property
    def instead_of(self) -> str:
        """What is moved."""
        return self.earlier_than or self.better_than


def wish_in_words(entry: WaitlistEntry, clinic: Clinic, today: date) -> WishInWords:
    visit = entry.appointment
    booked = dates.day_and_time_from(visit.starts_at, clinic.tz, today) if visit else ""
    return WishInWords(
        what=entry.treatment.name,
        therapist=entry.therapist.name if entry.therapist else "",
        days=dates.civil_days_from(entry.first_day, entry.last_day, today),
        times=times_in_words(entry),
        notice=notice_in_words(entry.notice_hours),
        earlier_than=booked if entry.wants_earlier else "",
        better_than=booked if entry.wants_better else "",
        why_not_written_to=why_not_written_to(entry.client),
    )


def why_not_written_to(client: Client) -> str:
    """For the desk; nothing of whom a mail reaches."""
    if not client.email:
        return _("No e-mail: please ring")
    if client.bounced_at:
        return _("Mails to them come back: please ring")
    if client.is_provisional:
        return _("not confirmed yet")
    return "" if client.wants_news else _("They have switched these mails off: please ring")


def times_in_words(entry: WaitlistEntry) -> str:
    """Monday or Thursday, in the morning; at any time."""
    names = [str(Weekday(day).label) for day in sorted(entry.weekdays)]
    either = pgettext("between the last two of a list", "or")
    parts = [str(PARTS_OF_DAY[part]) for part in sorted(entry.parts) if part in PARTS_OF_DAY]
    at = get_text_list(parts, either) if parts else _("at any time")
    days = get_text_list(names, either)
    return _("{days}, {times}").format(days=days, times=at) if days else at


def notice_in_words(hours: int) -> str:
    """At least two days before; nothing where any notice will do."""
    if not hours:
        return ""
    if hours % A_DAY == 0:
        days = hours // A_DAY
        sentence = ngettext("at least {count} day before", "at least {count} days before", days)
        return sentence.format(count=days)
    sentence = ngettext("at least {count} hour before", "at least {count} hours before", hours)
    return sentence.format(count=hours)
