"""Slips at the desk that used to pass unnoticed, one by one."""

import codecs
from datetime import UTC, datetime

import pytest
from django.test import Client as Browser

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client
from tests.factories import make_appointment
from tests.reading import present

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


def test_the_second_desk_gets_its_note_back(desk, visit):
    url = f"/diary/appointments/{visit.pk}/note/"
    desk.post(url, {"seen": 0, "desk_note": "The first desk’s"})
    page = desk.post(url, {"seen": 0, "desk_note": "The second’s"}, follow=True).content.decode()
    assert "Your text was: “The second’s”" in page
    visit.refresh_from_db()
    assert visit.desk_note == "The first desk’s"


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
    assert "Your text was: “Another desk&#x27;s”" in page
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
