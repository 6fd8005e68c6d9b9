"""Ill today, closed tomorrow, gone for good: who is booked is settled together, or stays listed."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from bookings.mail.contents import SUBJECTS
from bookings.mail.offer_context import OfferLetter
from bookings.models import Absence, Appointment, Client, Clinic, Mail, MailKind, MailState
from tests import factories
from tests.page_forms import forms_of
from tests.reading import present

PAGE = "/diary/stranded/"
pytestmark = pytest.mark.fixed_clock("2026-12-02T08:30")


@pytest.fixture
def lee(lee, massage):
    factories.make_week(lee)
    massage.therapists.add(lee)
    return lee


@pytest.fixture
def second_room(clinic):
    return factories.make_room("Room 2")


@pytest.fixture
def seven(at, massage, kim, room):
    """Kim's visits of today, from nine to four."""
    return [
        factories.make_appointment(
            starts_at=at(0, hour),
            treatment=massage,
            therapist=kim,
            room=room,
            client=factories.make_client(f"Client {hour}", phone=f"+44 7700 9001{hour:02}"),
        )
        for hour in range(9, 16)
    ]


def ill(desk, therapist, when="today"):
    sent = {"absent": therapist.pk if therapist else "clinic", "when": when, "reason": "Ill"}
    return desk.post(f"{PAGE}away/", sent, follow=True)


def the_form(page):
    return next(one for one in forms_of(page.text) if "note" in one.sent)


def pressed(desk, page, visits, **button):
    """What a browser sends of the page with these ticked."""
    sent = {**the_form(page).sent, "visit": [one.pk for one in visits], **button}
    sent = {name: value for name, value in sent.items() if name not in {"do", "one"} - {*button}}
    return desk.post(page.redirect_chain[-1][0] if page.redirect_chain else PAGE, sent, follow=True)


def test_one_press_puts_the_absence_in_the_diary_and_lists_everybody_in_it(desk, kim, seven):
    page = ill(desk, kim)
    assert Absence.objects.get().therapist == kim
    assert "7 visits to settle" in page.text
    assert 'href="tel:+447700900109"' in page.text


def test_ticked_are_those_who_can_come_on_the_same_day(desk, kim, massage, second_room, seven):
    page = ill(desk, kim)
    assert not any(f'value="{one.pk}" checked' in page.text for one in seven)
    url = page.redirect_chain[-1][0]
    assert all(f'value="{one.pk}" checked' in desk.get(f"{url}&tick=all").text for one in seven)
    lee = factories.make_therapist("Lee Demo")
    factories.make_week(lee)
    massage.therapists.add(lee)
    assert all(f'value="{one.pk}" checked' in desk.get(url).text for one in seven)


def test_colleagues_who_are_free_at_the_same_hour_are_proposed_first(
    desk, kim, lee, second_room, seven
):
    page = ill(desk, kim)
    assert page.text.count("same hour") == 7
    said = pressed(desk, page, seven, do="move")
    assert "7 visits are moved; the mails about them go in three minutes." in said.text
    assert "Nobody is left to settle." in said.text
    for one in seven:
        before = one.starts_at
        one.refresh_from_db()
        assert (one.therapist, one.starts_at) == (lee, before)
    assert Mail.objects.filter(kind=MailKind.MOVED).count() == 7


@pytest.mark.parametrize("do", ["move", "cancel"])
def test_whom_no_mail_reaches_is_named_to_be_rung(desk, kim, lee, second_room, seven, do):
    Client.objects.filter(pk=seven[0].client_id).update(email="")
    said = pressed(desk, ill(desk, kim), seven[:2], do=do)
    assert "No mail reaches Client 9: please ring them." in said.text


def test_no_two_are_proposed_the_same_place(desk, at, kim, lee, massage, second_room, seven):
    mei = factories.make_therapist("Mei Demo")
    factories.make_week(mei)
    massage.therapists.add(mei)
    twin = factories.make_appointment(
        starts_at=at(0, 9), treatment=massage, therapist=mei, room=second_room
    )
    ill(desk, kim)
    ill(desk, mei)
    page = desk.get(PAGE, follow=True)
    rows = page.context["rows"]
    assert len(rows) == 8
    assert len({row.best for row in rows}) == 8
    said = pressed(desk, page, [*seven, twin], do="move")
    assert "stays on the list" not in said.text
    assert "8 visits are moved" in said.text


def test_a_place_that_is_taken_meanwhile_leaves_its_row_with_the_reason(
    desk, at, kim, lee, massage, second_room, seven
):
    page = ill(desk, kim)
    factories.make_appointment(
        starts_at=at(0, 9), treatment=massage, therapist=lee, room=second_room
    )
    said = pressed(desk, page, seven, do="move")
    assert "6 visits are moved" in said.text
    assert "Client 9 stays on the list:" in said.text
    assert "1 visit to settle" in said.text


def test_no_two_are_offered_the_same_place_not_even_as_another_choice(
    desk, kim, lee, second_room, seven
):
    page = ill(desk, kim)
    offered = [place for row in page.context["rows"] for place in row.places]
    assert len(offered) > len(seven)
    assert len(offered) == len(set(offered))


