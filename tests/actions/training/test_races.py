"""Entering, changing and withdrawing a race, and how it went."""

from datetime import date, timedelta

import pytest

from bookings.actions.clients import identity
from bookings.actions.refusals import RaceRefused
from bookings.actions.training import races
from bookings.links import digest_of
from bookings.models import Client, Distance, Outcome, Race
from tests import factories
from tests.clock import TODAY
from tests.factories import NOW

RACE_DAY = TODAY + timedelta(weeks=20)


def a_race(**fields) -> Race:
    return Race(**{"race_date": RACE_DAY, "distance": Distance.MARATHON, **fields})


@pytest.fixture
def enter(ana):
    return lambda client=ana, **fields: races.enter(client, a_race(**fields), now=NOW)


@pytest.fixture
def refused(refusal):
    """The field at fault and the sentence for the runner."""

    def _refused(act, *args, **data) -> tuple[str, str]:
        problem = refusal(RaceRefused, lambda: act(*args, **data))
        return problem.field, str(problem)

    return _refused


def revision(client: Client) -> int:
    return Client.objects.get(pk=client.pk).plan_revision


def test_a_race_needs_a_date_and_a_distance_only(ana, enter):
    race = enter()
    assert ana.races.get() == race
    assert (race.priority, race.outcome) == ("A", Outcome.EXPECTED)
    assert revision(ana) == 1


def test_the_same_race_sent_twice_is_one_race(ana, enter):
    assert enter() == enter()
    assert (ana.races.count(), revision(ana)) == (1, 1)


def test_another_race_on_the_date_is_refused(enter, refused):
    enter()
    assert refused(enter, distance=Distance.HALF) == (
        "race_date",
        "There is already a race on this date.",
    )


def test_two_runners_may_run_the_same_race(enter):
    assert enter() != enter(factories.make_client("Bo Demo"))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"race_date": TODAY - timedelta(days=36)}, "race_date"),
        ({"training_start": RACE_DAY + timedelta(days=1)}, "training_start"),
        ({"training_start": RACE_DAY - timedelta(days=364)}, "training_start"),
        ({"weeks": 53}, "weeks"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_the_field(ana, enter, refused, fields, field):
    assert refused(enter, **fields)[0] == field
    assert (ana.races.count(), revision(ana)) == (0, 0)


def test_an_old_race_of_the_runner_is_no_reason_to_refuse_another(ana, enter):
    a_race(client=ana, race_date=date(2020, 4, 26)).save()
    assert enter()


def test_nobody_enters_more_races_than_a_page_can_show(enter, refused):
    for weeks in range(races.MOST_RACES):
        enter(race_date=RACE_DAY + timedelta(weeks=weeks))
    assert "at most 12" in refused(enter, race_date=RACE_DAY - timedelta(days=1))[1]


def test_a_race_moves_to_another_date(ana, enter):
    later = RACE_DAY + timedelta(days=14)
    race = races.change(enter(), now=NOW, race_date=later)
    assert ana.races.get().race_date == race.race_date == later
    assert revision(ana) == 2


def test_a_race_does_not_move_to_a_date_that_has_one(ana, enter, refused):
    enter()
    other = enter(race_date=RACE_DAY + timedelta(days=7))
    assert refused(races.change, other, now=NOW, race_date=RACE_DAY)[0] == "race_date"
    assert ana.races.filter(race_date=other.race_date).exists()


def test_a_race_keeps_its_own_date_when_something_else_changes(enter):
    assert races.change(enter(), now=NOW, name="Spring").name == "Spring"


def test_the_same_change_sent_twice_raises_the_revision_once(ana, enter):
    race = enter()
    for _ in range(2):
        races.change(race, now=NOW, name="Spring")
    assert revision(ana) == 2


def test_a_race_that_has_been_withdrawn_meanwhile_is_not_changed(ana, enter, refused):
    race = enter()
    ana.races.all().delete()
    assert "no longer" in refused(races.change, race, now=NOW, name="Spring")[1]


def test_how_a_race_went_is_recorded(ana, enter):
    races.change(enter(), now=NOW, outcome=Outcome.DNF, dnf_km=18)
    race = ana.races.get()
    assert (race.outcome, race.dnf_km) == (Outcome.DNF, 18)


def test_a_race_that_is_withdrawn_is_gone(ana, enter):
    races.withdraw(enter(), now=NOW)
    assert (ana.races.count(), revision(ana)) == (0, 2)


def test_habits_raise_the_revision_only_when_they_change(ana):
    for _ in range(2):
        races.keep_habits(ana, long_run_weekday=5, weekly_volume_km=60, now=NOW)
    ana.refresh_from_db()
    assert (ana.long_run_weekday, ana.weekly_volume_km, ana.plan_revision) == (5, 60, 1)


def test_races_go_along_when_two_clients_turn_out_to_be_one(ana, enter):
    enter()
    same = factories.make_client("Ana Demo", email=ana.email, proved_at=None)
    enter(same, name="the same day")
    enter(same, race_date=RACE_DAY + timedelta(days=14))
    assert identity.prove(same, mailed_to=digest_of(same.email), by="runner", now=NOW) == ana
    assert [race.name for race in ana.races.all()] == ["", ""]
    assert revision(ana) == 2


def test_a_race_withdrawn_twice_is_gone_once(ana, enter):
    race = enter()
    again = Race.objects.get(pk=race.pk)
    races.withdraw(race, now=NOW)
    races.withdraw(again, now=NOW)
    ana.refresh_from_db()
    assert ana.plan_revision == 2
