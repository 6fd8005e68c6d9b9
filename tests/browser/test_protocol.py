"""The protocol in a real browser: the owner changes it, runners read it."""

import pytest
from playwright.sync_api import expect

from tests.browser.logins import let_in, signed_in

pytestmark = pytest.mark.browser

DESK = "/desk/protocol/"


def test_an_owner_edits_a_phase_and_resets_it(open_context, for_everybody):
    page = signed_in(open_context().new_page(), "owner")
    page.locator("summary", has_text="More").click()
    page.get_by_role("link", name="Protocol", exact=True).click()
    page.get_by_role("link", name="Edit Base", exact=True).click()
    page.get_by_label("Days between sessions in a plan").fill("27")
    page.get_by_label("What we tell the runner").fill("Begin calmly.")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("alert")).to_contain_text("multiple of 7")
    expect(page.get_by_label("What we tell the runner")).to_have_value("Begin calmly.")
    page.get_by_label("Days between sessions in a plan").fill("28")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("status")).to_contain_text("Base: client message")
    runner = open_context().new_page()
    runner.goto("/protocol/")
    expect(runner.get_by_text("Begin calmly.")).to_be_visible()
    page.get_by_role("link", name="Reset to the default").click()
    expect(page.get_by_text("Begin calmly.")).to_be_visible()
    page.get_by_role("button", name="Reset to the default").click()
    expect(page.get_by_role("status")).to_contain_text("Reset to the default")
    page.get_by_role("listitem").get_by_role("link", name="Version").first.click()
    page.wait_for_load_state()
    for_everybody(page)
    runner.reload()
    expect(runner.get_by_text("Begin calmly.")).to_have_count(0)


def test_an_export_is_a_file_that_can_be_imported(open_context, tmp_path):
    page = let_in(open_context().new_page(), "owner")
    page.goto(DESK)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as a file").click()
    file = tmp_path / "protocol.yaml"
    download.value.save_as(file)
    file.write_text(file.read_text("utf-8").replace("standard: 21", "standard: 20"), "utf-8")
    page.get_by_role("link", name="Import a file").click()
    page.get_by_label("Protocol file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("alert")).to_contain_text("cadence_days.standard must be a multiple")


def test_the_pages_are_for_everybody_and_fit(page, for_everybody):
    let_in(page, "owner")
    paths = ("", "phases/build/", "sessions/training/", "versions/1/", "import/", "reset/")
    for path in ["/protocol/", *(f"{DESK}{path}" for path in paths)]:
        page.goto(path)
        for_everybody(page)
