"""The appointment's own page, and cancelling it."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from bookings.links import mail_token, page_token
from bookings.models import Client, Mail
from tests import factories
from tests.reading import first_match


@pytest.fixture
def page(booked):
    return f"/appointments/{page_token(booked)}/"


@pytest.fixture
def mailed(booked):
    return f"/appointments/{mail_token(booked)}/"


@pytest.fixture
def starting_at(booked):
    """Makes it start then."""

    def _starting_at(instant: datetime):
        length = booked.ends_at - booked.starts_at
        booked.starts_at = instant
        booked.ends_at = booked.blocked_until = instant + length
        booked.save()

    return _starting_at


@pytest.fixture
def starting_in(starting_at):
    """Makes it start so many hours from now."""
    return lambda hours: starting_at(timezone.now() + timedelta(hours=hours))


def read(client, path: str) -> str:
    return client.get(path).content.decode()


def test_it_says_when_where_with_whom_and_for_how_much(client, page, clinic):
    shown = read(client, page)
    assert "10:00 to 11:00" in shown
    assert "London time" in shown
    assert "Kim Demo" in shown
    assert "1 Tow Path" in shown
    assert "£60" in shown
    assert "Booked" in shown


@pytest.mark.parametrize(("days", "said"), [(6, "{0:%A}</h1>"), (7, "{0:%A} {0.day} {0:%B}")])
def test_a_weekday_alone_is_said_only_of_the_week_to_come(
    client, page, starting_at, at, today, days, said
):
    starting_at(at(days, 10))
    assert f"See you on {said.format(today + timedelta(days=days))}" in read(client, page)


@pytest.mark.by_day
def test_today_is_called_so(client, page, starting_in):
    starting_in(1)
    assert "See you today</h1>" in read(client, page)


def test_all_appointments_are_a_press_away_once_the_mailbox_has_answered(client, mailed, booked):
    assert "All your appointments" not in read(client, mailed)
    client.post(f"{mailed}thats-me/")
    link = first_match(r'<a href="([^"]*)">All your appointments</a>', read(client, mailed))[1]
    assert client.get(link).status_code == 200


def test_what_was_booked_at_once_is_answered_for_at_once(client, mailed, booked):
    type(booked).objects.update(together=booked.public_id)
    assert "Are they yours?" in read(client, mailed)
    answer = client.post(f"{mailed}thats-me/", follow=True)
    assert "all of these appointments are confirmed" in answer.content.decode()


def test_it_says_nothing_about_who_and_nothing_earlier(client, page, mailed):
    for path in (page, mailed):
        assert "ana@example.com" not in read(client, path)
        assert "Ana Demo" not in read(client, path)


def test_a_wrong_link_is_not_found(client, page):
    assert client.get("/appointments/guess/").status_code == 404
    assert client.get(page[:-2] + "x/").status_code == 404


def test_a_hold_has_no_page(client, choose, start):
    choose(start)
    held = factories.Appointment.objects.get()
    assert client.get(f"/appointments/{page_token(held)}/").status_code == 404


def test_nobody_keeps_or_finds_the_page(client, page):
    answer = client.get(page)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer["X-Robots-Tag"]


def test_the_calendar_file_is_of_this_appointment(client, page, booked):
    answer = client.get(page + "calendar.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert f"UID:{booked.public_id}\r\n".encode() in answer.content


def test_opening_the_mailed_link_proves_nothing(client, mailed):
    client.get(mailed)
    client.head(mailed)
    assert Client.objects.get().is_provisional


def test_yes_thats_me_proves_the_address(client, mailed):
    assert "Yes, that’s me" in read(client, mailed)
    client.post(mailed + "thats-me/")
    assert not Client.objects.get().is_provisional
    assert "Yes, that’s me" not in read(client, mailed)


def test_the_browser_that_booked_cannot_prove_the_address(client, page):
    assert "Yes, that’s me" not in read(client, page)
    client.post(page + "thats-me/")
    assert Client.objects.get().is_provisional


def test_the_same_name_at_a_proved_address_joins_the_known_client(client, mailed, booked):
    known = factories.make_client("Ana Demo", email="ANA@example.com")
    client.post(mailed + "thats-me/")
    booked.refresh_from_db()
    assert booked.client == known
    assert client.get(mailed).status_code == 200


def test_cancelling_asks_first(client, page, booked):
    shown = client.get(page + "cancel/")
    booked.refresh_from_db()
    assert "Cancel this appointment?" in shown.content.decode()
    assert booked.status == Status.BOOKED


def test_cancelling_frees_the_time_and_offers_another(client, page, booked, massage):
    answer = client.post(page + "cancel/", {"reason": "plans_changed"}, follow=True)
    booked.refresh_from_db()
    assert booked.status == Status.CANCELLED
    assert booked.events.last().facts == {"reason": "plans_changed"}
    assert Mail.objects.get().kind == "cancelled"
    assert "Your appointment is cancelled" in answer.content.decode()
    assert "Book again" in answer.content.decode()


def test_no_reason_need_be_given(client, page, booked):
    client.post(page + "cancel/")
    booked.refresh_from_db()
    assert booked.status == Status.CANCELLED


def test_a_reason_that_is_not_on_the_list_changes_nothing(client, page, booked):
    answer = client.post(page + "cancel/", {"reason": "my left calf"})
    booked.refresh_from_db()
    assert answer.status_code == 422
    assert booked.status == Status.BOOKED


def test_a_tab_from_before_a_move_cancels_nothing_and_shows_the_visit_anew(client, page, booked):
    stale = client.get(page + "cancel/").context["form"].initial
    later = booked.starts_at + timedelta(days=1)
    to = {"start": later.isoformat(), "therapist": "", "revision": booked.revision}
    assert client.post(page + "move/", to).url == page
    answer = client.post(page + "cancel/", {**stale, "reason": "elsewhere"})
    booked.refresh_from_db()
    assert (answer.status_code, booked.status) == (409, Status.BOOKED)
    shown = answer.content.decode()
    assert "has been moved since the page was opened. Nothing has been cancelled." in shown
    assert f"{later.day} {later:%B}" in shown
    anew = answer.context["form"].initial
    assert anew == {"revision": booked.revision, "reason": "elsewhere"}
    client.post(page + "cancel/", anew)
    booked.refresh_from_db()
    assert booked.status == Status.CANCELLED


def test_cancelling_twice_ends_at_the_same_page(client, page):
    first, second = client.post(page + "cancel/"), client.post(page + "cancel/")
    assert first.url == second.url == page
    assert Mail.objects.count() == 1


def test_inside_the_cut_off_the_page_says_the_rule_and_the_number(client, page, starting_in):
    starting_in(6)
    shown = read(client, page)
    assert "cancelled online until 12 hours before" in shown
    assert "moved online until 24 hours before" in shown
    assert "tel:+442079460000" in shown
    assert f"{page}cancel/" not in shown
    assert f"{page}move/" not in shown


def test_between_the_cut_offs_it_may_still_be_cancelled(client, page, starting_in):
    starting_in(18)
    shown = read(client, page)
    assert f"{page}cancel/" in shown
    assert f"{page}move/" not in shown


def test_just_after_booking_one_may_cancel_whatever_the_cut_off(client, page, booked, starting_in):
    starting_in(6)
    booked.booked_at = timezone.now() - timedelta(minutes=9)
    booked.save()
    assert f"{page}cancel/" in read(client, page)
    client.post(page + "cancel/")
    booked.refresh_from_db()
    assert booked.status == Status.CANCELLED


def test_cancelling_too_late_is_refused_with_the_number(client, page, booked, starting_in):
    starting_in(6)
    answer = client.post(page + "cancel/")
    booked.refresh_from_db()
    assert answer.status_code == 409
    assert "tel:" in answer.content.decode()
    assert booked.status == Status.BOOKED


def test_what_is_over_cannot_be_changed_but_booked_again(client, page, starting_in):
    starting_in(-48)
    shown = read(client, page)
    assert f"{page}cancel/" not in shown
    assert "Book again" in shown


def test_cancelling_from_the_mail_says_not_that_it_was_theirs(client, mailed):
    client.post(mailed + "cancel/")
    assert Client.objects.get().is_provisional


@pytest.mark.parametrize("what", ["cancel", "move"])
def test_a_second_thought_is_one_press_and_gone_when_it_cannot_work(client, page, booked, at, what):
    data = {"start": at(4, 14).isoformat(), "revision": 0} if what == "move" else {}
    shown = client.post(f"{page}{what}/", data, follow=True).content.decode()
    assert "Second thoughts?" in shown
    shown = client.post(f"{page}undo/", {"revision": 1}, follow=True).content.decode()
    assert "Undone." in shown
    assert "10:00 to 11:00" in shown
    assert "Second thoughts?" not in shown


def test_an_undo_that_comes_too_late_says_so_and_changes_nothing(client, page, booked, clock):
    client.post(f"{page}cancel/", {})
    clock.move_to(timezone.now() + timedelta(minutes=11))
    assert "Second thoughts?" not in read(client, page)
    shown = client.post(f"{page}undo/", {"revision": 1}, follow=True).content.decode()
    assert "It is too late to undo this." in shown
    booked.refresh_from_db()
    assert booked.status == Status.CANCELLED
