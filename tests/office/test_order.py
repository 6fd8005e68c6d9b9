"""Treatments and therapists stand in the owner's order: up and down, without a script."""

import pytest

from bookings.actions.people.parts import begin_to_treat
from bookings.actions.rota import order
from bookings.models import Therapist, Treatment
from tests import factories


def names(model) -> list[str]:
    return [one.name for one in model.objects.all()]


@pytest.fixture
def three(clinic, kim):
    for name in ("Ana", "Bea", "Cat"):
        factories.make_treatment(name, therapists=[kim])
    return "/office/treatments/{}/move/"


def move(office, url, model, name, to):
    row = model.objects.get(name=name)
    answer = office.post(url.format(row.pk), {"to": to})
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"#row-{row.pk}")


def test_a_row_goes_past_its_neighbour(office, three):
    move(office, three, Treatment, "Cat", "up")
    assert names(Treatment) == ["Ana", "Cat", "Bea"]
    move(office, three, Treatment, "Ana", "down")
    assert names(Treatment) == ["Cat", "Ana", "Bea"]
    home = office.get("/").text
    assert home.index("Cat") < home.index("Bea")


@pytest.mark.parametrize(("name", "to"), [("Ana", "up"), ("Cat", "down"), ("Bea", "sideways")])
def test_at_either_end_it_stays(office, three, name, to):
    move(office, three, Treatment, name, to)
    assert names(Treatment) == ["Ana", "Bea", "Cat"]


def test_therapists_that_nobody_has_put_in_order_stand_by_name(office, clinic, kim, lee):
    factories.make_therapist("Amy Demo")
    assert names(Therapist) == ["Amy Demo", "Kim Demo", "Lee Demo"]
    assert order.after_all(Therapist) == 0
    move(office, "/office/therapists/{}/move/", Therapist, "Lee Demo", "up")
    assert names(Therapist) == ["Amy Demo", "Lee Demo", "Kim Demo"]
    office.post("/office/therapists/new/", {"name": "Abe New"})
    assert names(Therapist)[-1] == "Abe New"


def test_who_is_invited_to_treat_stands_after_those_who_are_in_order(office, clinic, kim, lee):
    move(office, "/office/therapists/{}/move/", Therapist, "Lee Demo", "up")
    begin_to_treat(factories.make_user("abe@example.com", name="Abe New"))
    assert names(Therapist) == ["Lee Demo", "Kim Demo", "Abe New"]


def test_the_first_cannot_go_up_nor_the_last_down(office, three):
    page = office.get("/office/treatments/").text
    assert page.count('value="up" disabled') == 1
    assert page.count('value="down" disabled') == 1
    assert "Move <bdi>Bea</bdi> down" in page


def test_what_is_gone_cannot_be_moved(office, three):
    assert office.post(three.format(999), {"to": "up"}).status_code == 404
