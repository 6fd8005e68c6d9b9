"""What becomes of the rows of a list: the same for whoever only checks and whoever imports."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from bookings.actions.records import differences, faults
from bookings.actions.records.matching import Another, Books, SeenInList, Several, Somebody
from bookings.core.clients.addresses import kept_address
from bookings.core.clients.phones import kept_phone
from bookings.core.clients.search_text import name_compared
from bookings.core.records.fields import Field, OtherSystem
from bookings.core.records.people import (
    Broken,
    Listed,
    ListedVisit,
    Wrong,
    person_of,
    row_number,
    values_of,
    visit_of,
)
from bookings.dates import civil_day_and_year
from bookings.models import Client, ClientImport, Clinic, ImportedRow, Therapist, Treatment
from bookings.models.clients.addresses import AddressField
from bookings.models.records.imports import RowOutcome, SameAddress
from bookings.queries.scheduling.diary import FARTHEST_DAYS
from bookings.queries.scheduling.slots import Slot

WRONG = {
    Wrong.NO_NAME: gettext_lazy("It has no name with a letter in it."),
    Wrong.LONG_NAME: gettext_lazy("The name has more than 200 characters."),
    Wrong.FORMULA: gettext_lazy("The name begins like a formula of a spreadsheet."),
    Wrong.PILED_MARKS: gettext_lazy("The name has marks stacked on a letter."),
    Wrong.LONG_KEY: gettext_lazy("Its number in the other system has more than 100 characters."),
    Wrong.GONE: gettext_lazy("The other system has archived, blocked or deleted this client."),
    Wrong.BAD_START: gettext_lazy(
        "The appointment’s day or time is none that there is, or cannot be read."
    ),
    Wrong.CLOCKS_CHANGE: gettext_lazy(
        "The clocks change in the appointment’s hour, so that it is not there on that day, or is "
        "there twice."
    ),
    Wrong.NO_TIME: gettext_lazy("The appointment has a day and no time."),
    Wrong.BAD_LENGTH: gettext_lazy("The appointment’s length or end cannot be read."),
}
BAD_ADDRESS = gettext_lazy("The e-mail address is none that mail can go to.")
SEVERAL_ADDRESSES = gettext_lazy(
    "More than one e-mail address stands there, so that none was taken in. Write the right one "
    "down by hand."
)
BAD_PHONE = gettext_lazy(
    "The phone number was left out: it has something else than digits, spaces and + ( ) -, or is "
    "too long. Write it down by hand."
)
SEVERAL = gettext_lazy(
    "More than one client here has this name at this address or number. None of them was chosen."
)
ANOTHER = gettext_lazy(
    "An earlier row or list has somebody else under the same number of the other system."
)
NO_CLIENT = gettext_lazy(
    "It names a client whom nobody here is known by, and has neither an address nor a phone "
    "number. Import the list of clients first."
)
ARCHIVED = gettext_lazy(
    "Row {row} of “{file}” says that the other system has archived, blocked or deleted this "
    "client. If they still come, write them down at the desk."
)
NOT_TAKEN_IN = gettext_lazy(
    "It names a client by the number that row {row} of “{file}” has, and that row was not taken in."
)
OVER = gettext_lazy("The appointment is over; only coming ones are imported.")
NOT_COMING = gettext_lazy("The appointment does not take place, says the other system.")
NO_TREATMENT = gettext_lazy("The row names no treatment.")
NO_THERAPIST = gettext_lazy("The row names no therapist, and more than one gives the treatment.")
UNKNOWN_TREATMENT = gettext_lazy("“{name}” is no treatment here. Say on the columns’ page which.")
UNKNOWN_THERAPIST = gettext_lazy("“{name}” is no therapist here. Say on the columns’ page who.")
FAR = gettext_lazy(
    "The appointment lies more than two years ahead. Look whether its year is right; if it is, say "
    "on the columns’ page that such appointments are taken in."
)
SAME_MAILBOX = gettext_lazy(
    "Somebody of another name has this e-mail address here, or earlier in the list. Say on the "
    "columns’ page whether that is one person or two."
)
ERASED = gettext_lazy(
    "Whom this row of the file named was erased here on {day}. Ask them first; if they want it, "
    "write them down at the desk."
)
OF_CLIENT = (RowOutcome.ADDED, RowOutcome.DIFFERS)
FAR_FROM = timedelta(days=FARTHEST_DAYS)
SAME_AS = gettext_lazy("The same person as in row {row}.")


class NoSuch(Exception):
    """The visit cannot be: the sentence says why."""


def in_words(told: Iterable[object]) -> str:
    return " ".join(filter(None, map(str, told)))


def are_ours(told: Iterable[object]) -> bool:
    return all(isinstance(one, Promise) for one in told if one)


@dataclass
class RowVerdict:
    """Of one row. `outcome` is what it is to be, as far as that is known before a visit is tried.

    `slot` is the visit to try; without one there is none, or `told` says why not: sentences, of
    which those are still lazy that have no word of the file in them.
    """

    row: ImportedRow
    outcome: RowOutcome = RowOutcome.SAME
    told: Sequence[object] = ()
    whom: Somebody | None = None
    person: Listed | None = None
    wanted: ListedVisit | None = None
    slot: Slot | None = None
    adds: dict[str, str] = field(default_factory=dict)  # to a client who is here, where empty
    of_client: Sequence[object] = ()  # what is told of them whatever becomes of the visit
    left_out: Sequence[object] = ()  # of the client, told whatever becomes of the row

    @property
    def client(self) -> Client | None:
        return None if self.whom is None else self.whom.client

    @property
    def visit(self) -> tuple[Slot, Somebody]:
        """Of one that is to be tried; raises ValueError for any other."""
        if self.slot is None or self.whom is None:
            raise ValueError(self.row.number)
        return self.slot, self.whom

    @property
    def reason(self) -> str:
        return in_words(self.told)

    @property
    def only_ours(self) -> bool:
        return are_ours(self.told)

    def ends(self, outcome: RowOutcome, *reasons: object) -> "RowVerdict":
        self.outcome = outcome
        self.told = [*reasons, *self.of_client, *self.left_out]
        return self

    def or_of_client(self, outcome: RowOutcome) -> RowOutcome:
        """What is to be told of the client goes before what came of the visit."""
        return self.outcome if self.outcome in OF_CLIENT else outcome

    def is_coming(self, now: datetime) -> bool:
        return self.wanted is not None and self.wanted.is_coming and self.wanted.starts_at > now

    def names_nobody(self, outcome: RowOutcome, reason: object) -> "RowVerdict":
        """As far as the list has been read."""
        self.row.names_nobody = True
        return self.ends(outcome, reason)

    def breaks(self, error: Exception, reason: object = faults.OF_A_ROW) -> "RowVerdict":
        """By a fault of ours that nobody has foreseen."""
        faults.note(self.row, error)
        self.slot = None
        return self.ends(RowOutcome.BROKEN, reason)


@dataclass
class Court:
    """Goes through the rows of one import, some at a time, and remembers whom it has met."""

    batch: ClientImport
    clinic: Clinic
    now: datetime
    seen: SeenInList = field(default_factory=SeenInList)

    def __post_init__(self) -> None:
        self.source = OtherSystem(self.batch.source)
        self.fields = self.batch.fields
        self.offers = Offers(self.batch)

    def judge(self, rows: Sequence[ImportedRow]) -> list[RowVerdict]:
        verdicts = [RowVerdict(row) for row in rows]
        for one in verdicts:
            _safely(one, self._read)
        self._leave_out_the_erased(verdicts)
        people = [one.person for one in verdicts if one.person is not None]
        books = Books(self.source, people, self.seen)
        for one in verdicts:
            if one.person is not None:
                _safely(one, self._identify, one.person, books)
            if one.wanted is not None and one.whom is not None:
                _safely(one, self._place, one.wanted)
        return verdicts

    def remember(self, rows: Iterable[ImportedRow]) -> None:
        """What rows that are in have told of who they are, also where the books say otherwise."""
        known: dict[int, Somebody] = {}
        for row in rows:
            verdict = RowVerdict(row)
            _safely(verdict, self._read)
            if verdict.person is None or row.client is None:
                continue
            whom = known.setdefault(row.client.pk, Somebody(client=row.client))
            if row.made_client:
                whom.person, whom.first_row = verdict.person, row.number
                whom.told = verdict.person.as_told
            self.seen.add(whom, verdict.person)

    def anew(self) -> "Court":
        """One that has met nobody: what was judged before was not written."""
        return Court(self.batch, self.clinic, self.now)

    def _read(self, verdict: RowVerdict) -> None:
        values = values_of(verdict.row.cells or (), self.fields)
        try:
            person = person_of(values)
            verdict.wanted = visit_of(values, self.batch.order, self.clinic.tz)
        except Broken as error:
            outcome = RowOutcome.LEFT_OUT if error.wrong is Wrong.GONE else RowOutcome.BROKEN
            verdict.ends(outcome, WRONG[error.wrong])
            return
        person = self._without_what_is_none(verdict, person)
        if person.email:
            try:
                _ADDRESS.run_validators(person.email)
                email = kept_address(person.email)
            except (ValidationError, ValueError):
                verdict.ends(RowOutcome.BROKEN, BAD_ADDRESS)
                return
            person = replace(person, email=email)
        verdict.person = person

    def _without_what_is_none(self, verdict: RowVerdict, person: Listed) -> Listed:
        """Of a person who comes in all the same."""
        phone = kept_phone(person.phone)
        several = person.email.count("@") > 1
        lacks = [BAD_PHONE] * bool(person.phone and not phone) + [SEVERAL_ADDRESSES] * several
        verdict.left_out = verdict.told = lacks
        return replace(person, phone=phone, email="" if several else person.email)

    def _leave_out_the_erased(self, verdicts: Sequence[RowVerdict]) -> None:
        """Whose row of the same file was erased since; nothing else is known of them any more."""
        numbers = [one.row.number for one in verdicts]
        before = ImportedRow.objects.filter(
            batch__digest=self.batch.digest, number__in=numbers, erased_at__isnull=False
        )
        erased = dict(before.values_list("number", "erased_at")) if self.batch.digest else {}
        for one in verdicts:
            if at := erased.get(one.row.number):
                day = civil_day_and_year(self.clinic.day_of(at))
                one.person = one.wanted = None
                one.ends(RowOutcome.LEFT_OUT, str(ERASED).format(day=day))

    def _identify(self, verdict: RowVerdict, person: Listed, books: Books) -> None:
        row = verdict.row
        row.names_nobody = False
        try:
            whom = books.find(person)
            perhaps = None if whom else self._at_the_address(person, books)
        except Several:
            verdict.names_nobody(RowOutcome.BROKEN, SEVERAL)
            return
        except Another:
            verdict.names_nobody(RowOutcome.BROKEN, ANOTHER)
            return
        if perhaps and self.batch.same_address == SameAddress.ASK:
            verdict.whom, verdict.person, verdict.wanted = perhaps, None, None
            verdict.names_nobody(RowOutcome.LEFT_OUT, SAME_MAILBOX)
            return
        whom = whom or perhaps
        nobody = not person.name or (verdict.wanted and not (person.email or person.phone))
        if whom is None and nobody:
            verdict.names_nobody(RowOutcome.BROKEN, _why_nobody(books, person))
            return
        if whom is None:
            whom = Somebody(person=person, first_row=row.number, told=person.as_told)
            verdict.ends(RowOutcome.NEW)
        elif not row.made_client:
            self._compare(verdict, person, whom, books)
        if row.made_client:  # by a run that was cut off
            verdict.ends(RowOutcome.NEW)
        verdict.whom = whom
        self.seen.add(whom, person)

    def _at_the_address(self, person: Listed, books: Books) -> Somebody | None:
        """Under another name; nobody where the owner has said that they are two people."""
        if not person.address or self.batch.same_address == SameAddress.TWO_PEOPLE:
            return None
        return books.at_the_address(person)

    def _compare(self, verdict: RowVerdict, person: Listed, whom: Somebody, books: Books) -> None:
        """With who is here, or is to be; what is empty of them is filled."""
        here, row = whom.client or whom.person, verdict.row
        if here is None:
            return
        kept = books.not_to_fill(here, person)
        # Known by the other system's number alone, another name is to be looked at.
        by_number = person.key and self.batch.same_address != SameAddress.ONE_PERSON
        listed = person if by_number else replace(person, name="")
        found = differences.of_person(here, listed, not_to_fill=kept)
        verdict.adds, verdict.of_client = found.adds, found.sentences
        whom.fill(found.adds)
        if row.filled and not found.adds:  # by a run that was cut off
            before = differences.told_of_filled(row.filled.split())
            verdict.of_client = [*found.sentences, *before]
        if found.differs:
            verdict.ends(RowOutcome.DIFFERS)
        elif verdict.of_client:
            verdict.ends(RowOutcome.ADDED)
        elif whom.first_row and whom.first_row != row.number and not verdict.wanted:
            verdict.ends(verdict.outcome, str(SAME_AS).format(row=whom.first_row))

    def _place(self, verdict: RowVerdict, wanted: ListedVisit) -> None:
        """Where its visit is to be; or why there is none, which leaves the client as they are."""
        reason: object = ""
        if wanted.starts_at <= self.now:
            reason = OVER
        elif not wanted.is_coming:
            reason = NOT_COMING
        if reason:
            is_new = verdict.outcome is RowOutcome.NEW
            left_out = verdict.or_of_client(RowOutcome.LEFT_OUT)
            verdict.ends(RowOutcome.NEW if is_new else left_out, reason)
            return
        try:
            if wanted.starts_at > self.now + FAR_FROM and not self.batch.takes_far:
                raise NoSuch(FAR)
            verdict.slot = self.offers.slot(wanted)
        except NoSuch as error:
            verdict.ends(RowOutcome.CLASH, *error.args)


def _why_nobody(books: Books, person: Listed) -> object:
    row = books.row_left_out(person)
    if row is None:
        return NO_CLIENT
    sentence = ARCHIVED if row.outcome == RowOutcome.LEFT_OUT else NOT_TAKEN_IN
    return str(sentence).format(row=row.number, file=row.batch.file_name)


_ADDRESS = AddressField()


def _safely(verdict: RowVerdict, step: Callable[..., None], *more: object) -> None:
    try:
        step(verdict, *more)
    except DatabaseError:  # after which nothing more can be asked in its transaction
        raise
    except Exception as error:
        verdict.breaks(error)


class Offers:
    """What and who is meant by names of the list: as chosen by hand, else who is called so here."""

    def __init__(self, batch: ClientImport):
        self.treatments = {one.pk: one for one in Treatment.objects.filter(active=True)}
        self.therapists = {one.pk: one for one in Therapist.objects.filter(active=True)}
        self.by_hand = batch.names
        self.is_ours = batch.source == OtherSystem.TAPER
        self.has_no_pauses = batch.no_pauses

    def slot(self, wanted: ListedVisit) -> Slot:
        """Raises NoSuch."""
        treatment = self.meant(Field.TREATMENT, wanted.treatment)
        if treatment is None:
            raise NoSuch(_sentence(NO_TREATMENT, UNKNOWN_TREATMENT, wanted.treatment))
        therapist = self.meant(Field.THERAPIST, wanted.therapist)
        if therapist is None and (wanted.therapist or self._several_give(treatment)):
            raise NoSuch(_sentence(NO_THERAPIST, UNKNOWN_THERAPIST, wanted.therapist))
        return Slot(
            treatment=treatment,
            start=wanted.starts_at,
            therapist=therapist,
            length=wanted.length,
            pause=timedelta() if self.has_no_pauses else None,
        )

    def meant(self, field: Field, name: str) -> Any:
        """The only one of that name; of two alike, nobody knows which."""
        rows = self.treatments if field is Field.TREATMENT else self.therapists
        if chosen := self.by_hand.get(field.value, {}).get(name_compared(name)):
            return rows.get(chosen)
        if self.is_ours and (number := row_number(name)) is not None:
            return rows.get(number)
        found = [one for one in rows.values() if name_compared(one.name) == name_compared(name)]
        return found[0] if len(found) == 1 else None

    @staticmethod
    def _several_give(treatment: Treatment) -> bool:
        return treatment.therapists.filter(active=True).count() != 1


def _sentence(none: object, unknown: object, name: str) -> object:
    return str(unknown).format(name=name) if name else none
