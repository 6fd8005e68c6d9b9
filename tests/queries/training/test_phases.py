"""The phases of everybody who comes on a day."""

from datetime import date, timedelta

from bookings.core.training import Phase, Pressure
from bookings.queries.training.phases import phases_on
from tests import factories

DAY = date(2027, 4, 14)


def test_each_client_has_the_phase_of_their_own_race(ana):
    bo = factories.make_client("Bo Demo")
    factories.make_race(ana, race_date=DAY + timedelta(days=3))
    factories.make_race(bo, race_date=DAY - timedelta(days=7))
    phases = phases_on([ana, bo], DAY)
    assert phases[ana.pk].phase is Phase.RACE_WEEK
    assert phases[ana.pk].ceiling is Pressure.LIGHT
    assert phases[ana.pk].days_to_race == 3
    assert phases[bo.pk].phase is Phase.RECOVERY


def test_a_client_without_a_race_is_in_the_off_season(ana):
    found = phases_on([ana], DAY)[ana.pk]
    assert found.phase is Phase.OFF_SEASON
    assert found.days_to_race is None


def test_thirty_clients_take_as_many_queries_as_one(ana, django_assert_num_queries):
    everybody = [ana, *(factories.make_client() for _ in range(29))]
    for client in everybody:
        factories.make_race(client)
    with django_assert_num_queries(2):
        phases_on([ana], DAY)
    with django_assert_num_queries(2):
        assert len(phases_on(everybody, DAY)) == 30
