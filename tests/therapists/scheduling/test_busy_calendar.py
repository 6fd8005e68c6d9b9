"""A therapist's own private calendar: nobody is booked then, and nothing else of it is known."""

import json
import logging
from datetime import UTC, timedelta

import pytest
from django.utils import timezone

from bookings.actions.rota import busy_calendars
from bookings.core.scheduling.codes import Code
from bookings.models import Appointment, BusyCalendar, BusyTime, Change, FreedTime, Therapist
from bookings.queries.scheduling.conflicts import conflicts
from bookings.queries.scheduling.openings import openings
from bookings.web.training.own_plan.links import no_page
from tests import factories
from tests.fetching.feeds import LINK, SECRET, ReadInARoom, feed, feed_names, feed_server

__all__ = ["feed", "feed_names", "feed_server"]
PAGE = "/my-time/calendar/"


def event(start, hours, *more, title="Dentist in Leeds"):
    end = start + timedelta(hours=hours)
    lines = [f"UID:{start}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}"]
    return "\r\n".join([*lines, f"SUMMARY:{title}", "LOCATION:Private", *more])


@pytest.fixture
def dentist(at):
    """Tomorrow from ten to twelve."""
    return event(at(1, 10).astimezone(UTC), 2)


@pytest.fixture
def paste(kims, feed):
    def _paste(*events, browser=kims):
        feed.says(*events)
        return browser.post(PAGE, {"link": LINK})

    return _paste


@pytest.fixture
def free(clinic, massage, today):
    """The hours at which tomorrow begins something."""

    def _free():
        day = today + timedelta(days=1)
        found = openings(clinic, massage, first=day, days=1, now=timezone.now())
        return {one.starts_at.astimezone(clinic.tz).hour for one in found}

    return _free


@pytest.fixture
def later(clock):
    def _later(hours=6):
        clock.move_to(timezone.now() + timedelta(hours=hours))
        return busy_calendars.fetch_due(now=timezone.now())

    return _later


def test_while_it_says_busy_nothing_is_offered_and_the_desk_is_told_why(
    paste, dentist, free, kims, desks, massage, kim, today, at
):
    before = free()
    answer = paste(dentist, event(at(1, 14).astimezone(UTC), 1, "TRANSP:TRANSPARENT"))
    assert (answer.status_code, before - free()) == (302, {10, 11})
    page = kims.get(PAGE).content.decode()
    assert "1 busy time to come" in page
    assert "Read from <bdi>feeds.example.com/…f3a</bdi>" in page
    tomorrow = today + timedelta(days=1)
    assert "busy in your own calendar" in kims.get(f"/today/{tomorrow}/").content.decode()
    assert "Busy in their own calendar" in desks.get(f"/diary/{tomorrow}/").content.decode()
    drawn = json.loads(desks.get(f"/diary/{tomorrow}/feed/").content)
    bands = [one for one in drawn["shades"] if one["title"] == "Busy in their own calendar"]
    assert [one["url"] for one in bands] == [""]


def test_nothing_of_it_is_kept_but_when_and_nothing_told_of_its_link(
    paste, dentist, kims, owners, kim, later, feed, caplog
):
    caplog.set_level(logging.DEBUG)
    paste(dentist)
    feed.answers(403)
    later()
    rows = str([list(BusyTime.objects.values()), list(Change.objects.values())])
    rows += str(BusyCalendar.objects.values("shown", "why", "tag").get())
    owner = owners.get(f"/office/therapists/{kim.pk}/").content.decode()
    assert "feeds.example.com/…f3a" in owner
    for text in (rows, owner, kims.get(PAGE).content.decode(), caplog.text):
        assert SECRET not in text
        assert "Dentist" not in text
        assert "Leeds" not in text


def test_what_is_booked_already_stays_and_is_shown_to_both(
    paste, dentist, booked, kims, desks, clinic, at
):
    start = at(1, 11)
    Appointment.objects.update(
        starts_at=start, ends_at=start + timedelta(hours=1),
        blocked_until=start + timedelta(hours=1),
    )  # fmt: skip
    paste(dentist)
    (found,) = conflicts(clinic, now=timezone.now())
    assert found.codes == {Code.BUSY_ELSEWHERE}
    assert "is busy in their own calendar then." in desks.get("/desk/").content.decode()
    assert "Booked while you are busy" in kims.get(PAGE).content.decode()
    assert "1 visit is booked while your own calendar" in kims.get("/today/").content.decode()
    assert Appointment.objects.get().starts_at == start


