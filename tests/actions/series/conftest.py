"""A series of Ana's with Kim, made as its page makes it."""

from datetime import timedelta
from secrets import token_hex

import pytest
from django.utils import timezone

from bookings.actions.series import making
from bookings.actions.series.making import SeriesRequest
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.series import Rule, last_of
from bookings.queries.scheduling.slots import Slot
from bookings.queries.series.dates import AskedFor, looked_at
from tests import factories


@pytest.fixture
def first(ana, massage, kim, room, start):
    """An appointment of Ana's, who is known here, that may come again."""
    return factories.make_appointment(
        starts_at=start, treatment=massage, therapist=kim, room=room, client=ana
    )


@pytest.fixture
def rule_of(clinic):
    def _rule(visit, weeks=1, count=4):
        first, at = clinic.day_of(visit.starts_at), visit.starts_at.astimezone(clinic.tz).time()
        last = last_of(first, weeks, count)
        return Rule(first_day=first, at=at, every_weeks=weeks, last_day=last)

    return _rule


@pytest.fixture
def shown(clinic):
    """What the page shows of a rule's dates after the first."""

    def _shown(visit, rule, *, rules=Rules.ONLINE):
        wanted = {
            day: Slot(
                treatment=visit.treatment,
                start=rule.start_on(day, clinic.tz),
                therapist=visit.therapist,
            )
            for day in rule.days[1:]
        }
        return looked_at(
            clinic, wanted, AskedFor(client=visit.whose, rules=rules), now=timezone.now()
        )

    return _shown


@pytest.fixture
def make(rule_of, shown):
    """As somebody who takes whatever can be had, the nearest where it must be."""

    def _make(visit, *, weeks=1, count=4, **data):
        rule = rule_of(visit, weeks, count)
        dates = shown(visit, rule)
        request = {
            "visit": visit,
            "therapist": visit.therapist,
            "rule": rule,
            "slots": {
                one.of: one.nearest or one.slot
                for one in dates
                if not one.waits and (one.nearest or not one.problems)
            },
            "waits_for": [one.of for one in dates if one.waits],
            "key": token_hex(16),
            "rules": Rules.ONLINE,
            "by": "runner",
            **data,
        }
        return making.make(SeriesRequest(**request), now=timezone.now())

    return _make


@pytest.fixture
def taken(massage, kim, room, first):
    """Somebody else comes so many weeks after the first."""

    def _taken(weeks, **fields):
        fields = {"starts_at": first.starts_at + timedelta(weeks=weeks), **fields}
        return factories.make_appointment(
            treatment=massage, therapist=kim, room=room, client=factories.make_client(), **fields
        )

    return _taken
