"""What happened to an appointment, each event as a sentence for the desk."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from bookings import dates
from bookings.core import wording
from bookings.core.scheduling.statuses import Status
from bookings.models import AppointmentEvent, Clinic
from bookings.queries.actors import named

PLACE = ("therapist", "room", "treatment")
IN_WORDS = {status.value: status.label for status in Status} | {
    "kept": "Meant to stand outside the hours of work",
    "told": "The client is told by mail",
    "noted": "The desk's note changed",
    "health_hold": "Health: to be checked by the therapist",
    "health_hold_lifted": "Health: checked by the therapist",
    "vouched": "Stays, confirmed by mail or not",
    "joined": "The client turned out to be somebody we know",
}


def in_words(event: AppointmentEvent, clinic: Clinic) -> str:
    """Without who and when: "Moved from Tuesday 1 December, 10:15, to ..."."""
    words = _what(event, clinic)
    reason = event.facts.get("reason")
    return f"{words}: {str(reason).replace('_', ' ')}" if reason else words


def signed(event: AppointmentEvent, clinic: Clinic) -> str:
    """With who and when."""
    at = wording.clock(event.at, clinic.tz)
    return f"{in_words(event, clinic)} ({named(event.by)}, {at})"


def _what(event: AppointmentEvent, clinic: Clinic) -> str:
    facts, money = event.facts, _money(event.facts, clinic)
    match event.kind:
        case "moved":
            return _moved(facts, clinic)
        case "paid" | "waived":
            return f"{event.kind.capitalize()} {money}, {facts.get('method', '')}".rstrip(", ")
        case "taken back" | "fee" | "fee taken back":
            return f"{event.kind.capitalize()}: {money}"
        case "priced":
            return f"Price {_price(facts['from'], clinic)} → {_price(facts['to'], clinic)}"
        case "late":
            return f"{facts['minutes']} minutes late" if facts["minutes"] else "In time after all"
    if "undone" in facts:
        return f"“{_status(facts['undone'])}” taken back"
    return IN_WORDS.get(event.kind, event.kind.capitalize())


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
        changes.insert(0, f"{_length(before)} → {_length(after)} minutes")
    return f"Moved: {'; '.join(changes)}" if changes else "Moved"


def _when(place: Mapping, clinic: Clinic) -> str:
    at = datetime.fromisoformat(place["starts_at"])
    return dates.day_and_time(at, clinic.tz)


def _length(place: Mapping) -> int | None:
    if "ends_at" not in place:
        return None
    start, end = (datetime.fromisoformat(place[name]) for name in ("starts_at", "ends_at"))
    return int((end - start).total_seconds()) // 60


def _status(value: str) -> str:
    return Status(value).label if value in set(Status) else value


def _money(facts: Mapping, clinic: Clinic) -> str:
    return _price(facts["amount"], clinic) if "amount" in facts else ""


def _price(amount: str, clinic: Clinic) -> str:
    return wording.price(Decimal(amount), clinic.currency)