def test_a_second_run_writes_nothing_and_what_is_deleted_there_is_free_for_the_list(
    paste, dentist, free, later, massage, feed, at
):
    paste(dentist, event(at(2, 10).astimezone(UTC), 1))
    rows = list(BusyTime.objects.values_list("pk", flat=True))
    feed.says(dentist, event(at(2, 10).astimezone(UTC), 1), event(at(3, 9).astimezone(UTC), 1,
              "STATUS:CANCELLED"))  # fmt: skip
    assert later(1) == 0
    assert later() == 1
    assert list(BusyTime.objects.values_list("pk", flat=True)) == rows
    factories.make_entry(treatment=massage)
    feed.says(event(at(2, 10).astimezone(UTC), 1))
    later()
    assert BusyTime.objects.count() == 1
    assert 10 not in free()  # who waits is asked first
    freed = FreedTime.objects.get()
    assert (freed.starts_at, freed.ends_at) == (at(1, 10), at(1, 12))


def test_a_calendar_that_cannot_be_read_leaves_what_it_said_and_both_are_told(
    paste, dentist, kims, desks, later, feed
):
    paste(dentist)
    feed.answers(404)
    for _ in range(6):
        later(6)
    assert BusyCalendar.objects.get().failures > 1
    assert "own calendar could be read for the last time" in desks.get("/desk/").content.decode()
    assert "Your own calendar can no longer be read" in kims.get("/today/").content.decode()
    assert "no longer at this address" in kims.get(PAGE).content.decode()


def test_it_is_each_therapists_own_and_gone_when_they_say_so(
    paste, dentist, kims, lees, desks, lee, free, massage
):
    before = free()
    paste(dentist)
    lees.post(PAGE, {"link": LINK})
    assert sorted(BusyTime.objects.values_list("therapist__name", flat=True)) == [
        "Kim Demo", "Lee Demo",
    ]  # fmt: skip
    assert desks.post(f"{PAGE}remove/").status_code == 403
    lees.post(f"{PAGE}remove/")
    assert BusyTime.objects.get().therapist.name == "Kim Demo"
    kims.post(f"{PAGE}remove/")
    assert not BusyCalendar.objects.exists()
    assert free() == before


@pytest.mark.parametrize("change", [{"active": False}, {"user": None}])
def test_who_treats_no_longer_or_has_another_login_takes_it_along(
    paste, dentist, kim, later, feed, change
):
    paste(dentist)
    Therapist.objects.filter(pk=kim.pk).update(position=7)
    assert BusyTime.objects.exists()
    Therapist.objects.filter(pk=kim.pk).update(**change)
    assert not BusyCalendar.objects.exists()
    assert not BusyTime.objects.exists()
    assert (later(), feed.asked) == (0, 1)


def test_the_owner_ends_one_for_who_cannot_sign_in(paste, dentist, kim, owners):
    paste(dentist)
    at = f"/office/therapists/{kim.pk}/"
    assert f'action="{at}calendar/remove/"' in owners.get(at).content.decode()
    page = owners.post(f"{at}calendar/remove/", follow=True).content.decode()
    assert "is no longer read, and its link deleted." in page
    assert "calendar/remove/" not in page
    assert not BusyCalendar.objects.exists()
    assert not BusyTime.objects.exists()


def test_pasting_is_counted_and_has_its_room_until_it_is_read(
    paste, dentist, settings, monkeypatch
):
    """A site may be quick and its calendar long."""
    monkeypatch.setattr(busy_calendars, "busy_times", reading := ReadInARoom())
    settings.LIMITS = {"files": "1/hour"}
    assert [paste(dentist).status_code for _ in range(2)] == [422, 429]
    assert reading.rooms == [1]


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [(404, b"", "no longer at this address"), (200, b"<html>", "is no calendar")],
)
def test_what_is_no_calendar_is_said_at_the_field(kims, feed, status, content, said):
    feed.answers(status, content)
    answer = kims.post(PAGE, {"link": LINK})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not BusyCalendar.objects.exists()


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://calendar.google.com/calendar/u/0/r", "Secret address in iCal format"),
        ("calendar.google.com/calendar/r/week/2027/1/1", "Secret address in iCal format"),
        ("https://www.icloud.com/calendar/", "as a public calendar"),
        ("https://outlook.office.com/calendar/view/week", "copy its ICS link"),
    ],
)
def test_the_address_of_a_calendar_s_page_is_told_where_its_feed_is(kims, link, said):
    answer = kims.post(PAGE, {"link": link})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_feed_of_the_same_site_is_no_page():
    for path in ("calendar/ical/kim%40example.com/private-1/basic.ics", "calendar/ical/x/public"):
        no_page(f"https://calendar.google.com/{path}")
    no_page("https://outlook.live.com/owa/calendar/1/2/cid-3/calendar.ics")
    no_page("https://[")
