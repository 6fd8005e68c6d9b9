"""What the links of a training mail do: GET shows, POST acts, each for one client."""

from datetime import timedelta
from secrets import token_hex
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from bookings.links import Purpose, client_url
from bookings.models import Appointment, Distance, Outcome
from tests import factories
from tests.clock import day_of

pytestmark = pytest.mark.usefixtures("ana_wants_nudges")


@pytest.fixture
def link(ana):
    def _link(purpose: Purpose, **facts) -> str:
        return urlsplit(client_url(purpose, ana, **facts)).path

    return _link


@pytest.fixture
def offer(link, massage, start):
    return link(Purpose.BOOK, treatment=massage.pk, start=start.isoformat(), therapist=None)


def press(client, url, **typed):
    return client.post(url, {"key": token_hex(16), **typed}, follow=True)


def test_opening_an_offered_time_books_nothing(client, offer):
    shown = client.get(offer)
    assert "Book this time?" in shown.content.decode()
    assert not Appointment.objects.exists()


def test_one_press_books_it_for_the_client_of_the_mail(client, offer, ana, start):
    answer = press(client, offer)
    booked = Appointment.objects.get()
    assert (booked.client, booked.starts_at, booked.status) == (ana, start, Status.BOOKED)
    assert "Your appointment" in answer.content.decode()
    assert {mail.kind for mail in ana.mails.all()} == {"confirmed", "reminder"}


def test_pressing_again_leads_to_the_same_appointment(client, offer):
    for _ in range(2):
        press(client, offer)
    assert Appointment.objects.count() == 1


def test_a_time_taken_meanwhile_offers_the_nearest(client, offer, massage, kim, room, start):
    factories.make_appointment(starts_at=start, treatment=massage, therapist=kim, room=room)
    shown = client.get(offer).content.decode()
    answer = press(client, offer)
    assert "That time is gone" in shown
    assert answer.status_code == 409
    assert answer.content.decode().count('class="start"') == 3
    assert Appointment.objects.count() == 1


def test_a_time_that_has_passed_is_gone(client, link, massage):
    yesterday = timezone.now() - timedelta(days=1)
    url = link(Purpose.BOOK, treatment=massage.pk, start=yesterday.isoformat(), therapist=None)
    assert "That time is gone" in client.get(url).content.decode()
    assert press(client, url).status_code == 409


def test_a_link_serves_one_purpose(client, link, offer):
    token = offer.split("/")[2]
    assert client.get(f"/not-this-time/{token}/").status_code == 404
    assert client.get(f"/times/{token[:-1]}/").status_code == 404


def test_not_this_time_is_asked_and_then_noted(client, link, ana):
    url = link(Purpose.DECLINE, kind="taper_tune_up", ideal="2027-04-13")
    assert "Skip this session?" in client.get(url).content.decode()
    assert not ana.declined_sessions.exists()
    assert "will not write about this session" in press(client, url).content.decode()
    assert ana.declined_sessions.count() == 1


@pytest.fixture
def race(ana):
    yesterday = day_of(timezone.now()) - timedelta(days=1)
    return factories.make_race(ana, race_date=yesterday, distance=Distance.MARATHON, name="Spring")


def test_how_it_went_is_told_in_a_minute(client, link, race):
    url = link(Purpose.AFTER_RACE, race=race.race_date.isoformat())
    assert "How did <bdi>Spring</bdi> go?" in client.get(url).content.decode()
    shown = press(client, url, outcome="finished").content.decode()
    race.refresh_from_db()
    assert race.outcome == Outcome.FINISHED
    assert "What comes next" in shown


def test_how_the_body_feels_is_for_the_therapist_alone(client, link, race, massage, kim, room, at):
    url = link(Purpose.AFTER_RACE, race=race.race_date.isoformat())
    assert "How do you feel?" not in press(client, url, outcome="finished").content.decode()
    factories.make_appointment(
        client=race.client, starts_at=at(5, 10), treatment=massage, therapist=kim, room=room
    )
    assert "/health/" in client.get(url).content.decode()


def test_kilometres_move_the_recovery(client, link, race):
    url = link(Purpose.AFTER_RACE, race=race.race_date.isoformat())
    full = press(client, url, outcome="finished").content.decode()
    short = press(client, url, outcome="dnf", dnf_km="5").content.decode()
    race.refresh_from_db()
    assert (race.outcome, race.dnf_km) == (Outcome.DNF, 5)
    assert full.count("<li><b>") > short.count("<li><b>")


def test_choosing_nothing_is_an_error_in_the_page(client, link, race):
    url = link(Purpose.AFTER_RACE, race=race.race_date.isoformat())
    answer = press(client, url, dnf_km="12")
    race.refresh_from_db()
    assert answer.status_code == 422
    assert "Please choose one of these." in answer.content.decode()
    assert 'value="12"' in answer.content.decode()
    assert race.outcome == Outcome.EXPECTED


def test_the_race_form_asks_and_the_tick_travels_from_the_browser(client, enter, mine, booked):
    assert "Write to me when it is time" in client.get("/plan/").content.decode()
    enter(wants_nudges="on")
    client.post(f"{mine}keep/")
    booked.client.refresh_from_db()
    assert booked.client.wants_nudges
    assert booked.client.mails.filter(kind="plan").count() == 1
    assert "Write to me when it is time" not in client.get(mine).content.decode()


def test_nothing_is_ticked_by_itself(client, enter, mine, booked):
    enter(mine)
    booked.client.refresh_from_db()
    assert not booked.client.wants_nudges
    assert not booked.client.mails.filter(kind="plan").exists()
