"""The pages of the clinic's staff, and those that say no, in a real browser."""

import re

import pytest

from clinic.demo_data.people import DEMO_LOGINS, DEMO_PASSWORD

SCHEMES = ["light", "dark"]
EMAIL_OF = dict(DEMO_LOGINS)
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def signed_in(page, role):
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(EMAIL_OF[role])
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/(desk|today)/$"))
    return page


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [390, 1440])
def test_the_day_is_for_everybody_and_fits(open_context, axe, width, scheme):
    context = open_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = signed_in(context.new_page(), "desk")
    axe(page)
    assert page.evaluate(FITS)
    page.get_by_role("link", name="Next day").click()
    page.get_by_role("link", name="Today").click()
    assert page.get_by_role("heading", name="Same e-mail, different name").is_visible()


def test_a_therapist_sees_the_day_but_not_the_records(open_context):
    page = signed_in(open_context().new_page(), "therapist")
    page.goto("/desk/")
    assert page.get_by_role("link", name="Records and settings").count() == 0
    assert page.goto("/admin/").status == 403


@pytest.mark.parametrize("scheme", SCHEMES)
def test_pages_that_say_no_are_for_everybody_too(open_context, axe, scheme):
    page = open_context(color_scheme=scheme).new_page()
    assert page.goto("/no-such-page/").status == 404
    axe(page)
    page.goto("/accounts/signup/")
    axe(page)
    runner = open_context(color_scheme=scheme).new_page()
    runner.goto("/accounts/login/")
    runner.get_by_label("E-mail").fill(EMAIL_OF["runner"])
    runner.get_by_label("Password").fill(DEMO_PASSWORD)
    runner.keyboard.press("Enter")
    runner.get_by_role("link", name="Sign out").wait_for()
    assert runner.goto("/desk/").status == 403
    axe(runner)
