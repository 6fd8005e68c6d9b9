"""A race of the list and those who run it."""

from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from bookings.core import training
from bookings.queries.training.plans import History, plan_of, runner_of
from tests import factories


@pytest.fixture
def race_day(today):
    """A Sunday six weeks ahead, which the diary nearly reaches."""
    day = today + timedelta(weeks=6)
    return day + timedelta(days=6 - day.weekday())


@pytest.fixture
def listed(clinic, race_day):
    return factories.make_listed("Berlin Marathon", town="Berlin", race_date=race_day)


@pytest.fixture
def runner(listed, today, suits_all, kim, room, at):
    """Somebody who runs it; `booked` has a visit on the day of its next session."""
    places = count()

    def _runner(name, *, booked=True, **fields):
        client = factories.make_client(name, phone="+44 20 7946 0002", **fields)
        race = factories.make_race(client, race_date=listed.race_date, name="Berlin", listed=listed)
        if booked:
            plan = plan_of([race], runner_of(client, History()), today=today)
            ahead = [one for one in plan.sessions if one.phase is training.Phase.TAPER]
            day = (ahead or plan.sessions)[0].suggested
            place, hour = divmod(next(places), 7)
            factories.make_appointment(
                client=client, treatment=suits_all, therapist=kim, room=room,
                starts_at=at((day - today).days + place, 9 + hour),
                booked_at=timezone.now() - timedelta(days=1),
            )  # fmt: skip
        return race

    return _runner
