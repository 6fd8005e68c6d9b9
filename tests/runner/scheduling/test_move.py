"""Moving an appointment: choose, confirm, done."""

import re
from datetime import timedelta

import pytest

from bookings.core.scheduling.statuses import Status
from bookings.links import mail_token, page_token
from bookings.models import Appointment, Client, Mail
from tests import factories
from tests.clock import day_of


@pytest.fixture
def page(booked):
    return f"/appointments/{page_token(booked)}/move/"


@pytest.fixture
def move(client, page, booked):
    def _move(start, **data):
        data = {"start": start.isoformat(), "therapist": "", "revision": booked.revision, **data}
        return client.post(page, data)

    return _move


def test_the_picker_marks_the_present_time(client, page, start):
    shown = client.get(page, {"day": start.date()}).content.decode()
    assert re.search(r'<span class="start now"><b class="number">10:00</b>', shown)


def test_who_asked_for_a_therapist_sees_that_therapists_times(client, page, massage, booked):
    massage.therapists.add(factories.make_therapist("Lee Demo"))
    assert client.get(page).context["picker"].therapist == booked.therapist
    assert client.get(page, {"therapist": "any"}).context["picker"].therapist is None
    Appointment.objects.update(any_therapist=True)
    assert client.get(page).context["picker"].therapist is None


def test_a_chosen_time_is_shown_beside_the_old_one_and_moves_nothing(client, page, booked, at):
    shown = client.get(page, {"start": at(4, 14).isoformat()}).content.decode()
    booked.refresh_from_db()
    assert "Move to this time?" in shown
    assert "10:00" in shown
    assert "14:00" in shown
    assert booked.starts_at == at(3, 10)


def test_confirming_moves_it_under_the_same_link(client, page, move, booked, at):
    answer = move(at(4, 14))
    shown = client.get(answer.url).content.decode()
    booked.refresh_from_db()
    assert (booked.starts_at, booked.revision) == (at(4, 14), 1)
    assert answer.url == page.removesuffix("move/")
    assert "14:00 to 15:00" in shown
    assert Mail.objects.exclude(kind="reminder").get().kind == "moved"


def test_who_goes_back_after_a_move_is_not_moved_to_where_they_are(client, page, move, booked, at):
    move(at(4, 14))
    mails = Mail.objects.count()
    answer = client.get(page, {"start": at(4, 14).isoformat()}, follow=True)
    assert "Your appointment is at that time already." in answer.text
    assert Mail.objects.count() == mails


def test_the_first_mails_link_works_after_many_moves(client, booked, at):
    first = f"/appointments/{mail_token(booked)}/"
    for revision, hour in enumerate((11, 12, 13)):
        data = {"start": at(5, hour).isoformat(), "revision": revision}
        client.post(first + "move/", data)
    assert "13:00 to 14:00" in client.get(first).content.decode()
    assert not Client.objects.get().is_provisional


def test_a_time_taken_meanwhile_leaves_the_old_one_standing(
    client, move, booked, massage, kim, room, at
):
    factories.make_appointment(starts_at=at(4, 14), treatment=massage, therapist=kim, room=room)
    answer = move(at(4, 14))
    shown = answer.content.decode()
    booked.refresh_from_db()
    assert answer.status_code == 409
    assert booked.starts_at == at(3, 10)
    assert "Your appointment stands" in shown
    assert len(re.findall(r'<button class="start" name="start"', shown)) == 3


def test_a_page_from_before_another_move_moves_nothing(move, booked, at):
    move(at(4, 14))
    answer = move(at(5, 9))
    booked.refresh_from_db()
    assert answer.status_code == 409
    assert "has changed since" in answer.content.decode()
    assert booked.starts_at == at(4, 14)


def test_the_same_move_sent_twice_moves_once(move, booked, at):
    first, second = move(at(4, 14)), move(at(4, 14))
    booked.refresh_from_db()
    assert first.url == second.url
    assert booked.revision == 1


@pytest.mark.parametrize(
    "data",
    [{"start": "soon"}, {"therapist": "nobody"}, {"revision": ""}, {"revision": "-1"}],
)
def test_bad_input_leads_back_to_the_times(move, booked, at, data):
    answer = move(**{"start": at(4, 14), **data}) if "start" not in data else None
    answer = answer or move(at(4, 14), therapist="nobody")
    booked.refresh_from_db()
    assert answer.status_code == 422
    assert booked.revision == 0


def test_inside_the_cut_off_there_is_nothing_to_choose(client, page, clinic):
    clinic.move_cutoff_hours = 100
    clinic.save()
    assert client.get(page).url == page.removesuffix("move/")


def test_moving_too_late_is_refused_with_the_rule(move, booked, clinic, at):
    clinic.move_cutoff_hours = 100
    clinic.save()
    answer = move(at(4, 14))
    booked.refresh_from_db()
    assert answer.status_code == 409
    assert "until 100 hours before" in answer.content.decode()
    assert booked.starts_at == at(3, 10)


def test_a_cancelled_appointment_cannot_be_moved(client, page, move, booked, at):
    Appointment.objects.update(status=Status.CANCELLED)
    assert client.get(page).status_code == 302
    assert move(at(4, 14)).status_code == 409


def test_no_day_is_good_that_is_near_another_visit_but_the_one_that_moves(
    anas, ana, massage, kim, room, at, today
):
    """The next good day was one with a visit of theirs, and nothing was said before the move."""
    ana.long_run_weekday = (today + timedelta(days=4)).weekday()  # and the eleventh day
    ana.save()
    factories.make_race(client=ana, race_date=today + timedelta(weeks=20))
    there = {"treatment": massage, "therapist": kim, "room": room, "client": ana}
    moving = factories.make_appointment(starts_at=at(2, 10), **there)
    other = factories.make_appointment(starts_at=at(9, 9), **there)
    page = f"/appointments/{page_token(moving)}/move/"
    cells = list(anas.get(page, {"from": today.isoformat()}).context["picker"].cells)
    said = "You have an appointment on"
    near = {
        (one.date - today).days
        for one in cells
        if one.advised and str(one.advised.advice.reason).startswith(said)
    }
    assert {7, 8, 9} <= near <= set(range(6, 13))
    warned = anas.get(page, {"start": at(9, 12).isoformat()}).content.decode()
    assert f"<b>Better not:</b> {said}" in warned
    assert said not in anas.get(page, {"start": at(2, 12).isoformat()}).content.decode()
    free = anas.get(f"/book/{massage.slug}/", {"from": today.isoformat()}).context["picker"]
    assert free.next_good is None or abs(free.next_good.date - day_of(other.starts_at)).days > 3


def test_the_next_free_time_is_told_on_the_week_of_a_visit_far_ahead(client, page, booked, at):
    Appointment.objects.filter(pk=booked.pk).update(
        starts_at=at(30, 10), ends_at=at(30, 11), blocked_until=at(30, 11)
    )
    soonest = client.get(page).context["picker"].soonest
    assert soonest
    assert soonest.starts_at < at(2, 0)
