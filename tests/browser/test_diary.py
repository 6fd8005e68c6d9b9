"""The desk's diary in a real browser, on the demo's data: dragging, two desks, money, blocks."""

import re
from datetime import date, timedelta
from io import BytesIO
from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import expect

from clinic.demo.data.clinic import bank_holidays
from tests.browser.conftest import SCHEMES, WIDTHS
from tests.browser.days import a_busy_day, box_of, fits, let_midnight_pass, today
from tests.browser.logins import let_in
from tests.reading import present

AN_HOUR = 3600  # seconds
VISIT = ".ec-event:not(.ec-bg-event)"


@pytest.fixture
def desk(open_context):
    """A desk of its own, with the diary open."""

    def _desk(day: date | None = None, *, stopped: bool = False, opened: bool = True, **options):
        """`stopped`: its clock is the test's to move. `opened`: on no day yet, if not."""
        page = open_context(**{"viewport": {"width": 1440, "height": 1000}} | options).new_page()
        if stopped:
            page.clock.install()
        let_in(page, "desk")
        if opened:
            page.goto(f"/diary/{day or a_busy_day(7)}/")
            page.locator(VISIT).first.wait_for()
        return page

    return _desk


def feed(page):
    return page.request.get(f"{page.url}feed/").json()


def open_panel(page, visit):
    page.locator(VISIT, has_text=visit["client"]).filter(has_text=visit["start"][11:16]).click()
    panel = page.get_by_role("complementary", name="Appointment")
    name = visit["client"].strip("\u2068\u2069")  # isolated there as in text, here by an element
    panel.get_by_role("heading", name=name).wait_for()
    return panel


def movable(page, number=0):
    return [one for one in feed(page)["visits"] if one["movable"]][number]


def test_the_staffs_pages_are_for_everybody_and_fit(desk, for_everybody):
    day = a_busy_day(7)
    page = desk(day)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        fits(page)
    page.get_by_role("button", name="Table").click()
    page.locator("#table table").first.wait_for()
    for_everybody(page)
    visit = page.locator("#table tbody th a").first.get_attribute("href")
    week = page.locator("#table a", has_text="Week").first.get_attribute("href")
    paths = [
        visit,
        f"{visit}move/",
        week,
        f"/diary/{day}/week/",
        f"/diary/{day}/takings/",
        "/diary/blocks/",
    ]
    for path in [*paths, "/diary/blocks/off/new/"]:
        page.goto(path)
        for_everybody(page)
    for kind in ("extra", "break", "closed"):  # the same form with fewer fields
        page.goto(f"/diary/blocks/{kind}/new/")
        for_everybody(page, read_at=[390])


def drag(page, visit, by, *, end=False):
    """Down by so many minutes: the whole visit, or its end alone."""
    shown = page.locator(VISIT, has_text=visit["client"]).filter(has_text=visit["start"][11:16])
    shown.scroll_into_view_if_needed()
    box = box_of(shown)
    x, y = box["x"] + box["width"] / 2, box["y"] + (box["height"] - 3 if end else 8)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 10, steps=5)
    page.mouse.move(x, y + 18 * by / 15, steps=10)
    page.mouse.up()
    page.locator("#told .note").wait_for()


def minutes(at):
    return int(at[11:13]) * 60 + int(at[14:16])


PAUSE = 15  # minutes after a visit, at most


def first_visit(page, wanted, *, days):
    """The first movable one such as is wanted, on a day so many days ahead or later.

    The day is opened. What lies where differs by the day on which the demo's diary was made.
    """
    for later in range(14):
        day = today() + timedelta(days=days + later)
        told = page.request.get(f"/diary/{day}/feed/").json()
        for visit in told["visits"]:
            if visit["movable"] and wanted(visit, told):
                page.goto(f"/diary/{day}/")
                page.locator(VISIT).first.wait_for()
                return visit
    raise AssertionError("no such visit in two weeks")


def until_the_next(visit, day, of):
    """Minutes from its end to whatever else that therapist, or that room, has on that day."""
    others = [one for one in day["visits"] if one[of] == visit[of]]
    later = [minutes(one["start"]) for one in others if one["start"] > visit["start"]]
    return min(later, default=24 * 60) - minutes(visit["end"])


