"""Every date in an address and in a form is between the first and the last day that pages know."""

from datetime import date

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import DateField, SplitDateTimeField
from django.urls import Resolver404, get_resolver, resolve, reverse
from django.urls.resolvers import URLPattern

from bookings.core.roles import Role
from bookings.web.days import FIRST_DAY, LAST_DAY, DayConverter, day_in
from bookings.web.forms import DayField
from tests.factories import make_race, make_user

pytestmark = pytest.mark.fixed_clock
KNOWN = ["2000-01-01", "2000-01-02", "2026-12-01", "2099-12-31", "2199-12-30", "2199-12-31"]
UNKNOWN = [
    "1999-12-31", "2200-01-01", "0001-01-01", "9999-12-31", "2026-02-30", "2026-13-01",
    "2026-00-00", "0000-00-00",
]  # fmt: skip
ODD = [*UNKNOWN, "", "2026", "-1", "tomorrow", "\x00", "9" * 40]
# Of those, what each page is asked: a day, the ends, what lies beyond, and what is no date.
ASKED_OF_EACH = [
    "2000-01-01", "2026-12-01", "2199-12-31", "1999-12-31", "9999-12-31", "0001-01-01",
    "2026-02-30", "", "\x00", "tomorrow",
]  # fmt: skip
# What pages ask of days behind their question mark, and in their forms; and whom they are for.
ASKED = [
    ("owner", "/desk/", "day"),
    ("owner", "/desk/history/", "since"),
    ("owner", "/desk/history/", "until"),
    ("owner", "/diary/", "day"),
    ("owner", "/diary/new/", "day"),
    ("owner", "/diary/blocks/off/new/", "first"),
    ("owner", "/health/accesses/", "until"),
    ("ana", "/api/openings?treatment=sports-massage", "from"),
    ("ana", "/book/sports-massage/", "day"),
    ("ana", "/book/sports-massage/", "from"),
    ("ana", "/plan/times/sports-massage/", "day"),
    ("owner", "/plan/times/sports-massage/", "day"),
]
TYPED = [
    ("owner", "/diary/blocks/closed/new/", ("first",), {}),
    ("owner", "/diary/blocks/closed/new/", ("first", "last"), {}),
    ("owner", "/diary/blocks/off/new/", ("first", "last"), {"therapist": "kim"}),
    ("owner", "/diary/blocks/extra/new/", ("first",), {
        "therapist": "kim", "start": "9:00", "end": "10:00",
    }),
    ("owner", "/diary/blocks/break/new/", ("first", "last"), {
        "therapist": "kim", "weekday": "0", "start": "9:00", "end": "10:00",
    }),
    ("kim", "/my-time/", ("first", "last"), {}),
    ("ana", "/plan/", ("race_date",), {"distance": "marathon"}),
    ("owner", "/plan/", ("race_date",), {"distance": "marathon"}),
    ("ana", "/plan/", ("training_start",), {"distance": "marathon", "race_date": "2027-04-25"}),
    ("ana", "/plan/efforts/", ("day",), {}),
    ("ana", "/plan/efforts/", ("day",), {"do": "undo"}),
    ("ana", "/plan/sessions/", ("ideal",), {"kind": "training"}),
    ("ana", "/account/age/", ("date_of_birth",), {}),
    ("owner", "/desk/clients/new/", ("date_of_birth",), {"name": "Ana"}),
]  # fmt: skip
OURS = set(apps.get_app_config("bookings").get_models())


@pytest.fixture
def whoever(massage, kim, room, ana, signed_in):
    """A browser for each of whom some page with a day is for; nothing they do is refused."""
    make_race(ana, race_date=date(2027, 4, 25))
    owner = make_user("owner@example.com", role=Role.OWNER)
    browsers = {"ana": signed_in(ana.user), "kim": signed_in(kim.user), "owner": signed_in(owner)}
    return {"ana": ana, "kim": kim, "browsers": browsers}


