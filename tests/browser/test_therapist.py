"""A therapist's day on a phone, worked through by finger, by keyboard, and without a signal."""

import re

import pytest
from PIL import Image
from playwright.sync_api import Error, expect

from clinic.demo.logins import DEMO_PASSWORD
from tests.browser.days import PHONE, box_of, fits, wait_until
from tests.browser.logins import LOGIN, fill_in, let_in

pytestmark = pytest.mark.browser


def test_a_whole_day_by_finger(phone, visits, axe):
    surname, _ = visits

    def look(page, name):
        """The pages of the first are read; those of the others are the same ones."""
        fits(page)
        if name == "Ada":
            axe(page)

    phone.goto("/today/")
    for name in ("Ada", "Ben", "Cleo"):
        top = phone.locator(".next")
        expect(top.get_by_role("heading", name=f"{name} {surname}")).to_be_visible()
        look(phone, name)
        top.get_by_role("button", name="Arrived").click()
        expect(phone.locator(".next .eyebrow")).to_have_text("Now")
        phone.locator(".next").get_by_role("link", name="Brief").click()
        expect(phone.get_by_role("heading", name="Ask before you start")).to_be_visible()
        look(phone, name)
        phone.get_by_role("link", name="Note", exact=True).click()
        write(phone, f"All well with {name}")
        look(phone, name)
        phone.get_by_role("button", name="Sign", exact=True).click()
        expect(phone.get_by_text(f"The note about {name} {surname} is signed.")).to_be_visible()
        phone.locator(".next").get_by_role("button", name="Done").click()
    expect(phone.locator(".next")).to_have_count(0)


def write(page, words):
    page.get_by_label("What they say").fill(words)
    page.locator("[data-place=left-calf]").click()
    spot = page.locator("#at-left-calf")
    spot.get_by_role("radio", name="Pain").check()
    expect(page.locator("[data-place=left-calf] .place")).to_have_class(re.compile("is-pain"))
    page.get_by_role("radio", name="Just right").check()
    page.get_by_label("Plan", exact=True).fill("The same again")


def test_a_note_survives_a_lost_connection(phone, visits):
    _, (ada, _, _) = visits
    phone.goto(f"/visits/{ada}/note/")
    phone.get_by_label("What they say").fill("Before the cut")
    expect(phone.locator("[data-state]")).to_have_text("Saved as a draft.")
    phone.context.set_offline(True)
    phone.get_by_label("What they say").fill("Written in the cellar")
    expect(phone.locator("[data-state]")).to_contain_text("What you wrote is still here")
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.locator("[data-state]")).to_contain_text("is signed as soon as there is one")
    phone.get_by_role("button", name="Do not sign yet").click()
    expect(phone.get_by_label("What they say")).to_have_value("Written in the cellar")
    kept = phone.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert "cellar" not in kept
    phone.context.set_offline(False)
    expect(phone.locator("[data-state]")).to_have_text("Saved as a draft.")
    phone.goto(f"/visits/{ada}/note/")
    expect(phone.get_by_label("What they say")).to_have_value("Written in the cellar")


def test_what_was_typed_just_before_a_photo_is_kept_and_what_is_no_photo_is_not_sent(
    phone, visits, tmp_path
):
    _, (ada, _, _) = visits
    phone.goto(f"/visits/{ada}/note/")
    phone.get_by_label("What they say").fill("Bruised")
    (tmp_path / "film.jpg").write_bytes(b"no photo" * 300_000)
    phone.get_by_label("Add a photo").set_input_files(tmp_path / "film.jpg")
    unreadable = "document.getElementById('photo').validationMessage.includes('JPEG or PNG')"
    wait_until(phone, unreadable)
    Image.new("RGB", (60, 40)).save(tmp_path / "bruise.png")
    phone.get_by_label("What they say").fill("Bruised since Thursday")
    phone.get_by_label("Add a photo").set_input_files(tmp_path / "bruise.png")
    expect(phone.get_by_text("The photo is kept")).to_be_visible()
    expect(phone.get_by_label("What they say")).to_have_value("Bruised since Thursday")


