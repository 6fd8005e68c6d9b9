"""docs/asvs.md answers each requirement of ASVS 5.0, levels 1 and 2, once."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/asvs.md").read_text()
LISTED = Path(__file__).with_name("asvs.txt").read_text().splitlines()
WANTED = [number for line in LISTED if not line.startswith("#") for number in line.split()]
STANDS = {"met", "**not met**", "does not apply"}
ROWS = re.findall(r"^\| (\d[\d., ]*) \| (.+) \| (.+) \| (.+) \| (.*) \|$", TEXT, re.MULTILINE)
# Whether it is met, why not, and what tries it, by its number.
ANSWERS = {number: row[2:] for row in ROWS for number in row[0].split(", ")}


def test_every_requirement_stands_there_once():
    answered = [number for row in ROWS for number in row[0].split(", ")]
    assert len(WANTED) == 253
    assert Counter(answered) == Counter(WANTED)


def test_each_is_met_or_not_or_does_not_apply_and_says_where_or_why():
    assert {stands for stands, _, _ in ANSWERS.values()} == STANDS
    assert {number for number, (_, why, _) in ANSWERS.items() if not why.strip()} == set()


def test_what_is_met_names_what_tries_it_or_says_that_nothing_does():
    tried = re.compile(r"`tests/\S+::\w+`|none( |$)")
    met = {number: by for number, (stands, _, by) in ANSWERS.items() if stands == "met"}
    assert {number for number, by in met.items() if not tried.match(by.strip())} == set()


def test_the_figures_at_its_top_are_true():
    figures = re.search(r"(\d+) are met, (\d+) are not, (\d+) do not apply", TEXT)
    assert figures
    counted = Counter(stands for stands, _, _ in ANSWERS.values())
    assert [int(figure) for figure in figures.groups()] == [
        counted[stands] for stands in ("met", "**not met**", "does not apply")
    ]
