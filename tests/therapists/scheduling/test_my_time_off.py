"""A therapist's own time: asked for, answered by the desk, and the mail of the morning."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from bookings.actions.mail import controls
from bookings.core.scheduling.statuses import Status
from bookings.models import Absence
from tests import factories
from tests.reading import first_match
from therapists.actions import morning_mail
from therapists.models import Habits, MorningMail, TimeOff

SUMMER_SEVEN = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
WINTER_SEVEN = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)


@pytest.fixture
def monday(today):
    return today + timedelta(days=14 - today.weekday())


def ask(browser, first, last=None, **typed):
    data = {"first": first, "last": last or first, **typed}
    return browser.post("/my-time/", data, follow=True)


def answer(browser, how):
    url = f"/desk/time-off/{TimeOff.objects.get().pk}/answer/"
    return browser.post(url, {"answer": how}, follow=True)


def test_whole_days_become_an_absence_when_the_desk_approves(kims, desks, monday, clinic):
    ask(kims, monday, monday + timedelta(days=4), reason="Holiday")
    assert not Absence.objects.exists()
    answer(desks, "approved")
    absence = Absence.objects.get()
    assert absence.starts_at.astimezone(clinic.tz).isoformat()[:16] == f"{monday}T00:00"
    end = absence.ends_at.astimezone(clinic.tz)
    assert (end.date(), end.hour) == (monday + timedelta(days=5), 0)
    assert "Holiday" in kims.get("/my-time/").content.decode()


def test_what_is_asked_for_is_marked_on_the_days_and_visits_it_covers(
    kims, desks, monday, today, at, visit
):
    days = (monday - today).days
    inside, after = visit(at(days, 12)), visit(at(days + 1, 12))
    pages = [f"/diary/{monday}/", f"/diary/appointments/{inside.pk}/"]
    said = "has asked for"
    assert not any(said in desks.get(page).content.decode() for page in pages)
    ask(kims, monday)
    assert all(said in desks.get(page).content.decode() for page in pages)
    assert said not in desks.get(f"/diary/appointments/{after.pk}/").content.decode()
    answer(desks, "declined")
    assert not any(said in desks.get(page).content.decode() for page in pages)


def test_what_is_asked_for_is_drawn_in_the_therapists_column_and_blocks_nothing(
    kims, desks, kim, monday
):
    tuesday, feed = monday + timedelta(days=1), f"/diary/{monday}/feed/"
    before = desks.get(feed).json()
    ask(kims, monday, tuesday, end="12:00")
    first, second = (desks.get(f"/diary/{day}/").content.decode() for day in (monday, tuesday))
    here = f'data-asked="t{kim.pk}" data-start="{{}}" data-end="{{}}"'
    assert here.format(f"{monday}T00:00:00", f"{tuesday}T00:00:00") in first
    assert here.format(f"{tuesday}T00:00:00", f"{tuesday}T12:00:00") in second
    assert desks.get(feed).json() == before


@pytest.mark.parametrize(
    ("days", "typed", "said"),
    [
        (0, {}, "Monday"),
        (2, {}, "Monday {0.day} {0:%B} to Wednesday {1.day} {1:%B}"),
        (0, {"start": "13:00", "end": "15:30"}, "{0:%B}, 13:00 to 15:30"),
        (1, {"start": "13:00"}, "{0:%B}, 13:00 to Wednesday"),
    ],
)
def test_time_off_is_said_in_days_or_in_hours(kims, desks, monday, days, typed, said):
    last = monday + timedelta(days=days)
    page = ask(kims, monday, last, **typed).content.decode()
    for shown in (page, desks.get("/desk/time-off/").content.decode()):
        assert said.format(monday, last) in shown
        assert ", 00:00 to" not in shown


def test_whoever_asks_hears_who_is_booked_then(kims, monday, today, at, visit):
    days = (monday - today).days
    visit(at(days, 12))
    assert "1 visit is booked in that time" in ask(kims, monday).content.decode()
    visit(at(days + 1, 12))
    visit(at(days + 2, 12))
    later = ask(kims, monday + timedelta(days=1), monday + timedelta(days=2)).content.decode()
    assert "2 visits are booked in that time" in later
    assert "booked in that time" not in ask(kims, monday + timedelta(days=5)).content.decode()


def test_what_is_asked_for_in_part_is_not_asked_for_again(kims, monday):
    ask(kims, monday, monday + timedelta(days=2))
    for first, last in ((2, 4), (1, 1), (-1, 5)):
        page = ask(kims, monday + timedelta(days=first), monday + timedelta(days=last))
        assert page.status_code == 422
        assert "part of that time already" in page.content.decode()
    assert TimeOff.objects.count() == 1
    ask(kims, monday, monday + timedelta(days=2))  # sent twice
    ask(kims, monday + timedelta(days=3))
    assert TimeOff.objects.count() == 2


def test_days_shown_without_their_year_are_of_the_coming_one(kims, today):
    for days, status in ((366, 200), (367, 422), (26_000, 422)):
        page = ask(kims, today + timedelta(days=days))
        assert page.status_code == status
        assert ("within a year" in page.content.decode()) == (status == 422)


def test_hours_of_a_day(kims, monday, clinic):
    ask(kims, monday, start="13:00", end="15:30")
    away = TimeOff.objects.get()
    assert away.ends_at - away.starts_at == timedelta(hours=2, minutes=30)


def test_declined_changes_nothing_in_the_diary(kims, desks, monday):
    ask(kims, monday)
    answer(desks, "declined")
    assert not Absence.objects.exists()
    assert "Declined" in kims.get("/my-time/").content.decode()


def test_the_desk_sees_what_is_booked_in_it(kims, desks, monday, visit, clinic):
    ask(kims, monday)
    booked = visit(datetime.combine(monday, datetime.min.time(), clinic.tz) + timedelta(hours=10))
    page = desks.get("/desk/time-off/").content.decode()
    assert "1 appointment lies in it" in page
    assert "Ana Demo" in page
    assert f"/diary/appointments/{booked.pk}/" in page


def test_every_page_of_the_desk_says_how_many_wait_for_an_answer(kims, desks, monday):
    assert "to answer" not in desks.get("/desk/").content.decode()
    ask(kims, monday)
    assert ">1<span" in desks.get("/desk/").content.decode()
    answer(desks, "approved")
    assert "to answer" not in desks.get("/desk/").content.decode()


def test_thirty_requests_take_as_many_queries_as_one(
    kims, desks, monday, django_assert_max_num_queries, django_assert_num_queries
):
    ask(kims, monday)
    with django_assert_max_num_queries(12) as seen:
        desks.get("/desk/time-off/")
    as_many = len(seen)
    for n in range(1, 30):
        ask(kims, monday + timedelta(days=n))
    with django_assert_num_queries(as_many):
        desks.get("/desk/time-off/")


@pytest.mark.parametrize(
    ("first", "last", "typed", "said"),
    [
        ("", "", {}, "Please fill this in."),
        ("2020-01-01", "2020-01-02", {}, "still to come"),
        ("+7", "+6", {}, "after the start"),
        ("+7", "+7", {"start": "15:00", "end": "14:00"}, "after the start"),
        ("+7", "+400", {}, "half a year"),
    ],
)
def test_what_makes_no_sense_is_said_and_kept(kims, clinic, first, last, typed, said):
    today = clinic.day_of(timezone.now())
    days = [today + timedelta(days=int(d)) if d.startswith("+") else d for d in (first, last)]
    response = ask(kims, *days, reason="Kept words", **typed)
    assert response.status_code == 422
    page = response.content.decode()
    assert said in page
    assert "Kept words" in page
    assert not TimeOff.objects.exists()


def test_taken_back_before_the_answer_and_not_after(kims, desks, lees, monday):
    ask(kims, monday)
    url = f"/my-time/{TimeOff.objects.get().pk}/withdraw/"
    assert lees.post(url).status_code == 404
    answer(desks, "approved")
    assert "answered this already" in kims.post(url, follow=True).content.decode()
    assert TimeOff.objects.exists()


def test_answering_twice_answers_once(kims, desks, monday):
    ask(kims, monday)
    answer(desks, "approved")
    assert "already" in answer(desks, "declined").content.decode()
    assert Absence.objects.count() == 1


def test_approving_accepts_the_visits_that_its_page_showed_and_no_others(
    kims, desks, monday, visit, clinic
):
    ten = datetime.combine(monday, datetime.min.time(), clinic.tz) + timedelta(hours=10)
    visit(ten)
    ask(kims, monday)
    [shown] = desks.get("/desk/time-off/").context["cards"]
    visit(ten + timedelta(hours=3))
    url = f"/desk/time-off/{TimeOff.objects.get().pk}/answer/"
    refused = desks.post(url, {"answer": "approved", "accepted": shown.digest})
    assert refused.status_code == 409
    assert "These could not stay where they are" in refused.text
    assert not Absence.objects.exists()
    [again] = refused.context["cards"]
    desks.post(url, {"answer": "approved", "accepted": again.impact.digest})
    assert Absence.objects.exists()


def test_one_press_approves_what_the_page_has_shown(kims, desks, monday, visit, clinic):
    visit(datetime.combine(monday, datetime.min.time(), clinic.tz) + timedelta(hours=10))
    ask(kims, monday)
    [shown] = desks.get("/desk/time-off/").context["cards"]
    url = f"/desk/time-off/{TimeOff.objects.get().pk}/answer/"
    assert f'value="{shown.digest}"' in desks.get("/desk/time-off/").text
    desks.post(url, {"answer": "approved", "accepted": shown.digest})
    assert Absence.objects.exists()


def test_approving_names_a_time_that_is_being_booked_before_it_is_let_go(
    kims, desks, monday, visit, clinic
):
    held = visit(
        datetime.combine(monday, datetime.min.time(), clinic.tz) + timedelta(hours=10),
        status=Status.HELD,
        held_until=timezone.now() + timedelta(minutes=5),
    )
    ask(kims, monday)
    [shown] = desks.get("/desk/time-off/").context["cards"]
    url = f"/desk/time-off/{TimeOff.objects.get().pk}/answer/"
    refused = desks.post(url, {"answer": "approved", "accepted": shown.digest})
    assert refused.status_code == 409
    assert "Somebody is booking these this minute" in refused.text
    [again] = refused.context["cards"]
    desks.post(url, {"answer": "approved", "accepted": again.impact.digest})
    held.refresh_from_db()
    assert held.status == Status.EXPIRED


# The morning mail.


@pytest.fixture
def early(kim, visit):
    """Kim wants the mail, and has a visit on both days."""
    Habits.objects.create(therapist=kim, morning_mail=True)
    for seven in (SUMMER_SEVEN, WINTER_SEVEN):
        visit(seven + timedelta(hours=3))


@pytest.mark.parametrize("seven", [SUMMER_SEVEN, WINTER_SEVEN])
def test_at_seven_on_the_clinics_clock(early, mailoutbox, seven):
    assert morning_mail.send_due(now=seven - timedelta(minutes=1)) == 0
    assert morning_mail.send_due(now=seven) == 1
    assert morning_mail.send_due(now=seven + timedelta(minutes=1)) == 0
    (mail,) = mailoutbox
    assert mail.to == ["kim@example.com"]
    assert "10:00  A. D.  Sports massage" in mail.body
    assert "Ana" not in mail.body + mail.subject


def test_none_goes_out_while_the_owner_has_paused_all_mail(early, clinic, mailoutbox):
    controls.pause(by="owner", now=WINTER_SEVEN)
    assert morning_mail.send_due(now=WINTER_SEVEN) == 0
    controls.resume()
    assert morning_mail.send_due(now=WINTER_SEVEN + timedelta(minutes=5)) == 1


def test_late_is_too_late(early, mailoutbox):
    assert morning_mail.send_due(now=WINTER_SEVEN + timedelta(hours=2)) == 0


def test_whoever_did_not_ask_or_has_nobody_gets_none(kim, early, mailoutbox):
    assert morning_mail.send_due(now=WINTER_SEVEN + timedelta(days=1)) == 0
    Habits.objects.update(morning_mail=False)
    assert morning_mail.send_due(now=WINTER_SEVEN) == 0
    assert not mailoutbox


def test_a_mail_server_that_is_down_is_asked_again(early, settings, mailoutbox):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(OSError):  # noqa: PT011 - refused, in whatever words
        morning_mail.send_due(now=WINTER_SEVEN)
    assert not MorningMail.objects.exists()
    settings.EMAIL_BACKEND = backend
    assert morning_mail.send_due(now=WINTER_SEVEN) == 1


def test_the_habit_is_switched_on_and_off(kims, kim):
    kims.post("/my-time/habits/", {"morning_mail": "on"})
    assert Habits.objects.get().morning_mail
    kims.post("/my-time/habits/")
    assert not Habits.objects.get().morning_mail


def test_the_list_without_a_signal_names_no_more_than_a_whiteboard(kims, visit, ana, clinic, noon):
    factories.make_race(ana, race_date=noon.date() + timedelta(days=3))
    visit()
    response = kims.get("/today/offline/")
    page = response.content.decode()
    assert "Ana" in page
    assert "Ana Demo" not in page
    assert "Race week" not in page
    until = datetime.fromtimestamp(int(response["Taper-Until"]) / 1000, clinic.tz)
    assert (until.hour, until.date()) == (0, clinic.day_of(noon) + timedelta(days=1))


def test_signing_out_leaves_nothing_behind(kims):
    assert kims.post("/accounts/logout/")["Clear-Site-Data"] == '"storage"'


# My week.


def week(browser, day=""):
    page = browser.get("/my-time/", {"week": day} if day else {}).content.decode()
    lines = page.partition('<ul class="rota">')[2].partition("</ul>")[0].split("</li>")[:-1]
    return [" ".join(strip_tags(line).split()) for line in lines]


@pytest.mark.fixed_clock("2026-12-02T09:00")
def test_the_week_says_hours_without_breaks_what_is_off_and_how_many_come(
    kims, kim, visit, noon, clinic, today
):
    factories.make_absence(
        therapist=kim,
        starts_at=noon + timedelta(days=1),
        ends_at=noon + timedelta(days=1, hours=2),
        reason="Dentist",
    )
    kim.breaks.create(
        weekday=today.weekday(), start=time(13), end=time(13, 30), valid_from=date(2026, 1, 1)
    )
    visit()
    found = week(kims)
    assert len(found) == 7
    assert found[today.weekday()] == "Wed 2 Dec 09:00–13:00, 13:30–17:00 1 visit"
    assert found[today.weekday() + 1] == "Thu 3 Dec 09:00–17:00 Time off: Dentist"


@pytest.mark.fixed_clock("2026-12-02T09:00")
def test_another_week_and_one_without_hours(kims, lees):
    assert week(kims, "2026-12-09")[0].startswith("Mon 7 Dec")
    assert week(kims, "nonsense")[0].startswith("Mon 30 Nov")
    assert {line.partition("Dec ")[2] for line in week(lees, "2026-12-09")} == {"not at work"}


def test_time_off_that_covers_visits_is_a_card_for_the_desk_once_it_is_approved(
    desks, kims, kim, visit, noon
):
    covered = visit(noon + timedelta(days=1))
    factories.make_absence(
        therapist=kim, starts_at=noon + timedelta(hours=20), ends_at=noon + timedelta(days=2)
    )
    assert f"/diary/appointments/{covered.pk}/" in desks.get("/desk/").content.decode()


def test_the_morning_mail_has_no_blank_line_among_its_visits(early, mailoutbox, visit):
    visit(WINTER_SEVEN + timedelta(hours=5), client=factories.make_client("Bo Demo"))
    morning_mail.send_due(now=WINTER_SEVEN)
    lines = mailoutbox[0].body.splitlines()
    assert [line[:5] for line in lines[:2]] == ["10:00", "12:00"]
    assert lines[2] == ""
    assert "" not in (lines[3], lines[-1])


def test_the_calendar_page_opens_the_phones_own_calendar_and_the_feed_says_the_room(
    kims, kim, visit
):
    visit()
    kims.post("/calendar/", {"do": "new"})
    page = kims.get("/calendar/").content.decode()
    address = first_match(r'value="(https?://[^"]+\.ics)"', page)[1]
    assert f'href="webcal://{address.partition("://")[2]}"' in page
    assert "data-copy" in page
    path = "/calendar/" + address.rpartition("/")[2]
    assert "LOCATION:Room 1" in kims.get(path).content.decode()
