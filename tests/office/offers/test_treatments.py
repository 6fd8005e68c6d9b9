"""Treatments as the owner keeps them: made, changed, priced anew, and asked about first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from bookings.actions.rota import offers
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Change, Treatment
from bookings.tasks import bring_in_prices
from tests import factories
from tests.office.conftest import filled
from tests.reading import present

COULD_NOT_STAY = "1 appointment is booked that could not stay where it is."


@pytest.fixture
def page(massage) -> str:
    return f"/office/treatments/{massage.pk}/"


def errors(answer) -> dict:
    assert answer.status_code == 422, answer.status_code
    return {name: " ".join(said) for name, said in answer.context["form"].errors.items()}


NEW = "/office/treatments/new/"


def test_the_page_of_a_new_one_has_nothing_in_it_that_nobody_typed(office, clinic):
    text = office.get(NEW).text
    assert "DatabaseDefault" not in text


def test_a_new_treatment_can_be_booked_at_once(office, send, kim, room):
    typed = {"name": "  Calves   30 ", "minutes": "30", "buffer_minutes": "10", "price": "£38,50"}
    answer = send(NEW, **typed, therapists=[kim.pk])
    assert answer["Location"] == "/office/treatments/"
    made = Treatment.objects.get()
    assert (made.name, made.slug, made.price) == ("Calves 30", "calves-30", Decimal("38.50"))
    assert made.active
    assert made.online
    assert office.get(made.get_absolute_url()).status_code == 200


def test_addresses_are_made_by_the_program_and_never_change(send, page, massage, kim):
    send(page, name="Massage of an hour")
    massage.refresh_from_db()
    assert (massage.name, massage.slug) == ("Massage of an hour", "sports-massage")
    send(NEW, name="Sports massage", minutes="30", buffer_minutes="0", price="30")
    send(NEW, name="マッサージ", minutes="30", buffer_minutes="0", price="30")
    slugs = {one.name: one.slug for one in Treatment.objects.all()}
    assert slugs["Sports massage"] == "sports-massage-2"
    assert slugs["マッサージ"] == "treatment"


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": " "}, "name", "Please fill this in."),
        ({"name": "SPORTS massage 30"}, "name", "There is a treatment of this name already."),
        ({"minutes": "0"}, "minutes", "Please give 5 or more."),
        ({"minutes": "an hour"}, "minutes", "Please give whole minutes, such as 60."),
        ({"price": "-1"}, "price", "Please give 0 or more."),
        ({"price": "sixty"}, "price", "Please give a price such as 62.50."),
        ({"price": "0.234"}, "price", "at most 2 digits after the point"),
        ({"next_price": "65"}, "next_price_from", "Please say from which day it holds."),
        ({"next_price_from": "2099-01-01"}, "next_price", "Please give the new price"),
        (
            {"next_price": "65", "next_price_from": "2020-01-01"},
            "next_price_from",
            "Please give a day to come",
        ),
        ({"description": "It prevents injury."}, "description", "more than massage can keep"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(send, page, typed, field, said):
    factories.make_treatment("Sports massage 30")
    answer = send(page, **typed)
    assert said in errors(answer)[field]
    assert f'href="#id_{field}"' in answer.text


def test_yen_have_no_smaller_coins(send, page, clinic):
    type(clinic).objects.update(currency="JPY")
    assert "no smaller coins" in errors(send(page, price="6000.50"))["price"]


def test_what_is_booked_keeps_its_price_when_the_price_is_changed(office, send, page, booked):
    assert "1 appointment to come is booked and keeps its price." in office.get(page).text
    send(page, price="70")
    booked.refresh_from_db()
    assert booked.price == 60
    assert booked.treatment.price == 70


def test_a_new_price_holds_from_its_day_on_the_clinics_clock(
    send, page, massage, booked, today, clock, at
):
    first = today + timedelta(days=9)
    send(page, next_price="65", next_price_from=first.isoformat())
    bring_in_prices()
    massage.refresh_from_db()
    assert (massage.price, massage.next_price) == (60, 65)
    clock.move_to(at(9, 0) - timedelta(seconds=1))
    bring_in_prices()
    massage.refresh_from_db()
    assert massage.price == 60
    clock.move_to(at(9, 0))
    bring_in_prices()
    massage.refresh_from_db()
    assert (massage.price, massage.next_price, massage.next_price_from) == (65, None, None)
    assert Appointment.objects.get().price == 60


def test_prices_that_are_brought_in_twice_or_late_are_the_same(massage, today, clock, at):
    massage.next_price, massage.next_price_from = Decimal(65), today + timedelta(days=1)
    massage.save()
    clock.move_to(at(40, 12))
    for _ in range(2):
        offers.bring_in_prices(now=timezone.now())
    massage.refresh_from_db()
    assert massage.price == 65


def test_a_price_to_come_stands_in_the_list_and_can_be_taken_back(office, send, page, today):
    first = today + timedelta(days=9)
    send(page, next_price="65", next_price_from=first.isoformat())
    assert "£65 from" in office.get("/office/treatments/").text
    send(page, next_price="", next_price_from="")
    assert Treatment.objects.get().next_price is None


def test_visits_that_could_not_stay_are_shown_before_anything_is_saved(
    office, send, page, massage, booked, lee
):
    asked = send(page, therapists=[lee.pk])
    assert asked.status_code == 409
    assert COULD_NOT_STAY in asked.text
    assert str(booked.client) in asked.text
    assert list(massage.therapists.values_list("name", flat=True)) == ["Kim Demo"]
    sent = {**filled(asked.context["form"]), "accepted": asked.context["impact"].digest}
    assert office.post(page, sent).status_code == 302
    assert list(massage.therapists.values_list("name", flat=True)) == ["Lee Demo"]


def test_a_treatment_that_cannot_be_booked_any_more_leaves_its_visits_as_they_are(
    office, send, page, massage, booked
):
    send(page, active=None)
    massage.refresh_from_db()
    booked.refresh_from_db()
    assert not massage.active
    assert booked.status == Status.BOOKED
    assert "nobody any more" in office.get("/office/treatments/").text


def test_what_somebody_else_has_changed_elsewhere_meanwhile_stays_and_is_told(
    office, send, page, massage, lee
):
    opened = office.get(page)
    Treatment.objects.update(price=99)
    massage.therapists.add(lee)
    assert send(page, opened, minutes="45").status_code == 302
    massage.refresh_from_db()
    assert (massage.minutes, massage.price, massage.therapists.count()) == (45, 99, 2)
    told = office.get("/office/treatments/").text
    assert "Somebody else has changed meanwhile, and that stays: Price (£), Offered by." in told


def test_what_two_have_typed_otherwise_is_told_beside_it_and_saved_by_another_press(
    office, send, page, massage
):
    opened = office.get(page)
    Treatment.objects.update(price=99, need="Theirs")
    answer = send(page, opened, price="70", minutes="45", name="")
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert "meanwhile, to “99.00”" in str(errors["price"])
    assert set(errors) == {"price", "name"}
    assert 'value="70"' in answer.text
    massage.refresh_from_db()
    assert (massage.minutes, massage.price) == (60, 99)
    assert send(page, answer, name="Massage").status_code == 302
    massage.refresh_from_db()
    assert (massage.minutes, massage.price, massage.need) == (45, 70, "Theirs")


@pytest.mark.parametrize(
    "seen", ["", "another", "another [1]", 'another {"price": 1}', "another {"]
)
def test_a_page_that_does_not_say_what_it_has_shown_overwrites_nothing(
    office, send, page, massage, seen
):
    opened = office.get(page)
    Treatment.objects.update(price=99)
    assert send(page, opened, minutes="45", price="70", seen=seen).status_code in (409, 422)
    massage.refresh_from_db()
    assert (massage.minutes, massage.price) == (60, 99)


def test_saving_what_is_unchanged_changes_nothing(send, page, massage):
    before = Change.objects.count()
    assert send(page).status_code == 302
    assert Change.objects.count() == before


def test_the_history_knows_who_changed_a_price(send, page):
    send(page, price="70")
    change = present(Change.objects.filter(table="bookings_treatment").first())
    assert change.role == "owner"
    assert change.after == {"price": 70.0}


def test_a_therapist_who_is_gone_stays_with_what_they_offered(send, page, massage, lee):
    massage.therapists.add(lee)
    type(lee).objects.filter(pk=lee.pk).update(active=False)
    send(page, minutes="45")
    assert massage.therapists.count() == 2


def test_a_treatment_that_nobody_offers_is_told_so_on_its_page(office, page, massage):
    massage.therapists.clear()
    assert "Nobody offers it" in office.get(page).text
    assert "nobody" in office.get("/office/treatments/").text


def test_thirty_treatments_ask_no_more_than_one(
    office, massage, django_assert_num_queries, django_assert_max_num_queries, kim, room
):
    url = "/office/treatments/"
    office.get(url)
    with django_assert_max_num_queries(25) as seen:
        office.get(url)
    for _ in range(29):
        factories.make_treatment(therapists=[kim], rooms=[room])
    with django_assert_num_queries(len(seen)):
        assert office.get(url).text.count('<th scope="row">') == 30


@pytest.mark.parametrize(
    ("minutes", "suits"),
    [
        ("30", {"post_hard_effort", "pre_race_flush", "post_race_gentle"}),
        ("75", {"maintenance", "training", "return_check"}),
        ("120", set()),
    ],
)
def test_a_new_treatment_suits_the_sessions_that_last_as_long(office, send, kim, minutes, suits):
    typed = {"name": "New", "minutes": minutes, "buffer_minutes": "0", "price": "50"}
    send(NEW, **typed)
    assert set(Treatment.objects.get().session_kinds) == suits
    told = office.get("/office/treatments/").text
    assert ("proposes it for: " in told) == bool(suits)
    assert ("none proposes it" in told) == (not suits)


def test_what_is_ticked_later_is_not_ticked_anew(send, page, massage):
    send(page, session_kinds=["training"], minutes="30")
    massage.refresh_from_db()
    assert massage.session_kinds == ["training"]


def test_the_only_therapist_is_ticked_and_nobody_is_told_of(office, send, kim):
    assert [one.pk for one in office.get(NEW).context["form"].initial["therapists"]] == [kim.pk]
    typed = {"name": "New", "minutes": "60", "buffer_minutes": "0", "price": "50"}
    send(NEW, **typed)
    assert set(Treatment.objects.get().therapists.all()) == {kim}
    assert "Nobody offers it yet" not in office.get("/office/treatments/").text
    send(NEW, **{**typed, "name": "Other"}, therapists=[])
    assert "Nobody offers it yet" in office.get("/office/treatments/").text
    factories.make_therapist("Lee Demo")
    assert (
        "therapists" not in office.get(NEW).context["form"].initial
        or not office.get(NEW).context["form"].initial["therapists"]
    )