def is_free_for(gap):
    """Therapist and room have that many more minutes after the visit."""

    def free(visit, day):
        end = minutes(visit["end"]) + gap
        shades = [one for one in day["shades"] if visit["therapist"] in one["where"]]
        at_work = any(
            one["kind"] == "shift"
            and minutes(one["start"]) <= minutes(visit["start"])
            and end <= minutes(one["end"])
            for one in shades
        )
        away = any(
            one["kind"] not in ("shift", "buffer", "gap")
            and minutes(one["start"]) < end + PAUSE
            and minutes(visit["start"]) < minutes(one["end"])
            for one in shades
        )
        next_ = min(until_the_next(visit, day, of) for of in ("therapist", "room"))
        return at_work and not away and next_ >= gap + PAUSE

    return free


def is_followed_at_once(visit, day):
    return until_the_next(visit, day, "therapist") <= 2 * PAUSE


def test_a_drag_moves_and_undo_puts_back(desk):
    page = desk(opened=False)
    visit = first_visit(page, is_free_for(60), days=28)
    drag(page, visit, by=60)
    page.get_by_role("button", name="Undo").wait_for()
    [moved] = [one for one in feed(page)["visits"] if one["id"] == visit["id"]]
    assert minutes(moved["start"]) - minutes(visit["start"]) == 60
    panel = open_panel(page, moved)
    for width in (1440, 820):  # what is told never lies over the panel
        page.set_viewport_size({"width": width, "height": 900})
        said, beside = box_of(page.locator("#told")), box_of(panel)
        assert said["x"] + said["width"] <= beside["x"], (width, said, beside)
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Back at").wait_for()
    [back] = [one for one in feed(page)["visits"] if one["id"] == visit["id"]]
    assert (back["start"], back["therapist"]) == (visit["start"], visit["therapist"])


def test_a_card_let_go_over_another_day_goes_there_at_its_time_and_undo_puts_back(desk):
    page = desk(opened=False)
    visit = first_visit(page, lambda *_: True, days=28)
    card = page.locator(VISIT, has_text=visit["client"]).filter(has_text=visit["start"][11:16])
    card.scroll_into_view_if_needed()
    box = box_of(card)
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] - 20, steps=5)
    others = page.locator("#strip a:not([aria-current])")
    there = box_of(others.last)
    page.mouse.move(there["x"] + 9, there["y"] + 9, steps=10)
    expect(others.last).to_have_class("is-under")
    page.mouse.up()
    told = page.locator("#told .note")
    told.wait_for()
    assert told.get_by_role("button").count() > 0  # undo, or another time where that one is taken
    on_this_day = [one for one in feed(page)["visits"] if one["id"] == visit["id"]]
    if page.get_by_role("link", name="Show that day").count():
        assert on_this_day == []
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("Back at").wait_for()
    [back] = [one for one in feed(page)["visits"] if one["id"] == visit["id"]]
    assert (back["start"], back["therapist"]) == (visit["start"], visit["therapist"])


def test_headings_stay_in_view_and_who_is_not_at_work_folds_away(desk):
    page = desk()
    page.set_viewport_size({"width": 1440, "height": 500})
    shown = feed(page)
    away = [one["title"] for one in shown["therapists"] if one["off"]]
    heads = page.locator(".ec-header .ec-col-head")
    expect(heads).to_have_count(len(shown["therapists"]) - len(away))
    page.mouse.wheel(0, 600)
    expect(heads.first).to_be_in_viewport(ratio=1)
    if away:
        page.locator("#off").get_by_role("button", name="Show").click()
        expect(heads).to_have_count(len(shown["therapists"]))


def test_a_printed_day_has_everything_on_a4_with_nothing_cut_off(desk):
    page = desk()
    page.set_viewport_size({"width": 703, "height": 1000})  # 210 mm without margins of 12
    page.emulate_media(media="print")
    rows = page.locator("#table tbody tr")
    assert rows.count() == len(feed(page)["visits"])
    expect(rows.first).to_be_visible()
    expect(page.get_by_role("columnheader", name="Phone").first).to_be_visible()
    expect(page.locator("#strip")).to_be_hidden()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 703
    cut = "[...document.querySelectorAll('#table td, #table th')].filter("
    assert page.evaluate(cut + "one => one.scrollWidth > one.clientWidth + 1).length") == 0


