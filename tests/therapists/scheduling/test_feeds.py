"""Calendars to subscribe to, read back by an independent reader."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from bookings.core.scheduling.statuses import Status
from bookings.models import Client, Therapist, User
from tests import factories
from therapists import feeds
from therapists.models import Feed


@pytest.fixture
def kims_feed(kim):
    return feeds.renew(therapist=kim)


@pytest.fixture
def anas_feed(ana):
    return feeds.renew(client=ana)


def path_of(feed):
    return feeds.url_of(feed).removeprefix("http://localhost:8000")


def events(client, feed):
    response = client.get(path_of(feed))
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/calendar")
    return Calendar.from_ical(response.content).walk("VEVENT")


def test_a_therapists_calendar_has_initials_treatment_and_room_only(client, kims_feed, visit, noon):
    mine = visit()
    (event,) = events(client, kims_feed)
    assert event["SUMMARY"] == "A. D. Sports massage"
    assert event.decoded("DTSTART") == noon
    assert event.decoded("DTEND") == mine.ends_at
    assert event["LOCATION"] == "Room 1"
    assert "Ana" not in client.get(path_of(kims_feed)).content.decode()


def test_the_hour_is_right_on_both_sides_of_a_clock_change(kims_feed, visit, clinic):
    """From 24 to 25 October 2026 the clocks of London go back: nine to nine is 25 hours."""
    for day in (24, 25):
        visit(datetime(2026, 10, day, 9, tzinfo=clinic.tz))
    now = datetime(2026, 10, 20, tzinfo=UTC)
    content = feeds.calendar_of(kims_feed, clinic, now=now)
    before, after = (
        event.decoded("DTSTART") for event in Calendar.from_ical(content).walk("VEVENT")
    )
    assert [start.astimezone(clinic.tz).hour for start in (before, after)] == [9, 9]
    assert after - before == timedelta(hours=25)


def test_a_moved_or_cancelled_visit_keeps_its_entry(client, kims_feed, visit):
    mine = visit()
    before = events(client, kims_feed)[0]["UID"]
    type(mine).objects.update(status=Status.CANCELLED, revision=1)
    (event,) = events(client, kims_feed)
    assert (event["UID"], event["STATUS"], event["SEQUENCE"]) == (before, "CANCELLED", 1)


def test_what_nobody_has_confirmed_yet_is_tentative(client, kims_feed, visit):
    mine = visit()
    assert [one["STATUS"] for one in events(client, kims_feed)] == ["CONFIRMED"]
    type(mine).objects.update(prove_by=mine.starts_at)
    Client.objects.update(proved_at=None)
    assert [one["STATUS"] for one in events(client, kims_feed)] == ["TENTATIVE"]


def test_a_feed_read_again_is_the_same_file_and_not_sent_again(client, anas_feed, visit, ana, noon):
    visit()
    factories.make_race(ana, race_date=noon.date() + timedelta(days=60))
    first = client.get(path_of(anas_feed))
    again = client.get(path_of(anas_feed), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "no-store" not in first["Cache-Control"]


def test_an_entry_carries_when_its_visit_last_changed(client, kims_feed, visit, noon):
    mine = visit()
    moved_at = noon - timedelta(hours=3)
    mine.record("moved", by="desk", now=moved_at)
    stale = client.get(path_of(kims_feed))["ETag"]
    (event,) = events(client, kims_feed)
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == moved_at
    mine.record("moved", by="desk", now=noon)
    changed = client.get(path_of(kims_feed), headers={"If-None-Match": stale})
    assert changed.status_code == 200


def test_an_entry_is_known_by_its_visit_wherever_the_site_stands(
    kims_feed, visit, clinic, settings
):
    visit()
    uids = set()
    for settings.SITE_URL in ("https://a.example", "https://b.example"):
        content = feeds.calendar_of(kims_feed, clinic, now=datetime.now(UTC))
        uids |= {str(event["UID"]) for event in Calendar.from_ical(content).walk("VEVENT")}
    assert len(uids) == 1


def test_a_clients_calendar_has_their_visits_and_phases(client, anas_feed, visit, ana, noon):
    visit()
    visit(client=factories.make_client("Bo Demo"), starts_at=noon + timedelta(hours=2))
    race = factories.make_race(
        ana, race_date=noon.date() + timedelta(days=60), name="Canal Marathon"
    )
    found = events(client, anas_feed)
    assert len([event for event in found if "massage" in event["SUMMARY"]]) == 1
    (day,) = [event for event in found if event["SUMMARY"].startswith("Race day")]
    assert day.decoded("DTSTART") == race.race_date
    assert isinstance(day.decoded("DTEND"), date)


def test_a_new_address_makes_the_old_one_useless(client, kim, kims_feed):
    old = path_of(kims_feed)
    assert client.get(old).status_code == 200
    new = path_of(feeds.renew(therapist=kim))
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_switching_off_ends_it_and_switching_on_does_not_revive_the_old_one(client, kims, kim):
    kims.post("/calendar/", {"do": "new"})
    old = path_of(Feed.objects.get())
    kims.post("/calendar/", {"do": "off"})
    assert client.get(old).status_code == 404
    assert "no address yet" in kims.get("/calendar/").content.decode()
    kims.post("/calendar/", {"do": "new"})
    assert client.get(old).status_code == 404
    assert client.get(path_of(Feed.objects.get())).status_code == 200


@pytest.mark.parametrize(
    "how",
    [
        lambda kim: User.objects.filter(pk=kim.user_id).update(is_active=False),
        lambda kim: Therapist.objects.filter(pk=kim.pk).update(active=False),
        lambda kim: Therapist.objects.filter(pk=kim.pk).update(user=None),
    ],
)
def test_whoever_no_longer_works_here_reads_no_calendar(client, kim, kims_feed, how):
    address = path_of(kims_feed)
    assert client.get(address).status_code == 200
    how(kim)
    assert client.get(address).status_code == 404


def test_whoever_takes_over_a_therapists_page_does_not_revive_the_old_address(
    client, kim, kims_feed
):
    address = path_of(kims_feed)
    kim.user = factories.make_user("new@example.com")
    kim.save()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("token", ["nonsense", "1.1:forged", "1.1"])
def test_a_guessed_address_is_not_found(client, kims_feed, token):
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_a_client_makes_their_own_address(anas, ana):
    anas.post("/calendar/", {"do": "new"})
    assert Feed.objects.get().client == ana
