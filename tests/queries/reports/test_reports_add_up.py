"""Each report is the sum of the rows behind it, by every cut; and the rows are what was booked."""

import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.queries.reports.behind import A_PAGE, behind
from bookings.queries.reports.definitions import (
    CALENDAR,
    CROSSED,
    REPORTS,
    Counted,
    can_be_crossed,
)
from bookings.queries.reports.periods import Period
from bookings.queries.reports.totals import crossed, totals_of
from tests.queries.reports.naive_rows import naive_sums
from tests.queries.reports.random_books import all_of

EXAMPLES = int(os.environ.get("EXAMPLES", "5"))  # make soak asks for more
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
@pytest.mark.parametrize("name", REPORTS)
class TestEachReport:
    @given(seed=st.integers(0, 10**6))
    @a_clinic
    def test_each_cut_says_what_a_slow_reading_of_the_models_says(self, name, seed):
        with all_of(REPORTS[name], seed) as asked:
            found = totals_of(asked, asked.report.cuts)
            for cut in asked.report.cuts:
                lines = {
                    (currency, key): values
                    for (which, currency), there in found.by.items()
                    for key, values in there.items()
                    if which == cut
                }
                assert without_empty(lines) == without_empty(naive_sums(asked, cut)), cut

    @given(seed=st.integers(0, 10**6))
    @a_clinic
    def test_each_cut_adds_up_to_the_total_and_each_figure_to_its_rows(self, name, seed):
        with all_of(REPORTS[name], seed) as asked:
            cells = list(cells_of(asked, totals_of(asked, asked.report.cuts)))
            for cell in Random(seed).sample(cells, min(CELLS, len(cells))):
                rows = listed(asked, cell.figure, {cell.cut: cell.key}, cell.currency)
                assert sum((row.adds for row in rows), Decimal(0)) == cell.value, cell


@pytest.mark.django_db
@pytest.mark.parametrize("name", [one for one in REPORTS if can_be_crossed(REPORTS[one])])
@given(seed=st.integers(0, 10**6))
@a_clinic
def test_therapist_by_treatment_by_phase_adds_up_to_the_total(name, seed):
    with all_of(REPORTS[name], seed) as asked:
        nothing = [Decimal(0)] * len(asked.report.figures)
        sums: dict[str, list[Decimal]] = defaultdict(lambda: nothing)
        for currency, keys, values in crossed(asked, CROSSED):
            assert len(keys) == len(CROSSED)
            sums[currency] = [a + b for a, b in zip(sums[currency], values, strict=True)]
        found = totals_of(asked, [])
    assert {currency: tuple(values) for currency, values in sums.items()} == found.all


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
        rows += behind(asked, figure, where, currency=currency, page=page).rows
    assert len(rows) == first.count
    assert sum((row.adds for row in rows), Decimal(0)) == first.total
    return rows


def test_a_year_cut_by_day_week_and_month_leaves_none_out(db, clinic):
    period = Period(clinic, date(2027, 1, 1), date(2027, 12, 31))
    assert [len(period.keys(cut)) for cut in CALENDAR] == [365, 53, 12]
