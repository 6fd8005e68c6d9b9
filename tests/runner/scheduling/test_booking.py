"""From a time in the picker to a booked appointment, over HTTP."""

import re
from datetime import timedelta
from secrets import token_hex

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actions import diary_lock
from bookings.actions.clients import legal
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Mail
from tests import factories
from tests.page_fixtures import its_address
from tests.reading import first_match

DETAILS = "/book/sports-massage/details/"


def hidden(answer, name: str) -> str:
    return first_match(rf'name="{name}" value="([^"]*)"', answer.content.decode())[1]


def test_a_chosen_time_is_held_and_the_form_says_for_how_long(client, choose, start):
    page = choose(start)
    assert page.status_code == 200
    held = Appointment.objects.get()
    assert held.status == Status.HELD
    assert 590 < page.context["seconds_left"] <= 600
    assert "We are keeping this time for you" in page.content.decode()


def test_each_of_two_tabs_shows_its_own_time_when_it_is_loaded_again(client, choose, start):
    """A browser keeps one time, the last; the other tab says so, and books its own all the same."""
    times = [start, start + timedelta(hours=2)]
    tabs = [its_address(choose(time)) for time in times]
    pages = [client.get(tab) for tab in tabs]
    assert [hidden(page, "start") for page in pages] == [time.isoformat() for time in times]
    kept = ["We are keeping this time for you" in page.text for page in pages]
    assert kept == [False, True]
    assert "This time is not being kept for you just now." in pages[0].text
    assert hidden(pages[0], "key") != hidden(pages[1], "key")


@pytest.mark.django_db(transaction=True)
def test_from_a_slot_to_confirmed_is_three_requests_and_so_many_statements(
    choose, send_details, client, start, kim
):
    """As the benchmark counts them; whoever adds one says so here."""
    legal.agree(factories.make_client(), how="booking", now=timezone.now())  # writes the terms down
    said, asked = {"therapist": kim.slug}, []
    for press in (lambda: choose(start, **said), lambda: send_details(**said)):
        with CaptureQueriesContext(connection) as data:
            answer = press()
        asked.append(len(data))
    with CaptureQueriesContext(connection) as data:
        page = client.get(answer.url)
    assert "We hold this time for you until" in page.text or "You are booked" in page.text
    assert [*asked, len(data)] == [7, 10, 3]


def test_two_tabs_book_two_times(client, choose, send_details, start):
    times = [start, start + timedelta(hours=2)]
    tabs = [its_address(choose(time)) for time in times]
    for tab, time in zip(tabs, times, strict=True):
        send_details(start=time.isoformat(), key=hidden(client.get(tab), "key"))
    booked = Appointment.objects.filter(status=Status.BOOKED)
    assert sorted(one.starts_at for one in booked) == times


def test_choosing_another_time_leads_back_to_that_day_and_therapist(client, choose, kim, start):
    page = choose(start, therapist=kim.slug).content.decode()
    assert f"?day={start.date()}&amp;therapist=kim-demo" in page


def test_name_and_address_book_it(client, choose, send_details, start, only):
    choose(start)
    form = client.get(DETAILS)
    answer = send_details(key=hidden(form, "key"))
    booked = only()
    assert answer.status_code == 302
    assert booked.status == Status.BOOKED
    assert booked.starts_at == start
    assert booked.client.name == "Ana Demo"
    assert booked.client.is_provisional
    assert booked.client.terms_agreed_at == booked.booked_at
    assert Mail.objects.exclude(kind="reminder").get().kind == "confirmed"


def test_the_page_after_booking_names_the_address_to_its_own_browser_alone(
    client, choose, send_details, start
):
    choose(start)
    url = send_details().url
    assert "on its way to ana@example.com" in client.get(url).content.decode()
    assert "It went to <bdi>ana@example.com</bdi>." in client.get(url).content.decode()
    assert "ana@example.com" not in Browser().get(url).content.decode()


