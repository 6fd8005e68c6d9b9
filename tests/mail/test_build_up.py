"""The build-up in the confirmation: what suits next, and hills that every mail program shows."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from bookings.core.training import Phase
from bookings.core.training.load import LOAD
from bookings.mail.build_up import HIGHEST, build_up
from bookings.mail.compose import html, text
from bookings.mail.contents import SUBJECTS
from bookings.models import BroughtPlan, Mail, MailKind
from bookings.queries.training.plans import History, plan_of, runner_of
from tests import factories, page_fixtures
from tests.clock import day_of
from tests.reading import present

race_day, suits_all = page_fixtures.race_day, page_fixtures.suits_all
ROOT = Path(__file__).parents[2]
NAMES = {"acute": "first-days", "race_day": "race", "off_season": "off"}


@pytest.fixture
def letter(booked, clinic):
    """The confirmation as it would go out now."""

    def _letter():
        mail = Mail(
            key="confirmed:x:0", kind=MailKind.CONFIRMED, client=booked.client,
            appointment=booked, created_at=timezone.now(),
        )  # fmt: skip
        return SUBJECTS[MailKind.CONFIRMED].letter(mail, clinic, now=timezone.now())

    return _letter


@pytest.fixture
def ana(booked):
    """Whose address is proved."""
    booked.client.proved_at = timezone.now()
    booked.client.save()
    return booked.client


def both(letter) -> tuple[str, str]:
    return html(letter), text(letter)


def test_who_has_a_race_sees_how_far_it_is_and_the_hills(letter, ana, race_day):
    factories.make_race(ana, race_date=race_day, name="Spring Marathon")
    for words in both(letter()):
        assert re.search("to .?Spring Marathon", words)
        assert "Base" in words
        assert "/plan/" in words


def test_what_would_suit_next_is_booked_by_one_press(letter, ana, race_day, suits_all):
    factories.make_race(ana, race_date=race_day)
    for words in both(letter()):
        assert "What would suit next:" in words
        assert "/times/" in words


def test_who_has_none_is_asked_to_add_it(letter, ana):
    for words in both(letter()):
        assert "Training for a race?" in words


def test_nothing_that_a_stranger_has_typed_is_sent_to_an_address_that_is_not_theirs(
    letter, booked, race_day
):
    """The race's distance is told, its name is not."""
    race = {"race_date": race_day.isoformat(), "distance": "half", "name": "BUY PILLS HERE"}
    BroughtPlan.objects.create(client=booked.client, data={"races": [race]}, at=timezone.now())
    for words in both(letter()):
        assert "to your half marathon" in words
        assert "PILLS" not in words
        assert "We keep it as soon as you have confirmed your address." in words


def test_a_column_a_week_stands_as_high_as_its_phase(ana, race_day):
    race, today = factories.make_race(ana, race_date=race_day), day_of(timezone.now())
    plan = plan_of([race], runner_of(ana, History()), today=today)
    drawn = present(build_up(plan, race.in_training, today + timedelta(days=8)))
    assert sum(columns for _, columns in drawn.names) == len(drawn.columns)
    assert [one.mark for one in drawn.columns].count("race") == 1
    assert [one.mark for one in drawn.columns].count("visit") == 1
    highest = max(drawn.columns, key=lambda one: one.height)
    assert highest.phase is Phase.PEAK
    assert highest.height <= HIGHEST * LOAD[Phase.PEAK]


@pytest.mark.parametrize(("sheet", "scheme"), [("drawing.css", 0), ("drawing_dark.css", 1)])
def test_the_colours_of_the_phases_are_the_sites(sheet, scheme):
    """The site's sheet has each twice: light, then dark."""
    site = (ROOT / "static/css/runner.css").read_text()
    mail = (ROOT / "templates/mail" / sheet).read_text()
    for phase in Phase:
        name = NAMES.get(phase.value, phase.value).replace("_", "-")
        colour = re.findall(rf"--phase-{name}: (#\w+);", site)[scheme]
        assert re.search(rf"\.{phase.value} {{ background-color: {colour}\b", mail), phase
