"""The home page, the terms, and what every page has in common."""

import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest

from bookings import links
from bookings.core.training import Distance, Kind, Phase
from bookings.dates import civil_day_from
from bookings.queries.training import protocol
from bookings.runner.training.training_guide import TOLD
from tests import factories
from tests.clock import NOW, ZONE, day_of
from tests.reading import first_match

# What no trial has shown, in the words that a page might slip into.
NOT_SHOWN = ("prevent", "performance", "speed", "heal", "lactic", "toxin", "cure", "scar tissue")


def text(response) -> str:
    return response.content.decode()


def words(response) -> str:
    """As somebody reads it who sees no drawing."""
    return " ".join(
        unescape(re.sub(r"<[^>]*>", " ", text(response)))
        .replace(" ,", ",")
        .replace(" .", ".")
        .split()
    )


@pytest.fixture
def home(client, massage):
    return lambda: client.get("/").content.decode()


def test_treatments_stand_with_their_length_and_price(home, massage):
    page = home()
    assert "Sports massage" in page
    assert "60 minutes" in page
    assert "£60" in page
    assert f'href="/book/{massage.slug}/"' in page


def test_what_cannot_be_booked_online_is_not_offered(home, massage):
    factories.make_treatment("Ringing only", online=False)
    factories.make_treatment("Long gone", active=False)
    page = home()
    assert "Ringing only" not in page
    assert "Long gone" not in page


def test_a_treatment_stands_under_what_somebody_needs_or_else_under_its_name(home, massage):
    assert "<h3><bdi>Sports massage</bdi></h3>" in home()
    massage.need = "The usual, in training"
    massage.save()
    page = home()
    assert "<h3><bdi>The usual, in training</bdi></h3>" in page
    assert "<bdi>Sports massage</bdi>, <span" in page


def test_each_phase_says_why_a_treatment_is_offered_in_it(home, massage):
    massage.session_kinds = ["pre_race_flush"]
    massage.save()
    page = home()
    rules = protocol.default()
    assert all(rules.phases[phase].name in page for phase in TOLD)
    assert "Treatments that suit: Race week" in page
    assert "Treatments that suit: Base" not in page
    assert rules.session_types[Kind.PRE_RACE_FLUSH].why in page
    assert rules.phases[Phase.BASE].client_message in page


def test_the_three_next_free_days_hold_by_one_press(client, home, massage, kim, today):
    page = home()
    starts = re.findall(r'name="start" value="([^"]+)"', page)
    first = today if NOW.astimezone(ZONE).hour < 12 else today + timedelta(days=1)
    assert [day_of(datetime.fromisoformat(one)) for one in starts] == [
        first + timedelta(days=n) for n in range(3)
    ]
    data = {"start": starts[0], "therapist": kim.slug}
    assert f'name="therapist" value="{kim.slug}"' in page
    answer = client.post(f"/book/{massage.slug}/hold/", data)
    assert "We are keeping this time for you" in answer.text


def test_nothing_free_leaves_the_treatments_and_says_so_of_the_therapist(home, kim):
    kim.shifts.all().delete()
    page = home()
    assert 'name="start"' not in page
    assert "Nothing free within three weeks" in page
    assert "See times" in page


def test_the_way_there_is_a_link_to_a_map_and_no_map_of_others(home, clinic):
    page = home()
    assert "https://www.google.com/maps/dir/?api=1&amp;destination=" in page
    assert "<img" not in page
    assert "<iframe" not in page


def test_the_clinic_says_nothing_that_trials_have_not_shown(client, massage):
    page = words(client.get("/")).lower()
    assert [claim for claim in NOT_SHOWN if claim in page] == []


def test_a_therapist_who_has_left_is_not_shown(home, kim):
    factories.make_therapist("Left Demo", active=False)
    assert "Kim Demo" in home()
    assert "Left Demo" not in home()


def test_more_treatments_and_therapists_cost_no_more_queries(
    client, massage, django_assert_num_queries
):
    with django_assert_num_queries(6):
        client.get("/")
    for _ in range(30):
        therapist = factories.make_therapist()
        factories.make_week(therapist)
        factories.make_treatment(therapists=[therapist])
    with django_assert_num_queries(6):
        client.get("/")


def ask(client, **typed):
    return client.get(
        "/race-answer/", {"distance": "marathon", **typed}, headers={"HX-Request": "true"}
    )


def in_parts(day: date) -> dict[str, int]:
    return {"race_date_day": day.day, "race_date_month": day.month, "race_date_year": day.year}


