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


def clashes(clinic: Clinic, protocol: Protocol) -> dict[str, list[str]]:
    """By setting, in sentences, what can be meant and seldom is; and what reminders lose by it."""
    found = reminders_too_late(clinic, protocol)
    for name, sentence in (
        ("hold_minutes", _held_into_the_visit(clinic)),
        ("cancel_cutoff_hours", _moved_to_be_cancelled(clinic)),
        ("cancel_cutoff_hours", _never_cancelled(clinic)),
        ("undo_minutes", _taken_back_until_it_begins(clinic)),
    ):
        if sentence:
            found.setdefault(name, []).append(sentence)
    return found


def _held_into_the_visit(clinic: Clinic) -> str:
    if clinic.hold_minutes <= clinic.minimum_notice_minutes:
        return ""
    return _(
        "A time chosen at the last moment is held beyond its start (notice {notice} minutes): "
        "whoever books it then comes too late. Give more notice, or hold it shorter."
    ).format(notice=clinic.minimum_notice_minutes)


def _moved_to_be_cancelled(clinic: Clinic) -> str:
    if clinic.cancel_cutoff_hours <= clinic.move_cutoff_hours:
        return ""
    return _(
        "It can still be moved when it can no longer be cancelled: what was moved so late can't be "
        "cancelled online afterwards, however far off its new day is. Let moving end no later than "
        "cancelling."
    )


def _never_cancelled(clinic: Clinic) -> str:
    if clinic.cancel_cutoff_hours < 24 * clinic.horizon_days:
        return ""
    sentence = _("Nobody can ever cancel online: one books at most {days} days ahead.")
    return sentence.format(days=clinic.horizon_days)


def _taken_back_until_it_begins(clinic: Clinic) -> str:
    if clinic.undo_minutes <= clinic.minimum_notice_minutes:
        return ""
    return _(
        "Who books at the last moment (notice {notice} minutes) can cancel until the start, "
        "without a fee."
    ).format(notice=clinic.minimum_notice_minutes)


def reminders_too_late(clinic: Clinic, protocol: Protocol) -> dict[str, list[str]]:
    """By setting, a sentence for each reminder that comes too late to act on."""
    days = days_of_reminders(protocol)
    return {
        "move_cutoff_hours": _sentences(_too_late_to_move, clinic.move_cutoff_hours, days),
        "cancel_cutoff_hours": _sentences(_too_late_to_cancel, clinic.cancel_cutoff_hours, days),
    }


def of_reminders(clinic: Clinic, days: Iterable[int]) -> list[str]:
    """The same of these days alone, for whoever chooses them."""
    days = sorted(days, reverse=True)
    return [
        *_sentences(_too_late_to_move, clinic.move_cutoff_hours, days),
        *_sentences(_too_late_to_cancel, clinic.cancel_cutoff_hours, days),
    ]


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
