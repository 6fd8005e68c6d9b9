"""Whether somebody on a list is in the books already: by the other system's key, or by the same
name at the same address or number. A name alone is nobody, and of two that fit it is neither."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

from django.db.models import F, Func, Value
from django.db.models.functions import Right

from bookings.core.clients.addresses import compared
from bookings.core.clients.search_text import DIGITS_COMPARED, name_compared
from bookings.core.records.fields import VISIT, Field, OtherSystem
from bookings.core.records.people import Listed, digits_of, row_number
from bookings.models import Change, Client, ClientImport, ImportedRow, KnownAs
from bookings.models.records.history import Operation
from bookings.models.records.imports import RowOutcome

LISTS_ASKED = 5  # of those before it, the newest
NO_KEY = "="  # before the digest that stands for a key


class Doubt(Exception):
    """Nobody can be chosen: the sentence for it stands with the other reasons."""


class Several(Doubt):
    pass


class Another(Doubt):
    pass


@dataclass(eq=False)
class Somebody:
    """In the books, or to be written there for the row that first names them."""

    person: Listed | None = None
    client: Client | None = None
    first_row: int = 0
    told: str = ""

    @property
    def is_new(self) -> bool:
        return self.client is None

    def fill(self, told: Mapping[str, str]) -> None:
        """For the rows after it; it is written when the row is."""
        if self.client is None and self.person is not None:
            self.person = replace(self.person, **told)
        for name, value in told.items() if self.client else ():
            setattr(self.client, name, value)


@dataclass
class SeenInList:
    """Whom the list has named so far, by each thing that tells who it is."""

    by_key: dict[str, Somebody] = field(default_factory=dict)
    by_name: dict[tuple[str, str], list[Somebody]] = field(
        default_factory=lambda: defaultdict(list)
    )

    by_address: dict[str, list[Somebody]] = field(default_factory=lambda: defaultdict(list))

    def add(self, somebody: Somebody, person: Listed) -> None:
        self.by_key.setdefault(key_of(person), somebody)
        if person.address and somebody not in self.by_address[person.address]:
            self.by_address[person.address].append(somebody)
        ways = [_ways(name, person.address, person.digits) for name in person.names]
        for known in chain.from_iterable(ways):
            if somebody not in self.by_name[known]:
                self.by_name[known].append(somebody)


def key_of(person: Listed) -> str:
    return person.key or NO_KEY + person.as_told


class Books:
    """The books as they concern some people, in as many queries whatever their number."""

    def __init__(self, source: OtherSystem, people: Sequence[Listed], seen: SeenInList):
        self.source, self._people, self.seen = source, people, seen
        self._by_key = {
            one.key: Somebody(client=one.client, told=one.told) for one in _known_as(source, people)
        }
        self._by_name: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._clients: dict[int, Client] = {}
        perhaps, self._addresses = _perhaps(people)
        for client in perhaps:
            self._clients[client.pk] = client
            for way in _ways(client.name, compared(client.email), digits_of(client.phone)):
                self._by_name[way].add(client.pk)
        self._own = _of_this_site(people) if source is OtherSystem.TAPER else {}
        known = (one.client for one in self._by_key.values())
        self._emptied = _emptied([*self._clients.values(), *self._own.values(), *known])

    def row_left_out(self, person: Listed) -> ImportedRow | None:
        """Of a list that is still kept: the one that has their number and came to nothing."""
        return self._left_out.get(person.key)

    @cached_property
    def _left_out(self) -> Mapping[str, ImportedRow]:
        return _left_out(self.source, {one.key for one in self._people if one.key})

    def not_to_fill(self, here: Client | Listed, person: Listed) -> set[str]:
        """What somebody has taken out here; and an address that opens, or is, somebody else's."""
        is_taken = person.address in self._addresses or person.address in self.seen.by_address
        if isinstance(here, Listed):
            return {"email"} if is_taken else set()
        is_shut = here.user_id is None and here.unconfirmed_since is None
        return self._emptied[here.pk] | ({"email"} if is_taken or not is_shut else set())

    def find(self, person: Listed) -> Somebody | None:
        """None: they are new. Raises Doubt."""
        key = key_of(person)
        known = self.seen.by_key.get(key) or self._by_key.get(key)
        if known is not None:
            _refuse_another(known, person)
            return known
        own = self._own.get(person.key)
        if own is not None and _as_told(own) == person.as_told:
            return Somebody(client=own)
        return self._by_ways(person)

    def at_the_address(self, person: Listed) -> Somebody | None:
        """Whoever has it under another name. Raises Several where more than one have.

        Two whom the other system numbers apart are two.
        """
        named = self.seen.by_address.get(person.address, [])
        here = [one for one in named if not _apart(one, person)]
        clients = {one.client for one in named if one.client is not None}
        there = [
            Somebody(client=one)
            for one in self._clients.values()
            if compared(one.email) == person.address and one not in clients
        ]
        if len(here) + len(there) > 1:
            raise Several
        return next(iter([*here, *there]), None)

    def _by_ways(self, person: Listed) -> Somebody | None:
        ways = _ways(person.name, person.address, person.digits)
        found = {pk for way in ways for pk in self._by_name[way]}
        named = [one for way in ways for one in self.seen.by_name.get(way, [])]
        here = list(dict.fromkeys(one for one in named if one.client is None))
        found |= {one.client.pk for one in named if one.client is not None}
        if len(found) + len(here) > 1:
            raise Several
        if here:
            return here[0]
        if not found:
            return None
        known = next((one for one in named if one.client is not None), None)
        return known or Somebody(client=self._clients[found.pop()])


