"""Somebody has decided of every model what is shown, exported, merged, erased and remembered."""

from collections.abc import Iterable

import pytest
from django.apps import apps
from django.db import connection, models

from bookings.models import Client, Race, SignInEvent, User
from clinic.records import merge
from clinic.records.registry.record import (
    APPEND_ONLY,
    REMEMBERED,
    SEALED,
    AppendOnly,
    Fate,
    NotRemembered,
    Record,
    Remembered,
)
from clinic.records.registry.rows import BY_MODEL, CLIENTS, RECORDS, THE_CLINICS
from therapists.models.sealed import SealedField

MODELS = list(apps.get_models(include_auto_created=True))
# PostgreSQL's pg_trigger.tgtype
EVENTS = {4: "INSERT", 8: "DELETE", 16: "UPDATE"}
BEFORE = 2
TRIGGERS = """
    SELECT c.relname, p.proname, t.tgtype, string_to_array(encode(t.tgargs, 'escape'), '\\000')
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal
      AND t.tgname NOT LIKE 'time_is_freed%' AND t.tgname <> 'own_calendar_goes'
"""


def without_a_row(models: Iterable[type[models.Model]], records: Iterable[Record]) -> list[str]:
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


def in_the_database() -> dict[str, Remembered | AppendOnly]:
    """What the triggers of each table do, in the registry's words."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        rows = cursor.fetchall()
    found: dict[str, Remembered | AppendOnly] = {}
    for table, function, kind, arguments in sorted(rows):
        on = frozenset(event for bit, event in EVENTS.items() if kind & bit)
        if function != "bookings_remember":
            assert (kind & BEFORE, on) == (BEFORE, frozenset({"UPDATE", "DELETE"}))
            found[table] = APPEND_ONLY
            continue
        no_news, secret = (frozenset(filter(None, one.split(","))) for one in arguments[:2])
        if isinstance(before := found.get(table), Remembered):
            on |= before.on
        found[table] = Remembered(no_news=no_news, secret=secret, on=on)
    return found


def decided(records: Iterable[Record]) -> dict[str, Remembered | AppendOnly]:
    return {one.table: one.history for one in records if not isinstance(one.history, NotRemembered)}


def sealed_but_remembered(records: Iterable[Record]) -> list[str]:
    kinds = (SealedField, models.BinaryField)
    return [
        one.label
        for one in records
        if isinstance(one.history, Remembered)
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
    assert owned == hanging_on(Client) | {Client, User, SignInEvent}
    for record in CLIENTS:
        assert str(record.of(Client(pk=1)).query)


def test_what_hangs_on_a_login_says_what_becomes_of_it():
    hang: set[type[models.Model] | None] = set()
    hang |= {relation.related_model for relation in User._meta.related_objects}
    hang |= {field.remote_field.through for field in User._meta.many_to_many}
    said = {record.model for record in RECORDS if record.with_login}
    assert hang <= said


def test_every_foreign_key_to_a_client_has_a_step():
    assert without_a_step(RECORDS) == set()


def test_what_erasing_leaves_says_why_and_what_it_blanks_is_there():
    for record in CLIENTS:
        assert record.why or record.on_erase is Fate.GOES, record.label
        stays = record.on_erase in (Fate.NAMELESS, Fate.KEPT)
        assert record.blank if record.on_erase is Fate.NAMELESS else stays or not record.blank
        assert record.blank.keys() <= {field.name for field in record.model._meta.fields}
    assert {record.on_erase for record in THE_CLINICS} == {Fate.STAYS}


TELLS_NOTHING = {"id", "created_at", "erased_at", "findable", "plan_revision", "links_edition"}
UNTIL_THE_LAST_MAIL = {"email", "language"}


def test_each_column_of_a_client_is_blanked_but_those_that_tell_nothing():
    names = {field.name for field in Client._meta.concrete_fields}
    stays = names - BY_MODEL[Client].blank.keys()
    assert stays == TELLS_NOTHING | UNTIL_THE_LAST_MAIL


def test_what_is_secret_is_there_and_what_is_sealed_can_be_opened_in_a_clients_name():
    for record in RECORDS:
        names = {field.name for field in record.model._meta.concrete_fields}
        assert record.export.secret <= names, record.label
        if record.export is SEALED:
            assert record.owner
            assert isinstance(record.model._meta.get_field("content"), SealedField)


def test_nothing_of_the_clinics_is_left_out_of_its_export():
    ours = [one for one in RECORDS if one.model._meta.app_label in ("bookings", "therapists")]
    left_out = {one.label for one in ours if one.export.left_out not in ("", "not used")}
    assert left_out == {"bookings.BrowserSession"}


def test_what_is_not_remembered_says_why():
    for record in RECORDS:
        if isinstance(record.history, NotRemembered):
            assert record.history.why, record.label


def test_the_databases_triggers_are_what_the_registry_says(db):
    assert in_the_database() == decided(RECORDS)


def test_a_trigger_that_is_not_as_it_should_be_is_noticed(db):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER remember ON bookings_race")
        cursor.execute("DROP TRIGGER fees_never_change ON bookings_fee")
        cursor.execute("DROP TRIGGER remember ON bookings_absence")
        cursor.execute(
            "CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON bookings_absence"
            " FOR EACH ROW EXECUTE FUNCTION bookings_remember('', '')"
        )
    wrong = set(decided(RECORDS).items()) ^ set(in_the_database().items())
    assert {table for table, _ in wrong} == {"bookings_race", "bookings_fee", "bookings_absence"}


def test_columns_that_the_history_leaves_out_or_hides_are_there():
    for record in RECORDS:
        if isinstance(record.history, Remembered):
            columns = {field.column for field in record.model._meta.concrete_fields}
            assert record.history.no_news | record.history.secret <= columns, record.label


def test_sealed_data_is_never_remembered():
    assert sealed_but_remembered(RECORDS) == []


@pytest.mark.parametrize("label", ["therapists.Note", "therapists.HealthCheck"])
def test_sealed_data_that_is_remembered_is_noticed(label):
    [model] = [record.model for record in RECORDS if record.label == label]
    row = Record(model=model, name="x", on_erase=Fate.KEPT, history=REMEMBERED)
    assert sealed_but_remembered([row]) == [label]
