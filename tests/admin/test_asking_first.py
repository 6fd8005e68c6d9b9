"""The admin asks first which visits a change would leave where they could not stand."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from bookings.core.scheduling.statuses import Status
from bookings.models import Absence, ExtraShift, Room, Therapist, WeeklyShift
from tests import factories
from tests.admin.forms import a_shift, at, filled, list_of, messages, new, page_of, send, why_not

COULD_NOT_STAY = "1 appointment is booked that could not stay where it is."

pytestmark = pytest.mark.fixed_clock  # the visit is on 12 January 2027


@pytest.fixture
def tuesday(kim, visit):
    """The hours in which the visit is: the twelfth of January 2027 is one."""
    return kim.shifts.get(weekday=visit.starts_at.weekday())


@pytest.fixture
def asks_first(office, visit):
    """Nothing is saved at first; the second button, with what was shown, saves it."""

    def _asks(url, sentence, **typed):
        page = send(office, url, **typed)
        assert COULD_NOT_STAY in why_not(page)
        assert sentence in page.text
        assert str(visit.client) in page.text
        assert not any("successfully" in said for said in messages(page))
        accepted = page.context["impact"].digest
        saved = office.post(url, {**filled(page), **typed, "accepted": accepted})
        assert saved.status_code == 302
        visit.refresh_from_db()
        assert visit.status == Status.BOOKED

    return _asks


def test_before_hours_are_cut(asks_first, tuesday):
    asks_first(page_of(tuesday), "Kim Demo does not work then.", start="12:00")
    tuesday.refresh_from_db()
    assert tuesday.start == time(12)


def test_before_hours_are_cut_on_the_therapists_own_page(office, kim, visit, tuesday):
    page = filled(office.get(page_of(kim)))
    line = next(name for name, value in page.items() if value == tuesday.pk).removesuffix("-id")
    refused = office.post(page_of(kim), {**page, f"{line}-end": "10:30"})
    assert COULD_NOT_STAY in why_not(refused)
    tuesday.refresh_from_db()
    assert tuesday.end == time(17)


def test_before_a_room_is_out_of_use(asks_first, room):
    asks_first(page_of(room), "Room 1 is out of use.", active="")
    room.refresh_from_db()
    assert not room.active


def test_before_a_therapist_is_switched_off(asks_first, kim):
    asks_first(page_of(kim), "Kim Demo does not work here any more.", active="")
    assert not Therapist.objects.get(pk=kim.pk).active


def test_before_a_treatment_is_taken_from_a_therapist(asks_first, massage):
    lee = factories.make_therapist("Lee Demo")
    asks_first(page_of(massage), "Kim Demo does not offer", therapists=[lee.pk])


def test_before_time_off_is_put_over_a_visit(office, visit, kim, ten):
    times = at(ten, "starts_at") | at(ten + timedelta(hours=1), "ends_at")
    page = send(office, new(Absence), therapist=kim.pk, **times)
    assert "Kim Demo is away then." in page.text
    assert not Absence.objects.exists()


def test_what_was_accepted_is_only_what_was_shown(office, visit, room, massage, kim, ten):
    page = send(office, page_of(room), active="")
    factories.make_appointment(
        starts_at=ten + timedelta(hours=3), treatment=massage, therapist=kim, room=room
    )
    sent = {**filled(page), "accepted": page.context["impact"].digest}
    sent.pop("active", None)
    assert "2 appointments are booked" in why_not(office.post(page_of(room), sent))
    assert Room.objects.get().active


def again(page):
    """What the button sends of the page that asks once more."""
    return {**dict(page.context["sent"]), "accepted": page.context["impact"].digest}


def test_deleting_asks_twice_as_well(office, visit, tuesday):
    url = reverse("admin:bookings_weeklyshift_delete", args=[tuesday.pk])
    asks = office.post(url, {"post": "yes"})
    assert asks.status_code == 409
    assert COULD_NOT_STAY in asks.text
    assert WeeklyShift.objects.filter(pk=tuesday.pk).exists()
    assert office.post(url, again(asks)).status_code == 302
    assert not WeeklyShift.objects.filter(pk=tuesday.pk).exists()


def test_deleting_several_at_once_asks_twice_as_well(office, visit, kim, tuesday):
    wednesday = kim.shifts.exclude(pk=tuesday.pk).first()
    chosen = {"action": "delete_selected", "_selected_action": [tuesday.pk, wednesday.pk]}
    asks = office.post(list_of(WeeklyShift), {**chosen, "post": "yes"})
    assert COULD_NOT_STAY in asks.text
    assert kim.shifts.filter(pk__in=chosen["_selected_action"]).count() == 2
    sent = {**again(asks), **chosen}
    assert [value for name, value in asks.context["sent"] if name == "_selected_action"] == [
        str(pk) for pk in chosen["_selected_action"]
    ]
    assert office.post(list_of(WeeklyShift), sent).status_code == 302
    assert not kim.shifts.filter(pk__in=chosen["_selected_action"]).exists()


def test_deleting_shows_every_visit_and_hold_with_its_way_to_a_free_time(
    office, visit, massage, kim, room, tuesday
):
    place = {"treatment": massage, "therapist": kim, "room": room}
    others = [
        factories.make_appointment(starts_at=visit.starts_at + timedelta(days=7 * n), **place)
        for n in range(1, 7)
    ]
    factories.make_appointment(
        starts_at=visit.starts_at + timedelta(hours=3),
        status=Status.HELD,
        held_until=visit.starts_at,
        **place,
    )
    url = reverse("admin:bookings_weeklyshift_delete", args=[tuesday.pk])
    page = office.post(url, {"post": "yes"}).text
    for one in [visit, *others]:
        assert reverse("diary:change", args=[one.pk]) in page
    assert "Being booked this minute:" in page


def test_what_was_said_about_one_visit_deletes_nothing_under_another(office, visit, kim, tuesday):
    url = reverse("admin:bookings_weeklyshift_delete", args=[tuesday.pk])
    sent = again(office.post(url, {"post": "yes"}))
    factories.make_appointment(
        starts_at=visit.starts_at + timedelta(hours=3),
        treatment=visit.treatment,
        therapist=kim,
        room=visit.room,
    )
    assert "2 appointments are booked" in office.post(url, sent).text
    assert WeeklyShift.objects.filter(pk=tuesday.pk).exists()


def test_what_was_shown_on_the_way_to_deleting_accepts_no_other_change(
    office, visit, room, tuesday
):
    office.post(reverse("admin:bookings_weeklyshift_delete", args=[tuesday.pk]), {"post": "yes"})
    assert COULD_NOT_STAY in why_not(send(office, page_of(room), active=""))


def test_a_change_that_touches_nobody_is_saved_at_once(office, visit, tuesday):
    assert send(office, page_of(tuesday), end="16:00").status_code == 302


def test_a_time_that_is_being_booked_is_let_go(office, massage, kim, room, ten):
    held = factories.make_appointment(
        starts_at=ten,
        treatment=massage,
        therapist=kim,
        room=room,
        status=Status.HELD,
        held_until=ten,
    )
    page = send(office, page_of(room), active="")
    assert "1 time is being booked this minute" in why_not(page)
    sent = {**filled(page), "accepted": page.context["impact"].digest}
    sent.pop("active", None)
    office.post(page_of(room), sent)
    held.refresh_from_db()
    assert held.status == Status.EXPIRED


def test_before_a_treatment_that_is_being_booked_is_switched_off(
    office, visit, massage, kim, room, ten
):
    held = factories.make_appointment(
        starts_at=ten + timedelta(hours=2),
        treatment=massage,
        therapist=kim,
        room=room,
        status=Status.HELD,
        held_until=ten,
    )
    page = send(office, page_of(massage), active="")
    assert "1 time is being booked this minute" in why_not(page)
    assert page.context["impact"].visits == []
    massage.refresh_from_db()
    assert massage.active
    sent = {**filled(page), "accepted": page.context["impact"].digest}
    sent.pop("active", None)
    assert office.post(page_of(massage), sent).status_code == 302
    held.refresh_from_db()
    assert held.status == Status.EXPIRED


def test_weekly_hours_that_overlap_are_flagged(office, kim):
    typed = {"therapist": kim.pk, "weekday": 0, "start": "08:00", "end": "10:00"}
    page = office.post(
        new(WeeklyShift),
        {**typed, "valid_from": "2026-01-01", "every_weeks": "1", "_save": "Save"},
        follow=True,
    )
    flagged = "These hours overlap: Kim Demo Monday 08:00–10:00 and Kim Demo Monday 09:00–17:00."
    assert flagged in messages(page)


def test_extra_hours_over_weekly_ones_are_flagged(office, kim):
    typed = {"therapist": kim.pk, "day": "2027-01-05", "start": "16:00", "end": "20:00"}
    page = office.post(new(ExtraShift), {**typed, "_save": "Save"}, follow=True)
    flagged = (
        "These hours overlap: Kim Demo Tuesday 09:00–17:00 and Kim Demo 2027-01-05 16:00–20:00."
    )
    assert flagged in messages(page)
    assert ExtraShift.objects.exists()


def test_hours_one_after_the_other_are_not_flagged(office):
    lee = factories.make_therapist("Lee Demo")
    page = office.post(page_of(lee), {**filled(office.get(page_of(lee))), **a_shift()}, follow=True)
    assert not any("overlap" in said for said in messages(page))


@pytest.mark.parametrize(("minutes", "days", "fits"), [(2880, 1, False), (2879, 1, True)])
def test_a_notice_that_ends_beyond_the_horizon_is_refused(office, clinic, minutes, days, fits):
    page = send(office, page_of(clinic), minimum_notice_minutes=minutes, horizon_days=days)
    assert (page.status_code == 302) is fits
    if not fits:
        assert "Nobody could ever book: the notice of 48 hours" in why_not(page)