def test_what_was_signed_without_a_signal_is_signed_when_it_is_back(phone, visits):
    surname, (ada, _, _) = visits
    phone.goto(f"/visits/{ada}/note/")
    phone.get_by_label("What they say").fill("In the cellar")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.locator("[data-state]")).to_contain_text("is signed as soon as there is one")
    phone.context.set_offline(False)
    expect(phone.get_by_text(f"The note about Ada {surname} is signed.")).to_be_visible()


def test_a_phone_handed_over_shows_the_questions_and_nothing_else(phone, visits, axe):
    surname, (ada, _, _) = visits
    phone.context.clear_cookies()  # a session of its own, which other tests do not find shut
    phone.goto(LOGIN)
    fill_in(phone, "therapist")
    phone.goto("/today/")
    wait_until_kept(phone, "Ada")
    phone.goto(f"/visits/{ada}/")
    phone.get_by_role("link", name="Health check").click()
    phone.get_by_role("button", name="Hand over the phone").click()
    questions = phone.get_by_role("heading", name="Your health, in")
    expect(questions).to_be_visible()
    expect(phone.get_by_text(surname)).to_have_count(0)
    wait_until(phone, "caches.keys().then((kept) => !kept.length)")
    axe(phone)
    for _back in range(3):
        phone.go_back()
        expect(questions).to_be_visible()
    for box in phone.get_by_role("checkbox").all():
        box.check()
    for no in phone.get_by_role("radio", name="No").all():
        no.check(force=True)
    phone.get_by_role("button", name="Send to my therapist").click()
    expect(phone.get_by_text("Please give the phone back")).to_be_visible()
    axe(phone)
    phone.goto("/today/")
    expect(questions).to_be_visible()
    phone.get_by_role("link", name="For the therapist").click()
    expect(phone.get_by_role("button", name="Sign out")).to_be_visible()
    expect(phone.get_by_role("link", name="Today")).to_have_count(0)
    axe(phone)
    phone.get_by_role("link", name="Privacy").click()
    expect(phone.get_by_role("heading", name="Your privacy")).to_be_visible()
    phone.get_by_role("link", name="Back to the questions").click()
    phone.get_by_role("link", name="For the therapist").click()
    phone.get_by_label("Password").fill(DEMO_PASSWORD)
    phone.get_by_role("button", name="Go on").click()
    expect(phone.get_by_role("heading", name=f"Ada {surname}")).to_be_visible()
    expect(phone.get_by_text("filled in by the client, on the phone handed over")).to_be_visible()


def test_nothing_of_the_brief_of_a_client_on_hold_lies_over_the_rest(phone, visits):
    _, (ada, _, _) = visits
    phone.goto(f"/visits/{ada}/ask/")
    for box in phone.get_by_role("checkbox").all():
        box.check()
    for no in phone.get_by_role("radio", name="No", exact=True).all():
        no.check(force=True)
    phone.locator("[name=clot_signs][value=yes]").check(force=True)
    phone.get_by_role("button", name="Keep the answers").click()
    expect(phone.get_by_role("heading", name="Decide before you start")).to_be_visible()
    floating = """() => [...document.querySelectorAll("main section, main section *")].filter(
        (one) => ["fixed", "absolute"].includes(getComputedStyle(one).position)
            && !one.matches("input, .visually-hidden")).map((one) => one.outerHTML)"""
    assert phone.evaluate(floating) == []


# Instead of cutting the line, whose coming back a page that is being left may still notice.
CUT = "() => { window.fetch = async () => { throw new TypeError(); }; }"
LOSE_THE_ANSWER = """() => {
    const sent = window.fetch;
    window.fetch = async (...asked) => { await sent(...asked); throw new TypeError(); };
    window.mend = () => { window.fetch = sent; };
}"""


