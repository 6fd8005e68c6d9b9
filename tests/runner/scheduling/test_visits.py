"""All visits behind one mailed link, and the same again in two presses."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from bookings.links import Purpose, calendar_token, client_url, mail_token
from bookings.models import Appointment
from tests import factories
from tests.clock import day_of

WEEK = timedelta(weeks=1)


@pytest.fixture
def ana(booked):
    """Who booked, her address proved."""
    booked.client.proved_at = timezone.now()
    booked.client.save()
    return booked.client


@pytest.fixture
def been(ana, booked, massage, kim, room):
    """A visit that took place, at ten like the next one."""
    return factories.make_appointment(
        client=ana, starts_at=booked.starts_at - 2 * WEEK, treatment=massage, therapist=kim,
        room=room, status=Status.COMPLETED,
    )  # fmt: skip


def page_of(one) -> str:
    return urlsplit(client_url(Purpose.VISITS, one)).path


def shown(client, one) -> tuple[list[Appointment], list[Appointment]]:
    visits = client.get(page_of(one)).context["visits"]
    return [v.appointment for v in visits.ahead], [v.appointment for v in visits.before]


def test_what_is_to_come_and_what_was_stand_behind_one_link(client, ana, booked, been):
    assert shown(client, ana) == ([booked], [been])


def test_it_shows_whatever_is_booked_under_the_address_and_nobody_elses(
    client, ana, booked, been, massage, kim, room
):
    wife = factories.make_client("Bea Demo", email=ana.email)
    other = factories.make_client("Cy Demo", email="cy@example.com")
    place = {"treatment": massage, "therapist": kim, "room": room}
    hers = factories.make_appointment(client=wife, starts_at=booked.starts_at + WEEK, **place)
    factories.make_appointment(client=other, starts_at=booked.starts_at + 2 * WEEK, **place)
    assert shown(client, ana) == ([booked, hers], [been])
    assert "For <bdi>Bea Demo</bdi>" in client.get(page_of(ana)).content.decode()


def test_of_whom_it_is_not_certain_nothing_from_before_is_shown(client, ana, booked, been):
    ana.unconfirmed_since = timezone.now()
    ana.save()
    assert shown(client, ana) == ([booked], [])


def test_ending_the_links_ends_it_and_so_does_time(client, ana, clock):
    path = page_of(ana)
    ana.links_edition += 1
    ana.save()
    assert client.get(path).status_code == 404
    path = page_of(ana)
    clock.move_to(timezone.now() + timedelta(days=121))
    assert client.get(path).status_code == 404


def test_it_leads_to_their_plan(client, ana, booked):
    assert client.get(client.get(page_of(ana)).context["plan_url"]).status_code == 200


def test_the_same_again_with_somebody_else_says_that_it_is(
    client, clinic, been, booked, kim, massage
):
    lee = factories.make_therapist("Lee Demo")
    factories.make_week(lee)
    massage.therapists.add(lee)
    now = timezone.now()
    factories.make_absence(now, now + timedelta(days=60), kim)
    offer = client.get(f"/appointments/{mail_token(been)}/again/", follow=True)
    assert "Kim Demo has no time that would suit as well" in offer.content.decode()


def test_the_same_again_takes_two_presses(client, clinic, ana, been, booked, kim):
    """Not this Thursday but next: a week after the one that is booked, at ten, with Kim."""
    [visit] = client.get(page_of(ana)).context["visits"].before
    offer = client.get(visit.again_url, follow=True)
    key = offer.context["key"]
    client.post(offer.redirect_chain[-1][0], {"key": key})
    new = Appointment.objects.latest("pk")
    assert (new.client, new.therapist, new.treatment) == (ana, kim, booked.treatment)
    hours = [one.starts_at.astimezone(clinic.tz).time() for one in (new, been)]
    assert hours[0] == hours[1]
    assert new.starts_at > timezone.now()


def test_a_day_that_suits_the_training_comes_before_the_hour(client, ana, been, today):
    """The week before a race is for light work only, and after it comes the rest."""
    factories.make_race(ana, race_date=today + timedelta(days=10))
    path = f"/appointments/{mail_token(been)}/again/"
    slot = client.get(path, follow=True).context["slot"]
    race = today + timedelta(days=10)
    assert not race - timedelta(days=3) <= slot.start.date() <= race + timedelta(days=2)


def test_with_nothing_free_it_leads_to_the_times_and_says_so(client, ana, been, kim):
    kim.shifts.all().delete()
    told = client.get(f"/appointments/{mail_token(been)}/again/", follow=True).content.decode()
    assert "Nothing like it is free within four weeks." in told


def test_the_calendars_link_knows_nobody_so_it_leads_to_the_times(client, been, massage):
    answer = client.get(f"/appointments/{calendar_token(been)}/again/")
    assert answer.url.startswith(f"/book/{massage.slug}/")


def test_thirty_visits_cost_no_more_queries_than_one(
    client,
    ana,
    booked,
    massage,
    kim,
    room,
    django_assert_max_num_queries,
    django_assert_num_queries,
):
    """On the page of all of them, and in the plan."""
    plan = f"/appointments/{mail_token(booked)}/plan/"
    factories.make_race(ana, race_date=day_of(timezone.now()) + timedelta(weeks=16))
    pages = (page_of(ana), plan)
    asked = []
    for page in pages:
        client.get(page)
        with django_assert_max_num_queries(40) as seen:
            assert client.get(page).status_code == 200
        asked.append(len(seen))
    for n in range(1, 31):
        factories.make_appointment(
            client=ana, starts_at=booked.starts_at + n * timedelta(days=2), treatment=massage,
            therapist=kim, room=room,
        )  # fmt: skip
    for page, queries in zip(pages, asked, strict=True):
        with django_assert_num_queries(queries):
            client.get(page)
