"""A race is chosen from the clinic's list by a few letters, and free text stays possible."""

from datetime import timedelta
from pathlib import Path

import pytest

from bookings.models import BroughtPlan, Race
from tests import factories

W = timedelta(weeks=1)
TEMPLATES = Path(__file__).parents[3] / "templates"


@pytest.fixture
def listed(clinic, race_day):
    return factories.make_listed("Zürich Marathon", town="Zürich", race_date=race_day)


@pytest.mark.parametrize("typed", ["zur", "ZÜRICH mar", "marathon zu"])
def test_letters_of_its_name_or_town_find_it(client, listed, typed, race_day):
    [found] = client.get("/races/", {"q": typed}).json()["races"]
    assert (found["listed"], found["day"]) == (listed.pk, race_day.isoformat())


@pytest.mark.parametrize("typed", ["", "  ", "urich", "%", "x" * 5000, "\0"])
def test_other_letters_find_nothing(client, listed, typed):
    assert client.get("/races/", {"q": typed}).json()["races"] == []


def test_what_is_over_or_cancelled_is_not_offered(client, listed, today):
    listed.race_date = today - timedelta(days=1)
    listed.save()
    assert client.get("/races/?q=zur").json()["races"] == []


def test_a_chosen_race_is_known_as_that_one_when_it_becomes_theirs(client, enter, listed, mine):
    enter(mine, name="zurich marathon", listed=listed.pk)
    assert Race.objects.get().listed == listed


@pytest.mark.parametrize(
    "told",
    [{"name": "Another"}, {"distance": "half"}, {"race_date": "{a_week_later}"}, {"listed": "x"}],
)
def test_what_is_typed_over_afterwards_is_free_text(client, enter, listed, mine, told, race_day):
    later = race_day + timedelta(weeks=1)
    told = {name: value.format(a_week_later=later) for name, value in told.items()}
    enter(mine, **{"name": "Zürich Marathon", "listed": listed.pk, **told})
    assert Race.objects.get().listed is None


def test_a_visitors_choice_goes_along_with_the_booking(client, enter, listed, booked):
    enter(name="Zürich Marathon", listed=listed.pk)
    told = client.session["plan"]
    assert "listed_id" not in told["races"][0]  # what still runs from before reads that
    brought = BroughtPlan.objects.create(client=booked.client, data=told, at=booked.created_at)
    assert [race.listed_id for race in brought.told.races] == [listed.pk]


def test_another_date_of_ones_own_stays_that_race_and_another_name_does_not(
    client, enter, listed, mine, race_day
):
    enter(mine, name="Zürich Marathon", listed=listed.pk)
    told = {"distance": "marathon", "name": "Zürich Marathon", "do": "confirm"}
    client.post(f"{mine}{race_day}/", told | {"race_date": (race_day + W).isoformat()})
    assert Race.objects.get().listed == listed
    client.post(
        f"{mine}{race_day + W}/",
        told | {"name": "My own", "race_date": (race_day + W).isoformat()},
    )
    assert Race.objects.get().listed is None


def test_every_page_on_which_a_race_is_typed_offers_the_list():
    """A form of races stands in these templates alone, each with the script that offers them."""
    forms = ("crispy race_form", 'training/_race_form.html"', 'home/_race_form.html"')
    pages = {
        page.relative_to(TEMPLATES).as_posix(): page.read_text()
        for page in TEMPLATES.rglob("*.html")
    }
    typed = {name for name, text in pages.items() if any(one in text for one in forms)}
    assert "runner/waiting_list/place.html" in typed
    assert {name for name in typed if "js/web/race_names.js" not in pages[name]} == set()


def test_a_race_typed_as_it_is_listed_needs_no_date(client, today, clinic):
    """Typed whole and not picked, it was asked for its date all the same."""
    day = today + timedelta(days=70)
    factories.make_listed("Two Bridges Half", distance="half", race_date=day)
    sent = {"name": "two bridges  half", "race_date": "", "distance": "marathon"}
    client.post("/plan/", sent)
    [race] = client.get("/plan/").context["page"].races
    assert (race.race.race_date, race.race.distance) == (day, "half")
    assert race.race.listed_id
    unknown = client.post("/plan/", {**sent, "name": "Two Bridges"})
    assert unknown.context["form"].errors["race_date"]
