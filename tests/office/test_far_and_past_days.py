"""Days that are over are refused; days far off are asked about, and shown with their year."""

import re
from datetime import date, time, timedelta

import pytest

from bookings.models import Absence, Therapist, WeeklyBreak, WeeklyShift
from tests import factories
from tests.office.conftest import filled

DAY = timedelta(days=1)
CLOSURES = "/office/closures/"
FAR = date(2099, 12, 31)
WITHOUT_YEAR = re.compile(r"\b(?:30|31) Dec(?:ember)?\b(?! 2099)")


def a_block(kind: str, therapist: Therapist, day: date) -> dict:
    typed = {"first": str(day), "therapist": therapist.pk}
    if kind == "extra":
        return {**typed, "start": "18:00", "end": "19:00"}
    if kind == "break":
        clock = {"start": "12:00", "end": "12:30"}
        return {**typed, **clock, "weekday": day.weekday(), "last": str(day)}
    return typed


def test_a_closure_that_is_over_is_refused_beside_its_day(office, today):
    for typed in ({"first": str(today - DAY)}, {"first": "2020-01-01", "last": str(today - DAY)}):
        answer = office.post(CLOSURES, {"last": "", "reason": "", **typed})
        assert answer.status_code == 422
        assert "That is over" in str(answer.context["form"].errors)
    assert office.post(CLOSURES, {"first": str(today - DAY), "last": str(today)}).status_code == 302


@pytest.mark.parametrize("kind", ["off", "closed", "extra", "break"])
def test_what_would_be_new_in_the_diary_and_is_over_is_refused(office, kim, today, kind):
    url = f"/diary/blocks/{kind}/new/"
    answer = office.post(url, a_block(kind, kim, today - DAY))
    assert answer.status_code == 422
    assert "That is over" in str(answer.context["form"].errors)
    assert office.post(url, a_block(kind, kim, today)).status_code == 302


@pytest.mark.parametrize("kind", ["off", "closed", "extra", "break"])
def test_a_day_years_ahead_is_asked_about_once(office, kim, kind):
    url = f"/diary/blocks/{kind}/new/"
    asked = office.post(url, a_block(kind, kim, FAR))
    assert asked.status_code == 422
    assert "Thursday 31 December 2099 is 73 years ahead" in asked.text
    form = asked.context["form"]
    assert form["far"].value() == "2099-12-31"
    again = {**a_block(kind, kim, FAR), "far": form["far"].value()}
    assert office.post(url, again).status_code == 302


def test_another_far_day_is_asked_about_again(office):
    typed = {"first": "2098-01-01", "last": "", "reason": "", "far": "2099-12-31"}
    assert office.post(CLOSURES, typed).status_code == 422
    assert not Absence.objects.exists()


def test_a_past_day_is_no_different_one_any_more(office, send, kim, today):
    page = f"/office/rota/{kim.pk}/{today - DAY}/"
    assert "What has been worked is not changed any more." in office.get(page).text
    answer = send(page, hours="10-12")
    assert answer.status_code == 422
    assert answer.context["form"].errors["hours"]
    assert send(page).status_code == 302


def test_a_price_from_a_far_day_is_asked_about_and_says_when_it_begins(office, send, massage):
    page = f"/office/treatments/{massage.pk}/"
    typed = {"next_price": "99", "next_price_from": str(FAR)}
    asked = send(page, **typed)
    assert asked.status_code == 422
    assert "73 years ahead" in str(asked.context["form"].errors)
    assert office.post(page, filled(asked.context["form"])).status_code == 302
    said = office.get("/office/treatments/").text
    assert "Its new price holds from Thursday 31 December 2099; until then nothing changes." in said


def test_a_far_entry_has_its_year_on_every_list_of_the_staff(office, clinic, kim, massage, today):
    start, end = clinic.begin_of(FAR - DAY), clinic.begin_of(FAR + DAY)
    factories.make_absence(start, end)
    factories.make_absence(start + timedelta(hours=9), start + timedelta(hours=40))
    factories.make_absence(start, start + DAY, therapist=kim)
    factories.make_absence(start + timedelta(hours=9), start + timedelta(hours=10), therapist=kim)
    kim.extra_shifts.create(day=FAR, start=time(18), end=time(19))
    when = {"valid_from": FAR, "weekday": 3, "start": time(12), "end": time(13)}
    WeeklyBreak.objects.create(therapist=kim, **when)
    WeeklyShift.objects.create(therapist=kim, **{**when, "start": time(19), "end": time(20)})
    massage.next_price, massage.next_price_from = 99, FAR
    massage.save()
    pages = (
        CLOSURES, "/diary/blocks/", f"/office/rota/{kim.pk}/", f"/office/rota/{kim.pk}/{FAR}/",
        "/office/treatments/", f"/diary/{FAR}/", f"/diary/{FAR}/takings/",
    )  # fmt: skip
    weeks = (f"/office/rota/?week={FAR}", f"/diary/{FAR}/week/{kim.slug}/", f"/diary/{FAR}/week/")
    assert all("2099" in office.get(week).text for week in weeks)  # over its seven days
    for page in pages:
        answer = office.get(page)
        assert answer.status_code == 200, page
        shown = re.sub(
            r"<(?:script|style|nav).*?</(?:script|style|nav)>", "", answer.text, flags=re.S
        )
        assert "2099" in shown, page
        assert not WITHOUT_YEAR.findall(re.sub(r"<[^>]+>", "", shown)), page
