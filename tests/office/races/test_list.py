"""The owner keeps the list of races: by hand, and out of a file that is shown before."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bookings.models import ListedDistance, ListedRace
from tests import factories

LIST, NEW, FILE = "/office/races/", "/office/races/new/", "/office/races/from-file/"


@pytest.fixture
def day(today):
    return today + timedelta(weeks=20)


def test_a_race_has_a_day_for_each_of_its_distances_and_days_that_stand_are_not_typed_over(
    office, day
):
    sent = {"name": " Berlin  Marathon ", "town": "Berlin", "marathon_day": day.isoformat(),
            "marathon_start": "09:15"}  # fmt: skip
    assert office.post(NEW, sent).headers["Location"] == LIST
    race = ListedRace.objects.get()
    assert (race.name, race.folded) == ("Berlin Marathon", "berlin marathon berlin")
    sent |= {"marathon_day": (day + timedelta(days=7)).isoformat(), "half_day": day.isoformat()}
    office.post(f"{LIST}{race.pk}/", sent)
    assert list(race.distances.values_list("distance", "race_date").order_by("distance")) == [
        ("half", day), ("marathon", day),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "12 34"}, "name"),
        ({"name": "x" * 300}, "name"),
        ({"marathon_day": ""}, "marathon_day"),
        ({"marathon_day": "1999-02-30"}, "marathon_day"),
        ({"marathon_day": "1999-02-28"}, "marathon_day"),
        ({"marathon_day": "2099-01-01"}, "marathon_day"),
        ({"marathon_start": "noonish"}, "marathon_start"),
        ({"half_start": "10:00"}, "half_day"),
        ({"name": "berlin marathon"}, "marathon_day"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_stays_typed(office, day, sent, field):
    factories.make_listed("Berlin Marathon", race_date=day)
    sent = {"name": "Paris Marathon", "marathon_day": day.isoformat(), **sent}
    answer = office.post(NEW, sent)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert answer.context["form"]["name"].value() == sent["name"]
    assert ListedRace.objects.count() == 1


def test_archived_it_is_not_offered_and_comes_back(office, client, day):
    listed = factories.make_listed(race_date=day)
    url = f"{LIST}{listed.listed_race_id}/archive/"
    offered = lambda: client.get("/races/?q=berl").json()["races"]  # noqa: E731
    assert len(offered()) == 1
    office.post(url)
    assert not offered()
    office.post(url, {"back": "yes"})
    assert len(offered()) == 1


def test_a_file_is_shown_before_and_the_same_again_adds_nothing(office, day):
    factories.make_listed("Old Marathon", race_date=day)
    lines = ["race,town,date,distance", f"Berlin Marathon,Berlin,{day},",
             f"Berlin Marathon,Berlin,{day},half marathon",
             f"Old Marathon,,{day + timedelta(days=7)},", f"Nobody knows,,{day},",
             "Some Marathon,,soon,", "Far Marathon,,5 May 2099,"]  # fmt: skip
    for new in (2, 0):
        sent = SimpleUploadedFile("races.csv", "\n".join(lines).encode())
        page = office.post(FILE, {"file": sent})
        plan = page.context["plan"]
        assert (len(plan.new), len(plan.known), len(plan.moved)) == (new, 2 - new, 1)
        left = [(one.row, one.called) for one, _why in page.context["not_read"]]
        assert left == [(5, "Nobody knows"), (6, "Some Marathon")]
        assert "The file says “<bdi>soon</bdi>”." in page.text
        assert [one.name for one in plan.far] == ["Far Marathon"]
        assert ListedDistance.objects.count() == (1 if new else 3)
        for _twice in range(2):
            assert office.post(FILE, {"read": page.context["read"]}).headers["Location"] == LIST
        assert ListedRace.objects.count() == 2
    assert ListedDistance.objects.get(listed_race__name="Old Marathon").race_date == day


def test_what_was_not_shown_is_not_added(office):
    assert office.post(FILE, {"read": "forged"}).headers["Location"] == FILE
    assert office.post(FILE, {}).status_code == 422
    assert not ListedRace.objects.exists()
