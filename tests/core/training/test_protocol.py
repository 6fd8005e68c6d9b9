"""The protocol file as typed data, and how a spoilt one is refused."""

import copy

import pytest

from bookings.core import training
from bookings.core.training import Kind, Phase, Pressure


def spoil(data, path, value):
    """Sets a value deep in the data; a path is keys and indexes."""
    *way, last = path
    for step in way:
        data = data[step]
    data[last] = value


def without(data, path):
    *way, last = path
    for step in way:
        data = data[step]
    del data[last]


def test_the_file_carries_all_that_pages_need(protocol):
    assert protocol.version == 1
    assert set(protocol.phases) == set(Phase)
    assert len(protocol.contraindications) == 21
    assert len(protocol.sources) > 50
    assert all(contraindication.ask for contraindication in protocol.contraindications)
    assert {c.key for c in protocol.contraindications if c.urgent} == {
        "clot_signs", "rhabdo_signs", "post_race_illness", "compartment_signs",
    }  # fmt: skip
    taper = protocol.phases[Phase.TAPER]
    assert (taper.name, taper.strength, taper.sessions) == ("Taper", "B", (Kind.TAPER_TUNE_UP,))
    assert taper.avoid
    assert protocol.claims.allowed


def test_every_phase_but_race_day_has_a_message_for_the_client(protocol):
    silent = [phase for phase, rules in protocol.phases.items() if not rules.client_message]
    assert silent == [Phase.RACE_DAY]


def test_no_session_type_is_firmer_than_its_phase_bears(protocol):
    for rules in protocol.phases.values():
        for kind in rules.sessions:
            assert protocol.session_types[kind].pressure <= rules.ceiling
        assert rules.pressure <= rules.ceiling


def test_what_the_clinic_says_to_runners_claims_nothing_it_may_not(protocol):
    protocol.refuse_claims()


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (["phases", 2, "client_message"], "phases[2].client_message"),
        (["phases", 2, "name"], "phases[2].name"),
        (["phases", 2, "reminder_sentence"], "phases[2].reminder_sentence"),
        (["session_types", "training", "why"], "session_types.training.why"),
        (["claims", "allowed", 0], "claims.allowed[0]"),
    ],
)
def test_a_claim_planted_in_words_for_runners_is_named(protocol_data, path, field):
    spoil(protocol_data, path, "Regular massage prevents injuries.")
    with pytest.raises(training.FieldError, match="prevents injury") as refused:
        training.Protocol.from_data(protocol_data).refuse_claims()
    assert refused.value.field == field


def test_what_therapists_are_told_may_name_what_to_avoid_saying(protocol_data):
    spoil(protocol_data, ["phases", 2, "avoid"], ["saying that massage prevents injuries"])
    training.Protocol.from_data(protocol_data).refuse_claims()


@pytest.mark.parametrize(
    "text",
    [
        "Massage prevents injury.",
        "a way of preventing injuries",
        "It speeds up your recovery",
        "You will improve your finish time with us",
        "It removes lactic acid",
        "Lactic acid goes.",
        "We treat shin splints and plantar fasciitis",
        "Curing IT band syndrome since 1990",
        "breaks up adhesions",
        "and you recover faster",
        "helps tissue to heal",
    ],
)
def test_a_claim_is_found_however_it_is_put(protocol, text):
    assert training.claims_in(text, protocol.claims.not_allowed)


@pytest.mark.parametrize(
    "text",
    [
        "A one-minute health check before you come.",
        "Injuries happen: please ring us.",
        "Leave a day between fast running and your session. Recovery comes after the race.",
        "You are about to improve your form; tell us of any injury.",
        "Many runners find it relaxing, and it may ease sore muscles for a while.",
    ],
)
def test_ordinary_words_are_no_claim(protocol, text):
    assert not training.claims_in(text, protocol.claims.not_allowed)


def test_what_the_claims_are_about_can_be_named_without_making_them(protocol):
    about = list(training.promised_nothing_about(protocol.claims.not_allowed))
    assert "injury" in about
    assert "shin splints" in about
    assert not training.claims_in("; ".join(about[:4]), protocol.claims.not_allowed[:1])


