"""Somebody has decided of every model what is shown, exported, merged, erased and remembered."""

from collections.abc import Iterable, Mapping

import pytest
from django.apps import apps
from django.db import connection, models

from bookings.models import Client, Race, User
from clinic.records import merge
from clinic.records.registry.record import SEALED, Fate, History, NotRemembered, Record
from clinic.records.registry.rows import CLIENTS, RECORDS, THE_CLINICS
from therapists.models.sealed import SealedField

MODELS = list(apps.get_models(include_auto_created=True))
# PostgreSQL's pg_trigger.tgtype
INSERT, DELETE, UPDATE = 4, 8, 16
OF_SOME_ROWS = {  # whole kinds of statement that leave no trace, and why
    "mfa_authenticator": {INSERT, DELETE},  # how often a second factor is used is nobody's business
}


def without_a_row(models: Iterable[type], records: Iterable[Record]) -> list[str]:
    rows = [record.model for record in records]
    return [model._meta.label for model in models if rows.count(model) != 1]


def hanging_on(model: type[models.Model]) -> set[type[models.Model]]:
    """At whatever distance."""
    found, ahead = set(), [model]
    while ahead:
        for relation in ahead.pop()._meta.related_objects:
            other = relation.related_model
            if other not in found and other is not model:
                found.add(other)
                ahead.append(other)
    return found


def without_a_step(records: Iterable[Record]) -> set[str]:
    """Foreign keys to Client of which nobody decided what merging does with them."""
    steps = {f"{one.label}.{field}" for one in records for field in one.on_merge}
    return set(merge.relations()) ^ steps


def triggers() -> dict[str, dict[str, set[int]]]:
    """For each table the kind of its triggers, and what sets them off."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, p.proname, t.tgtype FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal"
        )
        rows = cursor.fetchall()
    found: dict[str, dict[str, set[int]]] = {}
    for table, function, events in rows:
        kind = "remember" if function == "bookings_remember" else "refuse"
        seen = found.setdefault(table, {}).setdefault(kind, set())
        seen |= {event for event in (INSERT, DELETE, UPDATE) if events & event}
    return found


def decided(records: Iterable[Record]) -> Mapping[str, dict[str, set[int]]]:
    """The triggers that the registry says there are."""
    kinds = {
        History.REMEMBERED: {"remember": {INSERT, DELETE, UPDATE}},
        History.APPEND_ONLY: {"refuse": {DELETE, UPDATE}},
    }
    said = {one.table: kinds[one.history] for one in records if isinstance(one.history, History)}
    return said | {table: {"remember": events} for table, events in OF_SOME_ROWS.items()}


def sealed_but_remembered(records: Iterable[Record]) -> list[str]:
    kinds = (SealedField, models.BinaryField)
    return [
        one.label
        for one in records
        if one.history is History.REMEMBERED
        and any(isinstance(field, kinds) for field in one.model._meta.fields)
    ]


def test_every_model_has_one_row():
    assert without_a_row(MODELS, RECORDS) == []
    assert {record.model for record in RECORDS} == set(MODELS)


def test_the_check_can_fail():
    but_races = [record for record in RECORDS if record.model is not Race]
    assert without_a_row(MODELS, but_races) == ["bookings.Race"]
    assert without_a_row(MODELS, [*RECORDS, RECORDS[0]]) == [RECORDS[0].label]
    assert without_a_step(but_races) == {"bookings.Race.client"}


def test_what_hangs_on_a_client_has_a_way_to_them():
    owned = {record.model for record in RECORDS if record.owner}
    assert owned == hanging_on(Client) | {Client, User}
    for record in CLIENTS:
        assert str(record.of(Client(pk=1)).query)


def test_what_hangs_on_a_login_says_what_becomes_of_it():
    hang = {relation.related_model for relation in User._meta.related_objects}
    hang |= {field.remote_field.through for field in User._meta.many_to_many}
    said = {record.model for record in RECORDS if record.with_login}
    assert hang <= said


def test_every_foreign_key_to_a_client_has_a_step():
    assert without_a_step(RECORDS) == set()


def test_what_erasing_leaves_says_why_and_what_it_blanks_is_there():
    for record in CLIENTS:
        assert record.why or record.on_erase is Fate.GOES, record.label
        assert bool(record.blank) == (record.on_erase is Fate.NAMELESS), record.label
        assert record.blank.keys() <= {field.name for field in record.model._meta.fields}
    assert {record.on_erase for record in THE_CLINICS} == {Fate.STAYS}


def test_what_is_secret_is_there_and_what_is_sealed_can_be_opened_in_a_clients_name():
    for record in RECORDS:
        names = {field.name for field in record.model._meta.concrete_fields}
        assert record.export.secret <= names, record.label
        if record.export is SEALED:
            assert record.owner
            assert isinstance(record.model._meta.get_field("content"), SealedField)


def test_nothing_of_the_clinics_is_left_out_of_its_export():
    ours = [one for one in RECORDS if one.model._meta.app_label in ("bookings", "therapists")]
    assert {one.export.left_out for one in ours} <= {"", "not used"}


def test_what_is_not_remembered_says_why():
    for record in RECORDS:
        if isinstance(record.history, NotRemembered):
            assert record.history.why, record.label


def test_the_databases_triggers_are_what_the_registry_says(db):
    assert triggers() == decided(RECORDS)


def test_a_trigger_that_is_not_there_is_noticed(db):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER remember ON bookings_race")
        cursor.execute("DROP TRIGGER fees_never_change ON bookings_fee")
    missing = decided(RECORDS).keys() - triggers().keys()
    assert missing == {"bookings_race", "bookings_fee"}


def test_sealed_data_is_never_remembered():
    assert sealed_but_remembered(RECORDS) == []


@pytest.mark.parametrize("label", ["therapists.Note", "therapists.HealthCheck"])
def test_sealed_data_that_is_remembered_is_noticed(label):
    [model] = [record.model for record in RECORDS if record.label == label]
    row = Record(model=model, name="x", on_erase=Fate.KEPT, history=History.REMEMBERED)
    assert sealed_but_remembered([row]) == [label]
