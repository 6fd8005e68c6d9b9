"""What a page shows is what is booked."""

from datetime import timedelta

from django.utils import timezone

from bookings import links
from bookings.links import Purpose
from bookings.models import Appointment
from tests import factories
from tests.page_fixtures import its_address

HOUR = timedelta(hours=1)


def test_the_details_show_the_price_length_and_therapist_of_the_hold(
    client, choose, send_details, massage, start, only
):
    page = choose(start).text
    assert "60 minutes with <bdi>Kim Demo</bdi>" in page
    massage.price, massage.minutes = 99, 90
    massage.save()
    page = client.get(f"/book/{massage.slug}/details/").text
    assert "60 minutes with <bdi>Kim Demo</bdi>" in page
    assert "£60" in page
    assert "£99" not in page
    send_details()
    assert (only().price, only().minutes, only().therapist.name) == (60, 60, "Kim Demo")


def test_after_a_mistake_a_hold_that_ran_out_is_shown_as_it_will_be_booked(
    client, choose, send_details, massage, start, only
):
    choose(start)
    Appointment.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    massage.price, massage.minutes = 99, 90
    massage.save()
    wrong = send_details(email="ana")
    assert wrong.status_code == 422
    assert "60 minutes with <bdi>Kim Demo</bdi>" in wrong.text
    assert ("£60" in wrong.text, "£99" in wrong.text) == (True, False)
    assert "We are keeping this time" not in wrong.text
    send_details()
    assert (only().price, only().minutes, only().therapist.name) == (60, 60, "Kim Demo")


def test_a_page_loaded_again_after_its_time_shows_what_will_be_booked(
    client, choose, massage, start
):
    url = its_address(choose(start))
    Appointment.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    massage.price, massage.minutes = 99, 90
    massage.save()
    page = client.get(url).text
    assert "60 minutes with <bdi>Kim Demo</bdi>" in page
    assert ("£60" in page, "£99" in page) == (True, False)


def test_a_basket_that_ran_out_is_shown_as_it_will_be_booked(client, basket, massage):
    key = basket().context["form"]["key"].value()
    Appointment.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    massage.price = 99
    massage.save()
    page = client.get("/plan/book/")
    assert page.context["total"] == 180
    assert "No longer held, but still free." in page.text
    assert "We are keeping these times" not in page.text
    client.post("/plan/book/", {"name": "Ana Demo", "email": "ana@example.com", "key": key})
    booked = Appointment.objects.filter(status="booked")
    assert [one.price for one in booked] == [60, 60, 60]


def test_a_basket_shows_the_prices_of_its_holds(client, basket, massage):
    basket()
    massage.price = 99
    massage.save()
    page = client.get("/plan/book/")
    assert page.context["total"] == 180
    assert "£99" not in page.text


def test_the_nearest_times_keep_the_chosen_therapist(client, choose, massage, kim, room, start):
    factories.make_appointment(starts_at=start, treatment=massage, therapist=kim, room=room)
    page = choose(start, therapist="kim-demo")
    assert page.status_code == 409
    assert '<input type="hidden" name="therapist" value="kim-demo">' in page.text


def test_the_nearest_to_what_a_basket_has_lost_keep_the_chosen_therapist(
    client, plan, massage, kim, room, choose_sessions
):
    plan()
    choose_sessions(1)
    [chosen] = client.session["chosen"]["times"]
    slug, start, _ = chosen.split("|")
    session = client.session
    session["chosen"] = {**session["chosen"], "times": [f"{slug}|{start}|kim-demo"]}
    session.save()
    held = Appointment.objects.get()
    Appointment.objects.update(status="expired")
    factories.make_appointment(
        starts_at=held.starts_at, treatment=massage, therapist=kim, room=room
    )
    [line] = client.get("/plan/book/").context["lines"]
    assert line.others
    assert all(value.endswith("|kim-demo") for value, _ in line.others)


def test_other_times_than_a_mail_has_offered_keep_its_therapist(
    client, booked, massage, kim, start
):
    facts = {"treatment": massage.pk, "start": start.isoformat(), "therapist": kim.pk}
    bo = factories.make_client("Bo Demo")
    page = client.get(links.client_url(Purpose.BOOK, bo, **facts))
    link = page.context["others"][0][1]
    assert "with <bdi>Kim Demo</bdi>" in client.get(link).text


def test_a_short_notice_is_told_in_words(client, choose, clinic, at):
    clinic.minimum_notice_minutes = 45 + 60 * 24 * 9
    clinic.save()
    assert "We need notice of at least 216 hours and 45 minutes;" in choose(at(3, 10)).text
