"""The days on which the clinic is closed, and those that the calendar proposes."""

from datetime import date, timedelta

import pytest

from bookings.models import Absence, Clinic
from bookings.queries.office import public_holidays
from tests import factories

DAY = timedelta(days=1)
PAGE = "/office/closures/"
CHRISTMAS = date(2026, 12, 25)


@pytest.fixture
def england(clinic):
    Clinic.objects.update(country="GB", subdivision="ENG")


def closed(clinic) -> dict[date, str]:
    rows = Absence.objects.filter(therapist=None)
    days = {clinic.day_of(one.starts_at): one for one in rows}
    assert all(one.ends_at == clinic.begin_of(day + DAY) for day, one in days.items())
    return {day: one.reason for day, one in days.items()}


def test_a_closure_of_some_days_is_one_row(office, clinic, today):
    first, last = today + 9 * DAY, today + 11 * DAY
    office.post(PAGE, {"first": str(first), "last": str(last), "reason": "Works"})
    off = Absence.objects.get()
    assert (off.starts_at, off.ends_at) == (clinic.begin_of(first), clinic.begin_of(last + DAY))
    assert "Works" in office.get(PAGE).text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first": ""}, "first"),
        ({"first": "1999-01-01"}, "first"),
        ({"first": "2027-02-29"}, "first"),
        ({"last": "2026-12-01"}, "last"),
        ({"reason": "x" * 121}, "reason"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(office, typed, field):
    answer = office.post(PAGE, {"first": "2027-01-05", "last": "", "reason": "", **typed})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Absence.objects.exists()


def test_a_closure_asks_about_its_visits_first(office, booked, today):
    typed = {"first": str(today), "last": str(today + 5 * DAY), "reason": ""}
    asked = office.post(PAGE, typed)
    assert asked.status_code == 409
    assert [one.visit for one in asked.context["places"]] == [booked]
    assert not Absence.objects.exists()
    accepted = {**typed, "accepted": asked.context["impact"].digest}
    assert office.post(PAGE, accepted)["Location"] == "/diary/stranded/"
    assert Absence.objects.exists()


def test_a_country_is_chosen_and_then_its_part(office, clinic):
    assert '<option value="GB" selected>' in office.get(PAGE).text  # by the clinic's clock
    assert not office.get(PAGE).context["proposals"]
    office.post("/office/closures/country/", {"country": "AU", "subdivision": "ENG"})
    kept = Clinic.objects.the()
    assert (kept.country, kept.subdivision) == ("AU", "")
    office.post("/office/closures/country/", {"country": "AU", "subdivision": "NSW"})
    assert Clinic.objects.the().subdivision == "NSW"
    office.post("/office/closures/country/", {"country": "", "subdivision": ""})
    assert not office.get(PAGE).context["proposals"]
    assert office.post("/office/closures/country/", {"country": "XX"}).status_code == 422


@pytest.mark.fixed_clock("2026-11-29T09:00")
def test_public_holidays_are_proposed_and_taken_one_by_one(office, clinic, england):
    proposed = office.get(PAGE).context["proposals"]
    assert [one.day for one in proposed][:2] == [CHRISTMAS, CHRISTMAS + DAY]
    assert proposed[0].what == "Christmas Day"
    assert not Absence.objects.exists()
    office.post("/office/closures/holidays/", {"one": str(CHRISTMAS), "day": ["2026-12-26"]})
    assert closed(clinic) == {CHRISTMAS: "Christmas Day"}
    office.post("/office/closures/holidays/", {"day": ["2026-12-26", "2026-12-27", "nonsense"]})
    assert set(closed(clinic)) == {CHRISTMAS, CHRISTMAS + DAY}  # the 27th is no holiday
    office.post("/office/closures/holidays/", {"all": "1"})
    assert set(closed(clinic)) == {one.day for one in proposed}
    assert all(one.is_closed for one in office.get(PAGE).context["proposals"])
    before = Absence.objects.count()
    office.post("/office/closures/holidays/", {"all": "1"})
    assert Absence.objects.count() == before


@pytest.mark.fixed_clock("2026-12-24T09:00")
def test_holidays_with_visits_are_asked_about_and_stay_ticked(
    office, clinic, england, kim, massage
):
    visit = factories.make_appointment(
        starts_at=clinic.begin_of(CHRISTMAS) + timedelta(hours=10), therapist=kim,
        treatment=massage, room=factories.make_room(),
    )  # fmt: skip
    assert "1 visit is booked" in office.get(PAGE).text
    asked = office.post("/office/closures/holidays/", {"all": "1"})
    assert asked.status_code == 409
    assert [one.appointment for one in asked.context["impact"].visits] == [visit]
    assert not Absence.objects.exists()
    days = [str(day) for day in asked.context["ticked"]]
    sent = {"day": days, "accepted": asked.context["impact"].digest}
    assert office.post("/office/closures/holidays/", sent)["Location"] == "/diary/stranded/"
    assert Absence.objects.count() == len(days)


def test_every_country_of_the_package_has_a_name_and_can_be_proposed():
    for code, name in public_holidays.countries().items():
        assert len(code) == 2
        assert name
        public_holidays.parts_of(code)
        public_holidays.in_years(code, "", [2027])
    assert public_holidays.country_of("America/Santiago") == "CL"
    assert public_holidays.country_of("Australia/Lord_Howe") == "AU"
    assert public_holidays.country_of("UTC") == ""


def test_as_many_questions_for_thirty_closures_as_for_one(
    office, clinic, england, today, django_assert_num_queries, django_assert_max_num_queries
):
    def close(number: int) -> None:
        start = clinic.begin_of(today + (10 + number) * DAY)
        factories.make_absence(start, start + DAY)

    close(0)
    office.get(PAGE)
    with django_assert_max_num_queries(25) as seen:
        office.get(PAGE)
    for number in range(1, 30):
        close(number)
    with django_assert_num_queries(len(seen)):
        office.get(PAGE)


@pytest.mark.fixed_clock("2026-11-29T09:00")
def test_what_the_whole_country_lacks_is_said_beside_the_choice(office, clinic):
    Clinic.objects.update(country="GB", subdivision="")
    page = office.get(PAGE)
    assert "“All of it” has only what every part keeps." in page.text
    assert "England 2 more, Northern Ireland" in page.text
    found = [one.what for one in page.context["proposals"]]
    assert "Easter Monday" not in found
    office.post("/office/closures/country/", {"country": "GB", "subdivision": "ENG"})
    assert "Easter Monday" in [one.what for one in office.get(PAGE).context["proposals"]]


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("1 High Street, Leeds, England", "ENG"),
        ("1 High Street\nGlasgow\nScotland", "SCT"),
        ("1 England Lane, Leeds", ""),
        ("England House, Wales", "WLS"),
        ("England, Wales", ""),
        ("1 High Street, London", ""),
    ],
)
def test_a_part_is_chosen_beforehand_only_where_the_address_names_it(office, clinic, address, part):
    Clinic.objects.update(address=address, country="", subdivision="")
    assert office.get(PAGE).context["country_form"].initial["subdivision"] == part
    Clinic.objects.update(country="GB")  # somebody has chosen: all of it
    assert office.get(PAGE).context["country_form"].initial["subdivision"] == ""
