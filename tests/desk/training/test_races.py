"""The desk enters and changes a client's races, under the rules that runners know."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.clock import day_of

LIST = "/admin/bookings/race/"


@pytest.fixture
def send(desk, ana):
    """Sends the race's form with boring answers; a test names only what it is about."""

    def _send(url=f"{LIST}add/", **typed):
        day = day_of(timezone.now()) + timedelta(weeks=20)
        data = {"client": ana.pk, "race_date": day, "distance": "marathon", "priority": "A"}
        return desk.post(url, data | {"outcome": "assumed_finished"} | typed)

    return _send


def revision(client) -> int:
    client.refresh_from_db()
    return client.plan_revision


def test_a_race_is_entered_for_a_client(send, ana):
    assert send(name="Told on the phone").status_code == 302
    assert ana.races.get().name == "Told on the phone"
    assert revision(ana) == 1


def test_what_cannot_be_planned_is_refused_in_the_runners_sentence(send, ana):
    answer = send(race_date="2001-01-01")
    assert answer.status_code == 200
    assert "too long ago" in answer.content.decode()
    assert not ana.races.exists()


def test_how_it_went_is_recorded_and_the_revision_rises(send, ana):
    send()
    race = ana.races.get()
    send(f"{LIST}{race.pk}/change/", race_date=race.race_date, outcome="dnf", dnf_km="18")
    race.refresh_from_db()
    assert (race.outcome, race.dnf_km) == ("dnf", 18)
    assert revision(ana) == 2


def test_a_race_is_taken_out(send, desk, ana):
    send()
    desk.post(f"{LIST}{ana.races.get().pk}/delete/", {"post": "yes"})
    assert not ana.races.exists()
    assert revision(ana) == 2


def test_several_are_taken_out_at_once(desk, ana):
    for weeks in range(2):
        day = day_of(timezone.now()) + timedelta(weeks=10 + weeks)
        factories.make_race(ana, race_date=day)
    chosen = [race.pk for race in ana.races.all()]
    desk.post(LIST, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    assert not ana.races.exists()
    assert revision(ana) == 2