def test_the_same_press_sent_twice_moves_once(desk, kim, lee, second_room, seven):
    page = ill(desk, kim)
    pressed(desk, page, seven, do="move")
    pressed(desk, page, seven, do="move")
    assert set(Appointment.objects.values_list("revision", flat=True)) == {1}


def test_the_rest_is_cancelled_together_with_a_line_and_without_a_fee(desk, kim, seven):
    page = ill(desk, kim)
    said = pressed(desk, page, seven[:3], do="cancel", note="Kim is not in, we are sorry.")
    assert "3 visits are cancelled without a fee" in said.text
    assert "4 visits to settle" in said.text
    gone = Appointment.objects.filter(status=Status.CANCELLED)
    assert gone.count() == 3
    assert not any(one.fees.exists() for one in gone)
    assert set(Mail.objects.values_list("note", flat=True)) == {"Kim is not in, we are sorry."}


def test_one_alone_is_moved_where_was_chosen(desk, kim, lee, second_room, seven):
    page = ill(desk, kim)
    row = page.context["rows"][0]
    later = next(place for place in row.later if place.therapist == kim)
    pk = row.visit.pk
    sent = {**the_form(page).sent, f"to-{pk}": later.value}
    said = pressed(desk, page, [], one=pk, **{f"to-{pk}": sent[f"to-{pk}"]})
    assert "1 visit is moved; the mail about it goes in three minutes." in said.text
    moved = Appointment.objects.get(pk=pk)
    assert (moved.starts_at, moved.therapist) == (later.start, kim)
    assert "6 visits to settle" in said.text


def test_nobody_is_forgotten(desk, kim, seven):
    """What is left undone is on the desk's page, and marked in the diary."""
    ill(desk, kim)
    assert "Settle them together" in desk.get("/desk/").text
    drawn = desk.get("/diary/2026-12-02/feed/").json()
    assert all("Away then: to be moved" in one["flags"] for one in drawn["visits"])


def test_a_closure_strands_everybodys_visits(desk, kim, lee, at, massage, second_room):
    factories.make_appointment(
        starts_at=at(1, 10), treatment=massage, therapist=lee, room=second_room
    )
    page = ill(desk, None, "tomorrow")
    assert "The clinic is closed" in page.text
    assert "1 visit to settle" in page.text
    assert "No colleague is free at that hour." in page.text


def test_nobody_is_away_unless_somebody_was_chosen(desk, kim, seven):
    page = desk.post(f"{PAGE}away/", {"absent": "", "when": "today"}, follow=True)
    assert "Please say who is away, and when." in page.text
    assert not Absence.objects.exists()


def test_the_visits_of_a_therapist_who_has_left_are_settled_together(
    desk, kim, lee, second_room, seven
):
    kim.active = False
    kim.save()
    page = desk.get(PAGE, {"therapist": kim.pk}, follow=True)
    assert "7 visits to settle" in page.text
    said = pressed(desk, page, seven, do="move")
    assert "7 visits are moved" in said.text


def test_doing_it_all_the_same_leads_to_the_list(desk, kim, seven):
    url = "/diary/blocks/off/new/"
    sent = {"therapist": kim.pk, "first": "2026-12-02", "reason": "Ill"}
    asked = desk.post(url, sent)
    accepted = asked.context["impact"].digest
    assert "7 visits to settle" in desk.post(url, {**sent, "accepted": accepted}, follow=True).text


@pytest.mark.parametrize(
    "sent", [{}, {"visit": "x"}, {"visit": "999999999"}, {"one": "²"}, {"note": "x" * 301}]
)
def test_bad_input_is_told_and_changes_nothing(desk, kim, seven, sent):
    ill(desk, kim)
    page = desk.post(PAGE, sent, follow=True)
    assert page.status_code == 200
    assert "note-danger" in page.text
    assert set(Appointment.objects.values_list("revision", flat=True)) == {0}


@pytest.mark.parametrize("place", ["", "x", "2026-12-02 1", "2026-12-02T10:00:00 1", "9999 999"])
def test_a_place_that_is_none_is_refused(desk, kim, seven, place):
    ill(desk, kim)
    sent = {"one": seven[0].pk, f"to-{seven[0].pk}": place}
    assert "Please choose one of the free times." in desk.post(PAGE, sent, follow=True).text


def test_the_list_asks_as_many_questions_for_7_as_for_1(desk, kim, lee, second_room, seven):
    def cost():
        with CaptureQueriesContext(connection) as data:
            assert "to settle" in desk.get(PAGE).text
        return len(data)

    ill(desk, kim)
    seven_cost = cost()
    Appointment.objects.exclude(pk=seven[0].pk).update(status=Status.CANCELLED)
    assert cost() == seven_cost <= 30


