"""Signing in by a mailed code, a passkey or an app; hiding names; free times in a frame."""

import re
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from clinic.demo.logins import DEMO_LOGINS
from tests import patience
from tests.browser import journeys
from tests.browser.logins import let_in, signed_in
from tests.reading import first_match
from tests.totp import code_of

pytestmark = pytest.mark.browser
EMAIL_OF = dict(DEMO_LOGINS)


def type_the_code(page, site, address):
    letter = site.inbox.wait_for(address, about="code to sign in")
    code = first_match(r"^ {4}(\S+)\s*$", letter.get_content(), re.MULTILINE)[1]
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()


def with_passkeys(page):
    """A phone or computer that has a fingerprint and gives it when asked."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


@pytest.mark.parametrize("javascript", [True, False])
def test_a_runner_books_and_later_signs_in_with_a_code(open_context, site, javascript):
    address = journeys.new_address()
    journeys.book(open_context().new_page(), address)
    page = open_context(java_script_enabled=javascript).new_page()
    page.goto("/")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Email me a code").click()
    page.get_by_label("Email").fill(address)
    page.get_by_role("button", name="Email me a code").click()
    type_the_code(page, site, address)
    expect(page.get_by_role("heading", name="Your bookings")).to_be_visible()
    expect(page.get_by_text("Sports massage 60 with")).to_be_visible()


def test_a_runner_sets_up_a_passkey_and_needs_nothing_else_from_then_on(open_context, site):
    address = journeys.new_address()
    page = with_passkeys(open_context().new_page())
    journeys.book(page, address)
    page.goto("/accounts/login/code/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Email").press("Enter")
    type_the_code(page, site, address)
    page.get_by_role("link", name="How you sign in").click()
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Your bookings")).to_be_visible()


def test_a_passkey_that_is_not_given_says_so(open_context):
    page = open_context().new_page()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True,
               "isUserVerified": False}  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("did not work")


def test_the_pages_about_signing_in_are_for_everybody_and_fit(page, for_everybody):
    def look(url):
        page.goto(url)
        for_everybody(page)

    for url in ("/accounts/login/", "/accounts/login/code/", "/accounts/password/reset/done/",
                "/embed/"):  # fmt: skip
        look(url)
    page.goto("/accounts/login/code/")
    page.get_by_label("Email").fill(journeys.new_address())
    page.get_by_label("Email").press("Enter")
    page.get_by_role("heading", name="Type the code").wait_for()
    for_everybody(page)
    page.get_by_role("button", name="Another address").click()
    page.get_by_role("heading", name="Sign in with a code").wait_for()
    let_in(page, "desk")
    for url in ("/accounts/2fa/", "/account/", "/accounts/reauthenticate/",
                "/accounts/2fa/webauthn/", "/accounts/sessions/"):  # fmt: skip
        look(url)
    page.context.clear_cookies()
    let_in(page, "owner")
    look("/desk/sign-ins/")
    page.get_by_role("link", name="Demo desk").last.click()
    page.get_by_role("heading", name="Demo desk").wait_for()
    for_everybody(page)


def test_staff_set_up_an_app_and_are_asked_for_it(open_context, site, axe):
    page = open_context().new_page()
    address = journeys.new_address()
    journeys.book(page, address)
    _make_a_login(open_context, address)
    mail = site.inbox.wait_for(address, about="Your login at")
    [link] = site.inbox.links(mail)
    page.goto(journeys.path_of(link))
    for field in ("password1", "password2"):
        page.locator(f"[name={field}]").fill("a-password-of-somebody")
    page.get_by_role("button", name="Set it").click()
    page.goto("/accounts/login/")
    _sign_in(page, address, "a-password-of-somebody")
    page.wait_for_url("**/desk/")
    page.goto("/accounts/2fa/totp/activate/")
    expect(page.locator("code.key")).to_be_visible()
    axe(page)
    secret = page.locator("code.key").inner_text()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="That is it").click()
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes li").first.inner_text()
    axe(page)
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    _sign_in(page, address, "a-password-of-somebody")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    axe(page)
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Sign out")).to_be_visible()


def _sign_in(page, address, password):
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")


def _make_a_login(open_context, address):
    """As the owner does."""
    owner = let_in(open_context().new_page(), "owner")
    owner.goto("/admin/bookings/user/add/")
    owner.get_by_label("Email").fill(address)
    owner.get_by_label("Role").select_option("desk")
    owner.get_by_role("button", name="Save", exact=True).click()
    owner.get_by_text("was added successfully").wait_for()


# Privacy mode


BLURRED = re.compile("blur")


def names(page):
    """As they look once the page's styles are there; the first stands for all."""
    return expect(page.locator(".who").first)


def test_a_key_and_a_button_hide_names_until_they_are_pressed_again(open_context):
    page = signed_in(open_context().new_page(), "desk")
    button = page.get_by_role("button", name="Hide names")
    names(page).to_have_css("filter", "none")
    page.keyboard.press("F9")
    names(page).to_have_css("filter", BLURRED)
    expect(button).to_have_attribute("aria-pressed", "true")
    with page.expect_navigation():
        page.get_by_role("link", name="Next day").click()
    names(page).to_have_css("filter", BLURRED)
    page.goto("/diary/")
    page.locator(".visit-in-short .who").first.wait_for()
    names(page).to_have_css("filter", BLURRED)
    page.get_by_role("button", name="Hide names").click()
    names(page).to_have_css("filter", "none")


def test_the_admin_hides_names_too(open_context):
    page = signed_in(open_context().new_page(), "desk")
    page.keyboard.press("F9")
    page.goto("/admin/bookings/client/")
    expect(page.locator("#result_list .field-name").first).to_have_css("filter", BLURRED)


# Embedding


@contextmanager
def another_site(frame_of):
    """A page of another origin with the free times in a frame."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<!doctype html><iframe src="{frame_of}/embed/"></iframe>'.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _frame_shows_an_error(page):
    page.wait_for_timeout(1)  # so that the browser's news are heard
    return any(frame.url.startswith("chrome-error:") for frame in page.frames[1:])


def test_a_named_site_frames_the_free_times_and_a_chosen_one_leaves_the_frame(
    open_context, browser, site
):
    with another_site(site.url) as named, another_site(site.url) as unnamed:
        owner = let_in(open_context().new_page(), "owner")
        owner.goto("/admin/bookings/clinic/1/change/")
        owner.get_by_label("Web sites that may show the free times").fill(named)
        owner.get_by_role("button", name="Save", exact=True).click()
        owner.get_by_text("was changed successfully").wait_for()

        refused = browser.new_page()  # whose console says, rightly, that it was kept out
        refused.goto(f"{unnamed}/")
        patience.wait_for(lambda: _frame_shows_an_error(refused))
        refused.close()

        page = open_context().new_page()
        page.goto(f"{named}/")
        frame = page.frame_locator("iframe")
        frame.locator(".open-times a").first.click()
        page.wait_for_url(re.compile(re.escape(site.url) + r"/book/.*day="))
        expect(page.locator("button.start:visible").first).to_be_visible()
