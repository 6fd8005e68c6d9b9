"""A signed-in runner's own page."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Distance, Race, Treatment, User
from tests import factories
from tests.clock import day_of

URL = "/account/"


@pytest.fixture
def runner(booked):
    """Ana, with a login."""
    ana = booked.client
    ana.proved_at = timezone.now()
    ana.user = User.objects.create_user("ana@example.org", "a-long-password", role=Role.RUNNER)
    ana.save()
    return ana


@pytest.fixture
def open_account(client, runner):
    client.force_login(runner.user)
    return lambda: client.get(URL)


def test_a_stranger_is_asked_to_sign_in(client, clinic):
    assert client.get(URL).headers["Location"].startswith("/accounts/login/")


def test_it_lists_what_is_booked_with_a_link_that_opens_it(open_account, client, booked):
    page = open_account()
    [visit] = page.context["visits"].ahead
    assert visit.appointment == booked
    assert client.get(visit.url).status_code == 200


def test_it_tells_of_races_and_of_visits_before(open_account, runner, massage, kim, room):
    today = day_of(timezone.now())
    Race.objects.create(
        client=runner, race_date=today + timedelta(weeks=9), distance=Distance.HALF, name="Big Half"
    )
    earlier = timezone.now() - timedelta(days=9)
    factories.make_appointment(
        client=runner, starts_at=earlier, treatment=massage, therapist=kim, room=room,
        status=Status.CANCELLED,
    )  # fmt: skip
    words = open_account().content.decode()
    assert "Big Half" in words
    assert "cancelled" in words


def test_nobody_elses_are_shown(open_account, massage, kim, room):
    other = factories.make_client("Bo Demo")
    factories.make_appointment(
        client=other, starts_at=timezone.now() + timedelta(days=9), treatment=massage,
        therapist=kim, room=room,
    )  # fmt: skip
    assert len(open_account().context["visits"].ahead) == 1


def test_a_login_without_a_client_is_told_so(client, clinic):
    client.force_login(User.objects.create_user("desk@example.org", "x", role=Role.DESK))
    assert "We cannot tell yet who you are" in client.get(URL).content.decode()


def test_after_signing_in_a_runner_lands_there(client, runner):
    told = {"login": "ana@example.org", "password": "a-long-password"}
    assert client.post("/accounts/login/", told).headers["Location"] == URL


@pytest.mark.parametrize("more", [0, 30])
def test_it_asks_the_same_number_of_questions_however_much_there_is(
    open_account, runner, massage, kim, room, more, django_assert_num_queries
):
    for n in range(more):
        factories.make_appointment(
            client=runner, starts_at=timezone.now() + timedelta(days=10 + n), treatment=massage,
            therapist=kim, room=room,
        )  # fmt: skip
    with django_assert_num_queries(12):
        open_account()


WEEK = "/account/week/"


def as_liked(kim, **more) -> dict[str, str]:
    told = {"usual_part": "2", "usual_therapist_id": str(kim.pk), "long_run_weekday": "5"}
    return told | more


def test_how_one_likes_to_come_is_a_setting_without_any_race(open_account, client, runner, kim):
    assert "at any time, with anyone" in plain_words(open_account())
    assert client.get(WEEK).status_code == 200
    assert client.post(WEEK, as_liked(kim))["Location"] == URL
    runner.refresh_from_db()
    assert (runner.usual_part, runner.usual_therapist, runner.long_run_weekday) == (2, kim, 5)
    told = "in the evening, with Kim Demo, and keep clear of your long run on Saturday"
    assert told in plain_words(open_account())
    assert re.search(r'value="2" selected', client.get(WEEK).content.decode())


def test_every_proposal_goes_by_the_setting(open_account, client, runner, kim, enter, clinic):
    lee = factories.make_therapist("Lee Demo")
    factories.make_week(lee)
    Treatment.objects.get().therapists.add(lee)
    open_account()
    enter("/plan/")
    client.post(WEEK, as_liked(lee, usual_part="1"))
    shown = client.get("/plan/").context["page"].proposals
    times = [one.times[0].slot for one in shown if one.times]
    assert len(times) > 3
    assert {slot.therapist for slot in times} == {lee}
    assert {slot.start.astimezone(clinic.tz).hour >= 12 for slot in times} == {True}


def test_a_week_that_cannot_be_says_so_and_keeps_what_was_typed(open_account, client, runner, kim):
    open_account()
    answer = client.post(WEEK, as_liked(kim, weekly_volume_km="4000"))
    assert answer.status_code == 422
    assert 'value="4000"' in answer.content.decode()
    runner.refresh_from_db()
    assert runner.usual_part is None


def test_a_therapist_who_has_left_is_anyone(open_account, runner, kim):
    runner.usual_therapist = kim
    runner.save()
    kim.active = False
    kim.save()
    assert "with anyone" in plain_words(open_account())


def plain_words(answer) -> str:
    return answer.content.decode().replace("\u2068", "").replace("\u2069", "")
