"""Races that runners have typed are joined with the list by the desk, and never by themselves."""

from datetime import timedelta

import pytest

from bookings.models import Race
from tests import factories

D = timedelta(days=1)
URL = "/desk/races/typed/"


def typed(who, day, **fields):
    return factories.make_race(factories.make_client(who), race_date=day, **fields)


def test_only_what_is_like_a_listed_race_is_proposed_those_typed_alike_at_once(
    desk, listed, race_day
):
    typed("Ana", race_day, name="berlin  MARATHON")
    typed("Bo", race_day, name="Berlin Marathon")
    typed("Cy", race_day + 2 * D, name="Marathon of Berlin")
    typed("Di", race_day, name="Reservoir Marathon")
    typed("Ed", race_day, name="Berlin Marathon", distance="half")
    typed("Fi", race_day + 30 * D, name="Berlin Marathon")
    twins = desk.get(URL).context["twins"]
    people = [[race.client.name for race in twin.races] for twin in twins]
    assert sorted(people) == [["Ana", "Bo"], ["Cy"]]
    assert not Race.objects.exclude(listed=None).exists()


def test_one_press_joins_those_typed_alike_and_leaves_their_own_words_and_dates(
    desk, listed, race_day
):
    races = [typed(name, race_day + D, name="Berlin marathon") for name in ("Ana", "Bo")]
    [twin] = desk.get(URL).context["twins"]
    for _twice in range(2):
        assert desk.post(URL, {"join": twin.value}).status_code == 302
    for race in races:
        race.refresh_from_db()
        assert (race.listed, race.name) == (listed, "Berlin marathon")
        assert race.race_date == race_day + D
    assert not desk.get(URL).context["twins"]


def test_a_press_that_says_nonsense_joins_nothing(desk, listed, race_day):
    half = typed("Ana", race_day, name="Berlin Marathon", distance="half")
    for sent in ("", "x y", "99999999999999999999", f"{listed.pk} {half.pk}", "1 " * 9000):
        for press in ("join", "dismiss", "undo"):
            assert desk.post(URL, {press: sent}).status_code == 302
    assert not Race.objects.exclude(listed=None).exists()


@pytest.mark.parametrize("press", ["join", "dismiss"])
def test_what_was_joined_or_dismissed_is_gone_until_it_is_undone_by_a_press(
    desk, listed, race_day, press
):
    race = typed("Ana", race_day, name="Berlin run")
    [twin] = desk.get(URL).context["twins"]
    desk.post(URL, {press: twin.value})
    race.refresh_from_db()
    assert race.listed == (listed if press == "join" else None)
    for undo, left in (("join 1", 0), (f"{press} {twin.value}", 1), (f"{press} {twin.value}", 1)):
        desk.post(URL, {"undo": undo})
        assert len(desk.get(URL).context["twins"]) == left
    assert not Race.objects.exclude(listed=None).exists()


def test_a_dismissed_race_is_proposed_for_another_that_is_near(desk, listed, race_day):
    typed("Ana", race_day, name="Berlin run")
    desk.post(URL, {"dismiss": desk.get(URL).context["twins"][0].value})
    other = factories.make_listed("Berlin City Marathon", race_date=race_day + D)
    assert [twin.listed for twin in desk.get(URL).context["twins"]] == [other]
