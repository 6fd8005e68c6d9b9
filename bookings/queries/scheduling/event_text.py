"""What happened to an appointment, each event as a sentence for the desk."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings import dates
from bookings.core import wording
from bookings.models import STATUS_NAMES, AppointmentEvent, Clinic, Method
from bookings.models.scheduling.appointments import TOLD_BY_PHONE
from bookings.queries.actors import named

PLACE = ("therapist", "room", "treatment")
IN_WORDS = STATUS_NAMES | {
    "kept": gettext_lazy("Meant to stand outside the hours of work"),
    "told": gettext_lazy("The client is told by mail"),
    TOLD_BY_PHONE: gettext_lazy("The client is told by phone"),
    "offered": gettext_lazy("Other times are offered by mail"),
    "not told": gettext_lazy("The client is not told"),
    "noted": gettext_lazy("The desk's note changed"),
    "health_hold": gettext_lazy("Health: to be checked by the therapist"),
    "held_here": gettext_lazy("Is here, and waits for the therapist to decide"),
    "health_hold_lifted": gettext_lazy("Health: checked by the therapist"),
    "health_decided": gettext_lazy("Health: decided by the therapist for this visit"),
    "relayed": gettext_lazy("The time is offered to the waiting list"),
    "kept after all": gettext_lazy("The time is not offered to the waiting list any more"),
    "vouched": gettext_lazy("Stays, confirmed by mail or not"),
    "repeated": gettext_lazy("Made the first of a series"),
    "settled": gettext_lazy("Confirmed with another booking of the same browser"),
    "joined": gettext_lazy("The client turned out to be somebody we know"),
}


def in_words(event: AppointmentEvent, clinic: Clinic) -> str:
    """Without who and when: "Moved from Tuesday 1 December, 10:15, to ..."."""
    words = _what(event, clinic)
    reason = event.facts.get("reason")
    if not reason:
        return words
    return _("{event}: {reason}").format(event=words, reason=str(reason).replace("_", " "))


def signed(event: AppointmentEvent, clinic: Clinic) -> str:
    """With who and when."""
    at = wording.clock(event.at, clinic.tz)
    return f"{in_words(event, clinic)} ({named(event.by)}, {at})"


def _what(event: AppointmentEvent, clinic: Clinic) -> str:
    facts, money = event.facts, _money(event.facts, clinic)
    match event.kind:
        case "moved":
            return _moved(facts, clinic)
        case "paid":
            return _("Paid {amount}, {method}").format(amount=money, method=_method(facts))
        case "waived":
            return _("Waived: {amount}").format(amount=money)
        case "taken back":
            return _("Taken back: {amount}").format(amount=money)
        case "fee":
            return _("Fee: {amount}").format(amount=money)
        case "fee taken back":
            return _("Fee taken back: {amount}").format(amount=money)
        case "priced":
            before, after = (_price(facts[name], clinic) for name in ("from", "to"))
            return _("Price: {before} → {after}").format(before=before, after=after)
        case "late":
            return _lateness(facts["minutes"])
        case "running_late":
            return _running_late(facts["minutes"])
    if "undone" in facts:
        status = IN_WORDS.get(facts["undone"], facts["undone"])
        return _("“{status}” taken back").format(status=status)
    return str(IN_WORDS.get(event.kind, event.kind.capitalize()))


def _lateness(minutes: int) -> str:
    if not minutes:
        return _("In time after all")
    words = ngettext("{count} minute late", "{count} minutes late", minutes)
    return words.format(count=minutes)


def _running_late(minutes: int) -> str:
    if not minutes:
        return _("The therapist is in time after all")
    words = ngettext(
        "The therapist runs {count} minute late", "The therapist runs {count} minutes late", minutes
    )
    return words.format(count=minutes)


def _moved(facts: Mapping, clinic: Clinic) -> str:
    before, after = facts.get("from", {}), facts.get("to", {})
    changes = [
        f"{before[name]} → {after[name]}"
        for name in PLACE
        if name in before and name in after and before[name] != after[name]
    ]
    if before.get("starts_at") != after.get("starts_at"):
        changes.insert(0, f"{_when(before, clinic)} → {_when(after, clinic)}")
    elif _length(before) != _length(after):
        words = _("{before} → {after} minutes")
        changes.insert(0, words.format(before=_length(before), after=_length(after)))
    if not changes:
        return _("Moved")
    return _("Moved: {changes}").format(changes="; ".join(changes))


def _when(place: Mapping, clinic: Clinic) -> str:
    at = datetime.fromisoformat(place["starts_at"])
    return dates.day_and_time_from(at, clinic.tz, clinic.day_of(timezone.now()))


def _length(place: Mapping) -> int | None:
    if "ends_at" not in place:
        return None
    start, end = (datetime.fromisoformat(place[name]) for name in ("starts_at", "ends_at"))
    return int((end - start).total_seconds()) // 60


def _method(facts: Mapping) -> str:
    method = facts.get("method", "")
    return str(Method(method).label).lower() if method in Method.values else method


def _money(facts: Mapping, clinic: Clinic) -> str:
    return _price(facts["amount"], clinic) if "amount" in facts else ""


def _price(amount: str, clinic: Clinic) -> str:
    return wording.price(Decimal(amount), clinic.currency)
