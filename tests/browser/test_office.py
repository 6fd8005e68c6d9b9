"""The owner's office in a real browser."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from clinic.demo.logins import DEMO_PASSWORD
from tests.browser import journeys
from tests.browser.logins import let_in

pytestmark = pytest.mark.browser

PAGES = ("", "clinic/", "treatments/", "treatments/1/", "treatments/new/", "rooms/", "rooms/1/",
         "people/", "people/invite/", "people/1/", "people/2/", "people/2/leave/", "clinic/zone/",
         "therapists/", "therapists/1/", "therapists/new/", "looks/", "mails/", "mails/reminder/",
         "texts/", "texts/privacy/", "embed/", "questions/", "questions/allergy/")  # fmt: skip


@pytest.fixture
def owner(open_context):
    return let_in(open_context().new_page(), "owner")


def save(page, name="Save") -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_an_owner_adds_a_treatment_hires_and_sets_a_price_to_come(owner):
    owner.goto("/desk/")
    owner.locator("summary", has_text="More").click()
    owner.get_by_role("link", name="Set-up", exact=True).click()
    expect(owner.get_by_role("heading", name="First steps")).to_be_visible()
    owner.get_by_role("link", name="Treatments and prices", exact=True).click()
    owner.get_by_role("link", name="Add a treatment").click()
    owner.locator("#id_name").fill("Feet 20")
    owner.locator("#id_minutes").fill("twenty")
    owner.locator("#id_price").fill("£ 24,5")
    save(owner)
    expect(owner.get_by_role("alert")).to_contain_text("Please give whole minutes, such as 60.")
    expect(owner.locator("#id_price")).to_have_value("£ 24,5")
    owner.locator("#id_minutes").fill("20")
    owner.locator("#id_next_price").fill("26")
    owner.locator("#id_next_price_from").fill("2099-01-01")
    save(owner)
    expect(owner.get_by_role("alert")).to_contain_text("Thursday 1 January 2099 is 72 years ahead")
    save(owner)
    row = owner.get_by_role("row").filter(has_text="Feet 20")
    expect(row).to_contain_text("£26 from 1 Jan 2099")
    expect(row).to_contain_text("nobody")
    owner.get_by_role("link", name="People", exact=True).click()
    owner.get_by_role("link", name="Add a therapist without a login").click()
    owner.locator("#id_name").fill("Nia New")
    owner.get_by_label("Qualifications").fill("One, 2020\nTwo, 2021")
    owner.get_by_label("Feet 20").check()
    save(owner)
    expect(owner.get_by_text("They have no hours")).to_be_visible()
    owner.get_by_label("What runners come for").fill("Feet.")
    save(owner)
    expect(owner.get_by_role("status")).to_contain_text("is saved")


def is_still_you(page) -> None:
    """The page that asks who it is, where it does."""
    if page.get_by_role("heading", name="Is it still you?").is_visible():
        page.get_by_label("Password").fill(DEMO_PASSWORD)
        page.get_by_role("button", name="Go on").click()


def test_somebody_is_invited_works_here_and_leaves(owner, open_context, site):
    address = journeys.new_address()
    owner.goto("/office/people/")
    owner.get_by_role("link", name="Invite somebody").click()
    owner.locator("#id_name").fill("Nia Newly")
    owner.locator("#id_email").fill(address)
    owner.get_by_label("Front desk: diary, clients, money").check()
    owner.get_by_role("button", name="Send the invitation").click()
    is_still_you(owner)
    expect(owner.get_by_text("have not chosen a password yet")).to_be_visible()
    [link, *_] = site.inbox.links(site.inbox.wait_for(address, about="invited"))
    theirs = open_context().new_page()
    theirs.goto(journeys.path_of(link))
    theirs.get_by_label("Password").fill("four plain words chosen")
    theirs.get_by_label("The same once more").fill("four plain words chosen")
    theirs.get_by_role("button", name="Accept, and sign in").click()
    theirs.wait_for_url("**/desk/")
    owner.reload()
    expect(owner.get_by_text("have not chosen a password yet")).to_be_hidden()
    owner.get_by_role("link", name="They leave the clinic").click()
    owner.locator("summary", has_text="End it now").click()
    owner.get_by_role("button", name="They have left").click()
    is_still_you(owner)
    expect(owner.get_by_role("heading", name="Take them back")).to_be_visible()
    theirs.goto("/desk/")
    expect(theirs.get_by_label("Email")).to_be_visible()


def test_settings_with_texts_of_several_lines_are_saved(owner):
    owner.goto("/office/clinic/")
    save(owner)
    expect(owner.get_by_role("status")).to_contain_text("Nothing was different")
    owner.locator("#id_tax_note").fill("Not registered for VAT")
    save(owner)
    expect(owner.get_by_role("status")).to_contain_text("The settings are saved.")


def test_what_could_not_stay_is_shown_in_view_and_accepted_there(owner):
    owner.goto("/office/rooms/2/")
    owner.get_by_label("It is in use").uncheck()
    save(owner)
    accept = owner.get_by_role("alert").get_by_role("button", name="Do it all the same")
    expect(accept).to_be_in_viewport()
    owner.goto("/office/rooms/2/")
    expect(owner.get_by_label("It is in use")).to_be_checked()


def test_what_a_mail_begins_with_is_seen_while_it_is_typed_and_kept_by_a_press(owner):
    owner.goto("/office/mails/cancelled/")
    mail = owner.frame_locator("iframe")
    expect(mail.get_by_text("There is nothing more for you to do.")).to_be_visible()
    owner.get_by_label("After the greeting").fill("What a pity, {therapist} says.")
    expect(mail.get_by_text("What a pity, Kim Sample says.")).to_be_visible()
    owner.get_by_label("At the end").fill("Yours, {boss}")
    save(owner)
    expect(owner.get_by_role("alert")).to_contain_text("“{boss}” becomes nothing in this mail.")
    owner.get_by_label("At the end").fill("Yours, {clinic}")
    save(owner)
    expect(owner.get_by_role("status")).to_contain_text("Mails of this kind say it from now on.")
    owner.get_by_role("button", name="Back to Taper’s own words").click()
    expect(mail.get_by_text("There is nothing more for you to do.")).to_be_visible()


def test_a_logo_and_a_colour_reach_the_booking_page(owner, tmp_path):
    logo = tmp_path / "logo.png"
    Image.new("RGBA", (600, 200), "navy").save(logo)
    owner.goto("/office/looks/")
    owner.get_by_label("A colour of your own").first.check()
    owner.get_by_label("Choose the colour").fill("#ffff00")
    expect(owner.locator("#id_colour-own_colour")).to_have_value("#ffff00")
    save(owner, "Save the colour")
    with owner.expect_navigation():
        owner.get_by_role("button", name="Take #").click()
    owner.locator("#id_logo").set_input_files(logo)
    with owner.expect_navigation():
        owner.get_by_role("button", name="Add the logo").click()
    owner.goto("/")
    shown = owner.locator(".wordmark img")
    expect(shown).to_have_attribute("height", "48")
    sizes = shown.evaluate("(img) => [img.naturalWidth, 2 * img.width, 2 * img.height]")
    assert sizes == [288, 288, 96]  # what the page has said before the picture came
    owner.goto("/office/looks/")
    with owner.expect_navigation():
        owner.get_by_role("button", name="Remove the logo").click()
    owner.get_by_label("Taper’s green").check()
    save(owner, "Save the colour")


def test_a_phone_names_the_place_one_is_at_and_opens_a_menu_of_the_others(owner):
    owner.set_viewport_size({"width": 390, "height": 844})
    for path, name in (("", "First steps"), ("embed/", "On other web sites")):
        owner.goto(f"/office/{path}")
        expect(owner.locator(".office-places")).to_be_hidden()
        expect(owner.locator(".office-menu summary")).to_contain_text(name)
        expect(owner.get_by_role("link", name="Legal texts")).to_be_hidden()
        owner.locator(".office-menu summary").click()
        expect(owner.locator(".office-menu [aria-current]")).to_have_text(name)
        expect(owner.get_by_role("link", name="Legal texts")).to_be_visible()


def test_the_small_line_is_previewed_as_it_is_typed(owner):
    owner.goto("/office/looks/")
    line = owner.get_by_label("The small line above the home page’s question")
    before = line.input_value()
    preview = owner.locator(".small-line")
    expect(preview).to_have_text(before or "Sports massage for people training for a race")
    line.fill("Massage by the canal")
    expect(preview).to_have_text("Massage by the canal")
    line.fill("")
    expect(preview).to_have_text("Sports massage for people training for a race")


def test_the_pages_are_for_everybody_and_fit(owner, for_everybody):
    for path in PAGES:
        owner.goto(f"/office/{path}")
        for_everybody(owner)
