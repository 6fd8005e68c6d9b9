"""Slips at the desk that used to pass unnoticed, one by one."""

import codecs
from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client as Browser

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, User
from tests.factories import make_appointment, make_user
from tests.reading import first_match, present

pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")
TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)


@pytest.fixture
def visit(massage, kim, room):
    return make_appointment(starts_at=TEN, treatment=massage, therapist=kim, room=room)


@pytest.fixture
def call(desk, massage):
    def _call(who, **chosen):
        typed = {"who": who, "treatment": massage.pk, "when": "thursday 10:00", "tell": "no"}
        shown = {"who_shown": who, "when_shown": f"{massage.pk}||thursday 10:00"}
        return desk.post("/diary/new/", {**typed, **shown, **chosen})

    return _call


@pytest.mark.parametrize("slip", ["vera@example", "vera@", "@example.com", "ve ra@x"])
def test_a_malformed_address_never_becomes_part_of_a_name(call, slip):
    answer = call(f"Vera New 07700 900999 {slip}", client="new")
    assert answer.status_code == 422
    assert "is no e-mail address" in answer.content.decode()
    assert not Client.objects.exists()


def test_somebodys_exact_phone_number_is_noticed_before_anybody_new_is_written_down(call, ana):
    page = call("Vera New 07700 900123")
    assert page.status_code == 422
    assert "Somebody has this phone number already" in page.content.decode()
    assert "Ana Demo" in page.content.decode()
    call("Vera New 07700 900123", client="new")  # of one family
    assert present(Appointment.objects.get().client).name == "Vera New"


def typed_note(page: str) -> str:
    """What stands in its box."""
    return unescape(first_match(r'(?s)id="desk-note"[^>]*>(.*?)</textarea>', page)[1].strip("\n"))


def came_from(page: str) -> dict[str, str]:
    return {"referer": f"http://testserver{page}"}


def test_the_second_desk_gets_its_note_back(desk, visit):
    url = f"/diary/appointments/{visit.pk}/note/"
    desk.post(url, {"seen": 0, "desk_note": "The first desk’s"})
    page = desk.post(url, {"seen": 0, "desk_note": "The second’s"}, follow=True).content.decode()
    assert "The note is now: “The first desk’s”" in page
    assert typed_note(page) == "The second’s"
    visit.refresh_from_db()
    assert visit.desk_note == "The first desk’s"
    knowingly = {"seen": desk.get(url[:-5]).context["seen"], "desk_note": "The second’s"}
    desk.post(url, knowingly)
    assert typed_note(desk.get(url[:-5]).content.decode()) == "The second’s"


def test_a_note_that_is_too_long_stands_in_its_box_once(desk, visit):
    url = f"/diary/appointments/{visit.pk}/"
    page = desk.post(f"{url}note/", {"desk_note": "x" * 501}, follow=True).content.decode()
    assert "A note has 500 letters at most." in page
    assert typed_note(page) == "x" * 501
    assert typed_note(desk.get(url).content.decode()) == ""


def test_a_new_line_is_one_letter_of_a_note_as_it_is_in_its_box(desk, visit):
    text = "\n".join(["a" * 24] * 20)  # 499 letters; a browser sends a new line as two
    sent = {"seen": 0, "desk_note": text.replace("\n", "\r\n")}
    desk.post(f"/diary/appointments/{visit.pk}/note/", sent)
    visit.refresh_from_db()
    assert visit.desk_note == text


def test_a_note_sent_after_the_login_has_ended_stands_in_its_box_for_the_same_person(desk, visit):
    url = f"/diary/appointments/{visit.pk}/"
    door_pass = first_match(r'name="left_call" value="([^"]+)"', desk.get(url).text)[1]
    whose = User.objects.get(email="desk@example.com")
    desk.post("/accounts/logout/")
    sent = {"desk_note": "Rings twice", "left_call": door_pass}
    assert "/accounts/login/" in desk.post(f"{url}note/", sent, headers=came_from(url)).url
    desk.force_login(whose)
    page = desk.get(url).text
    assert "The note you typed stands in its box. It is not saved yet." in page
    assert typed_note(page) == "Rings twice"
    assert typed_note(desk.get(url).text) == ""
    desk.post("/accounts/logout/")
    desk.post(f"{url}note/", sent, headers=came_from(url))
    desk.force_login(make_user("other@example.com", role=Role.DESK))
    assert typed_note(desk.get(url).text) == ""


