"""A client's record as the desk keeps it: taken down, changed, and what changed told."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.clients.ways_in import change_the_lock
from bookings.actions.refusals import Stale
from bookings.core.clients.addresses import compared
from bookings.models import Change, Client, ClientEvent, ImportedRow
from bookings.models.records.history import Operation
from bookings.queries.actors import named

# What the desk changes, with the word for it in a sentence.
FIELDS = {
    "name": gettext_lazy("name"),
    "email": gettext_lazy("e-mail"),
    "phone": gettext_lazy("phone"),
    "language": gettext_lazy("language"),
    "date_of_birth": gettext_lazy("date of birth"),
    "guardian_name": gettext_lazy("parent or guardian"),
    "guardian_agreed": gettext_lazy("consent"),
    "desk_notes": gettext_lazy("notes"),
}


@dataclass(frozen=True, kw_only=True)
class NewClient:
    """Somebody new, as the desk has been told of them."""

    name: str
    email: str = ""
    phone: str = ""

    @property
    def facts(self) -> dict[str, str]:
        return asdict(self)


@transaction.atomic
def take_down(
    *,
    name: str,
    email: str = "",
    phone: str = "",
    by: str,
    now: datetime,
    **more: Any,
) -> Client:
    """Somebody new, told by themselves at the desk or on the phone; their address is not proved.

    Nor is it sure that it is theirs: what their therapist writes stays shut until that is said.
    Where a known client has that address, the desk is asked whether it is the same person.
    """
    known = Client.objects.at(email).filter(proved_at__isnull=False) if email else None
    client = Client(
        name=name,
        email=email,
        phone=phone,
        created_at=now,
        unconfirmed_since=now if email else None,
        unconfirmed_by=by if email else "",
        same_address_as=known.order_by("proved_at", "pk").first() if known is not None else None,
    )
    _set(client, {**facts_of(client), **more}, by, now)
    client.save(force_insert=True)
    client.record_events.create(kind="taken down", by=by, at=now)
    return client


@transaction.atomic
def take_down_all(people: Sequence[NewClient], *, by: str, now: datetime) -> list[Client]:
    """Many whom a list names, in as many queries whatever their number; none is told of anything.

    Nobody on it has said that they want news, or mails timed to their training.
    """
    there = Client.objects.at(*(one.email for one in people if one.email))
    known: dict[str, Client] = {}
    for one in there.filter(proved_at__isnull=False).order_by("proved_at", "pk"):
        known.setdefault(compared(one.email), one)
    clients = Client.objects.bulk_create(
        Client(
            **one.facts,
            created_at=now,
            unconfirmed_since=now if one.email else None,
            unconfirmed_by=by if one.email else "",
            same_address_as=known.get(compared(one.email)) if one.email else None,
            wants_news=False,
        )
        for one in people
    )
    ClientEvent.objects.bulk_create(
        ClientEvent(client=one, kind="taken down", by=by, at=now) for one in clients
    )
    return clients


@transaction.atomic
def fill(
    client: Client, told: Mapping[str, str], *, of_list: ImportedRow, by: str, now: datetime
) -> bool:
    """What was empty, from a list; False where it is no longer. Nobody is told of it.

    That an address is theirs is not proved, as with whoever is taken down.
    """
    wanted: dict[str, Any] = {**told}
    if "email" in told:
        wanted |= {"unconfirmed_since": now, "unconfirmed_by": by}
    empty = Client.objects.living().filter(pk=client.pk, **dict.fromkeys(told, ""))
    if not empty.update(**wanted):
        return False
    facts = {"from": dict.fromkeys(told, ""), "to": dict(told), "row": of_list.pk}
    client.record_events.create(kind="changed", by=by, at=now, facts=facts)
    return True


@transaction.atomic
def unfill(client: Client, *, of_list: ImportedRow) -> bool:
    """As if the list had never filled it, also in what remembers; False where it is otherwise now.

    Inside a transaction that may forget.
    """
    event = client.record_events.filter(kind="changed", facts__row=of_list.pk).first()
    told = event.facts["to"] if event else {}
    wanted: dict[str, Any] = dict.fromkeys(told, "")
    if "email" in told:
        wanted |= {"unconfirmed_since": None, "unconfirmed_by": ""}
    as_filled = Client.objects.living().filter(pk=client.pk, user=None, proved_at=None, **told)
    if event is None or not as_filled.update(**wanted):
        return False
    event.delete()
    of_it = Change.objects.filter(
        client=client.pk, table=Client._meta.db_table, did=Operation.CHANGED
    )
    for name, value in told.items():
        of_it.filter(Q(**{f"after__{name}": value}) | Q(**{f"before__{name}": value})).delete()
    return True


@transaction.atomic
def change(
    client: Client,
    *,
    seen: Mapping[str, Any],
    wanted: Mapping[str, Any],
    by: str,
    now: datetime,
) -> Client:
    """Save what the desk has typed. Raises Stale, with what it is, when anything is not as `seen`.

    A new address is not proved, has not yet turned down a mail, and changes the lock.
    """
    client = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    old, login = client.email, client.user
    before = facts_of(client)
    _refuse_what_has_changed(client, seen, before)
    asked = {name: value for name, value in wanted.items() if before[name] != value}
    if not asked:
        return client
    _set(client, asked, by, now)
    if compared(client.email) == compared(old):
        client.save()
    else:
        client.bounced_at = client.proved_at = None
        client.save()
        change_the_lock(client, users=[login], addresses=[old], by=by, now=now)
    record_change(client, before, facts_of(client), by=by, now=now)
    return client


def record_change(
    client: Client, before: Mapping[str, Any], after: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """In what was changed of the record, what differs; whichever page it was changed on."""
    new = {name: value for name, value in after.items() if value != before[name]}
    if new:
        facts = {"from": {name: before[name] for name in new}, "to": new}
        client.record_events.create(kind="changed", by=by, at=now, facts=facts)


@transaction.atomic
def tell_age(
    client: Client,
    *,
    date_of_birth: date | None = None,
    guardian_name: str = "",
    agreed: bool = False,
    by: str,
    now: datetime,
) -> None:
    """What the client tells, once: what is known already is the desk's to change."""
    client = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    told: dict[str, Any] = {}
    if date_of_birth and client.date_of_birth is None:
        told["date_of_birth"] = date_of_birth
    if agreed and client.guardian_agreed_at is None:
        told |= {"guardian_name": guardian_name, "guardian_agreed": True}
    if not told:
        return
    _set(client, told, by, now)
    client.save()
    client.record_events.create(kind="told their age", by=by, at=now, facts={"to": told})


