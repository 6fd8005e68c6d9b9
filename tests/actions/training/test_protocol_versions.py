"""The protocol's versions: changed, imported, exported, reset."""

from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.actions.training import protocol_versions
from bookings.core.training import FieldError, Kind, Phase, Pressure
from bookings.core.training.protocol import editing
from bookings.models import ProtocolVersion
from bookings.queries.training import protocol, protocol_file
from tests.factories import NOW

BUILD = [phase["key"] for phase in protocol.default_data()["phases"]].index("build")
CEILING = ("phases", BUILD, "pressure", "ceiling")
MINUTES = ("session_types", "training", "minutes")
WHO: dict[str, Any] = {"by": "owner: o@example.com", "now": NOW}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic")]


def change(changes, *, based_on=None, **who):
    number = based_on or protocol.newest().number
    return protocol_versions.change(changes, based_on=number, **{**WHO, **who})


def export():
    return protocol_file.written(protocol.data_of(protocol.newest())).encode()


def test_a_change_is_a_new_version_and_the_one_before_is_kept():
    made = change({CEILING: "medium_firm"})
    assert made.number == 2
    assert (made.by, made.created_at) == (WHO["by"], NOW)
    assert made.change == "Build: pressure ceiling."
    assert protocol.current().phases[Phase.BUILD].ceiling is Pressure.MEDIUM_FIRM
    first = ProtocolVersion.objects.get(number=1)
    assert first.data == protocol.default_data()
    assert first.change == str(protocol.AS_IT_COMES)


def test_a_version_carries_its_number_and_its_day_in_the_clinics_zone(clinic):
    clinic.timezone = "Asia/Tokyo"
    clinic.save()
    change({MINUTES: 50}, now=datetime(2027, 5, 11, 20, tzinfo=UTC))
    assert protocol.label(protocol.current()) == "Protocol version 2, 12 May 2027"


def test_what_alters_nothing_makes_no_version():
    assert change({MINUTES: 60}).number == 1
    assert protocol_versions.reset(**WHO).number == 1
    assert protocol_versions.import_file(export(), **WHO).number == 1
    assert not ProtocolVersion.objects.exists()


def test_a_form_opened_before_somebody_elses_change_is_refused():
    change({MINUTES: 50}, based_on=1)
    with pytest.raises(protocol_versions.ProtocolMoved):
        change({MINUTES: 45}, based_on=1)
    assert protocol.current().session_types[Kind.TRAINING].minutes == 50


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({CEILING: "light"}, f"phases[{BUILD}].pressure.ceiling"),
        ({MINUTES: 0}, "session_types.training.minutes"),
        (
            {("phases", BUILD, "cadence_days", "standard"): 20},
            f"phases[{BUILD}].cadence_days.standard",
        ),
        (
            {("phases", BUILD, "client_message"): "It prevents injury."},
            f"phases[{BUILD}].client_message",
        ),
        ({("session_types", "training", "why"): "You heal."}, "session_types.training.why"),
    ],
)
def test_what_is_no_protocol_is_refused_by_its_field_and_nothing_is_kept(changes, field):
    with pytest.raises(FieldError) as refused:
        change(changes)
    assert refused.value.field == field
    assert not ProtocolVersion.objects.exists()


def test_a_reset_is_one_more_version():
    change({MINUTES: 50})
    made = protocol_versions.reset(**WHO)
    assert (made.number, made.change) == (3, "Reset to the default. Training session: minutes.")
    assert not editing.differences(protocol.data_of(made), protocol.default_data())
    assert ProtocolVersion.objects.count() == 3


def test_a_change_of_many_fields_names_a_few():
    made = change(
        {
            CEILING: "medium_firm",
            ("phases", BUILD, "name"): "Builds",
            MINUTES: 50,
            ("session_types", "training", "why"): "Because.",
        }
    )
    assert made.change == "Training session: minutes, why; Builds: name and 1 more."


def test_a_file_becomes_a_version_whatever_number_it_claims():
    data = protocol.default_data() | {"version": 77}
    data["session_types"]["training"]["minutes"] = 75
    made = protocol_versions.import_file(protocol_file.written(data).encode(), **WHO)
    assert (made.number, protocol.current().version) == (2, 2)
    assert made.change == "Imported from a file. Training session: minutes."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "must be an object"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"a: [1, 2", "not YAML that can be read, near line"),
        (b"a: &a [1]\nb: *a\n", "refers to parts of itself"),
        (b"!!python/object/apply:os.system ['true']", "not YAML that can be read"),
        (b"a: 2027-01-01", "neither text"),
        (b"a: .nan", "neither text"),
        (b'a: "\\0"', "no text"),
        (b'a: "\\ud800"', "The file"),
        (b"[" * protocol_file.LARGEST, "in one another"),
        (b"a: " + b"[" * 30 + b"{a: " * 30, "in one another"),
        (b"- just\n- a list\n", "must be an object"),
        (b"version: 1\n", "is missing"),
        (b"x" * (protocol_file.LARGEST + 1), "larger than"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(content, words):
    with pytest.raises(FieldError, match=words) as refused:
        protocol_versions.import_file(content, **WHO)
    assert str(refused.value).count("\n") == 0
    assert not ProtocolVersion.objects.exists()


def test_a_file_with_odd_keys_and_empty_parts_in_its_prose_is_kept_as_json_has_it():
    data = protocol.default_data()
    data["model"]["parameters"] = {1: "one", "nothing": {}}
    made = protocol_versions.import_file(protocol_file.written(data).encode(), **WHO)
    assert protocol.data_of(made)["model"]["parameters"] == {"1": "one", "nothing": {}}


def test_a_file_with_a_claim_is_refused_by_its_field():
    data = protocol.default_data()
    data["phases"][BUILD]["client_message"] = "Massage removes toxins."
    with pytest.raises(FieldError, match="client_message"):
        protocol_versions.import_file(protocol_file.written(data).encode(), **WHO)


weeks = st.integers(1, 8).map(lambda count: count * 7)
words = st.text("abcdefgh äöü'\":#-é\n", min_size=1, max_size=60)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    minutes=st.integers(5, 240),
    standard=weeks,
    high_volume=weeks,
    ceiling=st.sampled_from(["medium_firm", "firm"]),
    why=words,
)
def test_what_is_exported_and_imported_again_is_the_same(
    minutes, standard, high_volume, ceiling, why
):
    protocol_versions.reset(**WHO)
    change(
        {
            MINUTES: minutes,
            CEILING: ceiling,
            ("phases", BUILD, "cadence_days", "standard"): standard,
            ("phases", BUILD, "cadence_days", "high_volume"): high_volume,
            ("session_types", "training", "why"): f"Why: {why}",
        }
    )
    before, file = protocol.data_of(protocol.newest()), export()
    protocol_versions.reset(**WHO)
    protocol_versions.import_file(file, **WHO)
    assert not editing.differences(before, protocol.data_of(protocol.newest()))
    assert export().split(b"\n", 3)[3] == file.split(b"\n", 3)[3]


def test_an_export_keeps_the_order_that_the_file_is_read_in():
    change({MINUTES: 50})
    keys = list(protocol.data_of(protocol.newest()))
    assert keys[:2] == ["version", "dated"] or keys[0] == "version"
    assert [key for key in keys if key != "dated"] == list(protocol.default_data())


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_kept_and_one_refused():
    outcomes = []

    def press(minutes):
        try:
            outcomes.append(change({MINUTES: minutes}, based_on=1).number)
        except protocol_versions.ProtocolMoved:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=press, args=(minutes,)) for minutes in (50, 55)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["2", "refused"]
