"""A list of clients comes out of Cliniko, in a real browser, and is taken back."""

import pytest
from playwright.sync_api import expect

from tests.browser.logins import let_in
from tests.lists import as_csv

pytestmark = pytest.mark.browser

NAMES = ["Patient Id", "First name", "Last name", "Email", "Medical alerts", "Practitioner",
         "Appointment type", "Start time", "Reminder type"]  # fmt: skip


def test_from_a_file_of_cliniko_to_an_import_that_is_undone(open_context, for_everybody, tmp_path):
    rows = [[n, f"List{n}", "Demo", f"list{n}@example.com", "Knee", "", "", "", "SMS"]
            for n in range(1, 30)]  # fmt: skip
    rows[3][3] = "nowhere"
    rows[5][5:8] = ["Nobody Here", "Deep 60", "03/04/2031 10:00"]
    file = tmp_path / "patients.csv"
    file.write_text(as_csv(NAMES, rows, separator=";"), encoding="utf-16")
    owner = let_in(open_context().new_page(), "owner")
    owner.goto("/office/")
    owner.get_by_role("link", name="Import clients").click()
    for_everybody(owner, read_at=[390])
    owner.get_by_label("CSV file or workbook").set_input_files(file)
    owner.get_by_role("button", name="Read the file").click()
    expect(owner.get_by_label("First name")).to_have_value("first_name")
    expect(owner.get_by_text("May be about health, which is never imported")).to_be_visible()
    for_everybody(owner)
    owner.get_by_role("button", name="Check every row").click()
    expect(owner.get_by_role("alert")).to_contain_text("“03/04/2031 10:00” may be two different")
    owner.get_by_label("Day first, as in 31/12/2026").check()
    owner.get_by_role("button", name="Check every row").click()
    expect(owner.get_by_role("heading", level=1)).to_contain_text("Checked, nothing imported yet")
    expect(owner.get_by_text("New clients: 28. New appointments: 0.")).to_be_visible()
    expect(owner.get_by_role("row").filter(has_text="nowhere")).to_contain_text(
        "Cannot be imported"
    )
    for_everybody(owner, read_at=[1440])
    owner.get_by_role("button", name="Import what can be of 29 rows").click()
    expect(owner.get_by_role("heading", level=1)).to_contain_text("Imported: patients.csv")
    owner.get_by_role("link", name="List6 Demo").click()
    expect(owner.get_by_role("heading", level=1)).to_contain_text("List6 Demo")
    owner.go_back()
    owner.locator("summary", has_text="Undo this import").click()
    owner.get_by_role("button", name="Undo the whole import").click()
    expect(owner.get_by_text("Nothing of it is left.")).to_be_visible()