@pytest.mark.fixed_clock
def test_a_date_is_answered_before_anything_is_kept(client, massage, suits_all):
    answer = ask(client, **in_parts(date(2027, 4, 25)))
    page = words(answer)
    assert (
        "20 weeks to Sunday 25 April 2027 Your training block starts on Monday 21 December." in page
    )
    assert "sessions would suit this build-up." in page
    assert "Maintenance session, Tuesday 12 January 2027, 09:00 with Kim Demo." in page
    assert "Sun 25 Apr 2027" in page
    assert answer["Cache-Control"].startswith("max-age=0")
    assert "sessionid" not in client.cookies
    assert not client.session.keys()


@pytest.mark.fixed_clock
@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 12, 13), "11 days to Sunday 13 December Now: Taper."),
        (date(2026, 12, 2), "0 days to go: it is today Now: Race day."),
        (date(2026, 12, 3), "1 day to Thursday 3 December"),
        (date(2026, 11, 28), "4 days since Saturday 28 November"),
        (date(2028, 11, 26), "103 weeks to Sunday 26 November 2028"),
    ],
)
def test_near_and_far_and_lately_are_each_said_in_their_own_words(client, massage, day, said):
    assert said in words(ask(client, **in_parts(day)))


@pytest.mark.fixed_clock
@pytest.mark.parametrize(
    ("day", "month", "year", "sentence"),
    [
        ("31", "2", "2027", "There is no such day. Please give a date such as 25/04/2027."),
        ("a", "b", "cdef", "There is no such day. Please give a date such as 25/04/2027."),
        ("25", "4", "2099", "2099 is further off than we plan"),
        ("25", "4", "1999", "Please give a day of the years 2000 to 2199."),
        (
            "25",
            "4",
            "2016",
            "This race was in 2016, too long ago for a plan to help with it. Did you mean 2027?",
        ),
        ("25", "4", "9" * 4000, "There is no such day."),
    ],
)
def test_a_date_that_cannot_be_planned_gets_a_sentence_beside_the_field(
    client, massage, day, month, year, sentence
):
    answer = ask(client, race_date_day=day, race_date_month=month, race_date_year=year)
    assert answer.status_code == 200
    problem = first_match(r'<p class="wrong" id="race-problem"[^>]*>(.*?)</p>', text(answer))[1]
    assert sentence in problem
    assert "These hills are a marathon’s." in text(answer)


def test_the_answer_stands_in_short_beside_the_date_too(client, suits_all, today):
    day = today + timedelta(weeks=16)
    answer = text(ask(client, **in_parts(day)))
    short = first_match(r'<p class="in-short" id="race-in-short"[^>]*>(.*?)</p>', answer)[1]
    assert "16 weeks to" in short
    assert "sessions would suit this build-up." in short


@pytest.mark.parametrize("year", ["", "2", "20", "202"])
def test_a_date_that_is_being_typed_is_no_mistake_yet(client, massage, year):
    answer = ask(client, race_date_day="25", race_date_month="4", race_date_year=year)
    assert 'hx-swap-oob="true"></p>' in text(answer)
    assert "These hills are a marathon’s." in text(answer)


@pytest.mark.parametrize("distance", ["half", "10k", "ultra", "parkrun"])
def test_before_a_date_the_hills_are_those_of_the_distance(client, massage, distance):
    weeks = protocol.default().distances
    known = distance if distance in [one.value for one in weeks] else "marathon"
    shown = words(ask(client, distance=distance))
    assert f"{weeks[Distance(known)].default_weeks} weeks of build-up" in shown


