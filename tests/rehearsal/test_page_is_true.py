"""What docs/operations.md names is there, and its first two pages are pages."""

import argparse
import re

import pytest
from django.core.management import get_commands, load_command_class

from tests.rehearsal import page
from tests.rehearsal.docker import engine
from tests.rehearsal.docker.compose import ROOT

TEXT = page.PAGE.read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
TYPED = [line for box in page.boxes(TEXT) if box.kind == "sh" for line in box.commands]
NAMED = sorted({*page.inline_commands(TEXT), *(line for line in TYPED if "manage.py" in line)})
LONGEST_PAGE = 60  # lines that are not empty


@pytest.mark.parametrize("words", NAMED)
def test_every_command_that_is_named_is_there_with_its_options(words):
    if words.startswith("make "):
        assert words.split()[1] in TARGETS
        return
    if words.startswith("docker compose"):
        _refuses_nothing(words)
    if found := re.search(r"manage\.py (?P<name>\w+)(?P<rest>[^|>`']*)", words):
        parser = load_command_class(get_commands()[found["name"]], found["name"]).create_parser(
            "", ""
        )
        known = {option for action in parser._actions for option in action.option_strings}
        asked = re.findall(r"(?<=\s)--[\w-]+", found["rest"].partition(" --app ")[0])
        assert set(asked) <= known, words


def test_what_is_typed_into_a_container_loads_no_pages():
    """It would take twice the time, and memory that the clinic's machine has not to spare."""
    typed = {found[1] for line in TYPED if (found := re.search(r"manage\.py (\w+)", line))}
    for name in {*typed, "note_offsite_copy"} - {"shell", "collectstatic"}:
        assert load_command_class(get_commands()[name], name).requires_system_checks == [], name


def _refuses_nothing(words: str) -> None:
    """Compose has that word, and its file that service and that profile."""
    typed = words.split()[2:]
    if typed[0] == "down":  # which is told not to be typed
        return
    asked = engine._compose_words().parse_args(typed)
    assert isinstance(asked, argparse.Namespace)


@pytest.mark.parametrize("title", ["For the owner", "For the friend who installs it"])
def test_the_first_two_pages_are_a_page_each(title):
    part = TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert 20 < len([line for line in part.splitlines() if line.strip()]) <= LONGEST_PAGE


def test_they_come_first_in_plain_words_for_the_owner():
    assert re.findall(r"^## (.+)$", TEXT, re.MULTILINE)[:2] == [
        "For the owner",
        "For the friend who installs it",
    ]
    assert "```" not in TEXT.partition("\n## For the owner\n")[2].partition("\n## ")[0]


def test_no_command_stands_outside_of_a_box_that_is_read():
    """An indented one would be grey, too, and typed by nobody."""
    outside = page.A_BOX.sub("", TEXT)
    assert not re.findall(r"\n\n {4,}\S.*", outside)
    assert {box.kind for box in page.boxes(TEXT)} <= {"sh", "sql"}