@pytest.mark.parametrize(
    ("distance", "phase", "words"),
    [
        ("marathon", Phase.BASE, "18 to 13 weeks before the race"),
        ("marathon", Phase.TAPER, "3 to 1 week before the race"),
        ("marathon", Phase.RACE_WEEK, "The last 6 days before the race"),
        ("marathon", Phase.ACUTE, "The first 3 days after the race"),
        ("marathon", Phase.RETURN, "3 to 5 weeks after the race"),
        ("10k", Phase.ACUTE, "The day after the race"),
        ("10k", Phase.RECOVERY, "Day 2 to day 5 after the race"),
    ],
)
def test_when_a_phase_is_in_plain_words(protocol, distance, phase, words):
    assert training.in_plain_words(protocol, training.Distance(distance))[phase] == words


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (["version"], "one", "version"),
        (["version"], True, "version"),
        (["distances", "half", "taper_weeks"], 9, "distances.half.taper_weeks"),
        (["distances", "half", "recovery_last_day"], 1, "distances.half.recovery_last_day"),
        (["distances", "5k"], {}, "distances.5k"),
        (["session_types", "training", "pressure"], "hard", "session_types.training.pressure"),
        (["session_types", "training", "minutes"], 0, "session_types.training.minutes"),
        (["session_types", "training", "minuets"], 60, "session_types.training.minuets"),
        (["phases", 1, "cadence_days", "standard"], 27, "phases[1].cadence_days.standard"),
        (["phases", 1, "key"], "build", "phases[2].key"),
        (["phases", 1, "length_min"], [90, 45], "phases[1].length_min"),
        (["phases", 1, "sources"], ["nobody"], "phases[1].sources[0]"),
        (["phases", 1, "strength"], "D", "phases[1].strength"),
        (["phases", 1, "pressure", "ceiling"], "light", "phases[1].pressure.ceiling"),
        (["phases", 1, "cadence_days", "max"], 20, "phases[1].cadence_days.max"),
        (["phases", 1, "client_message"], ["a", "b"], "phases[1].client_message"),
        (["phases", 1, "reminder_days"], [], "phases[1].reminder_days"),
        (["phases", 1, "reminder_days"], [2, 2], "phases[1].reminder_days"),
        (["phases", 1, "reminder_days"], [0], "phases[1].reminder_days[0]"),
        (["phases", 1, "reminder_sentence"], "{days} left", "phases[1].reminder_sentence"),
        (["placement", "tune_up", "closes"], -7, "placement.tune_up"),
        (["placement", "tune_up", "closes"], 1, "placement.tune_up.closes"),
        (["placement", "window", "closes"], -1, "placement.window.closes"),
        (["placement", "window", "closes"], 0, "placement.window"),
        (["placement", "window", "opens"], 1, "placement.window"),
        (["placement", "flush", "ideal"], -5, "placement.flush.ideal"),
        (["placement", "flush", "ideal"], -1, "placement.flush.ideal"),
        (["placement", "flush", "closes"], 1, "placement.flush.closes"),
        (["session_types", "post_hard_effort", "after_effort"], {"opens": -1, "closes": 4},
         "session_types.post_hard_effort.after_effort.opens"),
        (["reminders", "appointment", "earliest"], "19:30", "reminders.appointment.late_at"),
        (["reminders", "appointment", "late_at"], "20:00", "reminders.appointment.late_at"),
        (["reminders", "nudges", "race_block", "first_for_10k"], 17,
         "reminders.nudges.race_block.first_for_10k"),
        (["reminders", "appointment", "earliest"], "8 am", "reminders.appointment.earliest"),
        (["reminders", "appointment", "late_at"], "25:00", "reminders.appointment.late_at"),
        (["reminders", "nudges", "race_block", "days_before_race"], [7, 17, 27],
         "reminders.nudges.race_block.days_before_race"),
        (["contraindications", 0, "rule"], "no", "contraindications[0].rule"),
        (["model", "pressure_scale"], ["none", "all"], "model.pressure_scale"),
        (["claims", "allowed"], "anything", "claims.allowed"),
    ],
)  # fmt: skip
def test_a_spoilt_value_is_named(protocol_data, path, value, field):
    spoil(protocol_data, path, value)
    with pytest.raises(training.FieldError) as refused:
        training.Protocol.from_data(protocol_data)
    assert refused.value.field == field
    assert str(refused.value).startswith(field)


@pytest.mark.parametrize(
    "path",
    [["version"], ["phases"], ["distances", "ultra"], ["session_types", "return_check"],
     ["distances", "10k", "return_session_from_day"], ["model", "precedence"]],
)  # fmt: skip
def test_a_missing_field_is_named(protocol_data, path):
    without(protocol_data, path)
    with pytest.raises(training.FieldError, match="is missing") as refused:
        training.Protocol.from_data(protocol_data)
    assert refused.value.field == ".".join(path)


def test_a_missing_phase_is_named(protocol_data):
    without(protocol_data, ["phases", 3])
    with pytest.raises(training.FieldError, match="phases must describe peak"):
        training.Protocol.from_data(protocol_data)


@pytest.mark.parametrize("data", [None, [], "protocol", 7, {}, {1: 2}])
def test_what_is_no_protocol_at_all_is_refused(data):
    with pytest.raises(training.FieldError):
        training.Protocol.from_data(data)


def test_loading_leaves_the_data_as_it_was(protocol_data):
    before = copy.deepcopy(protocol_data)
    training.Protocol.from_data(protocol_data)
    assert protocol_data == before


def test_a_pressure_has_words():
    assert Pressure.LIGHT_MEDIUM.label == "light to medium"
