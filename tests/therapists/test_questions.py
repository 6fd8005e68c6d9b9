"""The health questions' words are the owner's; what a yes leads to is the protocol's."""

import pytest

from bookings.models import ProtocolVersion
from bookings.queries.training import protocol
from therapists.core.content import Answers
from therapists.models import HealthCheck
from therapists.queries.questionnaire import grouped

PAGE = "/office/questions/allergy/"
NEW = "Does your skin mind nuts, oils, latex or plasters?"


@pytest.fixture(autouse=True)
def opened(clinic):
    return clinic


def asked(key="allergy"):
    return next(one for one in protocol.current().contraindications if one.key == key)


def reword(owners, text=NEW, based_on=1, key="allergy", **more):
    return owners.post(f"/office/questions/{key}/", {"based_on": based_on, "ask": text, **more})


def test_every_question_stands_in_the_list_once(owners):
    page = owners.get("/office/questions/").text
    for one in protocol.current().contraindications:
        assert page.count(f'href="/office/questions/{one.key}/"') == 1


def test_other_words_are_a_version_of_the_protocol_and_lead_to_the_same(owners):
    before = asked()
    assert reword(owners, f"  {NEW}\r\n ").status_code == 302
    after = asked()
    assert after.ask == NEW
    assert (after.rule, after.urgent, after.action) == (before.rule, before.urgent, before.action)
    assert [one.number for one in ProtocolVersion.objects.all()] == [2, 1]
    assert "allergy: ask" in ProtocolVersion.objects.get(number=2).change
    assert "Back to Taper’s own words" in owners.get(PAGE).text
    reword(owners, "ignored", based_on=2, do="reset")
    assert asked().ask == before.ask


def test_the_same_words_are_no_version(owners):
    reword(owners, asked().ask)
    assert not ProtocolVersion.objects.exists()


@pytest.mark.parametrize(
    ("typed", "why"),
    [("", "cannot be empty"), (" \n ", "cannot be empty"), ("x" * 401, "at most 400 characters")],
)
def test_what_is_no_question_is_refused_beside_its_field(owners, typed, why):
    answer = reword(owners, typed)
    assert answer.status_code == 422
    assert why in " ".join(answer.context["form"].errors["ask"])


def test_words_that_somebody_else_changed_are_shown_and_not_overwritten(owners):
    reword(owners, "Theirs?")
    answer = reword(owners, "Mine?")
    assert answer.status_code == 409
    assert "Theirs?" in answer.text
    assert "Mine?" in answer.text
    assert asked().ask == "Theirs?"


def test_no_rule_can_be_sent_along(owners):
    reword(owners, rule="adapt", urgent="", action="None", key="clot_signs")
    assert (asked("clot_signs").rule, asked("clot_signs").urgent) == ("stop", True)


def test_a_question_is_tried_and_not_kept(owners):
    tried = owners.post(f"{PAGE}try/", {"ask": "<b>Nuts?</b>"})
    assert "&lt;b&gt;Nuts?&lt;/b&gt;" in tried.text
    assert "frame-ancestors 'self'" in tried["Content-Security-Policy"]
    assert not ProtocolVersion.objects.exists()
    assert asked().ask in owners.get(f"{PAGE}try/").text


@pytest.mark.parametrize("path", ["", "try/"])
def test_there_is_no_question_of_tomorrow(owners, path):
    assert owners.get(f"/office/questions/tomorrow/{path}").status_code == 404


def answers_of(page) -> dict:
    form = page.context["form"]
    groups = grouped(form.questions)
    return {group.none: "on" for group in groups} | {"agreed": "on", "asked_as": form.asked_as}


@pytest.fixture
def anas_form(anas, ana):
    return anas.get("/health/?all")


def test_answers_keep_each_question_as_it_was_asked(owners, anas, anas_form):
    was = asked().ask
    assert anas.post("/health/?all", answers_of(anas_form)).status_code == 200
    reword(owners)
    told = Answers.from_data(HealthCheck.objects.get().content.opened())
    assert {one.key: one.ask for one in told.given}["allergy"] == was


def test_what_was_reworded_while_it_was_filled_in_is_asked_again(owners, anas, anas_form):
    sent = answers_of(anas_form)
    reword(owners)
    again = anas.post("/health/?all", sent)
    assert again.status_code == 422
    assert "worded anew since you opened this page" in again.text
    assert NEW in again.text
    assert not HealthCheck.objects.exists()
    assert anas.post("/health/?all", answers_of(again)).status_code == 200
    told = Answers.from_data(HealthCheck.objects.get().content.opened())
    assert {one.key: one.ask for one in told.given}["allergy"] == NEW
