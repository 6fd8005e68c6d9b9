"""What breaks and was not foreseen: the row is explained, or the import ends, and none goes on."""

import logging

import pytest
from django.db import connection
from django.utils import timezone

from bookings.actions.records import importing
from bookings.models import Appointment, Client, ClientImport
from tests.actions.records.test_importing import PATIENTS, VISITS, patient, visit
from tests.importing import checked, imported, outcomes, undone, worked
from tests.lists import as_csv


def let_break(table: str, when: str, *, condition: str) -> None:
    """A real fault: the database takes no such row."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION it_breaks() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'it breaks at %', to_jsonb(coalesce(NEW, OLD)); END $$;
            CREATE TRIGGER it_breaks BEFORE {when} ON {table}
                FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION it_breaks()
            """
        )


def mend(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER it_breaks ON {table}")


def test_a_row_that_breaks_is_explained_and_keeps_no_other_and_no_name_is_logged(
    massage, at, caplog
):
    let_break("bookings_client", "INSERT", condition="NEW.name = 'Bo Broken'")
    rows = [patient(n, email=f"c{n}@example.com") for n in range(5)]
    rows[2] = patient(2, "Bo Broken", "bo@example.com")
    with caplog.at_level(logging.ERROR):
        batch = imported(as_csv(PATIENTS, rows))
    assert batch.state == "done"
    assert outcomes(batch) == {"new": 4, "broken": 1}
    assert "Something unexpected went wrong" in batch.rows.get(outcome="broken").reason
    assert f"Row 4 of import {batch.pk} broke: InternalError" in caplog.text
    assert "Bo" not in caplog.text.replace("Bookings", "")
    assert "bo@example.com" not in caplog.text
    mend("bookings_client")
    assert outcomes(imported(as_csv(PATIENTS, rows))) == {"same": 4, "new": 1}


def test_an_appointment_that_breaks_is_explained_and_its_client_is_there(massage, at):
    rows = [visit(n, at(3 + n, 10), n, f"Client {n}x", email=f"{n}@example.com") for n in range(3)]
    batch = checked(as_csv(VISITS, rows))
    let_break(
        "bookings_appointment", "INSERT", condition=f"NEW.starts_at = '{at(4, 10).isoformat()}'"
    )
    importing.start(batch, now=timezone.now())
    worked()
    batch.refresh_from_db()
    assert batch.state == "done"
    assert outcomes(batch) == {"new": 2, "broken": 1}
    assert (Client.objects.count(), Appointment.objects.count()) == (3, 2)


@pytest.fixture
def stopped(clinic, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 3)
    batch = checked(as_csv(PATIENTS, [patient(n, email=f"c{n}@example.com") for n in range(9)]))
    let_break("bookings_importedrow", "UPDATE", condition="NEW.settled AND NEW.number > 6")
    importing.start(batch, now=timezone.now())
    for _ in range(2):
        worked()
        assert ClientImport.objects.get(pk=batch.pk).state == "running"
    worked()
    return ClientImport.objects.get(pk=batch.pk)


def test_what_breaks_three_times_ends_and_says_what_is_in_and_can_be_undone(stopped, owners):
    assert stopped.state == "failed"
    page = owners.get(f"/office/import/{stopped.pk}/").content.decode()
    assert "New clients that are in: 5. New appointments that are in: 0." in page
    assert "Rows that were not gone through: 4." in page
    assert "It can be undone until" in page
    assert page.count("Number") >= 5
    mend("bookings_importedrow")
    undone(stopped)
    assert stopped.state == "undone"
    assert not Client.objects.exists()


def test_a_check_that_breaks_three_times_has_taken_nothing_in_and_can_be_deleted(clinic, owners):
    let_break("bookings_importedrow", "UPDATE", condition="NEW.number = 2 AND NEW.settled")
    batch = checked(as_csv(PATIENTS, [patient(1), patient(2)]))
    worked()
    worked()
    batch.refresh_from_db()
    assert batch.state == "failed"
    page = owners.get(f"/office/import/{batch.pk}/").content.decode()
    assert "New clients that are in: 0. New appointments that are in: 0." in page
    assert "undo" not in page
    owners.post(f"/office/import/{batch.pk}/drop/")
    assert not ClientImport.objects.exists()


def test_what_cannot_be_taken_back_stays_and_the_rest_goes(clinic):
    batch = imported(as_csv(PATIENTS, [patient(n, email=f"c{n}@example.com") for n in range(3)]))
    let_break("bookings_client", "DELETE", condition="OLD.email = 'c1@example.com'")
    undone(batch)
    assert batch.state == "undone"
    kept = batch.rows.filter(undone="kept").values_list("client__email", flat=True)
    assert list(kept) == ["c1@example.com"]
    assert Client.objects.count() == 1