@pytest.mark.parametrize(
    ("line", "stands", "said"),
    [
        (CUT, "Before the cut", "this is what had been saved before. It is not signed."),
        (LOSE_THE_ANSWER, "Written in the cellar", "it has been saved since: look whether"),
    ],
    ids=["nothing went out", "its answer got lost"],
)
def test_a_note_left_without_a_signal_says_on_return_what_became_of_it(
    phone, visits, line, stands, said
):
    _, (ada, _, _) = visits
    phone.on("dialog", lambda asks: asks.accept())
    phone.goto(f"/visits/{ada}/note/")
    phone.get_by_label("What they say").fill("Before the cut")
    expect(phone.locator("[data-state]")).to_have_text("Saved as a draft.")
    phone.evaluate(line)
    phone.get_by_label("What they say").fill("Written in the cellar")
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.locator("[data-state]")).to_contain_text("is signed as soon as there is one")
    kept = phone.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert "cellar" not in kept
    phone.goto("/today/")
    left = phone.locator("[data-note-left]")
    may_not = "without a connection, may not have arrived. It is not signed."
    expect(left).to_contain_text(may_not, use_inner_text=True)
    left.get_by_role("link", name="Open the note").click()
    expect(phone.get_by_label("What they say")).to_have_value(stands)
    expect(left).to_contain_text(said, use_inner_text=True)
    phone.goto("/today/")
    expect(left).to_be_hidden()


def test_a_note_whose_answer_got_lost_is_signed_when_the_signal_is_back(phone, visits):
    """What arrived unseen is its own, and no other window's."""
    surname, (ada, _, _) = visits
    phone.goto(f"/visits/{ada}/note/")
    phone.evaluate(LOSE_THE_ANSWER)
    phone.get_by_label("What they say").fill("In the cellar")
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.locator("[data-state]")).to_contain_text("is signed as soon as there is one")
    phone.evaluate("() => mend()")
    expect(phone.get_by_text(f"The note about Ada {surname} is signed.")).to_be_visible()


@pytest.mark.usefixtures("visits")
def test_a_form_that_is_refused_takes_one_to_what_is_wrong_in_it(phone):
    phone.goto("/my-time/")
    phone.get_by_role("button", name="Ask the desk").click()
    first = phone.get_by_label("First day")
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()


@pytest.mark.usefixtures("visits")
def test_a_press_without_a_signal_says_that_it_has_not_gone_through(phone):
    phone.goto("/today/")
    arrived = phone.locator(".next").get_by_role("button", name="Arrived")
    phone.context.set_offline(True)
    arrived.click()
    expect(phone.get_by_role("alert")).to_contain_text("that has not gone through")
    phone.context.set_offline(False)
    arrived.click()
    expect(phone.locator(".next").get_by_role("button", name="Undo")).to_be_visible()
    expect(phone.get_by_role("alert")).to_be_hidden()


@pytest.mark.usefixtures("visits")
def test_a_routine_visit_takes_five_presses_and_two_page_loads(phone, axe):
    """Arrived, Note, Sign and done, payment, booked again; what the note says is not counted."""
    phone.goto("/today/")
    loads, presses = [], 0
    phone.on("load", lambda page: loads.append(page.url))

    def press(locator):
        nonlocal presses
        presses += 1
        locator.click()

    top = phone.locator(".next")
    press(top.get_by_role("button", name="Arrived"))
    expect(phone.locator(".next .eyebrow")).to_have_text("Now")
    press(top.get_by_role("link", name="Note"))
    phone.locator("[data-place=left-calf]").click()  # what is written is counted apart
    press(phone.get_by_role("button", name="Sign and done"))
    done = phone.locator(".checkout")
    expect(done).to_be_visible()
    fits(phone)
    axe(phone)
    press(done.get_by_role("button", name="Card"))
    expect(done.get_by_text("Paid")).to_be_visible()
    press(done.get_by_role("button", name=re.compile(r"\d\d:\d\d$")).first)
    expect(done.get_by_text("Next time")).to_be_visible()
    assert (presses, len(loads)) == (5, 2), loads
    fits(phone)
    axe(phone)