def test_pulling_its_end_makes_a_visit_longer_and_undo_puts_back(desk):
    page = desk(opened=False)
    visit = first_visit(page, is_free_for(30), days=7)
    drag(page, visit, by=30, end=True)
    page.get_by_role("button", name="Undo").wait_for()
    [longer] = [one for one in feed(page)["visits"] if one["id"] == visit["id"]]
    assert longer["start"] == visit["start"]
    assert minutes(longer["end"]) - minutes(visit["end"]) == 30
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Back at").wait_for()
    [back] = [one for one in feed(page)["visits"] if one["id"] == visit["id"]]
    assert (back["start"], back["end"]) == (visit["start"], visit["end"])


def test_a_drag_onto_somebody_says_who_and_offers_the_nearest_times(desk):
    page = desk(opened=False)
    visit = first_visit(page, is_followed_at_once, days=27)
    drag(page, visit, by=60)
    told = page.locator("#told")
    told.get_by_text("already has").wait_for()
    assert page.get_by_role("button", name="Move it all the same").count() == 0
    assert [one for one in feed(page)["visits"] if one["id"] == visit["id"]] == [visit]
    told.get_by_text("Free near it:").wait_for()
    told.get_by_role("button").first.click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Back at").wait_for()


def test_what_one_desk_changes_appears_at_the_other_within_one_and_a_half_seconds(desk):
    day = a_busy_day(14)
    one, other = desk(day), desk(day, stopped=True)
    visit = movable(one)
    panel, theirs = open_panel(one, visit), open_panel(other, visit)
    other.clock.pause_at(other.evaluate("Date.now()") / 1000 + AN_HOUR)
    panel.locator("summary", has_text="Arrived").click()
    panel.get_by_label("Late by").fill("20")
    panel.get_by_role("button", name="Note it").click()
    panel.get_by_text("20 minutes late.").wait_for()
    with other.expect_response("**/feed/"):
        other.clock.run_for(1_500)
    other.clock.resume()
    other.locator(VISIT, has_text="20 min late").wait_for()
    theirs.get_by_text("20 min late").first.wait_for()


def test_what_another_desk_changes_takes_nobodys_place(desk):
    """A press goes where one stands, in the table and in the panel, whatever is drawn anew."""
    day = a_busy_day(14)
    one, other, third = desk(day), desk(day), desk(day)
    visit = movable(one)
    third.get_by_role("button", name="Table").click()
    in_table = third.locator(f"#visit-{visit['id']}").get_by_role("link", name=re.compile("^Move "))
    in_table.focus()
    panel, theirs = open_panel(one, visit), open_panel(other, visit)
    in_panel = theirs.get_by_role("link", name="Move or change")
    theirs.locator("summary", has_text="What happened").click()
    in_panel.focus()
    panel.locator("summary", has_text="Arrived").click()
    panel.get_by_label("Late by").fill("25")
    panel.get_by_role("button", name="Note it").click()
    theirs.get_by_text("25 min late").first.wait_for()
    expect(in_panel).to_be_focused()
    assert theirs.locator("details", has_text="What happened").evaluate("one => one.open")
    third.locator(f"#visit-{visit['id']}").get_by_text("25 min late").wait_for()
    expect(in_table).to_be_focused()


def test_a_form_left_open_while_another_desk_acts_says_what_changed(desk):
    day = a_busy_day(21)
    one, other = desk(day), desk(day)
    visit = movable(one, 1)
    panel, theirs = open_panel(one, visit), open_panel(other, visit)
    theirs.get_by_text("Cancel the appointment").click()
    theirs.get_by_label("Reason (optional)").fill("I am still typing")
    panel.get_by_text(re.compile("^Take £")).click()
    panel.get_by_role("button", name="Cash").click()
    panel.get_by_text("receipt").first.wait_for()
    theirs.get_by_role("button", name="Cancel it").click()
    theirs.get_by_text("It has changed since the page was opened: Paid").wait_for()


