"""Booking for somebody on the phone: one form, with or without JavaScript."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from secrets import token_hex

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Mail, MailKind, User
from tests.factories import (
    make_appointment,
    make_client,
    make_race,
    make_room,
    make_therapist,
    make_treatment,
    make_user,
    make_week,
)
from tests.page_forms import forms_of

NEW = "/diary/new/"
HTMX = {"HTTP_HX_REQUEST": "true"}
pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")


@pytest.fixture
def call(desk, massage):
    """Sends the form as a desk would that has seen the lists; a test names what it is about."""

    def _call(**typed):
        data = {
            "who": "ana",
            "treatment": massage.pk,
            "therapist": "",
            "when": "thursday 10:00",
            "tell": "yes",
            "key": token_hex(16),
            **typed,
        }
        shown = {
            "who_shown": data["who"],
            "when_shown": f"{data['treatment']}|{data['therapist']}|{data['when']}",
        }
        return desk.post(NEW, {**shown, **data})

    return _call


@pytest.fixture
def typed_before(desk, massage):
    """A form as it was shown, filled in; meanwhile its login has ended."""
    found = forms_of(desk.get(NEW).text)
    [sent] = [one.sent for one in found if (one.method, one.action) == ("post", NEW)]
    sent |= {"who": "Nia New 07700 900123", "when": "thursday 10:00", "note": "Bring shoes"}
    desk.logout()
    return sent


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "panel"}])
def test_what_was_typed_stands_there_again_once_after_signing_in(desk, typed_before, headers):
    answer = desk.post(NEW, typed_before, headers=headers)
    assert answer.get("HX-Redirect", answer.get("Location")) == f"/accounts/login/?next={NEW}"
    desk.force_login(User.objects.get(email="desk@example.com"))
    page = desk.get(NEW).text
    for typed in ("Nia New 07700 900123", "thursday 10:00", "Bring shoes", "It is not booked yet."):
        assert typed in page
    assert not Appointment.objects.exists()
    assert "Nia New" not in desk.get(NEW).text


def test_nobody_else_is_shown_what_was_typed(desk, typed_before):
    desk.post(NEW, typed_before)
    desk.force_login(make_user("other@example.com", role=Role.DESK))
    assert "Nia New" not in desk.get(NEW).text
    desk.post("/accounts/logout/")
    desk.post(NEW, {**typed_before, "left_call": "forged"})
    desk.force_login(make_user("third@example.com", role=Role.DESK))
    assert "Nia New" not in desk.get(NEW).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nobody", "add a phone number or an e-mail after the name."),
        ("new@example.org", "type the name before the phone number or the e-mail."),
        ("07700 900999", "type the name before the phone number or the e-mail."),
        ("x" * 300, "That is too long: a name, a phone number and an e-mail have at most 200"),
    ],
)
def test_what_is_still_missing_of_somebody_new_is_what_is_said(call, typed, said):
    answer = call(who=typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    others = {"add a phone number", "type the name before", "That is too long"}
    assert {one for one in others if one in page} == {one for one in others if one in said}


def test_the_only_one_found_is_booked_at_the_first_time_and_the_day_shows_it(call, ana, only):
    answer = call()
    booked = only()
    assert answer["Location"] == f"/diary/2026-12-03/#visit-{booked.pk}"
    assert booked.client == ana
    assert booked.starts_at == datetime(2026, 12, 3, 10, tzinfo=UTC)
    assert Mail.objects.filter(kind=MailKind.CONFIRMED).exists()


def test_the_day_it_leads_to_has_the_row(call, desk, ana, only):
    page = desk.get(call()["Location"].partition("#")[0]).content.decode()
    assert f'id="visit-{only().pk}"' in page


def test_nobody_is_told_when_the_desk_says_so(call, ana):
    call(tell="no")
    assert not Mail.objects.filter(kind=MailKind.CONFIRMED).exists()


def test_without_javascript_the_first_enter_shows_and_the_second_books(desk, massage, ana):
    data = {"who": "ana", "treatment": massage.pk, "when": "thursday", "tell": "no"}
    page = desk.post(NEW, data)
    assert page.status_code == 422
    assert not Appointment.objects.exists()
    shown = {"who_shown": "ana", "when_shown": f"{massage.pk}||thursday"}
    assert f'value="{shown["when_shown"]}"' in page.content.decode()
    assert desk.post(NEW, {**data, **shown}).status_code == 302


def test_a_list_for_something_else_is_not_what_was_chosen(call, ana, massage):
    answer = call(when="thursday 10:00", when_shown=f"{massage.pk}||friday 10:00")
    assert answer.status_code == 422
    assert "press Enter again" in answer.content.decode()
    assert not Appointment.objects.exists()


def test_somebody_new_is_written_down_from_the_one_box(call, only):
    call(who="Bo Demo 07700 900999")
    assert (only().client.name, only().client.phone) == ("Bo Demo", "07700 900999")


def test_somebody_new_needs_a_way_to_be_reached(call):
    answer = call(who="Bo Demo")
    assert answer.status_code == 422
    assert "add a phone number or an e-mail" in answer.content.decode()
    assert not Client.objects.exists()


def test_somebody_new_needs_an_address_that_is_one(call):
    answer = call(who="Bo Demo bo@exa_mple.com")
    assert "is no e-mail address" in answer.content.decode()
    assert 'value="Bo Demo bo@exa_mple.com"' in answer.content.decode()


def test_somebody_new_needs_an_address_that_leads_somewhere(call):
    assert "is no e-mail address" in call(who="Zed zed.odd@localhost").content.decode()
    assert "is no e-mail address" in call(who="Zed 07700 900999 zed@-a.com").content.decode()
    assert not Client.objects.exists()


def test_a_slip_in_the_address_of_somebody_new_is_asked_about_once(call, only):
    asked = call(who="Bo Demo bo@exmaple.com")
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Did you mean bo@example.com? If bo@exmaple.com is right" in page
    assert 'name="sure" value="bo@exmaple.com"' in page
    assert call(who="Bo Demo bo@gmial.con", sure="bo@exmaple.com").status_code == 422
    assert not Appointment.objects.exists()
    assert call(who="Bo Demo bo@exmaple.com", sure="bo@exmaple.com").status_code == 302
    assert only().client.email == "bo@exmaple.com"


def test_what_is_proposed_for_it_stands_in_the_box_at_a_press_and_shows_who_has_it(call, only):
    known = make_client("Bo Demo", email="bo@example.com")
    page = call(who="Bo Demo bo@exmaple.com", client="new", meant="bo@example.com")
    assert 'value="Bo Demo bo@example.com"' in page.content.decode()
    assert not Appointment.objects.exists()
    call(who="Bo Demo bo@example.com")
    assert only().client == known


def test_somebody_new_is_not_taken_for_one_with_much_the_same_name(call, ana, only):
    call(who="Anna Demmo 07700 900999")
    assert only().client.name == "Anna Demmo"


def test_the_chosen_one_of_several_is_booked(call, ana, only):
    other = make_client("Anabel Demo")
    call(client=other.pk)
    assert only().client == other


@pytest.mark.parametrize("data", ["0", "x", "999999", "-1", "9" * 30, "new"])
def test_somebody_who_is_not_in_the_list_is_not_booked_nor_the_first_instead(call, ana, data):
    answer = call(client=data)
    assert answer.status_code == 422
    assert "choose who it is" in answer.content.decode()
    assert not Appointment.objects.exists()


def test_a_time_that_is_not_in_the_list_any_more_is_not_booked_nor_the_first_instead(
    call, ana, massage, kim, room
):
    ten = datetime(2026, 12, 3, 10, tzinfo=UTC)
    make_appointment(starts_at=ten, treatment=massage, therapist=kim, room=room)
    answer = call(client=ana.pk, when="thursday", start=ten.isoformat())
    assert "just been taken" in answer.content.decode()
    assert Appointment.objects.count() == 1


def test_a_therapist_can_be_named(call, ana, kim, massage, only):
    lee = make_therapist("Lee Demo")
    massage.therapists.add(lee)
    assert call(therapist=lee.pk).status_code == 422  # no hours of work
    call(therapist=kim.pk)
    assert only().therapist == kim


def test_a_time_that_is_not_free_offers_the_nearest_and_books_none_by_itself(
    call, ana, massage, kim, room
):
    ten = datetime(2026, 12, 3, 10, tzinfo=UTC)
    make_appointment(starts_at=ten, treatment=massage, therapist=kim, room=room)
    answer = call()
    assert answer.status_code == 422
    assert "The nearest" in answer.content.decode()
    assert Appointment.objects.count() == 1


def test_where_the_therapist_named_is_taken_a_colleague_at_that_hour_is_offered_and_booked(
    call, ana, massage, kim, room, only
):
    lee = make_therapist("Lee Demo")
    make_week(lee)
    massage.therapists.add(lee)
    make_room("Room 2")
    ten = datetime(2026, 12, 3, 10, tzinfo=UTC)
    place = {"treatment": massage, "therapist": kim, "room": room}
    taken = make_appointment(starts_at=ten, client=make_client("Bo Demo"), **place)
    page = call(therapist=kim.pk)
    assert "Please choose a time." in page.text  # nobody else is taken by itself
    [first, *others] = page.context["times"].lines
    assert (first.opening.starts_at, first.instead) == (ten, lee)
    assert all(line.instead is None for line in others)
    assert call(therapist=kim.pk, start=first.value).status_code == 302
    booked = Appointment.objects.exclude(pk=taken.pk).get()
    assert (booked.starts_at, booked.therapist) == (ten, lee)


def test_what_is_neither_a_name_nor_found_is_answered_too(desk, ana):
    assert "Nobody is found." in desk.get(NEW, {"who": "1999-01-01"}).text


def test_what_is_booked_is_said_with_its_treatment_and_whether_a_mail_goes(call, ana, massage):
    def said(answer):
        return [str(one) for one in get_messages(answer.wsgi_request)][-1]

    assert said(call(tell="no")).endswith("No mail goes.")
    told = said(call(when="friday 10:00"))
    assert f"{massage}, Friday 4 December 2026, 10:00" in told
    assert told.endswith("The mail goes in three minutes.")


def test_among_several_people_nobody_is_chosen_and_enter_asks_which(call, desk):
    for name in ("Grace Demo", "Grace Demoson"):
        make_client(name, email=f"{name.replace(' ', '.')}@example.com")
    found = desk.get(NEW, {"who": "grace exa"}, **HTMX, HTTP_HX_TARGET="people").content.decode()
    assert found.count('name="client"') == 2
    assert "checked" not in found
    answer = call(who="grace exa")
    assert answer.status_code == 422
    assert "choose who it is" in answer.content.decode()
    assert not Appointment.objects.exists()


def test_two_who_would_read_the_same_are_told_apart(desk, massage, kim, room):
    twins = [make_client("Vic Victim", email="vic@example.com", phone="07700 900111")]
    asked = {"who": "vic"}, HTMX | {"HTTP_HX_TARGET": "people"}
    alone = desk.get(NEW, asked[0], **asked[1]).content.decode()
    assert "booked" not in alone
    twins.append(make_client("Vic Victim", email="Vic@example.com", phone="07700 900111"))
    ten = datetime(2026, 12, 3, 10, tzinfo=UTC)
    visit = {"treatment": massage, "therapist": kim, "room": room}
    make_appointment(starts_at=ten, client=twins[0], **visit)
    page = desk.get(NEW, asked[0], **asked[1]).content.decode()
    assert "last booked for Thursday 3 December 2026" in page
    assert "never booked, known since" in page


@pytest.mark.parametrize("asked", [{}, {"gap": "", "when": "2026-12-03 10:00"}])
def test_enter_books_and_shows_no_more_times_instead(desk, ana, massage, asked):
    target = {"HTTP_HX_TARGET": "panel", **HTMX} if asked else {}
    page = desk.get(NEW, {"who": "ana", **asked}, **target).content.decode()
    form = page[page.index('<form class="call') :]
    first, *others = re.findall(r"<button[^>]*>", form.partition("</form>")[0])
    assert "name=" not in first
    assert "hx-" not in first
    assert 'type="button"' not in first
    assert asked or any('name="more"' in one for one in others)


def test_whoever_is_only_much_like_it_is_not_chosen(call):
    make_client("Siobhan Lucasdottir")
    assert call(who="lucasdotir").status_code == 422
    assert not Appointment.objects.exists()


def test_a_rule_is_said_and_set_aside_by_a_second_button(call, ana, only):
    late = {"when": "thursday 19:00", "start": datetime(2026, 12, 3, 19, tzinfo=UTC).isoformat()}
    answer = call(**late)
    assert answer.status_code == 409
    assert "does not work then" in answer.content.decode()
    assert re.search(r'role="alert".*Book it all the same.*id="call-who"', answer.text, re.DOTALL)
    assert call(**late, knowingly="on").status_code == 302
    assert only().starts_at.hour == 19


def test_short_notice_stands_beside_the_time_and_needs_no_second_press(
    call, clock, desk, ana, only
):
    clock.move_to(datetime(2026, 12, 1, 9, 20, tzinfo=UTC))
    page = desk.get(NEW, {"when": "today 10:00"}, **HTMX, HTTP_HX_TARGET="times")
    assert "notice of at least 2 hours" in page.content.decode()
    call(when="today 10:00")
    assert only().starts_at.hour == 10


def test_the_very_time_that_was_typed_comes_first_though_a_rule_is_against_it(
    call, clock, desk, ana, only
):
    """A quarter to eleven is within the notice, and others near it are not."""
    clock.move_to(datetime(2026, 12, 1, 8, 50, tzinfo=UTC))
    typed = {"who": "ana", "when": "today 10:45"}
    page = desk.get(NEW, typed, **HTMX, HTTP_HX_TARGET="times").content.decode()
    first, second, *_ = page.split('name="start"')[1:]
    assert "10:45" in first
    assert "checked" in first
    assert "notice of at least 2 hours" in first
    assert "notice" not in second
    call(when="today 10:45")
    assert (only().starts_at.hour, only().starts_at.minute) == (10, 45)


def test_the_year_of_what_is_booked_is_shown_before_and_after(call, desk, ana):
    typed = {"who": "ana", "when": "26.11. 10:00"}
    page = desk.get(NEW, typed, **HTMX, HTTP_HX_TARGET="times").content.decode()
    assert "Fri 26 Nov 2027, 10:00" in page
    day = desk.get(call(when="26.11. 10:00")["Location"].partition("#")[0]).content.decode()
    assert "Friday 26 November 2027, 10:00" in day


def test_a_time_just_taken_is_said_and_the_form_stays_filled(call, ana, massage, kim, room):
    start = datetime(2026, 12, 3, 19, tzinfo=UTC)
    make_appointment(starts_at=start, treatment=massage, therapist=kim, room=room)
    asked = {"client": ana.pk, "when": "thursday 19:00", "start": start.isoformat()}
    answer = call(**asked, note="See you")
    assert answer.status_code == 409
    assert 'value="thursday 19:00"' in answer.content.decode()
    assert 'value="See you"' in answer.content.decode()


def test_the_same_form_sent_twice_books_once(call, ana):
    key = token_hex(16)
    where = call(key=key)["Location"]
    start = Appointment.objects.get().starts_at.isoformat()
    assert call(key=key, start=start)["Location"] == where
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said", "goes_on"),
    [
        ({"when": "when the moon is full"}, "was not understood", "when"),
        ({"when": "31.11."}, "no 31 November", "when"),
        ({"when": "yesterday 10:00"}, "past", "when"),
        ({"when": "today 08:00", "start": "2026-12-01T08:00:00+00:00"}, "past", "when"),
        ({"start": "2026-12-03T11:07:00+00:00"}, "has just been taken", "when"),
        ({"when": "thursday 19:00", "start": "2026-12-03T19:00:00+00:00"}, "not work then", "when"),
        ({"who": ""}, "Who is it?", "who"),
        ({"who": "bo b@b"}, "is no e-mail address", "who"),
        ({"treatment": "0"}, "Please correct", "treatment"),
        ({"therapist": "x"}, "Please correct", "therapist"),
        ({"who": "x" * 300}, "Please correct", "who"),
        ({"note": "x" * 400}, "Please correct", "note"),
        ({"key": "nonsense"}, "Please correct", "when"),
    ],
)
def test_nonsense_books_nothing_says_why_and_one_goes_on_with_what_is_wrong(
    call, ana, wrong, said, goes_on
):
    answer = call(**wrong)
    assert answer.status_code in (409, 422)
    assert said in answer.content.decode()
    main = answer.content.decode().partition("<main")[2]
    assert re.findall(r'name="(\w+)"[^>]* autofocus', main) == [goes_on]
    assert not Appointment.objects.exists()


def test_advice_stands_beside_each_time(desk, ana, massage):
    make_race(ana, race_date=date(2026, 12, 4))
    data = {"who": "ana", "client": ana.pk, "when": "thursday", "treatment": massage.pk}
    page = desk.get(NEW, data, **HTMX, HTTP_HX_TARGET="times").content.decode()
    assert "Not advised</span> The day after is" in page


def test_the_parts_are_parts(desk, ana, massage):
    people = desk.get(NEW, {"who": "07700"}, **HTMX, HTTP_HX_TARGET="people")
    assert "Ana Demo" in people.content.decode()
    assert "<html" not in people.content.decode()
    assert people["HX-Trigger-After-Swap"]  # what it rings for reads the new list
    times = desk.get(NEW, {"when": "next free"}, **HTMX, HTTP_HX_TARGET="times").content.decode()
    assert "Tue 1 Dec" in times


def test_a_client_comes_along_from_their_record(desk, ana, massage):
    page = desk.get(NEW, {"client": ana.pk}).content.decode()
    assert f'value="{ana.pk}" data-treatment="" checked' in page


def test_what_somebody_had_last_time_is_offered_again(desk, ana, massage, kim, room):
    first = make_treatment("Aaa, the first of the list", therapists=[kim], position=0)
    ninety = make_treatment("Ninety", therapists=[kim], position=9)
    place = {"therapist": kim, "room": room, "client": ana}
    days_ago = {9: ninety, 5: first, 30: massage}
    for days, treatment in days_ago.items():
        at = datetime(2026, 12, 1, 9, tzinfo=UTC) - timedelta(days=days)
        status = Status.CANCELLED if treatment == first else Status.COMPLETED
        make_appointment(starts_at=at, treatment=treatment, status=status, **place)
    assert f'value="{ninety.pk}" selected' in desk.get(NEW, {"client": ana.pk}).content.decode()
    found = desk.get(NEW, {"who": "ana"}, **HTMX, HTTP_HX_TARGET="people").content.decode()
    assert f'data-treatment="{ninety.pk}"' in found
    ninety.active = False
    ninety.save()
    assert f'value="{massage.pk}" selected' in desk.get(NEW, {"client": ana.pk}).content.decode()


def test_the_desk_sees_of_a_hold_and_of_age_no_more_than_that(desk, ana, massage):
    ana.health_hold, ana.date_of_birth = True, date(2015, 1, 1)
    ana.save()
    page = desk.get(NEW, {"who": "ana"}).content.decode()
    assert "Health: to be checked by the therapist" in page
    assert "Under 18, consent missing" in page


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)])
def test_on_the_day_the_clocks_change_ten_is_ten(call, ana, clinic, only, day):
    call(when=f"{day:%d.%m.%Y} 10:00")
    assert only().starts_at.astimezone(clinic.tz).hour == 10


def test_thirty_people_and_full_days_cost_no_more_queries_than_one(desk, massage, kim, room):
    def cost() -> int:
        with CaptureQueriesContext(connection) as data:
            desk.get(NEW, {"who": "demo", "when": "tomorrow", "client": ada.pk})
        return len(data)

    ada = make_client("Ada Demo")
    make_race(ada)
    cost()
    one = cost()
    for number in range(30):
        make_race(make_client(f"Bo Demo {number}"))
    tomorrow = datetime(2026, 12, 2, 9, tzinfo=UTC)
    for hour in range(6):
        starts_at = tomorrow + timedelta(hours=hour)
        make_appointment(starts_at=starts_at, treatment=massage, therapist=kim, room=room)
    assert cost() == one


@pytest.mark.parametrize("role", [Role.RUNNER, None])
def test_booking_for_others_is_the_desks(client, clinic, role):
    user = make_user(role=role or Role.RUNNER)
    if role is None:
        make_therapist(user=user)
    client.force_login(user)
    assert client.get(NEW).status_code == client.post(NEW, {"who": "ana"}).status_code == 403


def test_later_shows_more_than_the_first_six_and_books_nothing(call, desk, massage, ana):
    data = {"who": "ana", "treatment": massage.pk, "when": "next week"}
    first = desk.get(NEW, data).content.decode()
    assert (first.count('name="start"'), 'name="more" value="1"' in first) == (6, True)
    assert desk.get(NEW, {**data, "more": 1}).content.decode().count('name="start"') == 12
    page = call(when="next week", more="2")
    assert page.status_code == 200
    assert page.content.decode().count('name="start"') == 18
    assert not Appointment.objects.exists()


@pytest.fixture
def three(massage, room):
    """Two colleagues of Kim who treat at the same hours, each with a room."""
    found = []
    for name in ("Ines Demo", "Marco Zoë"):
        one = make_therapist(name)
        make_week(one)
        massage.therapists.add(one)
        make_room(f"Room of {name}")
        found.append(one)
    return found


@pytest.mark.parametrize(
    ("when", "who"),
    [
        ("thu 10:00 with ines", "Ines Demo"),
        ("thu 10:00, Ines Demo", "Ines Demo"),
        ("thu 10:00 zoe or ines", "Ines Demo"),
        ("zoë thu 10:00", "Marco Zoë"),
        ("not with ines or kim thu 10:00", "Marco Zoë"),
    ],
)
def test_whom_the_wish_names_is_who_is_booked(call, ana, only, three, kim, when, who):
    """Also where somebody else stands in the box below."""
    assert call(when=when, therapist=kim.pk).status_code == 302
    assert only().therapist.name == who


def test_the_times_of_whom_the_wish_names_are_theirs_alone(desk, ana, massage, three, kim, room):
    ines = three[0]
    make_appointment(
        starts_at=datetime(2026, 12, 3, 10, tzinfo=UTC),
        treatment=massage,
        therapist=ines,
        room=room,
    )
    asked = {"who": "ana", "treatment": massage.pk, "when": "thu before noon with ines"}
    lines = desk.get(NEW, asked).context["times"].lines
    assert lines
    assert {line.value.partition(" ")[2] for line in lines} == {str(ines.pk)}
    exact = desk.get(NEW, {**asked, "when": "thu 10:00 with ines"}).context["times"]
    assert not exact.fits
    assert [str(one) for one in exact.lines[0].opening.therapists] != ["Ines Demo"]
    several = desk.get(NEW, {**asked, "when": "thu 10:00 with ines or marco"}).context["times"]
    assert several.fits
    assert several.lines[0].instead == three[1]


def test_what_is_near_a_full_day_is_no_row_of_quarter_hours(desk, ana, massage, kim, room):
    for hour in range(9, 17):
        at = datetime(2026, 12, 3, hour, tzinfo=UTC)
        make_appointment(starts_at=at, treatment=massage, therapist=kim, room=room)
    asked = {"who": "ana", "treatment": massage.pk, "when": "thu after 3"}
    times = desk.get(NEW, asked).context["times"]
    assert not times.fits
    starts = [line.opening.starts_at for line in times.lines]
    assert len(starts) == 6
    assert min(b - a for a, b in pairwise(starts)) >= timedelta(minutes=45)


@pytest.mark.parametrize(
    ("when", "said"), [("with bob", "called “bob”"), ("with lea", "offers that treatment")]
)
def test_who_cannot_be_meant_is_said(call, ana, when, said):
    make_therapist("Lea Demo")
    answer = call(when=when)
    assert said in answer.content.decode()


def test_the_same_time_is_that_of_the_clients_last_visit(call, ana, only, massage, kim, room):
    make_appointment(
        starts_at=datetime(2026, 11, 26, 15, 15, tzinfo=UTC),
        treatment=massage,
        therapist=kim,
        room=room,
        client=ana,
        status=Status.COMPLETED,
    )
    assert call(when="same time next week").status_code == 302
    last = Appointment.objects.latest("starts_at")
    assert last.starts_at == datetime(2026, 12, 10, 15, 15, tzinfo=UTC)


def test_what_is_advised_against_a_day_is_said_of_the_client_not_to_them(desk, ana, massage):
    make_race(ana, race_date=date(2027, 4, 25))
    page = desk.get(NEW, {"who": "ana", "treatment": massage.pk, "when": "sunday at 10"})
    assert "This is the day of their long run." in page.content.decode()
    assert "your long run" not in page.content.decode()
