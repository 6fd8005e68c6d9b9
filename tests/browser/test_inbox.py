"""The demo's inbox, where mail arrives by itself."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import journeys

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(browser, site) -> str:
    """Of somebody who has been sent a mail."""
    address = journeys.new_address()
    with browser.new_context(base_url=site.url) as theirs:
        journeys.book(theirs.new_page(), address)
    site.inbox.wait_for(address)
    return address


def test_a_mail_arrives_by_itself_and_its_links_work_in_the_frame(open_context):
    reader = open_context().new_page()
    reader.goto("/demo/inbox/")
    address = journeys.new_address()
    journeys.book(open_context().new_page(), address)
    mail = reader.locator(".letters a").filter(has_text=address)
    expect(mail).to_be_visible()
    mail.click()
    framed = reader.frame_locator("iframe.mail")
    framed.get_by_role("link", name="appointment").first.click()
    expect(reader.get_by_role("heading", name="Your appointment")).to_be_visible()


@pytest.mark.usefixtures("address")
def test_the_list_refreshes_without_taking_the_focus(open_context):
    reader = open_context().new_page()
    reader.goto("/demo/inbox/")
    newest = reader.locator(".letters a").first
    expect(newest).to_be_visible()
    newest.focus()
    for _ in range(2):  # The first is in the page when the second comes.
        with reader.expect_response("**/demo/inbox/"):
            pass
    expect(reader.locator(".letters a:focus")).to_have_count(1)


def test_the_inbox_works_without_javascript(open_context, address):
    reader = open_context(java_script_enabled=False).new_page()
    reader.goto("/demo/inbox/")
    reader.locator(".letters a").filter(has_text=address).click()
    expect(reader.locator("iframe.mail")).to_be_visible()
    with reader.expect_download() as download:
        reader.get_by_role("link", name=".ics").first.click()
    assert download.value.suggested_filename.endswith(".ics")


def test_the_inbox_is_for_everybody_and_fits(page, address, for_everybody):
    page.goto("/demo/inbox/")
    for_everybody(page, read_at=[1440])
    page.locator(".letters a").filter(has_text=address).click()
    page.wait_for_url(re.compile("/demo/inbox/.+"))
    for_everybody(page, read_at=[1440])