def facts_of(client: Client) -> dict[str, Any]:
    """The values of FIELDS."""
    facts = {name: getattr(client, name) for name in FIELDS if name != "guardian_agreed"}
    return facts | {"guardian_agreed": client.guardian_agreed_at is not None}


def _set(client: Client, facts: Mapping[str, Any], by: str, now: datetime) -> None:
    for name, value in facts.items():
        if name != "guardian_agreed":
            setattr(client, name, value)
    agreed = facts.get("guardian_agreed", client.guardian_agreed_at is not None)
    if agreed and client.guardian_agreed_at is None:
        client.guardian_agreed_at, client.guardian_agreed_by = now, by
    elif not agreed:
        client.guardian_agreed_at, client.guardian_agreed_by = None, ""


def _refuse_what_has_changed(
    client: Client, seen: Mapping[str, Any], now: Mapping[str, Any]
) -> None:
    if client.erased_at:
        raise Stale(_("This client has been erased; nothing was saved."))
    if changed := [name for name in FIELDS if now[name] != seen.get(name, now[name])]:
        raise Stale(_what_changed(client, changed, seen, now))


def _what_changed(
    client: Client, changed: list[str], seen: Mapping[str, Any], now: Mapping[str, Any]
) -> str:
    last = ClientEvent.objects.filter(client=client, kind="changed").last()
    sentence = (
        _("The record has been changed by {who} meanwhile: {changes}. Nothing was saved.")
        if last
        else _("The record has been changed meanwhile: {changes}. Nothing was saved.")
    )
    said = [
        _("{field} from {before} to {after}").format(
            field=FIELDS[name], before=_said(seen[name]), after=_said(now[name])
        )
        for name in changed
    ]
    return sentence.format(who=named(last.by) if last else "", changes="; ".join(said))


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("given") if value else _("not given")
    return f"“{value}”" if value else _("nothing")
