"""A database of each release, with a clinic in it, becomes today's, and nothing is lost.

The rows are written by the models of that time, which know its columns and its defaults. Each
release adds its own state here.
"""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client as Browser

from bookings.models import Appointment, Client
from tests.clinic.operations.conftest import guards
from tests.factories import make_appointment, make_room, make_therapist
from therapists.models.sealed import Sealed

TEN = datetime(2026, 11, 27, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
RELEASES = {
    "0.1.0": [("bookings", "0002_how_people_sign_in"), ("therapists", "0001_first")],
}
OURS = ("bookings_", "therapists_")
BESIDE = ("admin", "account", "sessions")


def grown_to(state):
    """An empty database becomes one of that time; returns its models."""
    executor = MigrationExecutor(connection)
    beside = [node for node in executor.loader.graph.leaf_nodes() if node[0] in BESIDE]
    executor.migrate([*state, *beside])
    return executor.loader.project_state([*state, *beside]).apps.get_model


def open_the_clinic(model):
    """What any clinic has after a week: people, hours, visits of every kind, mails."""
    model("bookings.Clinic").objects.create(
        pk=1, name="Old Clinic", address="1 Tow Path", phone="1", email="d@example.com"
    )
    login = model("bookings.User").objects.create(email="kim@example.com", password="!")
    kim = model("bookings.Therapist").objects.create(
        name="Kim", slug="kim", initials="KD", user=login
    )
    room = model("bookings.Room").objects.create(name="Room 1")
    massage = model("bookings.Treatment").objects.create(
        name="Massage", slug="massage", minutes=60, buffer_minutes=15, price="60.00"
    )
    massage.therapists.add(kim)
    massage.rooms.add(room)
    hours = {"start": time(9), "end": time(17), "valid_from": date(2026, 1, 1)}
    for weekday in range(5):
        model("bookings.WeeklyShift").objects.create(therapist=kim, weekday=weekday, **hours)
    model("bookings.Absence").objects.create(starts_at=TEN + 48 * HOUR, ends_at=TEN + 72 * HOUR)
    ana = model("bookings.Client").objects.create(
        name="Åsa O’Neill", email="a@example.com", phone="020 1", terms_agreed_at=TEN
    )
    model("bookings.Client").objects.create(name="Bo", email="a@example.com", same_address_as=ana)
    place = {"treatment": massage, "therapist": kim, "room": room, "price": "60.00"}
    for number, status in enumerate(["completed", "no_show", "booked", "cancelled", "held"]):
        _visit(model, TEN + 2 * HOUR * number, status, None if status == "held" else ana, place)


def _visit(model, starts_at, status, client, place):
    visit = model("bookings.Appointment").objects.create(
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        blocked_until=starts_at + HOUR + timedelta(minutes=15),
        status=status,
        client=client,
        created_at=TEN - 48 * HOUR,
        booked_at=client and TEN - 48 * HOUR,
        held_until=None if client else TEN,
        **place,
    )
    if client:
        visit.events.create(kind="booked", at=TEN - 48 * HOUR, by="runner", facts={"was": "new"})
        model("bookings.Mail").objects.create(
            key=f"confirmed:{visit.pk}:0",
            kind="confirmed",
            client=client,
            appointment=visit,
            created_at=TEN - 48 * HOUR,
            due_at=TEN - 48 * HOUR,
            not_after=TEN,
            state="sent",
            sent_at=TEN - 47 * HOUR,
        )


def enter_a_race(model):
    ana = model("bookings.Client").objects.get(name="Åsa O’Neill")
    model("bookings.Race").objects.create(
        client=ana, race_date=date(2027, 4, 25), distance="marathon", name="London"
    )


def write_notes(model):
    ana = model("bookings.Client").objects.get(name="Åsa O’Neill")
    visit = model("bookings.Appointment").objects.get(status="completed")
    model("therapists.HealthCheck").objects.create(
        client=ana,
        appointment=visit,
        form="full",
        given_at=TEN,
        by="runner",
        content=Sealed.of({"text": "a knee"}),
    )
    note = model("therapists.Note").objects.create(
        appointment=visit, author=visit.therapist, created_at=TEN, saved_at=TEN
    )
    model("therapists.NoteVersion").objects.create(
        note=note,
        number=1,
        signed_at=TEN,
        signed_by=visit.therapist,
        content=Sealed.of({"text": "calf"}),
    )


def contents():
    """Every row of every table, by table and number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'id'")
        tables = [table for (table,) in cursor.fetchall() if table.startswith(OURS)]
        return {table: _rows(cursor, table) for table in tables}


def _rows(cursor, table):
    cursor.execute(f'SELECT id, to_jsonb(t)::text FROM "{table}" t')
    return {pk: json.loads(row) for pk, row in cursor.fetchall()}


def lost(before, after):
    """What stood in a column that is still there, and stands there no more."""
    return [
        (table, pk, name)
        for table, rows in before.items()
        if table in after
        for pk, row in rows.items()
        for name, value in row.items()
        if pk not in after[table] or (name in after[table][pk] and after[table][pk][name] != value)
    ]


def _an_index_is_broken_off():
    """As by a machine that went off while 0004 built it beside the work."""
    build = "CREATE UNIQUE INDEX CONCURRENTLY bookings_of_client ON bookings_appointment (room_id)"
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError):
            cursor.execute(build)
        cursor.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("release", RELEASES)
def test_a_clinic_of_an_earlier_release_is_brought_up_to_date(as_made_today, nothing_yet, release):
    model = grown_to(RELEASES[release])
    for write in (open_the_clinic, enter_a_race, write_notes):
        write(model)
    before = contents()
    assert sum(map(len, before.values())) > 25
    _an_index_is_broken_off()

    call_command("migrate", verbosity=0, interactive=False)

    after = contents()
    assert before.keys() <= after.keys()
    assert not lost(before, after)
    assert guards() == as_made_today
    todays_code_works_with_it()


def todays_code_works_with_it():
    ana = Client.objects.get(name="Åsa O’Neill")
    assert ana.findable
    booked = Appointment.objects.get(status="booked")
    with pytest.raises(IntegrityError, match="therapist_never_twice"), transaction.atomic():
        make_appointment(
            starts_at=booked.starts_at,
            treatment=booked.treatment,
            therapist=booked.therapist,
            room=make_room("Another"),
        )
    assert make_appointment(
        starts_at=booked.starts_at,
        treatment=booked.treatment,
        therapist=make_therapist(),
        room=make_room("A third"),
    )
    assert Browser().get("/").status_code == 200