def test_money_is_taken_corrected_and_printed(desk, axe):
    let_midnight_pass()
    page = desk(a_busy_day(35))
    visit = movable(page)
    panel = open_panel(page, visit)
    panel.get_by_text(re.compile("^Take £")).click()
    panel.get_by_label("Take").fill("10")
    panel.get_by_role("button", name="Card").click()
    panel.get_by_text("£10, card, receipt").wait_for()
    page.locator(VISIT).first.wait_for()
    assert page.url.endswith(f"/{a_busy_day(35)}/")  # The panel stays beside the day.
    panel.get_by_role("heading", name="Money").click()
    panel.get_by_role("link", name=re.compile("Receipt")).first.click()
    page.get_by_role("heading", name="Receipt").wait_for()
    axe(page)
    page.go_back()
    panel = open_panel(page, visit)
    panel.get_by_role("heading", name="Money").click()
    panel.get_by_text("Wrong?").click()
    panel.get_by_label("Why").last.fill("Wrong card")
    panel.get_by_role("button", name="Take it back").click()
    panel.get_by_text("is taken back").wait_for()
    page.goto(f"/diary/{today()}/takings/")
    expect(page.get_by_text("Wrong card")).to_be_visible()
    axe(page)


def test_a_press_on_an_empty_place_offers_to_block_it(desk):
    page = desk(a_busy_day(8))
    column = page.locator(".ec-day").last  # pressed once it stands still and nothing lies over it
    column.click(position={"x": box_of(column)["width"] / 2, "y": 10})
    page.get_by_text("Block this time instead").click()
    page.get_by_role("link", name="Time off or a meeting").click()
    page.get_by_label("What for").fill("Supervision")
    page.get_by_role("button", name="Put it in the diary").click()
    page.get_by_text("it is in the diary").wait_for()
    page.get_by_role("button", name="Remove it").click()
    page.get_by_text("Removed.").wait_for()


def test_a_whole_day_is_kept_by_keyboard_alone_from_the_table(desk):
    """Through the accessibility tree: nothing is pressed that has no name and no focus."""
    page = desk(a_busy_day(22))
    page.get_by_role("button", name="Table").press("Enter")
    link = page.get_by_role("link", name=re.compile("^Move ")).first
    link.press("Enter")
    near = page.get_by_role("group", name="Free near it:").get_by_role("button").first
    expect(page.get_by_label("When")).to_be_focused()  # or it takes the focus in between
    proposed = near.inner_text()
    near.press("Enter")
    page.get_by_role("status").get_by_text(f"Now {proposed.partition(' with')[0]}").wait_for()
    page.get_by_role("button", name="Undo the last move").press("Enter")
    page.get_by_role("status").get_by_text("Back at").wait_for()


def picture_of(page):
    # What time it is may be drawn across anything.
    page.evaluate("document.querySelector('.ec-now-indicator')?.remove()")
    return Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")


def colours(page, picture, name, hour):
    """Of a patch in that therapist's column a few minutes after that hour, the commonest first."""
    told = feed(page)
    shown = [one["title"].strip("\u2068\u2069") for one in told["therapists"] if not one["off"]]
    column = shown.index(name)
    box = box_of(page.locator(".ec-body .ec-day").nth(column))
    first, last = int(told["first"][:2]), int(told["last"][:2])
    top = box["y"] + box["height"] * (hour + 7.5 / 60 - first) / (last - first)
    left = box["x"] + box["width"] - 16
    patch = picture.crop((round(left), round(top - 8), round(left) + 10, round(top - 8) + 16))
    return [colour for _, colour in sorted(present(patch.getcolors()), reverse=True)]


