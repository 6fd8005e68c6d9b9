"""Each report is the sum of the rows behind it, by every cut; and the rows are what was booked."""

import json
import os
from bisect import bisect_right
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from bookings.core import training
from bookings.queries.reports.behind import A_PAGE, behind
from bookings.queries.reports.definitions import (
    CALENDAR,
    CROSSED,
    REPORTS,
    Counted,
    can_be_crossed,
)
from bookings.queries.reports.periods import Period
from bookings.queries.reports.phases import phases_told, race_key
from bookings.queries.reports.totals import crossed, totals_of
from bookings.queries.training import protocol
from tests.factories import make_client, make_race
from tests.queries.reports.naive_rows import naive_rows, naive_sums
from tests.queries.reports.random_books import all_of

EXAMPLES = int(os.environ.get("EXAMPLES", "5"))  # make soak asks for more
DAY = timedelta(days=1)
CELLS = 6  # of a report whose rows are listed, in each clinic
a_clinic = settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))


class FigureSeen(NamedTuple):
    cut: str
    currency: str
    key: str
    figure: Counted
    value: Decimal


def without_empty(lines):
    return {key: values for key, values in lines.items() if any(values)}


@pytest.mark.django_db
@given(seed=st.integers(0, 10**6))
@a_clinic
def test_a_report_says_what_a_slow_reading_of_the_models_says_and_adds_up_to_its_rows(seed):
    with all_of(REPORTS.values(), seed) as every_report:
        for asked in every_report:
            note(asked.report.name)
            slowly = naive_rows(asked)
            each_cut_says_what_a_slow_reading_says(asked, slowly)
            each_cut_adds_up_to_the_total_and_each_figure_to_its_rows(asked, seed)
            if can_be_crossed(asked.report):
                therapist_by_treatment_by_phase_adds_up_to_the_total(asked, slowly)


def each_cut_says_what_a_slow_reading_says(asked, slowly):
    found = totals_of(asked, asked.report.cuts)
    for cut in asked.report.cuts:
        lines = {
            (currency, key): values
            for (which, currency), there in found.by.items()
            for key, values in there.items()
            if which == cut
        }
        assert without_empty(lines) == without_empty(naive_sums(asked, slowly, cut)), cut


def each_cut_adds_up_to_the_total_and_each_figure_to_its_rows(asked, seed):
    period = asked.period
    before = Period(period.clinic, period.first - 3 * DAY, period.first - DAY)
    found = totals_of(asked, asked.report.cuts, before)
    assert found.before == totals_of(asked.over(before), []).all
    cells = list(cells_of(asked, found))
    for cell in Random(seed).sample(cells, min(CELLS, len(cells))):
        rows = listed(asked, cell.figure, {cell.cut: cell.key}, cell.currency)
        assert sum((row.adds for row in rows), Decimal(0)) == cell.value, cell


def therapist_by_treatment_by_phase_adds_up_to_the_total(asked, slowly):
    nothing = [Decimal(0)] * len(asked.report.figures)
    sums: dict[str, list[Decimal]] = defaultdict(lambda: nothing)
    found = crossed(asked, CROSSED)
    by_keys = {(currency, *keys): values for currency, keys, values in found}
    assert without_empty(by_keys) == without_empty(naive_sums(asked, slowly, *CROSSED))
    for currency, _keys, values in found:
        sums[currency] = [a + b for a, b in zip(sums[currency], values, strict=True)]
    every = totals_of(asked, []).all
    assert {currency: tuple(values) for currency, values in sums.items()} == every


def cells_of(asked, found):
    """Every figure of every line, each cut of which adds up to the total."""
    for (cut, currency), lines in found.by.items():
        sums = [sum(values, Decimal(0)) for values in zip(*lines.values(), strict=True)]
        assert tuple(sums) == found.of(currency), cut
        for key, values in lines.items():
            for figure, value in zip(asked.report.figures, values, strict=True):
                yield FigureSeen(cut, currency, key, figure, value)


def listed(asked, figure, where, currency):
    """All pages."""
    first = behind(asked, figure, where, currency=currency)
    rows = list(first.rows)
    for page in range(2, -(-first.count // A_PAGE) + 1):
        rows += behind(asked, figure, where, currency=currency, page=(page, A_PAGE)).rows
    assert len(rows) == first.count
    assert sum((row.adds for row in rows), Decimal(0)) == first.total
    return rows


@pytest.mark.django_db
@given(seed=st.integers(0, 10**6))
@a_clinic
def test_races_taken_in_bunches_give_the_phases_that_all_of_them_give_together(clinic, seed):
    dice = Random(seed)
    first = date(2027, 1, 1)
    with transaction.atomic():
        client = make_client("Ana Demo")
        for days in dice.sample(range(-200, 700), dice.choice([0, 1, 4, 9])):
            race = {"race_date": first + days * DAY, "priority": dice.choice("ABC")}
            make_race(client, distance=dice.choice(["10k", "marathon"]), **race)
        races = [race.in_training for race in client.races.all()]
        told = phases_told(first, first + 400 * DAY, clinic)
        transaction.set_rollback(True)
    for days in range(0, 400, 7):
        here = training.phase_on(first + days * DAY, races, protocol.current())
        assert told_on(told, clinic, first + days * DAY) == (
            here.phase.value,
            race_key(here.race) if here.race else "",
        )


def told_on(told, clinic, day):
    """As the statement finds it."""
    at = int(clinic.begin_of(day).timestamp())
    for begins, bunches in zip(told["bunches_begin"], told["bunches"], strict=True):
        place = bisect_right([int(one) for one in listed_in(begins)], at)
        if not place:
            continue
        bunch = told["numbers"].index(int(listed_in(bunches)[place - 1]))
        here = bisect_right([int(one) for one in listed_in(told["told_edges"][bunch])], at)
        return tuple(listed_in(told[name][bunch])[here - 1] for name in ("phases", "races"))
    return "off_season", ""


def listed_in(array):
    return json.loads(f"[{array[1:-1]}]")


def test_a_year_cut_by_day_week_and_month_leaves_none_out(db, clinic):
    period = Period(clinic, date(2027, 1, 1), date(2027, 12, 31))
    assert [len(period.keys(cut)) for cut in CALENDAR] == [365, 53, 12]