def test_a_press_and_a_slide_mark_a_place_and_say_how_much(phone, visits):
    _, (_, ben, _) = visits
    phone.goto(f"/visits/{ben}/note/")
    place = phone.locator("[data-place=right-calf]")
    place.evaluate("place => place.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = box_of(place)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    phone.mouse.move(x, y)
    phone.mouse.down()
    phone.mouse.move(x + 36, y, steps=4)
    expect(phone.locator(".slid")).to_have_text("7")
    phone.mouse.up()
    expect(place).to_have_attribute("aria-label", "Right calf: tightness 7")
    expect(phone.locator("[data-state]")).to_have_text("Saved as a draft.")
    for button in ("Sign", "Sign and done"):
        expect(phone.get_by_role("button", name=button, exact=True)).to_be_in_viewport()


def test_a_note_survives_being_signed_out(phone, visits):
    _, (_, ben, _) = visits
    phone.goto(f"/visits/{ben}/note/")
    cookies = phone.context.cookies()
    phone.context.clear_cookies(name="sessionid")
    phone.get_by_label("What they say").fill("Typed while signed out")
    expect(phone.locator("[data-state]")).to_contain_text("You have been signed out")
    with phone.context.expect_page() as opened:
        phone.get_by_role("link", name="Sign in in a new tab").click()
    fill_in(opened.value, "therapist")
    assert phone.context.cookies() != cookies
    opened.value.close()
    expect(phone.locator("[data-state]")).to_have_text("Saved as a draft.")
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.get_by_text("is signed.")).to_be_visible()


def press_to(page, locator, key="Tab", most=120):
    """Moves the focus with the keyboard until it is there."""
    for _ in range(most):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {locator}")


def test_by_keyboard_alone(phone, visits):
    surname, _ = visits
    phone.goto("/today/")
    press_to(phone, phone.locator(".next").get_by_role("button", name="Arrived"))
    phone.keyboard.press("Enter")
    expect(phone.locator(".next .eyebrow")).to_have_text("Now")
    press_to(phone, phone.locator(".next").get_by_role("link", name="Note"))
    phone.keyboard.press("Enter")
    press_to(phone, phone.get_by_label("What they say"))
    phone.keyboard.type("By keyboard")
    press_to(phone, phone.get_by_role("radio", name="Back", exact=True))
    phone.keyboard.press("ArrowLeft")
    press_to(phone, phone.locator("[data-place=right-knee]"))
    phone.keyboard.press("Enter")
    spot = phone.locator("#at-right-knee")
    press_to(phone, spot.locator("input[value='']"), "ArrowRight", 5)
    phone.keyboard.press("ArrowRight")
    expect(spot.locator("input[value=tightness]")).to_be_checked()
    press_to(phone, spot.locator("input[type=range]"))
    for _ in range(3):
        phone.keyboard.press("ArrowRight")
    expect(phone.locator("[data-place=right-knee]")).to_have_attribute(
        "aria-label", "Right knee: tightness 8"
    )
    press_to(phone, phone.get_by_role("button", name="Sign", exact=True))
    phone.keyboard.press("Enter")
    expect(phone.get_by_text(f"The note about Ada {surname} is signed.")).to_be_visible()


def wait_until_kept(phone, words):
    """The page without a signal; one that was kept before may not have them yet."""
    wait_until(
        phone,
        """words => caches.match("/today/offline/")
            .then((found) => found?.text()).then((text) => text?.includes(words))""",
        words,
    )


def test_today_opens_without_a_signal_until_signing_out(phone, visits):
    surname, _ = visits
    phone.goto("/today/")
    wait_until_kept(phone, "Ada")
    phone.context.set_offline(True)
    phone.goto("/today/")
    expect(phone.get_by_text("No connection.")).to_be_visible()
    expect(phone.get_by_role("heading", name="Ada", exact=True)).to_be_visible()
    assert surname not in phone.content()
    phone.context.set_offline(False)
    phone.goto("/accounts/logout/")
    phone.get_by_role("button", name="Sign out").click()
    expect(phone).to_have_url(re.compile("/$"))
    assert phone.evaluate("caches.keys()") == []


def test_after_midnight_the_list_is_forgotten(phone, visits):
    phone.goto("/today/")
    wait_until(phone, "caches.match('/today/offline/').then(found => !!found)")
    # The page has handed the day over, and the worker may be about to keep it still. So: cut off
    # from any new one, and then until it stays.
    phone.context.set_offline(True)
    phone.evaluate("""async () => {
        const past = String(Date.now() - 1000);
        const yesterday = () => new Response("old", { headers: { "Taper-Until": past } });
        for (let stayed = 0; stayed < 5; stayed += 1) {
            const kept = await caches.match("/today/offline/");
            if (kept?.headers.get("Taper-Until") !== past) {
                stayed = 0;
                const cache = await caches.open("today");
                await cache.put("/today/offline/", yesterday());
            }
            await new Promise((done) => setTimeout(done, 200));
        }
    }""")
    with pytest.raises(Error, match="ERR_"):
        phone.goto("/today/")
    phone.context.set_offline(False)
    phone.goto("/my-time/")  # a page that hands the worker nothing new
    assert phone.evaluate("caches.has('today')") is False


