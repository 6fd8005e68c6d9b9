"""Waiting for a day that is better for the race, earlier or later: asked, offered, moved."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings import links
from bookings.actions.scheduling import cancellation
from bookings.actions.waiting_list import tending
from bookings.links import Purpose
from bookings.mail.compose import compose
from bookings.models import BetterBy, Clinic, EntryState, FreedTime, Mail, MailKind
from bookings.queries.waiting_list.better import better_for
from tests import factories
from tests.page_forms import forms_of

BESIDE = "The day after is your long run."
WHY = "It is the day after your long run."

pytestmark = pytest.mark.by_day  # at night nobody is offered anything


@pytest.fixture
def visits(massage, kim, room, at):
    """Two full days: that before the long run, and that after it."""
    return {
        (days, hour): factories.make_appointment(
            starts_at=at(days, hour), treatment=massage, therapist=kim, room=room
        )
        for days in (3, 5)
        for hour in range(9, 17)
    }


@pytest.fixture
def mine(visits, ana, today):
    """Ana's of the day before her long run; a race of hers in ten weeks."""
    long_run = today + timedelta(days=4)
    ana.long_run_weekday = long_run.weekday()
    ana.save()
    factories.make_race(ana, race_date=long_run + timedelta(weeks=10))
    visit = visits[3, 12]
    visit.client = ana
    visit.save()
    return visit


@pytest.fixture
def page(mine):
    return links.mailed_url(mine, "runner:earlier")


def ask(browser, page, **said):
    shown = browser.get(f"{page}?by=training").text
    [form] = [one for one in forms_of(shown) if one.method == "post"]
    return browser.post(page, {**form.sent, **said})


def free(visits, clock, *which):
    for one in which:
        cancellation.cancel(visits[one], by="desk: dee", now=timezone.now())
    clock.move_to(timezone.now() + timedelta(minutes=10))
    tending.tend(now=timezone.now())


def test_a_day_that_the_plan_advises_against_is_left_for_a_later_one_and_each_page_says_why(
    client, visits, mine, page, ana, clock, desks
):
    assert BESIDE in client.get(links.mailed_url(mine)).text
    plan = client.get(links.mailed_url(mine, "runner:my_plan")).text
    assert BESIDE in plan
    assert "Wait for a better day" in plan
    assert ask(client, page).status_code == 302
    entry = ana.waits_for.get()
    assert (entry.better_by, entry.appointment) == (BetterBy.TRAINING, mine)
    assert "better for your race" in client.get(links.mailed_url(mine)).text
    free(visits, clock, (3, 9), (5, 10))
    offer = entry.offers.get()
    assert offer.starts_at == visits[5, 10].starts_at
    mail = Mail.objects.get(kind=MailKind.WAIT_OFFER)
    assert WHY in compose(mail, Clinic.objects.the(), now=timezone.now()).as_string()
    address = links.client_path(Purpose.WAIT_OFFER, ana, offer=offer.pk)
    assert WHY in client.get(address).text
    gap = FreedTime.objects.get(starts_at=visits[5, 10].starts_at, cause="visit")
    listed = desks.get("/desk/waiting-list/", {"gap": gap.pk}).text
    assert "It is the day after their long run." in listed
    client.post(address, {"answer": "take"})
    before = mine.revision
    mine.refresh_from_db()
    assert (mine.starts_at, mine.revision) == (visits[5, 10].starts_at, before + 1)
    assert ana.appointments.count() == 1
    entry.refresh_from_db()
    assert entry.state == EntryState.SERVED


def test_without_a_race_or_from_a_link_that_proves_nothing_only_earlier_is_offered(
    client, mine, page, ana
):
    shown = links.page_token(mine)
    assert BESIDE not in client.get(f"/appointments/{shown}/").text
    assert "better for" not in client.get(f"/appointments/{shown}/earlier/").text
    ana.races.all().delete()
    assert BESIDE not in client.get(links.mailed_url(mine)).text
    assert ask(client, page, better_by="training").status_code == 422
    assert not ana.waits_for.exists()


def test_days_of_which_none_is_better_are_no_wish(client, mine, page, ana, today):
    before, long_run = (today + timedelta(days=days) for days in (3, 4))
    answer = ask(client, page, first_day=before, last_day=long_run)
    assert answer.status_code == 422
    assert "none of these days is better" in answer.text
    assert ask(client, page, weekdays=[before.weekday(), long_run.weekday()]).status_code == 422


def test_an_earlier_wish_ends_with_the_day_that_is_booked_and_the_two_are_one(
    client, mine, page, ana
):
    assert ask(client, page, better_by="earlier").status_code == 302
    entry = ana.waits_for.get()
    assert entry.last_day == Clinic.objects.the().day_of(mine.starts_at)
    assert ask(client, page).status_code == 409


def test_what_the_plan_says_by_now_is_what_counts(client, visits, mine, page, ana, clock):
    ask(client, page)
    ana.races.all().delete()
    free(visits, clock, (5, 10))
    entry = ana.waits_for.get()
    assert not entry.offers.exists()
    place = links.client_path(Purpose.WAITING, ana, entry=entry.pk)
    assert "We know of no race of yours any more" in client.get(place).text


def test_the_desk_asks_for_either_and_is_told_what_the_plan_says(desks, mine, ana):
    page = f"/diary/appointments/{mine.pk}/wait/"
    shown = desks.get(f"{page}?by=training")
    assert "The day after is their long run." in shown.text
    [form] = [one for one in forms_of(shown.text) if "better_by" in one.sent]
    wrong = desks.post(page, {**form.sent, "first_day": "never"})
    assert wrong.status_code == 422
    assert 'value="never"' in wrong.text
    assert desks.post(page, form.sent).status_code == 302
    assert ana.waits_for.get().wants_better
    assert "better for their race" in desks.get(f"/diary/appointments/{mine.pk}/").text
    assert desks.post(page, {**form.sent, "key": "1" * 32}).status_code == 409


def test_no_day_near_another_visit_of_theirs_is_better(
    mine, ana, massage, kim, room, at, today, clinic
):
    """The better time was on the very day of another appointment."""
    there = {"treatment": massage, "therapist": kim, "room": room, "client": ana}
    factories.make_appointment(starts_at=at(9, 10), **there)
    days = better_for(mine, clinic, now=timezone.now())
    assert days
    found = {(day - today).days for day in days.among(today, today + timedelta(days=20))}
    assert 5 in found
    assert not {6, 7, 8, 9, 10, 11, 12} & found
