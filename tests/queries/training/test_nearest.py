"""A session's times, found from its day outwards, are those of going through its whole window."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest

from bookings.core import training
from bookings.queries.scheduling.diary import diary_facts
from bookings.queries.training import protocol
from bookings.queries.training.plans import SHOWN, History, Usual, _OfferFacts
from tests import factories
from tests.random_diary import DAYS, random_diary

WINDOW = 21  # days


def of_the_whole_window(facts, session, treatment):
    """The same out of every day of it, which are all judged."""
    by_day = defaultdict(list)
    for start, takers in facts.diary.starts(treatment).items():
        day = facts.clinic.day_of(datetime.fromtimestamp(start, UTC))
        by_day[day].append((start, takers))
    allowed = [day for day in by_day if facts.plan.allows(session, day)]
    spared = [day for day in allowed if not facts._against(day)]
    good = [day for day in spared if not facts._against(day, treatment.kinds)]
    minute = facts.history.usual_minute(facts.clinic)
    parts: dict = {}
    for day in good or spared or allowed:
        days_off = abs((day - session.suggested).days)
        for start, takers in by_day[day]:
            one = facts._choice(start, takers, days_off, minute)
            best = parts.get((day, one.part), one)
            parts[day, one.part] = min(best, one, key=lambda choice: choice.rank)
    ranked = sorted(parts.values(), key=lambda choice: choice.rank)
    return facts.diary.told(treatment, {one.start: one.takers for one in ranked[:SHOWN]})


@pytest.fixture(params=range(1, 7))
def made(db, request):
    """A clinic at random, closed for days at a time, whose treatments suit some of a plan."""
    made, dice = random_diary(request.param, days=WINDOW, places=DAYS[:1]), Random(request.param)
    type(made.clinic).objects.update(horizon_days=400)
    made.clinic.refresh_from_db()
    for _ in range(4):
        closed = made.now + timedelta(days=dice.randrange(WINDOW))
        factories.make_absence(closed, closed + timedelta(days=dice.randrange(1, 5)))
    for one in made.treatments:
        one.session_kinds = dice.sample(list(training.Kind), 2)
    return made


@pytest.mark.fixed_clock
def test_the_nearest_times_are_those_of_the_whole_window(made):
    first, end = made.first, made.first + timedelta(days=WINDOW)
    runs = [training.Race(first + timedelta(days=n), training.Distance.MARATHON) for n in (12, 40)]
    plan = training.plan(runs, training.Runner(), protocol.current(), as_of=first)
    history = History(made.visits, Usual(made.first.day % 3, made.therapists[0]))
    asked = {"first": first, "days": WINDOW, "treatments": made.treatments, "now": made.now}
    diary = diary_facts(made.clinic, **asked)
    facts = _OfferFacts(made.clinic, plan, made.treatments, history, frozenset(), diary, end)
    found = []
    for session, treatment in product(plan.sessions, made.treatments):
        wide = replace(session, window_start=first, window_end=end)
        found += (nearest := facts.nearest_to(wide, treatment))
        assert nearest == of_the_whole_window(facts, wide, treatment)
    assert found
