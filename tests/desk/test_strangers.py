"""Bookings that nobody has confirmed, at the desk: a card, an alarm, and one that is kept."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Mail, MailKind
from tests.factories import make_appointment, make_client, make_room, make_therapist, make_treatment

HOME, ELSEWHERE = "a" * 64, "b" * 64
HOUR = timedelta(hours=1)


@pytest.fixture
def strangers(db, start):
    """So many bookings from one address, each under a mailbox of its own."""

    def _strangers(count, address=HOME, **fields):
        treatment, now = make_treatment(), timezone.now()
        return [
            make_appointment(
                **{
                    "starts_at": start,
                    "treatment": treatment,
                    "therapist": make_therapist(),
                    "room": make_room(),
                    "client": make_client(f"Stranger {number}", proved_at=None),
                    "held_from": address,
                    "booked_at": now,
                    "prove_by": now + 2 * HOUR,
                    **fields,
                }
            )
            for number in range(count)
        ]

    return _strangers


def text(response):
    return response.content.decode()


def send_cancel(browser, visits, **more):
    pks = [visit.pk for visit in visits]
    return browser.post("/desk/strangers/cancel/", {"visit": pks}, follow=True, **more)


def test_what_came_from_one_address_is_one_card(desk, strangers):
    strangers(12)
    strangers(5, ELSEWHERE)
    page = text(desk.get("/desk/"))
    assert "12 unproved bookings from one address" in page
    assert "5 unproved bookings from one address" in page
    assert '<a href="#strangers"><b>2</b> Not confirmed</a>' in page
    assert page.index("12 unproved") < page.index("5 unproved")


def test_each_is_ticked_and_can_be_unticked_before_any_is_cancelled(desk, strangers):
    """Nothing that cancels is seen before the list is; what is unticked is not sent."""
    visits = strangers(5)
    page = text(desk.get("/desk/"))
    assert "<details>" in page[: page.index("Cancel those that are ticked")]
    ticked = re.findall(r'type="checkbox" name="visit" value="(\d+)"[^>]* checked', page)
    assert {int(pk) for pk in ticked} == {visit.pk for visit in visits}
    assert 'type="hidden" name="visit"' not in page
    assert "4 bookings are cancelled." in text(send_cancel(desk, visits[1:]))
    assert Appointment.objects.get(status=Status.BOOKED) == visits[0]


def test_a_household_is_no_card(desk, strangers):
    strangers(3)
    assert "unproved bookings from one address" not in text(desk.get("/desk/"))


def test_what_is_proved_kept_or_over_is_on_no_card(desk, strangers):
    proved, kept, gone = strangers(1), strangers(1), strangers(1)
    strangers(3)
    proved[0].client.proved_at = timezone.now()
    proved[0].client.save()
    Appointment.objects.filter(pk=kept[0].pk).update(prove_by=None)
    Appointment.objects.filter(pk=gone[0].pk).update(status=Status.CANCELLED)
    assert "unproved bookings from one address" not in text(desk.get("/desk/"))


def test_one_press_cancels_them_together(desk, strangers):
    mine, others = strangers(5), strangers(5, ELSEWHERE)
    page = text(send_cancel(desk, mine))
    assert "5 bookings are cancelled." in page
    assert set(Appointment.objects.filter(status=Status.BOOKED)) == set(others)
    event = Appointment.objects.get(pk=mine[0].pk).events.get(kind=Status.CANCELLED)
    assert event.by.startswith("desk: ")
    assert Mail.objects.filter(kind=MailKind.CANCELLED).count() == 5


def test_what_has_been_confirmed_since_the_page_was_opened_stays(desk, strangers):
    visits = strangers(5)
    visits[0].client.proved_at = timezone.now()
    visits[0].client.save()
    page = text(send_cancel(desk, visits))
    assert "4 bookings are cancelled." in page
    assert "1 has been confirmed or changed meanwhile, and stays as it is." in page
    assert Appointment.objects.get(pk=visits[0].pk).status == Status.BOOKED


def test_what_the_card_did_not_show_is_not_cancelled(desk, strangers):
    shown = strangers(5)
    strangers(2)
    send_cancel(desk, shown)
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 2


def test_nothing_that_is_no_strangers_can_be_cancelled_there(desk, booked):
    send_cancel(desk, [booked])
    assert Appointment.objects.get(pk=booked.pk).status == Status.BOOKED


@pytest.mark.parametrize("sent", [{}, {"visit": "all"}, {"visit": "9" * 40}, {"visit": "-1"}])
def test_nonsense_cancels_nothing(desk, strangers, sent):
    strangers(5)
    assert desk.post("/desk/strangers/cancel/", sent).status_code == 302
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 5


def test_neither_runners_nor_therapists_nor_anybody_may(strangers, anas, kims):
    visits = strangers(5)
    for browser in (anas, kims):
        assert send_cancel(browser, visits).status_code == 403
    assert "/accounts/login/" in Browser().post("/desk/strangers/cancel/").headers["Location"]
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 5
    assert "unproved bookings" not in text(kims.get("/desk/"))


def test_the_page_asks_as_many_questions_for_60_of_them_as_for_4(desk, strangers):
    strangers(4)
    with CaptureQueriesContext(connection) as few:
        desk.get("/desk/?day=2020-01-01")
    strangers(26)
    strangers(30, ELSEWHERE)
    with CaptureQueriesContext(connection) as many:
        page = text(desk.get("/desk/?day=2020-01-01"))
    assert page.count("30 unproved bookings") == 2
    assert len(many) == len(few)


def test_the_alarm_is_on_every_page_of_the_desks_while_newcomers_are_paused(
    desk, clinic, strangers, clock
):
    clinic.unproved_per_hour = 4
    clinic.save()
    strangers(3)
    assert "Newcomers cannot book online" not in text(desk.get("/diary/", follow=True))
    strangers(1, ELSEWHERE)
    for address in ("/desk/", "/diary/", "/desk/clients/"):
        page = text(desk.get(address, follow=True))
        assert 'role="alert"' in page
        assert "Newcomers cannot book online for the moment: within an hour 4 times" in page
    clock.move_to(timezone.now() + HOUR)
    assert "Newcomers cannot book online" not in text(desk.get("/desk/"))


def test_the_alarm_is_not_for_therapists(clinic, strangers, kims):
    clinic.unproved_per_hour = 1
    clinic.save()
    strangers(1)
    assert "Newcomers cannot book online" not in text(kims.get("/desk/"))


@pytest.mark.fixed_clock
def test_the_appointments_page_says_until_when_it_waits_and_keeps_it(desk, strangers):
    [visit] = strangers(1)
    page = desk.get(f"/diary/appointments/{visit.pk}/")
    assert "If nobody does until 11:00, the time is given back." in text(page)
    url = f"/diary/appointments/{visit.pk}/vouch/"
    kept = text(desk.post(url, {"seen": page.context["seen"]}, follow=True))
    assert "the time is given back" not in kept
    assert "Stays, confirmed by mail or not" in kept
    assert Appointment.objects.get(pk=visit.pk).prove_by is None


def test_what_has_gone_meanwhile_is_not_kept(desk, strangers):
    [visit] = strangers(1)
    Appointment.objects.update(status=Status.CANCELLED)
    page = text(desk.post(f"/diary/appointments/{visit.pk}/vouch/", {"seen": 0}, follow=True))
    assert "has changed since the page was opened" in page


def test_only_the_desk_keeps_one(strangers, anas, kims):
    [visit] = strangers(1)
    for browser in (anas, kims):
        assert browser.post(f"/diary/appointments/{visit.pk}/vouch/").status_code == 403


def test_the_owner_sets_how_long_and_how_many(owners, clinic):
    page = text(owners.get("/admin/bookings/clinic/1/change/"))
    assert "half the time to the visit if that is shorter" in page
    assert "0 for no limit" in page
