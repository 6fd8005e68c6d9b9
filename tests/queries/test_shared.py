"""One question answers all who had asked by then, and nobody who comes later."""

import time

from waitress.adjustments import Adjustments

from bookings.models import Appointment
from bookings.queries.shared import CAME_AT, Shared
from clinic.web_server.worker import TimedRequest
from tests import factories


def test_an_answer_serves_who_came_before_it_was_asked_for_and_nobody_else():
    shared: Shared[int] = Shared()
    asked = iter(range(9))

    def answer(came_at, of=""):
        return shared.answer(came_at, lambda: next(asked), of)

    early = time.monotonic()
    assert [answer(early), answer(early), answer(early - 60)] == [0, 0, 0]
    assert answer(early, of="cy") == 1
    assert answer(time.monotonic()) == 2
    assert answer(early) == 2
    assert [answer(None), answer(None)] == [3, 4]


def test_a_slow_question_is_not_kept_over_one_that_was_put_after_it():
    shared: Shared[str] = Shared()
    early = time.monotonic()

    def slow():
        assert shared.answer(None, lambda: "after") == "after"
        return "before"

    assert shared.answer(None, slow) == "before"
    assert shared.answer(early, lambda: "anew") == "after"


def test_a_request_came_when_its_last_letter_had():
    request = TimedRequest(Adjustments())
    request.received(b"GET / HTTP/1.1\r\nHost: a")
    assert not request.whole_at
    before = time.monotonic()
    request.received(b"\r\n\r\n")
    assert before <= request.whole_at <= time.monotonic()


def test_many_at_once_cost_the_home_page_one_question_and_see_what_was_taken_before_they_came(
    client, massage, kim, room, django_assert_max_num_queries
):
    def first_free(came_at):
        page = client.get("/", **{CAME_AT: came_at})
        return page.context["soonest"].days[0].opening.starts_at

    came_at = time.monotonic()
    start = first_free(came_at)
    with django_assert_max_num_queries(1):
        assert first_free(came_at) == start
    factories.make_appointment(starts_at=start, treatment=massage, therapist=kim, room=room)
    assert first_free(came_at) == start  # as if they had been answered first
    assert first_free(time.monotonic()) > start
    Appointment.objects.update(status="cancelled")
    client.post(f"/book/{massage.slug}/hold/", {"start": start.isoformat(), "therapist": ""})
    assert first_free(came_at) == start  # whoever keeps it sees it as free, alone
    client.cookies.clear()
    assert first_free(time.monotonic()) > start
