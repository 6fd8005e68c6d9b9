"""All that is kept of a client, for themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext

from bookings.actions.clients import health_hold
from bookings.actions.scheduling import attendance
from bookings.models import AppointmentEvent, BroughtPlan, Change, Client, Mail, OwnPlan
from bookings.models.training.own_plans import in_words
from clinic.records.registry.record import Record
from clinic.records.registry.rows import RECORDS
from therapists.health_audit import Reader
from therapists.queries import health_export

Rows = list[dict[str, Any]]
HEALTH_ONLY_SIGNED_IN = _(
    "Your health answers and notes are not here: a link in an email may be read by whoever shares "
    "the mailbox. Sign in to see them, or ask the front desk."
)
NOT_CONFIRMED = _(
    "Notes of your therapist, and answers from before the address was changed or typed by the "
    "front desk, are not here: your therapist first asks you whether it is yours, at your next "
    "visit. Please ask the front desk if that is too late for you."
)
WITHHELD = _(
    "{count} more may speak of somebody else; the therapist looks through them before they are "
    "given out. Please ask the front desk."
)

# That somebody is on hold comes from what they told of their health: what tells of it is shown only
# with their health. A mail that was left out says why, which may be the hold.
TELLS_OF_A_HOLD = {Client: "health_hold", Mail: "why"}
EVENTS_OF_A_HOLD = (health_hold.HELD, health_hold.LIFTED, health_hold.DECIDED, attendance.WAITS)

IN_A_LETTER: Mapping[str, Callable[[int], str]] = {
    "Appointments": lambda count: ngettext(
        "We have {count} appointment of yours in our books.",
        "We have {count} appointments of yours in our books, past ones among them.",
        count,
    ),
    "Races": lambda count: ngettext(
        "You have told us of {count} race.",
        "You have told us of {count} races.",
        count,
    ),
    "Mails": lambda count: ngettext(
        "We have written you {count} email.",
        "We have written you {count} emails.",
        count,
    ),
    "Payments": lambda count: ngettext(
        "There is {count} payment.",
        "There are {count} payments.",
        count,
    ),
    "Health answers": lambda count: ngettext(
        "You have answered our health questions {count} time.",
        "You have answered our health questions {count} times.",
        count,
    ),
    "Signed notes": lambda count: ngettext(
        "Your therapists have signed {count} note.",
        "Your therapists have signed {count} notes.",
        count,
    ),
}


@dataclass(frozen=True, repr=False)
class ClientExport:
    """Named groups of rows, and what is to be said of what is not there."""

    made_at: datetime
    groups: Mapping[str, Rows]
    remarks: list[str]

    @property
    def who(self) -> dict[str, Any]:
        """Their own row, whose address is also found by a name that templates can say."""
        row = next(iter(self.groups["Who you are"]), {})
        return {**row, "email": row.get("Email", "")}

    @property
    def letter(self) -> list[str]:
        """What there is, as one would write it to them; the groups tell it row by row."""
        groups = {name: self.groups.get(name, ()) for name in IN_A_LETTER}
        groups["Mails"] = [row for row in groups["Mails"] if row["Sent"]]  # not those to come
        counts = {name: len(rows) for name, rows in groups.items()}
        return [
            IN_A_LETTER[name](count).format(count=count) for name, count in counts.items() if count
        ]

    def as_data(self) -> dict[str, Any]:
        return {"made_at": self.made_at, "remarks": self.remarks, **self.groups}


def export(client: Client, *, reader: Reader | None, now: datetime) -> ClientExport:
    """With a reader, who has signed in, health data too. As many queries whatever there is."""
    told = sorted(RECORDS, key=lambda one: one.model is not Client)  # the person before all else
    shows_holds = reader is not None and not client.unconfirmed_since
    groups = {one.name: _rows(one, client, shows_holds=shows_holds) for one in told if one.shown}
    if reader is None:
        return ClientExport(now, groups, [str(HEALTH_ONLY_SIGNED_IN)])
    health = health_export.own_health(client, reader=reader, now=now)
    groups |= {
        gettext_noop("Health answers"): health.answers,
        gettext_noop("Signed notes"): health.notes,
        gettext_noop("Letters and photos"): health.letters,
        gettext_noop("Who read or wrote your health data"): health.accesses,
    }
    remarks = [str(WITHHELD).format(count=health.withheld)] if health.withheld else []
    if client.unconfirmed_since:
        remarks.append(str(NOT_CONFIRMED))
    return ClientExport(now, groups, remarks)


def _rows(record: Record, client: Client, *, shows_holds: bool) -> Rows:
    """Else the same rows whether there has ever been a hold or not.

    Labels may have spaces, which annotations may not, so they are put on afterwards.
    """
    found, shown = record.of(client).order_by("pk"), record.shown
    if not shows_holds:
        hidden = TELLS_OF_A_HOLD.get(record.model)
        shown = {label: name for label, name in shown.items() if name != hidden}
    if not shows_holds and record.model is AppointmentEvent:
        found = found.exclude(kind__in=EVENTS_OF_A_HOLD)
    rows = [dict(zip(shown, row, strict=True)) for row in found.values_list(*shown.values())]
    if tells := WITH_NAMES.get(record.model):
        label, named = tells
        rows = [{**row, label: named(row[label])} for row in rows]
    return rows if shows_holds or record.model is not Change else _changes_without_a_hold(rows)


def _told_with_names(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "days": in_words(told["days"])} if "days" in told else told


# What a list's values are is said of each.
WITH_NAMES: Mapping[type[Model], tuple[str, Callable[[Any], Any]]] = {
    OwnPlan: ("Days", in_words),
    BroughtPlan: ("Told", _told_with_names),
}


def _changes_without_a_hold(rows: Rows) -> Rows:
    """A change of nothing else is none."""
    for row in rows:
        for values in (row["Before"], row["After"]):
            values.pop(TELLS_OF_A_HOLD[Client], None)
    return [row for row in rows if row["Before"] or row["After"]]
