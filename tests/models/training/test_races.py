"""What must never be of a race, whatever writes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bookings.models import Client, Outcome, Race
from tests.factories import make_client, make_race

pytestmark = pytest.mark.django_db


def refused(constraint, act, *args, **kwargs):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        act(*args, **kwargs)
    cause: Any = caught.value.__cause__  # psycopg2's own error
    assert cause.diag.constraint_name == constraint


def test_a_client_has_one_race_a_day():
    race = make_race()
    refused("one_race_a_day", make_race, race.client, race_date=race.race_date)
    assert make_race(race_date=race.race_date)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"weeks": 0}, "race_weeks_within_a_year"),
        ({"weeks": 53}, "race_weeks_within_a_year"),
        ({"dnf_km": 20}, "kilometres_of_an_unfinished_race"),
        ({"distance": "a mile"}, "race_words_exist"),
        ({"priority": "D"}, "race_words_exist"),
        ({"outcome": "won"}, "race_words_exist"),
    ],
)
def test_a_race_that_makes_no_sense_is_refused(fields, constraint):
    pk = make_race().pk
    refused(constraint, Race.objects.filter(pk=pk).update, **fields)


def test_training_does_not_start_after_the_race():
    race = make_race()
    late = race.race_date + timedelta(days=1)
    these = Race.objects.filter(pk=race.pk)
    refused("training_starts_before_the_race", these.update, training_start=late)


def test_the_long_run_has_a_weekday():
    clients = Client.objects.filter(pk=make_client().pk)
    refused("long_run_has_a_weekday", clients.update, long_run_weekday=7)


def test_a_race_without_a_name_goes_by_its_distance():
    assert str(make_race()) == "Marathon"
    race = make_race(name="Spring", outcome=Outcome.DNF, dnf_km=30)
    assert str(race) == "Spring"
    assert (race.in_training.name, race.in_training.dnf_km) == ("Spring", 30)