def test_hours_absences_closures_and_buffers_are_told_apart_on_every_day_in_both_schemes(
    desk, one_of_everything
):
    name, other = one_of_everything
    page = desk(opened=False, viewport={"width": 1440, "height": 2000})
    open_days = [day for day in (today(), other) if not list(bank_holidays(day, day))]
    for day, scheme in product(open_days, SCHEMES):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"/diary/{day}/")
        page.locator(VISIT, has_text="Vera").wait_for()
        hours = {"off": 8, "work": 9, "buffer": 11, "break": 13, "away": 15, "closed": 19}
        picture = picture_of(page)
        seen = {kind: colours(page, picture, name, hour) for kind, hour in hours.items()}
        flat = [seen[kind] for kind in ("off", "work")]
        assert [len(one) for one in flat] == [1, 1], (day, scheme, seen)
        assert flat[0] != flat[1], (day, scheme, seen)
        for kind in ("buffer", "break", "away", "closed"):
            assert len(seen[kind]) > 1, (day, scheme, kind, seen)  # hatched
        assert seen["closed"][0] not in [one[0] for one in (*flat, seen["away"])], (day, scheme)


def test_a_phone_shows_one_therapist_and_goes_to_the_next_without_dragging(desk):
    page = desk(viewport={"width": 390, "height": 844}, has_touch=True)
    names = [one["title"] for one in feed(page)["therapists"] if not one["off"]] * 3
    expect(page.locator("#phone-name")).to_have_text(names[0])
    page.get_by_role("button", name="Next therapist").click()
    expect(page.locator("#phone-name")).to_have_text(names[1])
    page.locator("#calendar").dispatch_event("click")  # as a press on anything in the diary does
    expect(page.locator("#phone-name")).to_have_text(names[1])
    page.evaluate(
        """() => {
            const place = document.getElementById("calendar");
            const at = (x) => [new Touch({identifier: 1, target: place, clientX: x, clientY: 9})];
            place.dispatchEvent(new TouchEvent("touchstart", {touches: at(300)}));
            place.dispatchEvent(new TouchEvent("touchend", {changedTouches: at(80)}));
        }"""
    )
    expect(page.locator("#phone-name")).to_have_text(names[2])
    assert page.locator(".ec-draggable").count() == 0


def test_a_phone_shows_one_room_with_all_its_width_and_goes_to_the_next(desk):
    page = desk(viewport={"width": 390, "height": 844})
    names = [one["title"] for one in feed(page)["rooms"]]
    page.get_by_role("button", name="Rooms", exact=True).click()
    expect(page.locator("#phone-name")).to_have_text(names[0])
    expect(page.locator("#calendar .ec-col-head")).to_have_count(1)
    page.get_by_role("button", name="Next room").click()
    expect(page.locator("#phone-name")).to_have_text(names[1])
    page.get_by_role("button", name="Therapists", exact=True).click()
    expect(page.get_by_role("button", name="Next therapist")).to_be_visible()
    fits(page)


