"""The places of the office: each is somewhere in the menu, and every page says where it is."""

import pytest
from django.urls import reverse

from bookings.office import urls
from bookings.templatetags.office_menu import GROUPS
from tests.reading import first_match

# What is only pressed, or shown within another page; the reports have a frame of their own, and the
# forecast has the desk's.
NO_PAGES = {
    "test_mail", "mail_tried", "text_tried", "move_treatment", "take_room_back", "invite_again",
    "withdraw_invitation", "stay", "come_back", "move_therapist", "start_import", "undo_import",
    "drop_import", "import_rows", "remind_import", "test_mail_arrived", "try_second_way",
    "archive_race", "remove_own_calendar",
}  # fmt: skip


def test_every_page_of_the_office_has_its_place_in_the_menu():
    known = {
        view
        for _group, entries in GROUPS
        for leads_to, (_name, behind) in entries.items()
        for view in (leads_to, *behind)
    }
    routes = [route.name or "" for route in urls.urlpatterns]
    names = [name for name in routes if not name.startswith(("report", "forecast"))]
    pages = {f"office:{name}" for name in names if name not in NO_PAGES}
    assert pages <= known, pages - known


@pytest.mark.parametrize(
    ("view", "name"),
    [("office:checklist", "First steps"), ("office:new_room", "Rooms"), ("office:prices", "Treat")],
)
def test_the_menu_of_a_phone_names_where_one_is(office, clinic, view, name):
    text = office.get(reverse(view)).text
    summary = first_match(r"(?s)office-menu..<summary>(.*?)</summary>", text)[1]
    assert name in summary
