"""The desk's page: who waits, whom a gap suits and why not the others, and offering by hand."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actions.scheduling import cancellation
from bookings.actions.waiting_list import offers
from bookings.actions.waiting_list.offers import OfferRequest
from bookings.core.scheduling.parts_of_day import part_of_day
from bookings.core.waiting_list.wishes import Start
from bookings.dates import civil_day
from bookings.models import Clinic, FreedTime, OfferState, WaitlistEntry
from tests import factories
from tests.page_forms import forms_of

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


def the_start_of(visit, entry):
    part = part_of_day(visit.starts_at.astimezone(Clinic.objects.the().tz).time())
    day = Clinic.objects.the().day_of(visit.starts_at)
    who = frozenset({visit.therapist_id})
    return OfferRequest(
        entry=entry.pk, start=Start(at=visit.starts_at, day=day, part=part, therapists=who)
    )


def squeezed(page):
    return re.sub(r"\s+", " ", page)


def test_each_who_waits_is_there_and_for_a_gap_why_each_was_not_offered(desk, full_day, wait):
    wait("Ana First")
    wait("Bo Second")
    wait("Cy Evenings", parts=[2])
    page = desk.get(PAGE, {"gap": freed(full_day).pk}).text
    assert page.index("Comes first.") < page.index("Others come first.")
    assert "They want another time of day." in page
    assert "in case it is taken back" in page
    assert "07700 900123" in page


def test_the_list_speaks_of_the_first_day_that_can_still_come_and_names_it(
    desk, wait, clock, at, today, kim
):
    """Today is over, tomorrow closed, Kim is away the day after and works no evenings."""
    second, third = (today + timedelta(days=n) for n in (2, 3))
    wait("Ana Any", first_day=today, last_day=today + timedelta(days=9))
    wait("Bo Soon", first_day=today, last_day=today + timedelta(days=1))
    wait("Cy Evenings", first_day=today, last_day=today + timedelta(days=9), parts=[2])
    factories.make_absence(at(1, 0), at(2, 0))
    clock.move_to(at(0, 17))
    assert f"The first day that can still come is {civil_day(second)}." in desk.get(PAGE).text
    factories.make_absence(at(2, 0), at(3, 0), kim)
    said = desk.get(PAGE).text
    assert said.count(f"The first day that can still come is {civil_day(third)}.") == 1
    assert said.count("None of the days that they want can still come.") == 2


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


def test_whom_it_is_kept_for_is_told_why_and_warned_of_what_else_they_have_that_week(
    desk, full_day, wait, massage, kim, room, at
):
    """And is not among those whom it does not suit, since it was offered to them."""
    entry = wait("Ana First")
    gap = freed(full_day)
    offers.make(the_start_of(full_day[1], entry), now=timezone.now())
    page = desk.get(PAGE, {"gap": gap.pk}).text
    assert "They came first. No race is known of them. Waits for" in squeezed(page)
    assert "They have booked for that week already" not in page
    beside = factories.make_appointment(
        starts_at=at(4, 10), treatment=massage, therapist=kim, room=room, client=entry.client,
        booked_at=timezone.now(),
    )  # fmt: skip
    page = desk.get(PAGE, {"gap": gap.pk}).text
    assert "They have booked one of that week since they joined the list." not in page
    assert "They have booked for that week already:" in page
    assert f"/diary/appointments/{beside.pk}/" in page
    assert "They keep what they have booked, and have this one as well." in page
    assert "Nobody else is written to before" in page


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
    assert "No e-mail: please ring" in desk.get(PAGE).text
    assert "not confirmed yet" not in desk.get(PAGE).text
    desk.post(f"{PAGE}{entry.pk}/take-off/")
    entry.refresh_from_db()
    assert not entry.is_waiting


def test_the_list_asks_as_many_questions_for_30_as_for_1(desk, full_day, wait):
    factories.make_race(wait("Ana 0").client)
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


def test_whom_no_mail_reaches_is_rung_and_booked_from_the_gap(desk, full_day, wait):
    """Also where nobody has ever confirmed an address, there being none."""
    entry = wait("Cal Ler", treatment=full_day[0].treatment)
    entry.client.email, entry.client.proved_at = "", None
    entry.client.save()
    page = desk.get(PAGE, {"gap": freed(full_day).pk}).text
    assert page.count("No e-mail: please ring") == 2
    assert "They have not confirmed their address." not in page
    [url] = re.findall(r'href="([^"]+\?who=[^"]+)"', page)
    form = desk.get(unescape(url)).context
    assert form["people"].client == entry.client
    [line] = [one for one in form["times"].lines if one.value == form["times"].chosen]
    assert line.opening.starts_at == full_day[1].starts_at


def test_who_rings_instead_of_pressing_gets_it_from_the_desk(desk, full_day, wait):
    entry = wait("Ana First")
    gap = freed(full_day)
    sent = {"start": full_day[1].starts_at.isoformat(), "gap": gap.pk}
    desk.post(f"{PAGE}{entry.pk}/offer/", sent)
    offer = entry.offers.get()
    assert "Take it for them" in desk.get(PAGE).text
    for _ in range(2):
        said = desk.post(f"{PAGE}offers/{offer.pk}/take/", {}, follow=True).text
        assert "Ana First has it: " in said
    visit = entry.client.appointments.get()
    assert (visit.starts_at, visit.status) == (full_day[1].starts_at, "booked")
    offer.refresh_from_db()
    assert offer.state == OfferState.ACCEPTED


def test_the_desk_turns_no_news_on_that_somebody_has_turned_off(desk, massage, today):
    client = factories.make_client("Ana Demo", wants_news=False)
    page = f"/desk/clients/{client.pk}/wait/"
    [form] = [one for one in forms_of(desk.get(page).text) if "notice_hours" in one.sent]
    said = desk.post(page, {**form.sent, "treatment": massage.slug}, follow=True).text
    assert "They have switched these mails off: please ring when something suits them." in said
    assert "They have switched these mails off: please ring</span>" in said
    client.refresh_from_db()
    assert not client.wants_news


def test_the_desk_sees_what_the_list_is_asked_first_and_books_it_knowingly(
    desk, full_day, wait, massage, at
):
    wait("Ana First")
    freed(full_day)
    asked = {"treatment": massage.pk, "when": f"{at(3, 10):%Y-%m-%d 10:00}"}
    page = desk.get("/diary/new/", asked).text
    assert "the waiting list is asked about it first" in page


def test_the_panels_of_a_time_that_a_newcomer_was_passed_say_so(desk, full_day, wait):
    now = timezone.now()
    factories.make_offer(
        wait("Bo New"), relayed=full_day[1], hold=full_day[2], state="accepted", ended_at=now
    )
    panels = [desk.get(f"/diary/appointments/{one.pk}/").text for one in full_day[1:4]]
    assert ["Passed on to a newcomer:" in panel for panel in panels] == [True, True, False]