def test_what_is_kept_for_later_is_a_whiteboards_worth_and_nothing_else(phone, visits):
    surname, (ada, _, _) = visits
    for path in (f"/visits/{ada}/", f"/visits/{ada}/note/", "/my-time/", "/calendar/", "/today/"):
        phone.goto(path)
    wait_until_kept(phone, "Ada")
    kept = phone.evaluate("""async () => {
        const found = [];
        for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const { url } of await cache.keys()) {
                const text = await (await cache.match(url)).text();
                found.push([new URL(url).pathname, text]);
            }
        }
        return found;
    }""")
    pages = {path: text for path, text in kept if not path.endswith(".css")}
    assert list(pages) == ["/today/offline/"]
    (page,) = pages.values()
    assert "Ada" in page
    assert not re.search(f"{surname}|@|Phase|Firmest|csrf", page)


def test_two_windows_are_compared_and_neither_is_lost(phone, visits):
    _, (ada, _, _) = visits
    other = phone.context.new_page()
    for page in (phone, other):
        page.goto(f"/visits/{ada}/note/")
    other.get_by_label("What they say").fill("From the other window")
    expect(other.locator("[data-state]")).to_have_text("Saved as a draft.")
    phone.get_by_label("What they say").fill("From this window")
    expect(phone.locator("[data-state]")).to_contain_text("saved from another window")
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.get_by_text("From the other window")).to_be_visible()
    expect(phone.get_by_label("What they say")).to_have_value("From this window")
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.get_by_text("is signed.")).to_be_visible()


def test_the_note_can_be_written_without_javascript(open_context, visits):
    _, (_, _, cleo) = visits
    page = open_context(java_script_enabled=False, **PHONE).new_page()
    let_in(page, "therapist")
    page.goto(f"/visits/{cleo}/note/")
    page.get_by_label("What they say").fill("No scripts")
    page.locator("#at-left-calf").get_by_role("radio", name="Tight").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("is signed.")).to_be_visible()


def test_without_javascript_what_was_typed_is_kept_when_a_photo_comes_and_goes(
    open_context, visits, tmp_path
):
    _, (ada, _, _) = visits
    page = open_context(java_script_enabled=False, **PHONE).new_page()
    let_in(page, "therapist")
    page.goto(f"/visits/{ada}/note/")
    Image.new("RGB", (60, 40)).save(tmp_path / "bruise.png")
    page.get_by_label("What they say").fill("Bruised since Thursday")
    page.locator("#at-left-calf").get_by_role("radio", name="Tight").check()
    page.get_by_label("Add a photo").set_input_files(tmp_path / "bruise.png")
    page.get_by_role("button", name="Add the photo").click()
    expect(page.get_by_text("The photo is kept")).to_be_visible()
    expect(page.get_by_label("What they say")).to_have_value("Bruised since Thursday")
    page.get_by_label("What they say").fill("Bruised since Friday")
    page.get_by_role("button", name="Remove photo 1").click()
    expect(page.get_by_text("The photo is gone")).to_be_visible()
    expect(page.get_by_label("What they say")).to_have_value("Bruised since Friday")
    expect(page.locator("#at-left-calf").get_by_role("radio", name="Tight")).to_be_checked()


def test_without_javascript_a_note_outlives_the_login(open_context, visits):
    _, (ada, _, _) = visits
    page = open_context(java_script_enabled=False, **PHONE).new_page()
    let_in(page, "therapist")
    page.goto(f"/visits/{ada}/note/")
    page.get_by_label("What they say").fill("Typed before the login ended")
    page.locator("#at-left-calf").get_by_role("radio", name="Tight").check()
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Sign", exact=True).click()
    fill_in(page, "therapist")
    expect(page.get_by_text("It is not saved yet.")).to_be_visible()
    expect(page.get_by_label("What they say")).to_have_value("Typed before the login ended")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("is signed.")).to_be_visible()
