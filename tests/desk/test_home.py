"""The desk's first page: the day, and the questions that wait."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import resolve, reverse

from bookings.core.scheduling.statuses import Status
from bookings.models import Client, Fee, Mail, MailState
from tests.factories import (
    NOW,
    make_appointment,
    make_client,
    make_room,
    make_therapist,
    make_treatment,
    make_week,
)
from tests.page_forms import forms_of

DAY = "2026-12-03"
TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)


def visit(name="Ana Demo", starts_at=TEN, **fields):
    """Where it may stand: what stands elsewhere is listed on every day."""
    therapist = make_therapist()
    make_week(therapist)
    return make_appointment(
        starts_at=starts_at,
        treatment=make_treatment(therapists=[therapist]),
        therapist=therapist,
        room=make_room(),
        client=make_client(name),
        **fields,
    )


def text(response):
    return response.content.decode()


def test_the_day_lists_its_visits_in_order(desk):
    visit("Late Demo", TEN + timedelta(hours=2))
    visit("Early Demo")
    visit("Other Demo", TEN + timedelta(days=1))
    page = text(desk.get("/desk/", {"day": DAY}))
    assert page.index("Early Demo") < page.index("Late Demo")
    assert "Other Demo" not in page
    assert "10:00–11:00" in page


def test_a_summer_day_is_in_the_clinics_time(desk):
    visit(starts_at=datetime(2026, 6, 3, 10, tzinfo=UTC))
    assert "11:00–12:00" in text(desk.get("/desk/", {"day": "2026-06-03"}))


def test_a_hold_is_no_visit(desk):
    make_appointment(
        starts_at=TEN,
        treatment=make_treatment("Held thing"),
        therapist=make_therapist(),
        room=make_room(),
        status=Status.HELD,
        held_until=TEN,
    )
    assert "Held thing" not in text(desk.get("/desk/", {"day": DAY}))


@pytest.mark.parametrize("day", ["", "nonsense", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_a_day_that_is_none_shows_today(desk, day):
    assert desk.get("/desk/", {"day": day}).status_code == 200


def test_the_page_asks_as_many_questions_for_30_visits_as_for_1(
    desk, django_assert_max_num_queries, django_assert_num_queries
):
    visit()
    with django_assert_max_num_queries(40) as seen:
        desk.get("/desk/", {"day": DAY})
    for _ in range(29):
        visit()
    with django_assert_num_queries(len(seen)):
        desk.get("/desk/", {"day": DAY})


def booked_meanwhile(_visit):
    visit("New Demo")


def marked_meanwhile(visit):
    visit.become(Status.ARRIVED, by="desk", now=NOW)


def moved_meanwhile(visit):
    later = timedelta(hours=2)
    visit.starts_at, visit.ends_at = visit.starts_at + later, visit.ends_at + later
    visit.blocked_until += later
    visit.save()


def mail_failed_meanwhile(visit):
    Mail.objects.create(
        key="x", kind="confirmed", client=visit.client, state=MailState.FAILED, created_at=NOW,
        due_at=NOW, not_after=NOW,
    )  # fmt: skip


def renamed_meanwhile(visit):
    visit.client.name = "Other Demo"
    visit.client.save()


@pytest.mark.parametrize(
    "change",
    [booked_meanwhile, marked_meanwhile, moved_meanwhile, mail_failed_meanwhile, renamed_meanwhile],
)
def test_the_page_follows_what_is_done_elsewhere_and_is_one_question_while_nothing_is(
    desk, change, django_assert_num_queries
):
    there = visit()
    page = desk.get("/desk/", {"day": DAY})
    asked = {"day": DAY, "seen": page.context["stamp"]}
    with django_assert_num_queries(2):  # who it is, and whether it is as it was
        assert desk.get("/desk/follow/", asked).status_code == 204
    change(there)
    answer = desk.get("/desk/follow/", asked)
    assert answer.status_code == 200
    assert "<html" not in text(answer)
    anew = text(desk.get("/desk/", {"day": DAY}))
    assert visible(answer.content.decode()) in visible(anew)
    assert desk.get("/desk/follow/", {**asked, "seen": answer.context["stamp"]}).status_code == 204


def visible(page: str) -> str:
    """Without what is drawn for each page alone."""
    return re.sub(r'value="[^"]*"', "", page).strip()


def test_the_page_that_asks_by_itself_keeps_no_session_alive():
    for name, args in (
        ("desk:follow_home", []),
        ("diary:follow_appointment", [1]),
        ("therapists:follow_day", [date(2026, 12, 3)]),
    ):
        assert getattr(resolve(reverse(name, args=args)).func, "by_itself", False)


@pytest.fixture
def twins(desk):
    known = make_client("Ana Demo", email="both@example.com")
    other = make_client("Bo Demo", email="both@example.com", same_address_as=known)
    return known, other


def test_the_same_address_with_another_name_is_a_question(desk, twins):
    page = text(desk.get("/desk/"))
    assert "Same e-mail, different name" in page
    assert "Bo Demo" in page


def test_a_therapist_sees_the_day_and_no_question_that_is_the_desks_to_answer(kims, twins):
    page = text(kims.get("/desk/"))
    assert "Appointments" in page
    assert "Same e-mail, different name" not in page
    assert "merge" not in page


def test_two_people_stay_two(desk, twins):
    _, other = twins
    desk.post(f"/desk/clients/{other.pk}/two-people/")
    other.refresh_from_db()
    assert other.same_address_as is None
    assert "Bo Demo" not in text(desk.get("/desk/?day=2020-01-01")).partition("<section")[2]


def test_the_same_person_is_merged_after_a_preview(desk, twins):
    known, other = twins
    page = text(desk.get("/desk/"))
    preview = f"/desk/clients/{known.pk}/merge/{other.pk}/"
    assert f'href="{preview}"' in page
    assert "Bo Demo" in text(desk.get(preview))
    assert Client.objects.filter(pk=other.pk).exists()


def test_a_mail_that_failed_asks_for_a_look(desk):
    theirs = visit()
    Mail.objects.create(
        key="k",
        kind="confirmed",
        client=theirs.client,
        appointment=theirs,
        created_at=NOW,
        due_at=NOW,
        not_after=NOW,
        state=MailState.FAILED,
    )
    assert "Mails that need a look" in text(desk.get("/desk/"))


def test_of_a_health_hold_the_desk_sees_only_that_the_therapist_checks_it(desk):
    theirs = visit()
    assert "Health:" not in text(desk.get("/desk/", {"day": DAY}))
    Client.objects.filter(pk=theirs.client_id).update(health_hold=True)
    assert "Health: to be checked by the therapist" in text(desk.get("/desk/", {"day": DAY}))


def press(desk, page, action, **named):
    """The form of a row, sent as the browser would."""
    form = next(one for one in forms_of(page) if one.action == action)
    return desk.post(action, {**form.sent, **named}, follow=True)


@pytest.mark.fixed_clock("2026-12-02T09:00")
def test_who_is_late_has_a_row_whose_press_says_that_they_are_here(desk, at):
    theirs = visit("Late Demo", at(0, 8, 45))
    visit("Tomorrow Demo", at(1, 9))
    page = text(desk.get("/desk/"))
    due = page.partition('id="due"')[2].partition("</section>")[0]
    assert "Late Demo" in due
    assert "15\xa0minutes late" in due
    assert "Expected by 11:00" in due
    assert "Tomorrow Demo" not in due
    said = press(desk, page, f"/diary/appointments/{theirs.pk}/mark/", status="arrived")
    assert said.redirect_chain[-1][0] == "/desk/"
    assert 'id="due"' not in text(said)
    theirs.refresh_from_db()
    assert theirs.status == Status.ARRIVED


def test_nobody_is_forgotten_of_whom_nobody_has_said_whether_they_came(desk, at):
    visit("Forgotten Demo", at(-2, 10))
    assert "Nobody has said whether they came" in text(desk.get("/desk/"))


def test_what_is_unpaid_is_taken_from_its_row(desk, at):
    theirs = visit("Owing Demo", at(-1, 10), status=Status.COMPLETED)
    page = text(desk.get("/desk/"))
    assert "Card £60" in page
    said = press(desk, page, f"/diary/appointments/{theirs.pk}/pay/", method="card")
    assert "Owing Demo: £60, card, receipt 1." in text(said)
    assert 'id="unpaid"' not in text(said)


def test_what_is_unpaid_is_counted_though_not_all_of_it_is_listed(desk, at):
    for minutes in range(25):
        start = at(-1, 10) - timedelta(days=1, minutes=minutes)
        visit("Owing Demo", start, status=Status.COMPLETED)
    assert '<a href="#unpaid"><b>25</b>' in text(desk.get("/desk/"))


def test_a_fee_for_a_visit_that_was_to_come_is_unpaid_too(desk, at):
    theirs = visit("Owing Demo", at(1, 10), status=Status.CANCELLED)
    facts = {"amount": 30, "currency": "GBP", "rule": "Cancelled late", "by": "desk"}
    Fee.objects.create(appointment=theirs, at=NOW, **facts)
    assert '<a href="#unpaid"><b>1</b>' in text(desk.get("/desk/"))


def test_a_list_that_is_cut_off_says_so(desk, at):
    for hour in range(21):
        visit("Forgotten Demo", at(-2, 1) + timedelta(hours=hour))
    assert '<a href="#due"><b>20+</b>' in text(desk.get("/desk/"))


def test_who_is_not_told_is_told_from_their_row(desk, at):
    theirs = visit("Untold Demo", at(2, 10), not_told=True)
    page = text(desk.get("/desk/"))
    assert 'id="not-told"' in page
    said = press(desk, page, f"/diary/appointments/{theirs.pk}/tell/")
    assert "has been told by phone" in text(said)
    assert 'id="not-told"' not in text(said)
    assert not Mail.objects.exists()


def test_whom_no_mail_reaches_is_to_be_rung_until_somebody_has(desk, at):
    theirs = visit("Phone Demo", at(2, 10), revision=1)
    Client.objects.filter(pk=theirs.client_id).update(email="", phone="+44 7700 900123")
    page = text(desk.get("/desk/"))
    assert 'href="tel:+447700900123"' in page
    said = press(desk, page, f"/diary/appointments/{theirs.pk}/tell/", rung="yes")
    assert 'id="to-ring"' not in text(said)
    type(theirs).objects.filter(pk=theirs.pk).update(revision=2)
    assert 'id="to-ring"' in text(desk.get("/desk/"))


@pytest.mark.fixed_clock("2026-12-02T09:00")
def test_the_rest_of_todays_free_time_is_booked_from_its_row(desk, at):
    visit("Ana Demo", at(0, 12))
    free = text(desk.get("/desk/")).partition('id="free"')[2]
    assert "13:00–17:00" in free
    assert "/diary/new/?when=2026-12-02+13%3A00" in free


def test_the_worklist_asks_as_many_questions_for_30_rows_of_each_kind_as_for_1(
    desk, at, django_assert_max_num_queries, django_assert_num_queries
):
    def one_of_each():
        visit(starts_at=at(0, 8))
        visit(starts_at=at(-1, 10), status=Status.COMPLETED)
        visit(starts_at=at(1, 10), not_told=True)
        ring = visit(starts_at=at(1, 10), revision=1)
        Client.objects.filter(pk=ring.client_id).update(email="")

    one_of_each()
    with django_assert_max_num_queries(40) as seen:
        desk.get("/desk/")
    for _ in range(29):
        one_of_each()
    with django_assert_num_queries(len(seen)):
        desk.get("/desk/")


def test_pages_that_say_no_have_the_staffs_menu_and_lead_back_to_their_work(desk, kims):
    for browser, refused in ((desk, "/office/texts/"), (kims, "/desk/clients/")):
        for page in (browser.get("/diary/no-such-page/"), browser.get(refused)):
            assert "To the day’s list" in text(page)
            assert "data-menu" in text(page)
            assert "Our treatments" not in text(page)


def test_each_place_of_the_menu_is_open_to_whoever_sees_it(desk, kims):
    for browser in (desk, kims):
        menu = text(browser.get("/desk/")).partition("<nav")[2].partition("</nav>")[0]
        places = set(re.findall(r'href="([^"]+)"', menu))
        assert len(places) > 5
        assert {browser.get(one, follow=True).status_code for one in places} == {200}


def test_a_page_of_the_staffs_that_breaks_says_to_look_before_doing_it_again(desk, monkeypatch):
    desk.raise_request_exception = False
    monkeypatch.setattr("bookings.desk.home.desk_day", lambda *_, **__: 1 / 0)
    page = desk.get("/desk/")
    assert page.status_code == 500
    assert "Look whether it was done" in text(page)
