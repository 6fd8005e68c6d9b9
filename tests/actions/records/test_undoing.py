"""An import is taken back as a whole, but for what somebody has touched since."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actions.clients import details
from bookings.actions.records import importing, undoing
from bookings.actions.records.reading import NotToBeImported
from bookings.models import Appointment, Change, Client, ClientImport, KnownAs
from tests import factories
from tests.actions.records.test_importing import PATIENTS, VISITS, patient, visit
from tests.importing import checked, imported, outcomes, undone, worked
from tests.lists import as_csv


@pytest.fixture
def rows(at):
    return [
        visit(n, at(3 + n, 10), n, f"Client {n}x", email=f"c{n}@example.com") for n in range(1, 6)
    ]


def test_what_nobody_touched_goes_as_if_it_had_never_been(massage, rows, ana, at):
    before = list(Client.objects.values())
    batch = undone(imported(as_csv(VISITS, [*rows, visit(9, at(20, 10), 9, "Ana Demo")])))
    assert batch.state == "undone"
    assert set(batch.rows.values_list("undone", flat=True)) == {"removed"}
    assert list(Client.objects.values()) == before
    assert not Appointment.objects.exists()
    gone = [row.before for row in Change.objects.filter(table="bookings_client", did="DELETE")]
    assert gone == []
    assert outcomes(imported(as_csv(VISITS, rows))) == {"new": 5}


TOUCHES = {
    "renamed": lambda client: Client.objects.filter(pk=client.pk).update(name="Zed"),
    "noted": lambda client: details.change(
        client,
        seen=details.facts_of(client),
        wanted={**details.facts_of(client), "desk_notes": "Parks behind"},
        by="desk: 2",
        now=timezone.now(),
    ),
    "raced": lambda client: factories.make_race(client),
    "moved": lambda client: client.appointments.update(revision=1, late_minutes=5),
    "came": lambda client: client.appointments.get().become(
        "arrived", by="desk: 2", now=timezone.now()
    ),
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
def test_what_somebody_touched_since_stays_and_is_told(touch, massage, rows):
    batch = imported(as_csv(VISITS, rows))
    touch(Client.objects.get(name="Client 3x"))
    undone(batch)
    assert batch.state == "undone"
    [kept] = batch.rows.filter(undone="kept")
    assert kept.reason
    assert kept.client
    assert Client.objects.count() == 1
    assert batch.rows.filter(undone="removed").count() == 4


def test_only_within_a_day_only_once_and_nothing_that_was_not_carried_out(clinic, clock):
    text = as_csv(PATIENTS, [patient(1, "Ana Demo", "ana@example.com")])
    with pytest.raises(NotToBeImported):
        undoing.undo(checked(text), now=timezone.now())
    batch = imported(text)
    with pytest.raises(NotToBeImported):
        importing.start(batch, now=timezone.now())
    clock.move_to(timezone.now() + timedelta(days=1, seconds=1))
    with pytest.raises(NotToBeImported):
        undoing.undo(batch, now=timezone.now())
    assert Client.objects.count() == 1


def test_undoing_asks_as_much_of_ten_rows_as_of_two_and_holds_the_diary_for_no_more(massage, at):
    def asked(many: int) -> int:
        rows = [
            visit(n, at(3 + n, 10), n, f"Client {n}x", email=f"c{n}@example.com")
            for n in range(many)
        ]
        batch = imported(as_csv(VISITS, rows))
        undoing.undo(batch, now=timezone.now())
        with CaptureQueriesContext(connection) as data:
            worked()
        assert not Client.objects.exists()
        return len(data)

    assert asked(2) == asked(10) <= asked(12) / 1.5


def test_undoing_that_is_cut_off_goes_on(massage, rows, monkeypatch):
    batch = imported(as_csv(VISITS, rows))
    monkeypatch.setattr(undoing, "AT_ONCE", 2)
    some, calls = undoing._take_back_safely, []

    def dies(pks):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return some(pks)

    monkeypatch.setattr(undoing, "_take_back_safely", dies)
    with pytest.raises(KeyboardInterrupt):
        undone(batch)
    worked()
    assert ClientImport.objects.get(pk=batch.pk).state == "undone"
    assert not Client.objects.exists()
    assert not KnownAs.objects.exists()


def test_whom_a_list_names_in_many_rows_goes_once_and_with_all_their_appointments(massage, at):
    rows = [visit(n, at(3 + n, 10)) for n in range(3)]
    doubled = [patient(7, "Bo Demo", "bo@example.com"), patient(7, "Bo Demo", "bo@example.com")]
    visits, clients = imported(as_csv(VISITS, rows)), imported(as_csv(PATIENTS, doubled))
    for batch in (visits, clients):
        undone(batch)
        connection.check_constraints()  # which otherwise wait for the end
        assert batch.state == "undone"
        assert not batch.rows.exclude(client=None, appointment=None).exists()
    assert not Client.objects.exists()
    assert not Appointment.objects.exists()


def test_what_stays_for_a_later_import_names_it_and_goes_when_that_is_undone(massage, at, owners):
    clients = imported(as_csv(PATIENTS, [patient(n, email=f"c{n}@a.com") for n in (1, 2, 3)]))
    visits = imported(as_csv(VISITS, [visit(1, at(3, 10), 1, "Client Number1", email="c1@a.com")]))
    details_too = imported(as_csv(PATIENTS, [patient(2, email="c2@a.com", phone="0770 1112223")]))
    page = f"/office/import/{clients.pk}/"
    undone(clients)
    assert clients.rows.filter(undone="removed").count() == 1
    [first, second] = clients.rows.filter(undone="kept")
    assert "“list.csv” has added to this client since. Undo that import first" in first.reason
    assert second.reason == first.reason
    assert "Try again what stays" in owners.get(page).content.decode()
    undone(visits)
    undone(details_too)
    owners.post(f"{page}undo/")
    worked()
    assert not Client.objects.exists()
    assert not clients.rows.exclude(undone="removed", reason="").exists()
    assert "Try again what stays" not in owners.get(page).content.decode()