def test_a_press_on_free_time_books_there_in_two_presses_and_the_name(desk, caller):
    page, presses = desk(opened=False), []
    gap = first_gap(page, minutes_free=75)
    page.expose_function("notePress", lambda what: presses.append(what))
    page.evaluate("addEventListener('pointerdown', () => notePress('place'), true)")
    link = page.locator(f".shade-gap a[href='{gap['url']}']")
    link.evaluate("link => link.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = box_of(link.locator("xpath=ancestor::*[contains(@class, 'shade-gap')]"))
    x, y = box["x"] + box["width"] / 2, box["y"] + 10
    panel = page.get_by_role("complementary", name="New booking")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 60, steps=5)  # marks a stretch, and complains of nothing
    page.mouse.up()
    expect(panel.get_by_role("textbox", name="Client")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    presses.clear()
    page.mouse.click(x, y)
    expect(panel.get_by_role("textbox", name="Client")).to_be_focused()
    page.keyboard.type(caller)
    expect(panel.locator("[name=who_shown]")).to_have_value(caller)
    expect(panel.get_by_role("radio", name=re.compile(f"^{caller}"))).to_be_checked()
    start = parse_qs(urlsplit(gap["url"]).query)["when"][0][11:]
    # The times are asked for anew once it is who it is.
    treatment = panel.locator("[name=treatment]:checked").input_value()
    shown_for = re.compile(rf"^{treatment}\|.*{start}$")
    expect(panel.locator("[name=when_shown]")).to_have_value(shown_for)
    page.keyboard.press("Enter")
    told = page.locator("#panel [role=status]")  # the visit stands there, and nothing has moved
    expect(told).to_contain_text(f"{caller} is booked")
    assert presses == ["place"]  # and Enter is the second
    expect(page.locator(".ec-event.is-marked")).to_contain_text(start)
    expect(page.locator(".ec-event.is-marked")).to_be_in_viewport(ratio=1)
    undo = page.get_by_role("button", name="Undo", exact=True)
    expect(undo).to_be_in_viewport(ratio=1)
    page.keyboard.press("z")
    expect(told).to_contain_text(f"{caller} is not booked after all")
    link.press("Enter")  # by keyboard
    expect(panel.get_by_role("textbox", name="Client")).to_be_focused()
    panel.get_by_text("Block this time instead").click()
    panel.get_by_role("link", name="Time off or a meeting").click()
    expect(page.get_by_label("At (leave empty for the whole day)")).to_have_value(start)


def test_what_a_press_deep_in_the_panel_has_done_is_told_in_view_and_undone(desk):
    page = desk(viewport={"width": 1440, "height": 600})
    visit = movable(page)
    panel = open_panel(page, visit)
    expect(page.locator(".ec-event.is-marked")).to_contain_text(visit["start"][11:16])
    panel.get_by_text("Cancel the appointment").click()
    panel.get_by_role("button", name="Cancel it").click()
    told = panel.get_by_role("status")
    expect(told).to_contain_text("appointment is cancelled")
    expect(told).to_be_in_viewport(ratio=1)
    page.keyboard.press("z")
    expect(told).to_contain_text("is booked as before")
    expect(told).to_be_in_viewport(ratio=1)
    page.keyboard.press("p")
    expect(panel.get_by_role("button", name="Card")).to_be_focused()
    page.keyboard.press("b")
    expect(panel.get_by_role("button", name="Card")).to_be_hidden()
    expect(panel.locator("[data-checkout=again]")).to_have_attribute("open", "")


def test_the_day_shown_stands_out_in_the_strip_on_weekends_too(desk):
    page = desk()
    saturday = today() + timedelta(days=7 + 5 - today().weekday())
    for day in (saturday - timedelta(days=1), saturday):
        page.goto(f"/diary/{day}/")
        shown = page.locator("#strip [aria-current]")
        expect(shown).to_have_css("background-color", page.evaluate(ACCENT))


ACCENT = """() => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = "var(--accent)";
    return getComputedStyle(probe).color;
}"""


def test_what_is_typed_the_moment_the_form_is_there_is_looked_for(desk):
    page = desk(opened=False)
    gap = first_gap(page, minutes_free=30)
    page.evaluate("""() => addEventListener("focusin", ({ target }) => {
        if (target.id !== "call-who") return;
        target.value = "robin";
        target.dispatchEvent(new Event("input", { bubbles: true }));
    })""")
    page.locator(f".shade-gap a[href='{gap['url']}']").press("Enter")
    expect(page.get_by_role("radio", name=re.compile("^Robin Demo"))).to_be_checked()


def test_the_day_does_not_move_when_something_opens_beside_it(desk):
    """Neither at the head of the page nor at its foot."""
    page = desk(opened=False, viewport={"width": 1280, "height": 720})
    gap = first_gap(page, minutes_free=45)
    panel = page.get_by_role("complementary", name="New booking")
    for down in (0, 9999):
        page.evaluate("down => scrollTo(0, down)", down)
        stands = page.evaluate("scrollY")
        page.locator(f".shade-gap a[href='{gap['url']}']").dispatch_event("click")
        expect(panel.get_by_role("textbox", name="Client")).to_be_focused()
        expect(panel).to_be_in_viewport(ratio=1)
        assert page.evaluate("scrollY") == stands
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        assert page.evaluate("scrollY") == stands


def first_gap(page, *, minutes_free):
    """The first free stretch at least so long, on a day in a week or later, which is opened."""
    for later in range(14):
        day = today() + timedelta(days=7 + later)
        for shade in page.request.get(f"/diary/{day}/feed/").json()["shades"]:
            if (
                shade["kind"] != "gap"
                or minutes(shade["end"]) - minutes(shade["start"]) < minutes_free
            ):
                continue
            page.goto(f"/diary/{day}/")
            page.locator(VISIT).first.wait_for()
            return shade
    raise AssertionError("nothing is free in two weeks")
