"""What only ringing gives to somebody who waits is on the desk's first page and in the diary."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actions.scheduling import cancellation
from bookings.actions.waiting_list import relays
from bookings.models import Clinic, FreedTime
from tests import factories

HOME = "/desk/"
PRESS = "Ring whom it suits"


@pytest.fixture
def visits(massage, kim, room, at, clock):
    """At two and at four of a day, of which it is one o’clock: too near to write to anybody."""
    made = [
        factories.make_appointment(
            client=factories.make_client(f"Cal {hour}"),
            starts_at=at(1, hour), treatment=massage, therapist=kim, room=room,
        )
        for hour in (14, 16)
    ]  # fmt: skip
    Clinic.objects.update(minimum_notice_minutes=120)
    clock.move_to(at(1, 13))
    return made


@pytest.fixture
def wait(massage, today):
    day = today + timedelta(days=1)
    fields = {"treatment": massage, "first_day": day, "last_day": day}
    return lambda name, phone="07700 900123", **others: factories.make_entry(
        factories.make_client(name, wants_news=True, phone=phone), **fields | others
    )


def relayed(visit):
    return relays.relay(visit, by="runner", now=timezone.now())


def test_what_is_handed_back_too_late_for_mails_is_to_be_rung_about(desk, visits, wait):
    relayed(visits[0])
    assert PRESS not in desk.get(HOME).text
    wait("Ana First")
    wait("Bo Cannot", parts=[2])
    wait("Cy No Phone", phone="")
    page = desk.get(HOME).text
    assert "It suits 1 on the waiting list." in page
    assert f"?gap=visit-{visits[0].pk}#whom" in page
    day = f"/diary/{visits[0].starts_at:%Y-%m-%d}/"
    assert desk.get(day).text.count("Offered to the list") == 1
    flags = {one["id"]: one["flags"] for one in desk.get(f"{day}feed/").json()["visits"]}
    assert ["Offered to the list" in flags[str(one.pk)] for one in visits] == [True, False]


def test_what_a_mail_can_offer_waits_for_the_list_and_not_for_the_desk(desk, visits, wait, clock):
    entry = wait("Ana First")
    clock.move_to(visits[0].starts_at - timedelta(hours=8))
    for visit in visits:
        cancellation.cancel(visit, by="desk: dee", now=timezone.now())
    FreedTime.objects.update(due_at=timezone.now())
    assert PRESS not in desk.get(HOME).text
    entry.client.email = ""
    entry.client.save()
    page = desk.get(HOME).text
    assert page.count(PRESS) == 2
    assert "14:00" in page


def test_the_first_page_asks_as_many_questions_for_6_times_to_ring_about_as_for_1(
    desk, visits, wait, massage, at
):
    relayed(visits[0])
    wait("Ana First")

    def questions() -> int:
        with CaptureQueriesContext(connection) as data:
            assert PRESS in desk.get(HOME).text
        return len(data)

    questions()
    for_one = questions()
    for number in range(5):
        kim = factories.make_therapist(f"Di {number} T")
        factories.make_week(kim)
        massage.therapists.add(kim)
        wait(f"Bo {number}")
        relayed(factories.make_appointment(
            client=factories.make_client(f"Di {number}"), starts_at=at(1, 14), treatment=massage,
            therapist=kim, room=factories.make_room(f"Loft {number}"),
        ))  # fmt: skip
    assert desk.get(HOME).text.count(PRESS) == 6
    assert questions() == for_one


@pytest.mark.fixed_clock
def test_the_diary_says_for_whom_an_hour_is_kept_and_when_the_list_is_asked(
    desk, visits, wait, clock
):
    visit, entry = visits[1], wait("Ana First")
    clock.move_to(visit.starts_at - timedelta(hours=8))
    cancellation.cancel(visit, by="desk: dee", now=timezone.now())
    gap, soon = FreedTime.objects.get(), timezone.now() + timedelta(seconds=9)
    FreedTime.objects.create(  # other hours, which have freed no time of their own
        cause="rota", starts_at=soon, ends_at=visit.ends_at, freed_at=soon, due_at=soon
    )
    day = f"/diary/{visit.starts_at:%Y-%m-%d}/"
    titles = [one["title"] for one in desk.get(f"{day}feed/").json()["shades"]]
    asked = f"the list is asked at {gap.due_at:%H:%M}"
    assert {one.partition(", ")[2] for one in titles if "is asked" in one} == {asked}
    assert asked in desk.get(day).text.replace("The list", "the list")
    sent = {"start": visit.starts_at.isoformat(), "gap": gap.pk}
    desk.post(f"/desk/waiting-list/{entry.pk}/offer/", sent)
    [kept] = [one for one in desk.get(f"{day}feed/").json()["visits"] if one["page"]]
    until = f"from the waiting list until {entry.offers.get().until:%H:%M}"
    assert "Ana First" in kept["client"]
    assert until in kept["client"]
    for page in (day, f"{day}week/{visit.therapist.slug}/"):
        assert until in desk.get(page).text
        assert "Being booked online" not in desk.get(page).text
    assert "They are thinking about it." in desk.get(kept["page"]).text


@pytest.mark.fixed_clock
def test_what_is_handed_over_is_asked_once_more_and_its_end_is_the_visits_own(desk, visits, wait):
    visits[0].blocked_until = visits[0].ends_at + timedelta(minutes=15)
    visits[0].save()
    relayed(visits[0])
    wait("Ana First")
    page = desk.get("/desk/waiting-list/", {"gap": f"visit-{visits[0].pk}"}).text
    assert f"to {visits[0].ends_at:%H:%M}" in page
    assert f"{visits[0].blocked_until:%H:%M}" not in page
    question = page.partition("They take it")[2].partition("</details>")[0]
    assert "is cancelled without a fee" in question
    assert "Yes, it is theirs" in question
    assert "It is too near to write to anybody: please ring." in page
    cancellation.cancel(visits[1], by="desk: dee", now=timezone.now())
    assert f"to {visits[1].ends_at:%H:%M}" in desk.get("/desk/waiting-list/").text
