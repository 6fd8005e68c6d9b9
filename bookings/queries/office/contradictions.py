"""Settings that do not go together, in sentences."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.core.mail.reminder_times import inside_cutoff
from bookings.core.training import Protocol
from bookings.models import Clinic
from bookings.queries.scheduling.problems import length_in_words

MINUTES_A_DAY = 24 * 60


def nobody_could_book(notice: int | None, days: int | None) -> str:
    """Of the notice in minutes and the days ahead; nothing where they go together."""
    if notice is None or days is None or notice < (days + 1) * MINUTES_A_DAY:
        return ""
    sentence = _(
        "Nobody could ever book: the notice of {length} ends after the last day on which "
        "one may book, {days} days ahead."
    )
    return sentence.format(length=length_in_words(notice), days=days)


def reminders_too_late(clinic: Clinic, protocol: Protocol) -> dict[str, list[str]]:
    """By setting, a sentence for each reminder that comes too late to act on."""
    days = days_of_reminders(protocol)
    return {
        "move_cutoff_hours": _sentences(_too_late_to_move, clinic.move_cutoff_hours, days),
        "cancel_cutoff_hours": _sentences(_too_late_to_cancel, clinic.cancel_cutoff_hours, days),
    }


def days_of_reminders(protocol: Protocol) -> list[int]:
    """The usual ones, and those that a phase has instead; the earliest first."""
    found = set(protocol.mails.reminders.days_before)
    for phase in protocol.phases.values():
        found.update(phase.reminder_days or ())
    return sorted(found, reverse=True)


def _sentences(sentence: Callable[[int], str], hours: int, days: Iterable[int]) -> list[str]:
    return [sentence(one).format(days=one, hours=hours) for one in inside_cutoff(hours, days)]


def _too_late_to_move(days: int) -> str:
    return ngettext(
        "The reminder {days} day before arrives when moving is no longer possible "
        "(cut-off {hours} hours).",
        "The reminder {days} days before arrives when moving is no longer possible "
        "(cut-off {hours} hours).",
        days,
    )


def _too_late_to_cancel(days: int) -> str:
    return ngettext(
        "The reminder {days} day before arrives when cancelling is no longer possible "
        "(cut-off {hours} hours).",
        "The reminder {days} days before arrives when cancelling is no longer possible "
        "(cut-off {hours} hours).",
        days,
    )