def test_times_offered_by_mail_hold_nothing_and_one_press_takes_one(
    desk, client, kim, lee, second_room, seven, at
):
    """Also on the very day, when runners may move nothing else any more."""
    page = ill(desk, kim)
    said = pressed(desk, page, seven[2:3], do="offer", note="Kim is ill.")
    assert "The mail that offers 1 client other times goes in three minutes." in said.text
    assert "Times offered by mail" in said.text
    assert "7 visits to settle" in said.text
    pressed(desk, page, seven[2:3], do="offer")
    offer = Mail.objects.get(kind=MailKind.OFFER)
    assert SUBJECTS[offer.kind].why_not(offer) is None
    letter = OfferLetter(offer, Clinic.objects.the(), timezone.now(), offer.visit)
    assert len(letter.times) == 3
    assert not Appointment.objects.filter(status=Status.HELD).exists()
    runner = Browser()
    address = urlsplit(letter.times[0].url)
    confirm = runner.get(f"{address.path}?{address.query}")
    form = next(one for one in forms_of(confirm.text) if one.method == "post")
    runner.post(address.path, form.sent)
    moved = Appointment.objects.get(pk=seven[2].pk)
    assert (moved.revision, moved.therapist) == (1, lee)
    assert "6 visits to settle" in desk.get(PAGE).text


def test_an_offer_does_not_go_once_the_visit_can_stay(desk, kim, seven):
    pressed(desk, ill(desk, kim), seven[:1], do="offer")
    Absence.objects.all().delete()
    offer = Mail.objects.get(kind=MailKind.OFFER)
    assert present(SUBJECTS[offer.kind].why_not(offer))[0] == MailState.CANCELLED


def test_whoever_has_no_address_is_not_offered_times_by_mail(desk, kim, seven):
    Client.objects.filter(pk=seven[0].client_id).update(email="")
    said = pressed(desk, ill(desk, kim), seven[:1], do="offer")
    assert "There is no e-mail address: please ring them." in said.text


def rows_settled(page):
    return {str(one.visit.client): one for one in page.context["settled"]}


def test_after_the_press_the_page_says_where_each_went_and_who_knows_of_it(
    desk, clock, kim, lee, second_room, seven
):
    Client.objects.filter(pk=seven[1].client_id).update(email="")
    page = pressed(desk, ill(desk, kim), seven[:2], do="move")
    page = pressed(desk, page, seven[2:3], do="cancel")
    told, silent, cancelled = rows_settled(page).values()
    assert "Wed 2 Dec 2026, 09:00</b> with <bdi>Lee Demo</bdi>" in page.text
    assert "Kim Demo → Lee Demo" in told.words
    assert (told.mail_waits, silent.mail_waits, cancelled.mail_waits) == (True, False, True)
    assert "Mail goes at 08:33" in page.text
    assert "Not told: no e-mail" in page.text
    assert not any(one.may_be_undone for one in (told, silent, cancelled)), "Kim is away then"
    Mail.objects.filter(kind=MailKind.MOVED).update(state=MailState.SENT, sent_at=timezone.now())
    again = desk.get(page.redirect_chain[-1][0])
    assert "Told by mail at 08:30" in again.text
    Absence.objects.all().delete()
    url = page.redirect_chain[-1][0]
    assert [one.may_be_undone for one in rows_settled(desk.get(url)).values()] == [True] * 3
    clock.move_to(timezone.now() + timedelta(minutes=4))
    later = [one.may_be_undone for one in rows_settled(desk.get(url)).values()]
    assert later == [True, True, False]


@pytest.mark.parametrize("do", ["move", "cancel"])
def test_what_was_settled_is_undone_from_the_list_and_stands_on_it_again(
    desk, kim, lee, second_room, seven, do
):
    page = pressed(desk, ill(desk, kim), seven[:2], do=do)
    Absence.objects.update(starts_at=seven[2].starts_at)
    page = desk.get(page.redirect_chain[-1][0])
    undo = next(one for one in forms_of(page.text) if one.action.endswith(f"{seven[0].pk}/undo/"))
    back = desk.post(undo.action, undo.sent, follow=True)
    assert urlsplit(back.redirect_chain[-1][0]).path == PAGE
    seven[0].refresh_from_db()
    assert (seven[0].status, seven[0].therapist) == (Status.BOOKED, kim)
    there = rows_settled(back)["Client 9"]
    assert there.may_be_undone == (do == "move"), "a move back is one more move"
    assert ("taken back" in there.words) == (do == "cancel")


def test_whoever_is_named_in_the_address_and_was_not_settled_is_not_listed(desk, seven, kim):
    ill(desk, kim)
    page = desk.get(f"{PAGE}?settled={seven[0].pk}&settled=x&settled=999999999999999999999")
    assert page.status_code == 200
    assert page.context["settled"] == []


def test_what_was_settled_asks_as_many_questions_for_7_as_for_1(desk, kim, lee, second_room, seven):
    page = pressed(desk, ill(desk, kim), seven, do="move")
    asked = {}
    for number in (1, 7):
        those = "&".join(f"settled={one.pk}" for one in seven[:number])
        with CaptureQueriesContext(connection) as data:
            assert len(desk.get(f"{PAGE}?{those}").context["settled"]) == number
        asked[number] = len(data)
    assert asked[1] == asked[7], page
