"""GET /api/openings: what a clinic's other web site would call."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from bookings.models import Clinic
from bookings.queries.scheduling.openings import openings
from tests.clock import day_of
from tests.factories import make_therapist, make_week

URL = "/api/openings"


def ask(client, **data):
    return client.get(URL, {"treatment": "sports-massage", **data})


def test_the_answer_is_the_same_as_the_pages(client, massage):
    day = day_of(timezone.now()) + timedelta(days=3)
    answer = ask(client, **{"from": day.isoformat(), "days": 2}).json()["openings"]
    expected = openings(Clinic.objects.the(), massage, first=day, days=2, now=timezone.now())
    assert [datetime.fromisoformat(one["start"]) for one in answer] == [
        opening.starts_at for opening in expected
    ]
    assert answer[0]["therapists"] == ["kim-demo"]
    assert answer[0]["start"].endswith("+00:00")


def test_one_therapist_can_be_asked_for(client, massage):
    lee = make_therapist("Lee Demo")
    make_week(lee)
    massage.therapists.add(lee)
    answer = ask(client, therapist="lee-demo").json()["openings"]
    assert {tuple(one["therapists"]) for one in answer} == {("lee-demo",)}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"treatment": "no-such"}, "treatment"),
        ({"treatment": ""}, "treatment"),
        ({"treatment": "a\0b"}, "treatment"),
        ({"therapist": "nobody"}, "therapist"),
        ({"therapist": "a\0b"}, "therapist"),
        ({"days": "0"}, "days"),
        ({"days": "63"}, "days"),
        ({"days": "-1"}, "days"),
        ({"days": "two"}, "days"),
        ({"days": "٣"}, "days"),
        ({"days": "9" * 5000}, "days"),
        ({"days": ""}, "days"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "tomorrow"}, "from"),
        ({"from": "9999-12-31"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"from": ""}, "from"),
    ],
)
def test_a_bad_question_gets_a_plain_sentence(client, massage, data, field):
    response = ask(client, **data)
    assert response.status_code == 400
    assert response.json()["error"].startswith(f"{field}: ")


def test_a_treatment_that_is_not_bookable_online_is_unknown(client, massage):
    massage.online = False
    massage.save()
    assert ask(client).status_code == 400


def test_days_may_be_1_to_62(client, massage):
    assert ask(client, days=1).status_code == ask(client, days=62).status_code == 200


def test_an_unchanged_answer_is_not_sent_again(client, massage):
    day = (day_of(timezone.now()) + timedelta(days=3)).isoformat()
    first = ask(client, **{"from": day})
    again = client.get(
        URL,
        {"treatment": "sports-massage", "from": day},
        headers={"If-None-Match": first["ETag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in first["Cache-Control"]


def test_it_only_answers_questions(client, massage):
    assert client.post(URL).status_code == 405


def test_it_asks_a_constant_number_of_queries(client, massage, django_assert_num_queries):
    with django_assert_num_queries(4):
        ask(client, days=1)
    for _ in range(7):
        therapist = make_therapist()
        make_week(therapist)
        massage.therapists.add(therapist)
    with django_assert_num_queries(4):
        ask(client, days=31)


def test_times_are_instants_in_utc(client, massage):
    start = ask(client).json()["openings"][0]["start"]
    assert datetime.fromisoformat(start).tzinfo == UTC
