"""The clinic's whole data, in formats that any program reads."""

import csv
import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client
from clinic.records import clinic_export
from clinic.records.registry.rows import RECORDS
from tests.factories import (
    NOW,
    make_appointment,
    make_client,
    make_clinic,
    make_room,
    make_therapist,
    make_treatment,
    make_user,
)
from therapists.models import Access, Form, HealthCheck
from therapists.models.sealed import Sealed

pytestmark = pytest.mark.django_db(transaction=True)
SAID = {"text": "a knee that hurts"}


@pytest.fixture
def ana():
    """With a name and notes that a spreadsheet would take for formulas."""
    make_clinic()
    return make_client("=HYPERLINK(“x”)", email="ana@example.com", desk_notes="-2\nlines, “both”")


@pytest.fixture
def told(ana):
    fields = {"form": Form.FULL, "given_at": NOW, "by": "runner"}
    return HealthCheck.objects.create(client=ana, content=Sealed.of(SAID), **fields)


@pytest.fixture
def exported(tmp_path):
    def _exported(**options):
        path = tmp_path / "all.zip"
        call_command("export_all", path, stdout=io.StringIO(), **options)
        assert path.stat().st_mode & 0o777 == 0o600
        with zipfile.ZipFile(path) as whole:
            return {name: whole.read(name).decode() for name in whole.namelist()}

    return _exported


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_every_table_is_there_or_it_is_said_why_not(ana, exported):
    files = exported()
    for record in RECORDS:
        label, why = record.label, record.export.left_out
        there = {f"csv/{label}.csv", f"json/{label}.jsonl"}
        if why:
            assert not there & files.keys()
            assert f"- {label}: {why}" in files["README.md"]
        else:
            assert there <= files.keys()
            assert f"## {label}: {record.name}, " in files["README.md"]


def test_every_row_and_every_value_comes_back_out_of_the_lines(ana, exported):
    kim, room, treatment = make_therapist(), make_room(), make_treatment(price="61.50")
    fields = {"client": ana, "therapist": kim, "room": room, "treatment": treatment}
    visit = make_appointment(starts_at=NOW, status=Status.BOOKED, **fields)
    (row,) = lines(exported()["json/bookings.Appointment.jsonl"])
    assert row["starts_at"] == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    assert (row["price"], row["client_id"], row["id"]) == ("61.50", ana.pk, visit.pk)
    names = {field.attname for field in Appointment._meta.concrete_fields}
    assert row.keys() == names


def test_a_spreadsheet_finds_text_and_no_formula(ana, exported):
    files = exported()
    (row,) = csv.DictReader(io.StringIO(files["csv/bookings.Client.csv"], newline=""))
    assert row["name"] == "'=HYPERLINK(“x”)"
    assert row["desk_notes"] == "'-2\nlines, “both”"
    (exact,) = lines(files["json/bookings.Client.jsonl"])
    assert exact["name"] == "=HYPERLINK(“x”)"


def test_numbers_below_nothing_stay_numbers():
    assert clinic_export._cell(-5) == -5
    assert clinic_export._cell("-5") == "'-5"
    assert clinic_export._cell({"a": 1}) == '{"a": 1}'


def test_no_secret_of_a_login_goes_along(ana, exported):
    user = make_user("owner@example.com", role=Role.OWNER)
    whole = "".join(exported().values())
    assert "owner@example.com" in whole
    assert user.password not in whole


def test_health_data_stays_sealed_unless_asked_for_and_is_then_recorded(told, exported, tmp_path):
    sealed = exported()
    assert SAID["text"] not in "".join(sealed.values())
    (row,) = lines(sealed["json/therapists.HealthCheck.jsonl"])
    assert Sealed(row["content"].encode()).opened() == SAID
    assert not Access.objects.exists()

    (tmp_path / "all.zip").unlink()
    owner = make_user("owner@example.com", role=Role.OWNER)
    opened = exported(with_health="owner@example.com")
    expected = [{"id": told.pk, "content": SAID}]
    assert lines(opened["health/therapists.HealthCheck.jsonl"]) == expected
    access = Access.objects.get()
    assert (access.user, access.client, access.page) == (owner, told.client, "export_all")


@pytest.mark.parametrize("login", ["desk@example.com", "nobody@example.com"])
def test_only_an_owners_name_opens_health_data(told, exported, login):
    make_user("desk@example.com", role=Role.DESK)
    with pytest.raises(CommandError, match="not the login of an owner"):
        exported(with_health=login)
    assert not Access.objects.exists()


def test_a_file_that_is_there_is_not_written_over(ana, tmp_path):
    path = tmp_path / "all.zip"
    path.write_text("mine")
    with pytest.raises(CommandError, match="there already"):
        call_command("export_all", path)
    assert path.read_text() == "mine"


def test_an_export_that_fails_leaves_nothing(ana, tmp_path, monkeypatch):
    monkeypatch.setattr(clinic_export, "_readme", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call_command("export_all", tmp_path / "all.zip")
    assert list(tmp_path.iterdir()) == []


def test_ten_times_the_rows_take_as_many_questions(ana, tmp_path, django_assert_max_num_queries):
    Client.objects.bulk_create(Client(name=f"Runner {number}") for number in range(500))
    tables = len(clinic_export.exported())
    with django_assert_max_num_queries(2 * tables + 5):
        call_command("export_all", tmp_path / "all.zip", stdout=io.StringIO())