def _apart(known: Somebody, person: Listed) -> bool:
    key = known.person.key if known.person else ""
    return bool(key and person.key and key != person.key)


def _ways(name: str, email: str, digits: str) -> list[tuple[str, str]]:
    bare = name_compared(name)
    return [(bare, way) for way in (email, digits) if way]


def _refuse_another(known: Somebody, person: Listed) -> None:
    """A key that once was somebody of another name, address and number is told, not believed."""
    if known.told == person.as_told or not person.name:
        return
    other: Listed | Client | None = known.client or known.person
    if other is None:
        return
    same = (
        name_compared(other.name) == name_compared(person.name)
        or (person.email and compared(other.email) == person.address)
        or (person.digits and digits_of(other.phone) == person.digits)
    )
    if not same:
        raise Another


def _known_as(source: OtherSystem, people: Iterable[Listed]) -> Iterable[KnownAs]:
    keys = {key_of(one) for one in people}
    known = KnownAs.objects.filter(source=source, key__in=keys, client__erased_at=None)
    return known.select_related("client")


def _emptied(clients: Iterable[Client | None]) -> Mapping[int, set[str]]:
    """By client, what was there once and is not now."""
    found: dict[int, set[str]] = defaultdict(set)
    lacking = {one.pk for one in clients if one and not (one.email and one.phone)}
    table = Client._meta.db_table
    changes = Change.objects.filter(client__in=lacking, table=table, did=Operation.CHANGED)
    for pk, before in changes.values_list("row", "before") if lacking else ():
        found[pk] |= {name for name in ("email", "phone") if before.get(name)}
    return found


def _left_out(source: OtherSystem, keys: Collection[str]) -> Mapping[str, ImportedRow]:
    found: dict[str, ImportedRow] = {}
    for batch in ClientImport.objects.filter(source=source, forgotten_at=None)[:LISTS_ASKED]:
        column = next((n for n, one in batch.fields.items() if one is Field.KEY), None)
        if column is None or any(one in VISIT for one in batch.fields.values()):
            continue
        not_in = [RowOutcome.LEFT_OUT, RowOutcome.BROKEN]
        rows = batch.rows.filter(outcome__in=not_in, **{f"cells__{column}__in": sorted(keys)})
        for row in rows.select_related("batch"):
            found.setdefault((row.cells or ())[column], row)
    return found


def _perhaps(people: Sequence[Listed]) -> tuple[list[Client], set[str]]:
    """At one of the addresses or numbers, if they or the desk have said who they are: what
    strangers type into the public form makes nobody known. And which addresses are anybody's."""
    emails = {one.email for one in people if one.email}
    digits = {one.digits for one in people if one.digits}
    at = list(Client.objects.at(*emails)) if emails else []
    bare = Func(F("phone"), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace")
    number = Right(Func(bare, Value("0"), function="ltrim"), DIGITS_COMPARED)
    living = Client.objects.living().exclude(phone="")
    by_phone = list(living.alias(number=number).filter(number__in=digits)) if digits else []
    named = [one for one in (*at, *by_phone) if one.is_named or not one.email]
    return named, {compared(one.email) for one in at}


def _of_this_site(people: Iterable[Listed]) -> dict[str, Client]:
    """Of our own export, whose keys are our own rows as long as nobody else's stand there."""
    numbers = {number for one in people if (number := row_number(one.key)) is not None}
    return {str(pk): one for pk, one in Client.objects.living().in_bulk(numbers).items()}


def _as_told(client: Client) -> str:
    return Listed("", client.name, client.email, client.phone).as_told