def test_the_answer_is_counted_like_every_page(client, massage, settings):
    settings.LIMITS = {"pages": "2/minute"}
    assert [ask(client).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.fixed_clock
def test_the_date_in_three_parts_leads_to_the_plan_and_then_home_greets(client, massage, suits_all):
    told = {**in_parts(date(2027, 4, 25)), "race_date_year": "27", "distance": "marathon"}
    assert client.post("/plan/", told).url == "/plan/"
    answer = client.get("/")
    page = words(answer)
    assert "20 weeks to your marathon" in page
    assert "Your training block starts on Monday 21 December." in page
    assert (
        "What would suit next: Maintenance session, Tuesday 12 January 2027, 09:00 with Kim Demo."
        in page
    )
    assert "See your plan" in page
    assert "When’s your race?" not in page
    assert "no-store" in answer["Cache-Control"]


def test_just_book_takes_the_typed_race_along_to_the_free_times(client, massage, suits_all, kim):
    told = in_parts(day_of(NOW) + timedelta(weeks=12)) | {"distance": "half", "wants_nudges": "on"}
    assert client.post("/just-book/", told).url == "/#just-book"
    assert "weeks to your half marathon" in words(client.get("/"))


def test_just_book_without_a_date_keeps_nothing(client, massage):
    blank = {"race_date_day": "", "race_date_month": " ", "race_date_year": "", "distance": "half"}
    assert client.post("/just-book/", blank).url == "/#just-book"
    assert "race-bib" in text(client.get("/"))


def test_just_book_asks_about_a_date_that_is_none_rather_than_losing_it(client, massage):
    told = {"race_date_day": "31", "race_date_month": "2", "race_date_year": "2027"}
    answer = client.post("/just-book/", {**told, "distance": "half"})
    assert answer.status_code == 422
    assert 'value="31/2/2027"' in text(answer)


def test_a_date_that_is_none_comes_back_as_it_was_typed(client, massage):
    told = {"race_date_day": "31", "race_date_month": "2", "race_date_year": "2027"}
    answer = client.post("/plan/", {**told, "distance": "half"})
    assert answer.status_code == 422
    assert 'type="text" name="race_date" value="31/2/2027"' in text(answer)


def test_who_has_signed_in_is_greeted_by_the_races_name(anas, ana, massage, race_day):
    ana.races.create(race_date=race_day, distance="marathon", name="Manchester Marathon")
    assert "weeks to Manchester Marathon" in words(anas.get("/"))


@pytest.mark.fixed_clock
def test_a_race_that_is_over_greets_until_its_recovery_ends(anas, ana, massage):
    race = ana.races.create(race_date=date(2026, 11, 29), distance="marathon", name="Leeds")
    assert "3 days since Leeds" in words(anas.get("/"))
    race.race_date = date(2026, 8, 2)
    race.save()
    assert "When’s your race?" in words(anas.get("/"))


BOOKED = "Booked: Sports massage, {day}, 09:00 with Kim Demo"


def test_what_a_newcomer_has_booked_stands_at_home_until_it_is_cancelled(
    client, choose, send_details, start, massage, only
):
    choose(start)
    send_details(start=start.isoformat())
    page = client.get("/")
    assert "Booked, and waiting for you to confirm it from our email: Sports" in words(page)
    assert "no-store" in page["Cache-Control"]
    there = first_match(r'next-session.*?href="([^"]+)"', text(page), re.DOTALL)[1]
    assert "Sports massage" in words(client.get(there))
    client.post(f"/appointments/{links.mail_token(only())}/thats-me/")
    assert "Booked: Sports massage" in words(client.get("/"))
    client.post(f"/appointments/{links.mail_token(only())}/cancel/")
    assert only().status == "cancelled"
    assert "Booked" not in words(client.get("/"))


def test_the_next_of_their_visits_stands_at_home_for_who_has_signed_in(
    anas, ana, client, massage, kim, room, at, race_day
):
    for days in (9, 5, -5):
        factories.make_appointment(
            starts_at=at(days, 9), treatment=massage, therapist=kim, room=room, client=ana
        )
    said = BOOKED.format(day=civil_day_from(day_of(at(5, 9)), day_of(NOW)))
    assert said in words(anas.get("/"))
    ana.races.create(race_date=race_day, distance="marathon")
    assert said in words(anas.get("/"))
    assert "Booked" not in words(client.get("/"))


def test_a_plan_that_is_known_costs_a_constant_number_of_queries(
    anas, ana, massage, suits_all, race_day, django_assert_max_num_queries
):
    ana.races.create(race_date=race_day, distance="marathon")
    with django_assert_max_num_queries(30) as first:
        anas.get("/")
    for _ in range(10):
        therapist = factories.make_therapist()
        factories.make_week(therapist)
        factories.make_treatment(therapists=[therapist], session_kinds=massage.session_kinds)
    ana.races.create(race_date=race_day + timedelta(weeks=20), distance="half")
    with django_assert_max_num_queries(len(first)):
        anas.get("/")


def test_the_terms_say_until_when_one_may_change_ones_mind(client, clinic):
    clinic.move_cutoff_hours = 36
    clinic.save()
    page = client.get("/terms/").content.decode()
    assert "Please come five minutes early" in page
    assert "36 hours" in page


def test_an_unknown_address_is_answered_in_the_clinics_own_words(client, clinic):
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert clinic.phone in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/terms/", "/book/sports-massage/"])
def test_no_page_carries_script_or_style_of_its_own(client, massage, path):
    page = client.get(path).content.decode()
    assert "style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert "onclick" not in page