def test_a_note_is_kept_whatever_else_has_become_of_the_visit_meanwhile(desk, visit, clock):
    clock.move_to(TEN)
    url, seen = f"/diary/appointments/{visit.pk}/", 0
    for path, facts in (("late", {"minutes": "10"}), ("mark", {"status": "arrived"})):
        desk.post(f"{url}{path}/", {"seen": seen, **facts})
        seen = desk.get(url).context["seen"]
    page = desk.post(f"{url}note/", {"seen": 0, "desk_note": "Rings twice"}, follow=True)
    assert "The note is kept." in page.content.decode()
    visit.refresh_from_db()
    assert (visit.status, visit.desk_note) == (Status.ARRIVED, "Rings twice")


def test_a_note_not_saved_yet_goes_along_with_what_else_is_pressed(desk, visit, clock):
    clock.move_to(TEN)
    url = f"/diary/appointments/{visit.pk}/"
    facts = {"seen": 0, "status": "arrived", "typed_note": "Rings twice"}
    page = desk.post(f"{url}mark/", facts, follow=True)
    assert "The note is kept." in page.content.decode()
    visit.refresh_from_db()
    assert (visit.status, visit.desk_note) == (Status.ARRIVED, "Rings twice")
    late = {"seen": 0, "minutes": "10", "typed_note": "Another desk's"}
    page = desk.post(f"{url}late/", late, follow=True).content.decode()
    assert typed_note(page) == "Another desk's"
    visit.refresh_from_db()
    assert visit.desk_note == "Rings twice"


def test_whoever_has_to_sign_in_again_comes_back_to_the_page_of_the_form(visit):
    url, browser = f"/diary/appointments/{visit.pk}/", Browser()
    for referer, there in (
        (f"http://testserver{url}?x=1", f"?next={url}%3Fx%3D1"),
        ("http://elsewhere.example/", f"?next={url}note/"),
        ("http://testserver//evil.example/", f"?next={url}note/"),
        ("", f"?next={url}note/"),
    ):
        answer = browser.post(f"{url}note/", {"desk_note": "x"}, headers={"referer": referer})
        assert answer["Location"] == f"/accounts/login/{there}"
    assert browser.get(url)["Location"] == f"/accounts/login/?next={url}"


def test_the_page_of_a_visit_follows_what_is_done_elsewhere(
    desk, visit, clock, django_assert_num_queries
):
    clock.move_to(TEN)
    url = f"/diary/appointments/{visit.pk}/"
    page = desk.get(url)
    with django_assert_num_queries(2):  # who it is, and whether it is as it was
        assert desk.get(f"{url}follow/", {"seen": page.context["stamp"]}).status_code == 204
    desk.post(f"{url}mark/", {"seen": page.context["seen"], "status": "arrived"})
    anew = desk.get(f"{url}follow/", {"seen": page.context["stamp"]})
    assert "<html" not in anew.content.decode()
    assert f'data-seen="{anew.context["seen"]}"' in anew.content.decode()
    assert anew.context["seen"] > page.context["seen"]
    assert "<h1" in anew.content.decode()  # as on the page, and not as in the panel


def test_takings_open_in_excel_with_their_letters(desk, visit):
    file = desk.get("/diary/2026-12-01/takings.csv").content
    assert file.startswith(codecs.BOM_UTF8)
    assert not file[3:].startswith(codecs.BOM_UTF8)


def test_what_is_free_near_a_visit_is_never_where_it_stands(desk, visit):
    page = desk.get(f"/diary/appointments/{visit.pk}/move/")
    assert page.context["nearest"]
    assert TEN not in [one.starts_at for one in page.context["nearest"]]


def test_a_sum_that_is_owed_to_the_client_is_said_so(desk, visit, kim):
    fact = {"therapist": kim, "what": "Massage", "currency": "GBP", "at": TEN, "by": "desk: 1"}
    visit.payments.create(method="card", amount=60, number=1, key="k", **fact)
    Appointment.objects.filter(pk=visit.pk).update(status="cancelled")
    page = desk.get(f"/diary/appointments/{visit.pk}/").content.decode()
    assert "To give back" in page
    assert "£-60" not in page