def test_only_two_fields_are_asked_for(client, choose, start):
    choose(start)
    page = client.get(DETAILS).content.decode()
    visible = re.findall(r'<input type="(?!hidden)\w+" name="(\w+)"', page)
    assert visible == ["name", "email", "phone"]
    assert "Phone (optional)" in page
    assert "<textarea" not in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Please give your name."),
        ({"name": "a" * 300}, "Please use at most 200 characters; this has 300."),
        ({"name": "12345"}, "at least one letter"),
        ({"name": "Ana\x00Demo"}, "Please leave out characters that nobody sees."),
        ({"email": ""}, "Please give your email address."),
        ({"email": "zed.odd@localhost"}, "such as name@example.com"),
        ({"email": "ana"}, "such as name@example.com"),
        ({"email": "ana@exam\u200bple.com"}, "letters that cannot be seen"),
        ({"email": "\u202eana@example.com"}, "letters that cannot be seen"),
        ({"email": "ana@-example.com"}, "such as name@example.com"),
        ({"email": "ana@example.com\nBcc: bo@example.com"}, "such as name@example.com"),
        ({"email": "ana@example.com\r\nbo@example.com"}, "such as name@example.com"),
        ({"email": "ana@example.com, bo@example.com"}, "such as name@example.com"),
        ({"email": "a" * 250 + "@example.com"}, "at most 254 characters"),
        ({"phone": "ring me"}, "Please use digits"),
        ({"phone": "0" * 41}, "at most 40 characters"),
        ({"start": "soon"}, "Please choose one of the free times."),
        ({"start": "2026-12-01T10:00:00"}, "Please choose one of the free times."),
        ({"therapist": "nobody"}, "Nobody of that name works here now."),
    ],
)
def test_bad_input_is_said_beside_what_was_typed(send_details, typed, said):
    answer = send_details(**{"name": "Ana Demo", "phone": "020 7946 0000", **typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    kept = {"name": "Ana Demo", "email": "ana@example.com", "phone": "020 7946 0000", **typed}
    form = answer.context["form"]
    assert {name: form[name].value() for name in kept} == kept
    assert not Appointment.objects.visits().exists()


@pytest.mark.parametrize(
    "name", ["Ana", "Łukasz Żółć", "山田 太郎", "محمد", "O’Brien-Ng", "Ana " + "a" * 196]
)
def test_a_name_in_any_script_is_taken(send_details, only, name):
    assert send_details(name=name).status_code == 302
    assert only().client.name == name


def test_a_name_pasted_over_two_lines_is_put_on_one(send_details, only):
    send_details(name="  Ana\n Demo ")
    assert only().client.name == "Ana Demo"


def test_the_hold_stays_while_the_form_is_put_right(client, choose, send_details, start):
    choose(start)
    answer = send_details(name="")
    assert answer.context["seconds_left"] > 590
    assert "We are keeping this time for you" in answer.content.decode()


def test_a_hold_that_ran_out_is_booked_all_the_same_while_nobody_has_taken_it(
    client, choose, send_details, start, only
):
    choose(start)
    Appointment.objects.update(held_until=timezone.now() - timedelta(minutes=5))
    assert send_details().status_code == 302
    assert only().starts_at == start


def test_a_time_taken_meanwhile_leaves_the_form_filled_and_offers_the_nearest(
    client, choose, send_details, start, massage, kim, room
):
    choose(start)
    Appointment.objects.update(status=Status.EXPIRED)
    factories.make_appointment(starts_at=start, treatment=massage, therapist=kim, room=room)
    answer = send_details(name="Bo Demo", email="bo@example.com", phone="020 7946 0001")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "has just been taken" in page
    assert all(kept in page for kept in ("Bo Demo", "bo@example.com", "020 7946 0001"))
    assert len(re.findall(r'<button class="start" name="start"', page)) == 3


def test_what_was_typed_comes_along_to_the_time_chosen_instead(
    client, choose, start, at, send_details, only
):
    form = choose(at(4, 11), name="Bo Demo", email="bo@example.com", phone="020 7946 0001")
    page = form.content.decode()
    assert all(kept in page for kept in ("Bo Demo", "bo@example.com", "020 7946 0001"))
    assert hidden(form, "start") == at(4, 11).isoformat()


def test_the_form_sent_twice_books_once(client, choose, send_details, start, only):
    choose(start)
    key = token_hex(16)
    first, second = send_details(key=key), send_details(key=key)
    assert first.url == second.url
    assert only().booking_key == key
    assert Client.objects.count() == 1
    assert Mail.objects.filter(kind="confirmed").count() == 1


def test_going_back_after_booking_leads_to_the_appointment(client, choose, send_details, start):
    choose(start)
    key = hidden(client.get(DETAILS), "key")
    booked = send_details(key=key)
    assert client.get(DETAILS).url == booked.url


def test_without_a_hold_there_is_no_form(client, massage):
    answer = client.get(DETAILS, follow=True)
    assert answer.redirect_chain[0][0] == "/book/sports-massage/"
    assert "We are not holding a time for you" in answer.content.decode()


@pytest.mark.parametrize("bad", ["", "soon", "2026-12-01T10:00:00", "99999999999"])
def test_a_bad_start_leads_back_to_the_times(client, massage, bad):
    answer = client.post("/book/sports-massage/hold/", {"start": bad})
    assert answer.status_code == 422
    assert "Please choose one of the free times." in answer.content.decode()


def test_a_start_off_the_grid_is_refused_with_the_nearest(choose, start):
    answer = choose(start + timedelta(minutes=7))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Appointments do not start at 10:07." in page
    assert len(answer.context["nearest"]) == 3


def test_a_start_in_the_past_is_refused(choose, at):
    answer = choose(at(-3, 10))
    assert answer.status_code == 409
    assert "in the past" in answer.content.decode()


def test_a_therapist_who_does_not_offer_it_is_refused_by_name(choose, start):
    factories.make_therapist("Lee Demo")
    answer = choose(start, therapist="lee-demo")
    assert answer.status_code == 409
    assert "Lee Demo does not offer Sports massage." in answer.content.decode()


def test_a_treatment_no_longer_offered_keeps_the_form_filled(send_details, massage):
    massage.active = False
    massage.save()
    answer = send_details(name="Bo Demo")
    assert answer.status_code == 409
    assert "is not offered any more" in answer.content.decode()
    assert "Bo Demo" in answer.content.decode()


def test_a_mistake_in_a_form_tells_nobody_of_a_treatment_that_is_not_online(client, massage):
    """Whoever guesses its address; those who have it open are sent to what can be booked."""
    massage.online = False
    massage.save()
    answer = client.post(DETAILS, {"name": ""}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "This treatment cannot be booked online at the moment." in answer.text
    assert "£60" not in answer.text


@pytest.mark.parametrize("page", ["/book/sports-massage/hold/", DETAILS])
def test_a_nul_names_no_therapist(client, massage, start, page):
    answer = client.post(page, {"start": start.isoformat(), "therapist": "\0"})
    assert answer.status_code == 422


def test_choosing_a_treatment_no_longer_offered_says_so(client, choose, massage, start):
    massage.active = False
    massage.save()
    answer = client.get(choose(start).url)
    assert "is not offered any more" in answer.content.decode()


def test_a_time_somebody_else_holds_is_refused(choose, send_details, start):
    choose(start)
    stranger = Browser()
    assert send_details(stranger).status_code == 409


def test_ones_own_hold_stays_on_offer(client, choose, start):
    choose(start)
    picker = client.get("/book/sports-massage/", {"day": start.date()}).context["picker"]
    assert start in [one.starts_at for one in picker.chosen.openings]


def test_holding_too_many_is_answered_kindly_and_with_a_way_on(choose_in, at, settings):
    settings.HOLDS_AT_ONCE_PER_ADDRESS = 1
    choose_in(Browser(), at(4, 10))
    answer = choose_in(Browser(), at(5, 10))
    page = answer.content.decode()
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 600
    assert "try again in 10 minutes" in page
    assert 'href="tel:' in page
    assert 'href="/accounts/login/code/?next=/"' in page


def test_who_has_signed_in_is_counted_by_login_and_not_with_the_clubs_network(
    choose_in, at, settings, anas
):
    settings.HOLDS_AT_ONCE_PER_ADDRESS = 1
    assert choose_in(Browser(), at(4, 10)).status_code == 200
    assert choose_in(Browser(), at(5, 10)).status_code == 429
    assert choose_in(anas, at(5, 10)).status_code == 200


def test_a_known_address_is_answered_like_any_other(send_details, at):
    factories.make_client("Ana Demo", email="ana@example.com", phone="1")
    known = send_details()
    unknown = send_details(email="bo@example.com", start=at(4, 10).isoformat())
    assert known.status_code == unknown.status_code == 302
    assert Client.objects.filter(proved_at=None).count() == 2
    assert Client.objects.get(proved_at__isnull=False).phone == "1"


def test_a_get_holds_nothing_and_leads_to_the_times(client, massage):
    assert client.get("/book/sports-massage/hold/").headers["Location"] == "/book/sports-massage/"
    assert not Appointment.objects.exists()


def test_no_form_is_taken_from_another_site(massage, start):
    strict = Browser(enforce_csrf_checks=True)
    answer = strict.post("/book/sports-massage/hold/", {"start": start.isoformat()})
    assert answer.status_code == 403
    assert "nothing was done" in answer.content.decode()


def test_personal_pages_are_kept_by_nobody(client, choose, start):
    choose(start)
    answer = client.get(DETAILS)
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.django_db(transaction=True)
def test_when_the_diary_stays_locked_the_form_is_kept_and_nothing_is_booked(
    send_details, massage, monkeypatch
):
    monkeypatch.setattr(diary_lock, "TRIES", 1)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM bookings_clinic FOR NO KEY UPDATE")
        answer = send_details(name="Bo Demo")
        cursor.execute("ROLLBACK")
    other.close()
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "nothing was booked" in answer.content.decode()
    assert "Bo Demo" in answer.content.decode()
    assert not Appointment.objects.exists()


def test_where_there_is_one_language_none_is_kept(choose, send_details, start, only):
    choose(start)
    send_details()
    assert only().client.language == ""


@pytest.mark.usefixtures("more_languages")
def test_the_language_somebody_books_in_is_kept_for_their_mails(
    client, choose, send_details, start, only
):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ar-xb, en;q=0.5"
    assert '<html lang="ar-xb" dir="rtl">' in client.get("/").content.decode()
    choose(start)
    send_details()
    assert only().client.language == "ar-xb"


def test_an_address_that_looks_like_a_slip_is_asked_about_once_and_not_insisted_on(
    choose, send_details, start, only
):
    choose(start)
    asked = send_details(email="ana@gmial.con")
    assert asked.status_code == 422
    assert "Did you mean ana@gmail.com?" in asked.content.decode()
    assert all(
        f'value="{typed}"' in asked.content.decode() for typed in ("Ana Demo", "ana@gmial.con")
    )
    sure = asked.context["form"].data["sure"]
    assert f'value="{sure}"' in asked.content.decode()
    assert send_details(email="ana@gmial.co", sure=sure).status_code == 422  # another slip
    assert send_details(email="ana@gmial.con", sure=sure).status_code == 302
    assert only().client.email == "ana@gmial.con"


def test_what_is_proposed_is_taken_by_a_press_and_only_for_what_it_goes_with(
    choose, send_details, start, only
):
    choose(start)
    asked = send_details(email="ana@gmial.con").content.decode()
    [proposal] = re.findall(r'<button[^>]* name="meant" value="([^"]+)"', asked)
    form = asked[asked.index('name="email"') :]
    first = first_match(r"<button[^>]*>", form)[0]
    assert "name=" not in first  # Enter sends what is typed
    other = send_details(email="ana@outlok.com", meant=proposal, sure="ana@gmial.con")
    assert "Did you mean ana@outlook.com?" in other.content.decode()
    again = send_details(email="ana@gmial.con", meant=proposal, phone="ring me")
    assert 'value="ana@gmail.com"' in again.content.decode()
    sent = send_details(email="ana@gmial.con", meant=proposal, sure="ana@gmial.con")
    assert sent.status_code == 302
    assert only().client.email == "ana@gmail.com"


# Who has signed in


def test_a_signed_in_runner_types_nothing_again(anas, ana, choose_in, send_details, start, only):
    choose_in(anas, start)
    page = anas.get(DETAILS)
    text = page.content.decode()
    assert "Booking as <b>" in text
    assert "<details" in text.split("Booking as")[0]
    typed = {name: page.context["form"][name].value() for name in ("name", "email", "phone")}
    assert typed == {"name": ana.name, "email": ana.email, "phone": ana.phone}
    send_details(anas, key=hidden(page, "key"), **{**typed, "phone": "07700 900123"})
    assert only().client == ana
    assert only().vouched_for
    ana.refresh_from_db()
    assert ana.phone == "07700 900123"
    assert "Is this yours?" not in anas.get("/account/").content.decode()


def test_and_books_for_somebody_else_by_changing_it(
    anas, ana, choose_in, send_details, only, start
):
    choose_in(anas, start)
    refused = send_details(anas, name="Bo Demo", email="")
    assert "Booking as" not in refused.content.decode()
    send_details(anas, name="Bo Demo", email="bo@example.com")
    assert only().client != ana
    assert only().client.is_provisional


@pytest.fixture
def choose_in(massage):
    def _choose(browser, start):
        data = {"start": start.isoformat(), "therapist": ""}
        return browser.post(f"/book/{massage.slug}/hold/", data)

    return _choose


# One newcomer is one record


def test_who_books_twice_before_answering_is_one_client(client, choose, send_details, start):
    for days, name, phone in ((0, "Zoë Łuc", "07700 900123"), (1, "zoe  luc", "")):
        choose(start + timedelta(days=days))
        send_details(
            start=(start + timedelta(days=days)).isoformat(), name=name, phone=phone,
            email="Zoe@Example.com",
        )  # fmt: skip
    [zoe] = Client.objects.all()
    assert zoe.name == "Zoë Łuc"
    assert zoe.phone == "07700 900123"
    assert zoe.appointments.count() == 2


@pytest.mark.parametrize(
    "other", [{"name": "Bo Demo"}, {"email": "another@example.com"}, {"browser": Browser()}]
)
def test_another_name_address_or_browser_is_another(client, choose_in, send_details, start, other):
    choose_in(client, start)
    send_details()
    browser = other.pop("browser", client)
    later = start + timedelta(days=1)
    choose_in(browser, later)
    send_details(browser, start=later.isoformat(), **other)
    assert Client.objects.count() == 2


def test_nor_is_one_who_has_answered_or_is_known_joined_by_a_form(
    client, choose, send_details, start
):
    choose(start)
    send_details()
    Client.objects.update(proved_at=timezone.now())
    later = start + timedelta(days=1)
    choose(later)
    send_details(start=later.isoformat())
    assert Client.objects.filter(proved_at=None).count() == 1
