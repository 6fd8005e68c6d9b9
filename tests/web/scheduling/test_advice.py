"""What the slot picker advises a runner with a race."""

import re
from datetime import timedelta

import pytest

from bookings import links
from tests import factories
from tests.clock import day_of

URL = "/book/sports-massage/"


@pytest.fixture
def race_day(today):
    """A Sunday, in two to three weeks."""
    return today + timedelta(days=20 - today.weekday())


@pytest.fixture
def picker(client, massage, race_day):
    """The picker after a marathon on that Sunday has been entered."""

    def _picker(days_before: int, **fields):
        for name, value in fields.items():
            setattr(massage, name, value)
        massage.save()
        told = {"race_date": race_day, "distance": "marathon", "name": "Big Race"}
        client.post("/plan/", told)
        return client.get(URL, {"day": race_day - timedelta(days=days_before)})

    return _picker


def advised(response) -> str:
    page = response.content.decode()
    found = re.search(r'<p class="advised .*?</p>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", found[0]).split()) if found else ""


def test_without_a_race_there_is_no_advice(client, massage):
    assert advised(client.get(URL)) == ""


@pytest.mark.parametrize(
    ("days_before", "words"),
    [
        (0, "Better not. This is the day of Big Race."),
        (1, "Better not. The day after is Big Race."),
        (3, "Light only. Race week: light pressure at most."),
        (-2, "Better not. These are the first days after Big Race"),
        (-4, "Good day. Recovery: up to medium pressure."),
    ],
)
def test_the_chosen_day_says_what_is_advised_and_why(picker, days_before, words):
    assert advised(picker(days_before)).startswith(words)


def test_every_day_with_openings_says_so_in_words(picker):
    cells = list(picker(3).context["picker"].cells)
    assert all(cell.advised for cell in cells if cell.url)
    page = picker(3).content.decode()
    assert "Light only" in page
    assert page.count('class="sign"') > len([cell for cell in cells if cell.url])


def test_advice_refuses_nothing(picker):
    assert 'class="start"' in picker(0).content.decode()


def test_a_treatment_for_other_phases_says_so(picker):
    other = "is meant for other weeks of your training"
    assert other in advised(picker(3, session_kinds=["training"]))
    assert other not in advised(picker(3, session_kinds=["pre_race_flush"]))
    assert other not in advised(picker(3, session_kinds=[]))


def test_who_moves_from_the_mail_is_advised_by_the_races_that_are_kept(client, booked, race_day):
    booked.client.races.create(race_date=race_day, distance="marathon", name="Kept Race")
    for token, words in ((links.mail_token(booked), "Kept Race"), (links.page_token(booked), "")):
        page = client.get(f"/appointments/{token}/move/", {"day": race_day})
        assert words in advised(page)
        assert bool(advised(page)) == bool(words)


def test_advice_costs_no_more_queries_for_more_treatments(
    picker, client, massage, django_assert_num_queries
):
    client.get(URL)
    factories.make_treatment()
    picker(3)
    with django_assert_num_queries(8):  # the picker, session, light treatments, which protocol
        client.get(URL)


def test_a_treatment_that_does_not_fit_a_good_day_is_better_not(picker):
    good = advised(picker(12, session_kinds=["training", "peak_recovery", "taper_tune_up"]))
    assert good.startswith("Good day.")
    words = advised(picker(12, session_kinds=["pre_race_flush"]))
    assert words == "Better not. This treatment is meant for other weeks of your training."


def test_the_picker_opens_on_the_first_good_day_and_says_so(picker, client, race_day, today):
    picker(3)
    shown = client.get(URL).context["picker"]
    good = [cell for cell in shown.cells if cell.advised and cell.advised.sign == "good"]
    assert shown.chosen.date == good[0].date
    assert shown.opened_for_training
    assert "We opened the first good day for your training." in client.get(URL).content.decode()


def test_a_treatment_for_the_race_week_opens_there(picker, client, race_day, today):
    picker(3, session_kinds=["pre_race_flush"])
    shown = client.get(URL).context["picker"]
    assert 2 <= (race_day - shown.chosen.date).days <= 6
    assert client.get(shown.soonest_url).context["picker"].chosen.date < shown.chosen.date


def test_who_moves_a_visit_starts_in_its_own_week(client, booked, race_day):
    """With a race or without one."""
    booked.client.races.create(race_date=race_day, distance="marathon", name="Kept Race")
    for token in (links.mail_token(booked), links.page_token(booked)):
        shown = client.get(f"/appointments/{token}/move/").context["picker"]
        day = day_of(booked.starts_at)
        assert shown.chosen.date == day
        assert shown.first == max(shown.today, day - timedelta(days=day.weekday()))


def test_no_rule_of_ours_is_named_where_a_runner_reads(picker, client, booked, race_day, today):
    pages = [picker(days) for days in range(-4, 18)]
    pages += [client.get(url) for url in ("/", "/plan/", f"/plan/{race_day}/", "/protocol/")]
    for page in pages:
        words = re.sub(r"<[^>]+>", " ", page.content.decode())
        assert not re.findall(r"\b[Rr]ule\s+[A-Z]\d", words)


def test_a_day_for_light_pressure_offers_the_light_treatment_instead(picker, kim):
    light = factories.make_treatment("Pre-race", therapists=[kim], session_kinds=["pre_race_flush"])
    page = picker(3, session_kinds=["training"])
    assert "See Pre-race instead" in advised(page)
    assert f'href="{light.get_absolute_url()}?day=' in page.content.decode()


def test_a_first_deeper_session_close_to_the_race_offers_the_light_one(picker, kim):
    factories.make_treatment("Pre-race", therapists=[kim], session_kinds=["pre_race_flush"])
    words = advised(picker(9, session_kinds=["taper_tune_up"]))
    assert "first firm session should be more than 10 days" in words
    assert "See Pre-race instead" in words


def test_no_other_treatment_is_offered_where_it_is_light_already_or_the_day_is_good(picker, kim):
    factories.make_treatment("Pre-race", therapists=[kim], session_kinds=["pre_race_flush"])
    assert "instead" not in advised(picker(3, session_kinds=["post_race_gentle"]))
    assert "instead" not in advised(picker(12, session_kinds=["training"]))
