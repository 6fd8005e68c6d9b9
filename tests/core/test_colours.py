"""A clinic may choose its colour, and everybody can read what is written in it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core.colours import (
    DARK,
    LIGHT,
    READABLE,
    contrast,
    is_readable,
    nearest_readable,
    shades,
)

SHEETS = Path(__file__).resolve().parents[2] / "static/css"
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colours)
def test_the_nearest_of_any_colour_can_be_read_on_pale_pages(colour):
    assert is_readable(nearest_readable(colour))


@given(colours, st.sampled_from([LIGHT, DARK]))
def test_all_its_shades_can_be_read_where_they_are_used(colour, scheme):
    made = shades(colour, scheme)
    for ground in (*scheme.grounds, made.wash, made.ink):
        assert contrast(made.accent, ground) >= READABLE
        assert contrast(made.deep, ground) >= READABLE


@given(colours)
def test_what_can_be_read_is_left_as_it_is(colour):
    nearest = nearest_readable(colour)
    assert nearest_readable(nearest) == nearest
    assert nearest == colour or not is_readable(colour)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#0000ff", "#ffffff", 8.59)],
)
def test_contrast_is_what_wcag_says(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("sheet", ["theme.css", "runner.css"])
def test_the_grounds_are_those_of_the_style_sheets(sheet):
    pale, _, dark = (SHEETS / sheet).read_text().partition("prefers-color-scheme: dark")
    for text, scheme in ((pale, LIGHT), (dark, DARK)):
        grounds = re.findall(r"--(?:paper|card): (#[0-9a-f]{6});", text)
        assert len(grounds) == 2
        assert set(grounds) <= set(scheme.grounds)
