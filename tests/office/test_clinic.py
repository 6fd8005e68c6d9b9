"""The clinic's settings, as the owner finds and changes them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bookings.core.training import Phase
from bookings.models import Change, Clinic
from bookings.queries.training import protocol
from tests.office.conftest import filled, say_who_it_is

PAGE = "/office/clinic/"


@pytest.fixture(autouse=True)
def opened(clinic):
    return PAGE


def fields(answer) -> dict:
    assert answer.status_code == 422, answer.status_code
    return {name: " ".join(said) for name, said in answer.context["form"].errors.items()}


def test_what_is_typed_is_kept(send):
    answer = send(PAGE, name="Towpath", phone="020 7946 0001", how_to_find_us="The green door.")
    assert answer["Location"] == PAGE
    clinic = Clinic.objects.the()
    assert (clinic.name, clinic.phone) == ("Towpath", "020 7946 0001")
    assert clinic.how_to_find_us == "The green door."


def test_every_setting_of_the_admin_is_there_or_on_a_page_of_its_own(office):
    form, looks = office.get(PAGE).context["form"], office.get("/office/looks/").context
    editable = {one.name for one in Clinic._meta.concrete_fields if one.editable}
    elsewhere = {"id", "mails_per_hour", "embed_origins", "country", "subdivision"}
    shown = set(form.fields) | set(looks["form"].fields) | set(looks["colour_form"].fields)
    assert editable - elsewhere == shown - {"seen", "sure", "own_colour"}


@pytest.mark.fixed_clock
def test_each_rule_says_what_it_comes_to_today(office, massage):
    Clinic.objects.update(no_show_fee=50, no_show_fee_is="percent")
    text = office.get(PAGE).text
    assert "Right now: from 11:00." in text
    assert "Today that is until Thursday 1 April 2027." in text
    assert "is until Tuesday 8 December, 10:00." in text
    assert "£30 of £60" in text


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": ""}, "name", "fill this in"),
        ({"phone": "ring us"}, "phone", "Please use digits"),
        ({"email": "nowhere"}, "email", "Please give an email address"),
        ({"timezone": "Europe/Londen"}, "timezone", "is not a time zone"),
        ({"currency": "pounds"}, "currency", "at most 3 characters"),
        ({"currency": "GBX"}, "currency", "“GBX” is not a currency in use"),
        ({"currency": "DEM"}, "currency", "is not a currency in use"),
        ({"currency": "XAU"}, "currency", "is not a currency in use"),
        ({"currency": "KWD"}, "currency", "KWD has thousandths"),
        ({"currency": "JPY", "no_show_fee": "10.50", "no_show_fee_is": "amount"}, "no_show_fee",
         "JPY has no smaller coins"),
        ({"no_show_fee": "1e1"}, "no_show_fee", "Please give a number such as 62.50."),
        ({"start_step_minutes": "7"}, "start_step_minutes", "whole fives"),
        ({"horizon_days": "0"}, "horizon_days", "Please give 1 or more."),
        ({"horizon_days": "1", "minimum_notice_minutes": "2880"}, "minimum_notice_minutes",
         "Nobody could ever book"),
        ({"no_show_fee": "101"}, "no_show_fee", "at most 100 percent"),
        ({"no_show_fee": "-1"}, "no_show_fee", "Please give 0 or more."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field(office, send, typed, field, said):
    say_who_it_is(office)
    assert said in fields(send(PAGE, **typed))[field]
    assert Clinic.objects.the().name == "Taper Clinic"


def test_a_reminder_inside_a_cutoff_is_told_beneath_it(office):
    text = office.get(PAGE).text
    before, after = text.split("The reminder 1 day before arrives when moving is no longer")
    assert 'name="move_cutoff_hours"' in before
    assert 'name="cancel_cutoff_hours"' in after


def test_reminders_are_those_of_the_protocol_that_holds_now(office, monkeypatch):
    usual = protocol.default()
    build = replace(usual.phases[Phase.BUILD], reminder_days=(0,))
    now = replace(usual, phases={**usual.phases, Phase.BUILD: build})
    monkeypatch.setattr("bookings.office.clinic.protocol.current", lambda: now)
    assert "The reminder 0 days before arrives when cancelling" in office.get(PAGE).text


@pytest.mark.parametrize(
    ("kept", "field", "said"),
    [
        ({"hold_minutes": 30, "minimum_notice_minutes": 20}, "hold_minutes", "beyond its start"),
        ({"cancel_cutoff_hours": 48}, "cancel_cutoff_hours", "however far off its new day is"),
        ({"cancel_cutoff_hours": 48, "horizon_days": 2}, "cancel_cutoff_hours",
         "Nobody can ever cancel online"),
        ({"undo_minutes": 60, "minimum_notice_minutes": 20}, "undo_minutes", "until the start"),
    ],
)  # fmt: skip
def test_settings_that_seldom_go_together_are_told_beneath_the_field(office, kept, field, said):
    assert said not in office.get(PAGE).text
    Clinic.objects.update(**kept)
    before, _, after = office.get(PAGE).text.partition(said)
    assert after
    assert f'name="{field}"' in before[before.rindex("<input") - 1 :]


def test_a_currency_from_before_the_rule_holds_up_no_other_change(send, booked):
    Clinic.objects.update(currency="KWD")
    assert send(PAGE, name="Towpath").status_code == 302
    assert (Clinic.objects.the().currency, Clinic.objects.the().name) == ("KWD", "Towpath")


def test_a_currency_that_has_no_coins_for_a_price_is_refused(send, massage):
    type(massage).objects.update(price="62.50")
    assert "has no smaller coins, and" in fields(send(PAGE, currency="JPY"))["currency"]
    type(massage).objects.update(price="62")
    send(PAGE, currency="JPY")
    assert Clinic.objects.the().currency == "JPY"


def test_a_fee_in_yen_has_no_hundredths(clinic):
    clinic.currency, clinic.no_show_fee, clinic.no_show_fee_is = "JPY", Decimal(50), "percent"
    assert clinic.fee_for_not_coming(Decimal(6501)) == 3251
    assert clinic.fee_for_not_coming(Decimal(6501)).as_tuple().exponent == 0


def test_a_currency_may_be_typed_in_small_letters(send):
    send(PAGE, currency="eur")
    assert Clinic.objects.the().currency == "EUR"


def test_zone_and_currency_stay_while_something_is_booked(office, send, booked):
    text = office.get(PAGE).text
    assert "It cannot change while something is booked." in text
    assert 'href="/office/clinic/zone/"' in text
    send(PAGE, timezone="Pacific/Auckland", currency="EUR", name="Towpath")
    clinic = Clinic.objects.the()
    assert (clinic.timezone, clinic.currency, clinic.name) == ("Europe/London", "GBP", "Towpath")


def test_who_is_asked_again_before_more_is_opened_of_health(office, send):
    answer = send(PAGE, care_days="900")
    assert "reauthenticate" in answer["Location"]
    assert Clinic.objects.the().care_days == 180
    say_who_it_is(office)
    assert send(PAGE, care_days="900")["Location"] == PAGE
    assert Clinic.objects.the().care_days == 900


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(office, send):
    page = office.get(PAGE)
    Clinic.objects.update(cancel_cutoff_hours=6, phone="020 7946 0001")
    assert send(PAGE, page, name="Towpath").status_code == 302
    clinic = Clinic.objects.the()
    assert (clinic.name, clinic.cancel_cutoff_hours) == ("Towpath", 6)
    answer = send(PAGE, page, phone="020 7946 0002", name="Riverside")
    assert "meanwhile, to “020 7946 0001”" in str(answer.context["form"].errors["phone"])
    assert Clinic.objects.the().name == "Towpath"


def test_a_slip_in_the_clinics_own_address_is_asked_about_once(send):
    asked = send(PAGE, email="clinic@gmial.com")
    assert "Did you mean clinic@gmail.com?" in asked.text
    assert send(PAGE, asked)["Location"] == PAGE
    assert Clinic.objects.the().email == "clinic@gmial.com"
    assert send(PAGE, name="Towpath")["Location"] == PAGE


@pytest.mark.parametrize("name", ["Taper Clinic", "Towpath"])
def test_texts_of_several_lines_are_what_they_were_as_a_browser_sends_them(office, name):
    """It ends lines in CR LF wherever they stood, also in what is hidden."""
    sent = filled(office.get(PAGE).context["form"]) | {"name": name}
    sent = {
        name: value.replace("\n", "\r\n") if isinstance(value, str) else value
        for name, value in sent.items()
    }
    before = Change.objects.count()
    assert office.post(PAGE, sent).status_code == 302
    assert Change.objects.count() == before + (name == "Towpath")
    clinic = Clinic.objects.the()
    assert (clinic.name, clinic.address) == (name, "1 Tow Path\nLondon N1 1AA")


def test_saving_what_is_unchanged_changes_nothing(office, send):
    before = Change.objects.count()
    assert send(PAGE).status_code == 302
    assert Change.objects.count() == before
    assert "Nothing was different" in office.get(PAGE).text


def test_the_page_comes_back_filled_in(office, send):
    answer = send(PAGE, name="Towpath", phone="")
    assert filled(answer.context["form"])["name"] == "Towpath"