def routes_with_a_day(patterns=None, namespace=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if not isinstance(pattern, URLPattern):
            inner = ":".join(filter(None, [namespace, pattern.namespace]))
            yield from routes_with_a_day(pattern.url_patterns, inner)
        elif any(isinstance(one, DayConverter) for one in pattern.pattern.converters.values()):
            yield f"{namespace}:{pattern.name}", pattern.pattern.converters


def addresses(whoever, day):
    known = {"slug": "kim-demo", "pk": whoever["ana"].pk, "token": "no-token"}
    for name, converters in routes_with_a_day():
        data = {one: "2026-06-06" if one == "day" else known[one] for one in converters}
        if name == "office:day":
            data["pk"] = whoever["kim"].pk
        data["day"] = date(2026, 6, 6)
        yield name, reverse(name, kwargs=data).replace("2026-06-06", day)


def statuses(whoever, ask):
    return {ask(browser).status_code for browser in whoever["browsers"].values()}


def test_there_are_routes_with_a_day():
    assert {"diary:day", "therapists:day", "runner:race"} <= {one for one, _ in routes_with_a_day()}


@pytest.mark.parametrize("day", KNOWN)
def test_every_page_of_a_known_day_is_there(whoever, day):
    for name, url in addresses(whoever, day):
        found = statuses(whoever, lambda browser, url=url: browser.get(url))
        assert 200 in found or "race" in name, (name, found)
        assert max(found) < 500, name


@pytest.mark.parametrize("day", UNKNOWN)
def test_no_page_of_any_other_day_is_there(whoever, day):
    """For nobody: no address is found before it is asked who they are."""
    for name, url in addresses(whoever, day):
        with pytest.raises(Resolver404):
            resolve(url)
        assert whoever["browsers"]["owner"].get(url).status_code == 404, name


@pytest.mark.parametrize(("who", "url", "name"), ASKED)
def test_a_page_that_is_asked_for_any_day_answers(whoever, who, url, name):
    browser = whoever["browsers"][who]
    for day in ASKED_OF_EACH:
        assert browser.get(url, query_params={name: day}).status_code in (200, 302, 400), day


@pytest.mark.parametrize(("who", "url", "names", "more"), TYPED)
def test_a_form_that_is_sent_any_day_answers(whoever, who, url, names, more):
    browser = whoever["browsers"][who]
    more = {name: whoever["kim"].pk if value == "kim" else value for name, value in more.items()}
    for day in ASKED_OF_EACH:
        typed = {**more, **dict.fromkeys(names, day)}
        assert browser.post(url, typed).status_code in (200, 302, 409, 422), day


def admins():
    return [(model, one) for model, one in admin.site._registry.items() if model in OURS]


def date_fields(page):
    """Of the form and of the rows below it, by name."""
    inner = page.context["inline_admin_formsets"]
    forms = [page.context["adminform"].form, *(one.formset.empty_form for one in inner)]
    for form in forms:
        for name, field in form.fields.items():
            if isinstance(field, DateField | SplitDateTimeField):
                yield name, field


@pytest.mark.parametrize("day", ["1999-12-31", "2200-01-01", "9999-12-31", "0001-01-01"])
def test_no_form_of_the_admin_takes_any_other_day(whoever, day):
    browser, seen = whoever["browsers"]["owner"], set()
    for model, _ in admins():
        page = browser.get(reverse(f"admin:bookings_{model._meta.model_name}_add"))
        for name, field in date_fields(page) if page.status_code == 200 else ():
            typed = [day, "10:00"] if isinstance(field, SplitDateTimeField) else day
            seen.add(name)
            with pytest.raises(ValidationError, match="2000 to 2199"):
                field.clean(typed)
    assert {"valid_from", "day", "starts_at", "race_date"} <= seen


def test_a_list_of_the_admin_that_is_asked_for_any_day_answers(whoever):
    browser = whoever["browsers"]["owner"]
    for model, one in admins():
        url = reverse(f"admin:bookings_{model._meta.model_name}_changelist")
        for day in ("9999-12-31", "0001-01-01", "2026-13-41") if one.date_hierarchy else ():
            parts = dict(zip(("year", "month", "day"), day.split("-"), strict=True))
            for names in (["year"], ["year", "month"], ["year", "month", "day"]):
                asked = {f"{one.date_hierarchy}__{name}": parts[name] for name in names}
                assert browser.get(url, asked).status_code in (200, 302), (url, asked)


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date(2200, 1, 1), date.max])
def test_a_link_past_the_ends_leads_to_them(day):
    end = FIRST_DAY if day < FIRST_DAY else LAST_DAY
    assert reverse("diary:day", args=[day]) == f"/diary/{end}/"


@pytest.mark.parametrize("text", ODD)
def test_what_is_no_known_day_is_none_and_no_form_takes_it(text):
    assert day_in(text) is None
    with pytest.raises(ValidationError):
        DayField().clean(text)


def test_a_form_says_which_years_it_takes():
    assert DayField().clean("2199-12-31") == LAST_DAY
    with pytest.raises(ValidationError, match="2000 to 2199"):
        DayField().clean("2200-01-01")
