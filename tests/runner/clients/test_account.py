"""A signed-in runner's own page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Distance, Race, User
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
    with django_assert_num_queries(14):
        open_account()
