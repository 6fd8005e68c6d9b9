"""The desk's page: who waits, whom a gap suits and why not the others, and offering by hand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actions.scheduling import cancellation
from bookings.actions.waiting_list import offers
from bookings.models import FreedTime, OfferState, WaitlistEntry
from tests import factories

PAGE = "/desk/waiting-list/"


@pytest.fixture
def full_day(massage, kim, room, at):
    return [
        factories.make_appointment(
            starts_at=at(3, hour), treatment=massage, therapist=kim, room=room
        )
        for hour in range(9, 17)
    ]


@pytest.fixture
def wait(massage, today):
    day = today + timedelta(days=3)
    return lambda name, **fields: factories.make_entry(
        factories.make_client(name, wants_news=True, phone="07700 900123"),
        **{"treatment": massage, "first_day": day, "last_day": day, **fields},
    )


def freed(full_day):
    cancellation.cancel(full_day[1], by="desk: dee", now=timezone.now())
    return FreedTime.objects.get()


def test_each_who_waits_is_there_and_for_a_gap_why_each_was_not_offered(desk, full_day, wait):
    wait("Ana First")
    wait("Bo Second")
    wait("Cy Evenings", parts=[2])
    page = desk.get(PAGE, {"gap": freed(full_day).pk}).text
    assert page.index("Comes first.") < page.index("Others come first.")
    assert "They want another time of day." in page
    assert "in case it is taken back" in page
    assert "07700 900123" in page


def test_the_desk_offers_it_out_of_turn_and_takes_it_back(desk, full_day, wait):
    wait("Ana First")
    second = wait("Bo Second")
    gap = freed(full_day)
    sent = {"start": full_day[1].starts_at.isoformat(), "gap": gap.pk}
    said = desk.post(f"{PAGE}{second.pk}/offer/", sent, follow=True).text
    assert "It is kept for Bo Second until" in said
    offer = second.offers.get()
    assert offer.by.startswith("desk")
    assert "Nothing was offered" in desk.post(f"{PAGE}{second.pk}/offer/", sent, follow=True).text
    desk.post(f"{PAGE}offers/{offer.pk}/withdraw/", {})
    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN


def test_the_desk_may_offer_once_more_what_was_passed_on_but_not_two_at_once(desk, full_day, wait):
    entry = wait("Ana First")
    gap = freed(full_day)
    sent = {"start": full_day[1].starts_at.isoformat(), "gap": gap.pk}
    desk.post(f"{PAGE}{entry.pk}/offer/", sent)
    offers.decline(entry.offers.get(), now=timezone.now())
    assert "They were offered this time already." in desk.get(PAGE, {"gap": gap.pk}).text
    desk.post(f"{PAGE}{entry.pk}/offer/", sent)
    assert entry.offers.filter(state=OfferState.OPEN).count() == 1
    cancellation.cancel(full_day[3], by="desk: dee", now=timezone.now())
    other = {**sent, "start": full_day[3].starts_at.isoformat()}
    said = desk.post(f"{PAGE}{entry.pk}/offer/", other, follow=True).text
    assert "They are thinking about another offer. Nothing was offered." in said


@pytest.mark.parametrize("start", ["", "soon", "2020-01-01T10:00:00+00:00"])
def test_a_time_that_nobody_could_have_is_refused(desk, full_day, wait, start):
    entry = wait("Ana First")
    said = desk.post(f"{PAGE}{entry.pk}/offer/", {"start": start}, follow=True).text
    assert "That time is not free any more. Nothing was offered." in said


def test_a_caller_is_put_on_the_list_and_taken_off(desk, massage, today):
    client = factories.make_client("Ana Demo", email="")
    page = f"/desk/clients/{client.pk}/wait/"
    assert "you ring" in desk.get(page).text
    sent = {
        "key": "0" * 32,
        "treatment": massage.slug,
        "first_day": str(today),
        "last_day": str(today + timedelta(days=9)),
        "notice_hours": "24",
    }
    assert desk.post(page, {**sent, "last_day": ""}).status_code == 422
    desk.post(page, sent)
    entry = WaitlistEntry.objects.get()
    assert entry.client == client
    assert not client.mails.exists()
    assert "ring them" in desk.get(PAGE).text
    desk.post(f"{PAGE}{entry.pk}/take-off/")
    entry.refresh_from_db()
    assert not entry.is_waiting


def test_the_list_asks_as_many_questions_for_30_as_for_1(desk, full_day, wait):
    wait("Ana 0")
    gap = freed(full_day)

    def questions() -> int:
        with CaptureQueriesContext(connection) as data:
            assert desk.get(PAGE, {"gap": gap.pk}).status_code == 200
        return len(data)

    questions()
    for_one = questions()
    for number in range(1, 30):
        entry = wait(f"Ana {number}")
        factories.make_race(entry.client)
    assert questions() == for_one
