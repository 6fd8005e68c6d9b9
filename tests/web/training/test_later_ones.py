"""The basket of a plan: with the later sessions as the diary opens, for the runner and the desk."""

from secrets import token_hex

import pytest

from bookings.core.roles import Role
from bookings.models import Mail, MailKind, Series
from bookings.queries.series.scope import visits_of
from tests import factories

BOX = 'name="later"'


@pytest.fixture
def clinic(clinic):
    clinic.horizon_days = 50
    clinic.save()
    return clinic


@pytest.fixture(params=["runner", "desk"])
def door(request, booked, mine, client):
    """The plan of Ana, whose address is proved: behind her link, or at the desk."""
    if request.param == "runner":
        return mine
    client.force_login(factories.make_user("desk@example.com", role=Role.DESK))
    return f"/desk/clients/{booked.client_id}/plan/"


def words(response):
    return response.content.decode()


def test_the_box_is_off_stays_as_it_was_sent_and_books_the_later_ones_as_the_diary_opens(
    client, door, enter, choose_sessions
):
    enter(door)
    later = [one for one in client.get(door).context["page"].proposals if one.offer.opens_on]
    choose_sessions(2, door)
    basket = f"{door}book/"
    page = client.get(basket)
    assert [one.suggested for one in page.context["later"].sessions] == [
        one.offer.session.suggested for one in later
    ]
    assert not page.context["later_ticked"]
    refused = client.post(basket, {"key": "", "later": "yes"})
    assert refused.status_code == 422
    assert refused.context["later_ticked"]
    done = client.post(basket, {"key": token_hex(16), "later": "yes"}, follow=True)
    assert "The later ones are booked as the diary opens." in words(done)
    assert "We book it as the diary opens." in words(done)
    series = Series.objects.get()
    assert len(visits_of(series)) == 2
    assert Mail.objects.get(kind=MailKind.PLAN_BOOKED)
    assert {one.id for one in later} == done.context["store"].booked_as_they_open
    choose_sessions(1, door)
    assert BOX not in words(client.get(basket)), "they wait already"


def test_without_the_box_nothing_waits(client, door, enter, choose_sessions):
    enter(door)
    choose_sessions(2, door)
    client.post(f"{door}book/", {"key": token_hex(16)})
    assert not Series.objects.exists()


def test_nobody_who_is_not_proved_is_offered_it(client, basket):
    assert BOX not in words(basket())
    person = {"name": "Ana Demo", "email": "ana@example.com", "phone": ""}
    client.post("/plan/book/", {"key": token_hex(16), "later": "yes", **person})
    assert not Series.objects.exists()


def test_its_pages_end_what_waits_and_move_no_several(client, mine, enter, choose_sessions):
    enter(mine)
    choose_sessions(2, mine)
    client.post(f"{mine}book/", {"key": token_hex(16), "later": "yes"})
    series = Series.objects.get()
    in_plan = client.get(mine).context["page"].proposals
    first = next(one for one in in_plan if one.offer.booked in visits_of(series))
    url = f"{first.url}series/"
    page = client.get(url)
    assert "Move several" not in words(page)
    assert "The sessions for" in words(page)
    assert client.get(f"{url}move/", {"scope": "all", "weekday": "1", "at": "14:00"}).url == url
    assert "One of the sessions for" in words(client.get(first.url))
    asked = {"scope": "waiting"}
    shown = client.get(f"{url}cancel/", asked)
    assert len(shown.context["found"].waits_for) == len(page.context["waits_for"]) > 0
    client.post(f"{url}cancel/", asked | {"seen": shown.context["found"].digest})
    series.refresh_from_db()
    assert series.ended_at
    assert [one.status for one in visits_of(series)] == ["booked", "booked"]
    assert not client.get(mine).context["store"].booked_as_they_open
