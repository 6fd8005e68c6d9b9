"""An import is carried out, some rows at a time: each with what it makes or not at all, so that
what is cut off anywhere goes on from there."""

import time
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from bookings.actions.clients import details
from bookings.actions.clients.details import NewClient
from bookings.actions.records import faults, visits
from bookings.actions.records.checking import TASK
from bookings.actions.records.deciding import Court, RowVerdict
from bookings.actions.records.matching import key_of
from bookings.actions.records.reading import NotToBeImported
from bookings.actions.records.rows import write
from bookings.actions.refusals import Busy, Refused
from bookings.mail.wake_worker import ring
from bookings.models import ClientImport, Clinic, ImportedRow, ImportState, KnownAs
from bookings.models.records.imports import NOTHING_SAID, RowOutcome

CHUNK = 200
LISTS = 7_411  # of PostgreSQL's advisory locks: one list at a time writes people down


def start(batch: ClientImport, *, now: datetime) -> None:
    """What was checked. Raises NotToBeImported where it has been begun, or dropped, meanwhile."""
    may = ClientImport.objects.filter(pk=batch.pk, state=ImportState.CHECKED, forgotten_at=None)
    with transaction.atomic():
        if not may.update(state=ImportState.RUNNING, started_at=now, faults=0):
            raise NotToBeImported
        batch.rows.update(**NOTHING_SAID)
        transaction.on_commit(lambda: ring(TASK), robust=True)


def go_on(batch: ClientImport, now: datetime, until: float) -> bool:
    """Whether no row is left. Raises Busy: then it goes on a minute later."""
    while _some(batch, now, until) or _again(batch, now, until):
        faults.went_well(batch)
        if time.monotonic() > until:
            return False
    running = ClientImport.objects.filter(pk=batch.pk, state=ImportState.RUNNING)
    running.update(state=ImportState.DONE, done_at=now)
    return True


def _some(batch: ClientImport, now: datetime, until: float) -> bool:
    """What its time does not suffice for stays unsettled, as after a run that was cut off."""
    rows = list(batch.rows.filter(settled=False)[:CHUNK])
    _take_in(batch, rows, Court(batch, Clinic.objects.the(), now), until)
    return bool(rows)


def _again(batch: ClientImport, now: datetime, until: float) -> bool:
    """Rows that named nobody as far as the list went then, now that all of it is in. Whether any
    of them does name somebody."""
    unknown = list(batch.rows.filter(names_nobody=True).values_list("pk", flat=True))
    court = Court(batch, Clinic.objects.the(), now)
    if unknown:
        told = batch.rows.filter(names_nobody=False, client__isnull=False)
        court.remember(told.select_related("client").iterator(CHUNK))
    for start in range(0, len(unknown), CHUNK):
        some = batch.rows.filter(pk__in=unknown[start : start + CHUNK])
        _take_in(batch, list(some), court, until)
    return batch.rows.filter(names_nobody=True).count() < len(unknown)


def _take_in(batch: ClientImport, rows: Sequence[ImportedRow], court: Court, until: float) -> None:
    verdicts = _people_of(batch, rows, court)
    there = visits.AlreadyHere(batch, court.clinic, verdicts)
    for one in verdicts:
        if one.slot is None or one.wanted is None:
            continue
        if found := there.find(one.wanted, one.client):
            visits.is_here(one, visits.Stands.of(found), court.clinic)
            _settle(one)
        else:
            _book(batch, one, court.now)
        if time.monotonic() > until:
            break


def _people_of(batch: ClientImport, rows: Sequence[ImportedRow], court: Court) -> list[RowVerdict]:
    """All at once; where that breaks, each row by itself, so that one does not keep the others."""
    try:
        return _write_people(batch, rows, court)
    except faults.NOT_THE_ROWS:
        raise
    except Exception as error:
        if len(rows) == 1:
            _settle(RowVerdict(rows[0]).breaks(error))
            return []
    again = batch.rows.filter(pk__in=[row.pk for row in rows])
    return [one for row in again for one in _people_of(batch, [row], court.anew())]


@transaction.atomic
def _write_people(
    batch: ClientImport, rows: Sequence[ImportedRow], court: Court
) -> list[RowVerdict]:
    """Settles the rows, but for visits that are still to be tried."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LISTS])
    verdicts, now = court.judge(rows), court.now
    visits.AlreadyHere(batch, court.clinic, verdicts).tell(verdicts, now)
    filling = [one for one in verdicts if one.adds and one.client]
    _take_down([one for one in verdicts if one.whom and one.whom.is_new], batch, now)
    for one in filling:
        _fill(one, batch, now)
    write(verdicts, but_visits=True)
    _remember(batch, verdicts)
    return verdicts


def _take_down(verdicts: Sequence[RowVerdict], batch: ClientImport, now: datetime) -> None:
    """Each once, for the row that first names them."""
    first = {id(one.whom): one for one in reversed(verdicts)}
    named = [(one.row, one.whom) for one in first.values() if one.whom and one.whom.person]
    people = [
        NewClient(name=one.name, email=one.email, phone=one.phone)
        for _row, whom in named
        if (one := whom.person)
    ]
    clients = details.take_down_all(people, by=batch.by, now=now)
    for (row, whom), client in zip(named, clients, strict=True):
        whom.client, row.made_client = client, True


def _fill(verdict: RowVerdict, batch: ClientImport, now: datetime) -> None:
    client, row = verdict.client, verdict.row
    if client and details.fill(client, verdict.adds, of_list=row, by=batch.by, now=now):
        row.filled = " ".join(verdict.adds)


def _remember(batch: ClientImport, verdicts: Sequence[RowVerdict]) -> None:
    """By its number or what was told of them; and as who prefers another name."""
    known = [(one.person, one.client) for one in verdicts if one.person and one.client]
    KnownAs.objects.bulk_create(
        (
            KnownAs(source=batch.source, key=key_of(told), told=told.as_told, client=client)
            for person, client in known
            for told in (person, *person.otherwise_named)
        ),
        ignore_conflicts=True,
    )


def _book(batch: ClientImport, verdict: RowVerdict, now: datetime) -> None:
    try:
        visits.take_in(batch, verdict, now=now)
    except Busy:
        raise
    except Refused as refusal:
        verdict.ends(RowOutcome.CLASH, *visits.why(refusal))
    except faults.NOT_THE_ROWS:
        raise
    except Exception as error:
        verdict.breaks(error, faults.OF_A_VISIT)
    _settle(verdict)


@transaction.atomic
def _settle(verdict: RowVerdict) -> None:
    ImportedRow.objects.filter(pk=verdict.row.pk, settled=False).update(
        settled=True,
        outcome=verdict.outcome,
        reason=verdict.reason,
        only_ours=verdict.only_ours,
    )
