"""Every kind of page bears words that are two fifths longer, and lines from right to left."""

import pytest
from django.conf import settings
from playwright.sync_api import Page

from clinic.demo.pseudo_languages import LONGER, RIGHT_TO_LEFT
from tests.browser.days import fits
from tests.browser.logins import let_in

pytestmark = pytest.mark.browser

WIDTHS = (390, 1440)
ADMIN = "/admin/"  # whose looks are Django's own
A_CLIENT = """
from bookings.models import Appointment
visit = Appointment.objects.filter(status="booked", client__races__isnull=False).order_by("pk")[0]
print(visit.client_id, visit.pk)
"""
# What stands in the way of reading or pressing, in the header, the footer, forms and headings.
COMPLAINTS = """() => {
    const around = [...document.querySelectorAll(".masthead, .colophon, main form, main nav")];
    const shown = (one) => one.checkVisibility({opacityProperty: true, visibilityProperty: true})
        && !one.closest(".visually-hidden, [aria-hidden=true], .skip, [inert]")
        && one.getBoundingClientRect().width > 1;
    const named = (one) => `<${one.tagName.toLowerCase()} ${one.className}> ${
        (one.innerText || one.value || "").trim().slice(0, 40)}`;
    const within = (what) => [...new Set(around.flatMap((one) => [...one.querySelectorAll(what)]))]
        .filter(shown);
    const cut = [...within("a, button, label, legend, summary, li, p, b, small, span"),
                 ...[...document.querySelectorAll("h1, h2, h3")].filter(shown)]
        .filter((one) => !["inline", "contents"].includes(getComputedStyle(one).display))
        .filter((one) => !["auto", "scroll"].includes(getComputedStyle(one).overflowX))
        .filter((one) => one.scrollWidth > one.clientWidth + 1)
        .map((one) => `cut off: ${named(one)}`);
    const controls = within("a, button, input:not([type=hidden]), select, textarea, summary");
    // A bar at the foot lies over what is scrolled past under it.
    const bar = (one) => one && (getComputedStyle(one).position === "fixed" ? one
        : bar(one.parentElement));
    const lines = controls.flatMap((one) =>
        [...one.getClientRects()].map((box) => [one, box, bar(one)]));
    const overlapping = [];
    lines.forEach(([one, a, over], n) => lines.slice(n + 1).forEach(([other, b, under]) => {
        if (one === other || one.contains(other) || other.contains(one)) return;
        if (over !== under) return;
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        // Lines of one paragraph may touch; a control that lies on another one does more.
        if (wide > 2 && high > Math.min(a.height, b.height) / 3)
            overlapping.push(`overlapping: ${named(one)} and ${named(other)}`);
    }));
    const lost = [...document.querySelectorAll("input[type=number][value]")]
        .filter((one) => one.getAttribute("value") && !one.value)
        .map((one) => `no number to a browser: ${one.name}=${one.getAttribute("value")}`);
    return [...new Set([...cut, ...overlapping, ...lost])];
}"""


def bears(page: Page, path: str, language: str, width: int) -> None:
    page.goto(path)
    root = page.locator("html")
    is_rtl = language == RIGHT_TO_LEFT
    assert root.get_attribute("lang") == language, path
    assert (root.get_attribute("dir") or "ltr") == ("rtl" if is_rtl else "ltr"), path
    if path.startswith(ADMIN):
        return
    sheets = page.evaluate("[...document.styleSheets].map((one) => one.href)")
    assert any("bootstrap.rtl" in one for one in sheets) == is_rtl
    mark = "\u202e" if is_rtl else "õ"
    assert mark in page.locator("body").inner_text(), f"{path} has no word of {language}"
    page.set_viewport_size({"width": width, "height": 900})
    fits(page)
    assert page.evaluate(COMPLAINTS) == [], f"{path} at {width} px in {language}"


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        (None, "/ /book/sports-massage-60/ /plan/ /terms/ /accounts/login/"),
        ("runner", "/account/ /plan/"),
        (
            "desk",
            "/desk/ /diary/ /desk/clients/ /desk/clients/CLIENT/ /desk/clients/CLIENT/edit/ "
            "/diary/new/ /diary/appointments/VISIT/ /desk/mails/ /desk/history/ /diary/blocks/",
        ),
        (
            "owner",
            "/desk/protocol/ /office/texts/ /admin/bookings/clinic/1/change/ /office/ "
            "/office/clinic/ /office/treatments/ /office/treatments/1/ /office/rooms/1/ "
            "/office/therapists/1/ /office/rota/ /office/rota/2/ /office/closures/ "
            "/office/rota/2/copy/ /office/rota/2/2026-12-10/",
        ),
        ("therapist", "/today/ /my-time/ /calendar/"),
    ],
    ids=["nobody", "runner", "desk", "owner", "therapist"],
)
def test_pages_bear_longer_words_and_lines_from_the_right(open_context, run, site, role, paths):
    page = open_context(service_workers="block").new_page()
    if role:
        let_in(page, role)
    client, visit = run(A_CLIENT).split()
    addresses = paths.replace("CLIENT", client).replace("VISIT", visit).split()
    # Each page at both widths, one of them in each language; at its odd place the other way round.
    for language, start in ((LONGER, 0), (RIGHT_TO_LEFT, 1)):
        chosen = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site.url}
        page.context.add_cookies([chosen])
        for number, address in enumerate(addresses, start):
            bears(page, address, language, WIDTHS[number % 2])


@pytest.mark.parametrize(
    ("inside", "complaint"),
    [
        ('<a style="display: block; width: 2em; overflow: hidden">Appointments</a>', "cut off"),
        ('<a href="/">Book</a><a href="/" style="margin-left: -2em">Sign in</a>', "overlapping"),
        ('<a href="/">Book</a> <a href="/">Sign in</a>', None),
    ],
)
def test_the_check_notices_what_is_cut_off_or_overlaps(page, inside, complaint):
    page.set_content(f'<header class="masthead">{inside}</header>')
    found = page.evaluate(COMPLAINTS)
    assert [one.partition(":")[0] for one in found] == ([complaint] if complaint else [])
