"""What follows a visit, and running late: from Today, by one press each."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from bookings.mail.compose import compose
from bookings.models import Appointment, Client, Mail, MailKind, MailState, Payment
from bookings.models.mail.kinds import UNFINISHED
from bookings.queries.training.book_again import WEEKS
from tests import factories
from tests.reading import part_of, present
from therapists.models import NoteVersion

pytestmark = pytest.mark.fixed_clock("2026-12-02T12:30")  # noon has begun


def text(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def done(visit, ana):
    return visit(status=Status.COMPLETED)


@pytest.fixture
def ask(kims):
    def _ask(url, **typed):
        return text(kims.post(f"/today/{url}/", typed, follow=True))

    return _ask


def buttons(page, name):
    return re.findall(rf'name="{name}" value="([^"]+)"', page)


def again(kims, done):
    """The times offered, as the page says them."""
    page = text(kims.get(f"/today/2026-12-02/?visit={done.pk}"))
    return buttons(page, "start")


def test_whoever_is_next_can_be_rung(kims, visit):
    visit()
    assert 'href="tel:07700900123"' in text(kims.get("/today/"))


def test_what_is_left_is_taken_by_one_press_and_only_once(ask, done):
    for _ in range(2):
        page = ask(f"visits/{done.pk}/pay", method="card", key="a" * 32)
    assert Payment.objects.get().amount == done.price
    assert "to pay" not in page


def test_what_is_just_done_keeps_its_note_its_brief_and_its_way_back(kims, visit):
    now = visit(status=Status.ARRIVED)
    page = text(kims.post(f"/today/visits/{now.pk}/mark/", {"status": "completed"}, follow=True))
    card = page.partition("Just done")[2].partition("The day</h2>")[0]
    for link in (f"/visits/{now.pk}/note/", f"/visits/{now.pk}/"):
        assert f'href="{link}"' in card
    assert buttons(card, "status") == ["undo"]


@pytest.mark.parametrize("typed", [{"method": "waived", "key": "a" * 32}, {"method": "card"}, {}])
def test_what_is_no_way_to_pay_takes_nothing(ask, done, typed):
    ask(f"visits/{done.pk}/pay", **typed)
    assert not Payment.objects.exists()


def test_a_visit_that_has_not_begun_asks_for_no_money(kims, visit, noon):
    later = visit(noon + timedelta(hours=2))
    assert "to pay" not in text(kims.get(f"/today/2026-12-02/?visit={later.pk}"))


def test_a_colleagues_visit_is_nobody_elses_to_check_out(lees, done):
    for url in ("pay", "again", "unbook"):
        assert lees.post(f"/today/visits/{done.pk}/{url}/").status_code == 404


def test_booked_again_in_four_weeks_at_the_same_hour_without_a_race_or_a_habit(
    ask, kims, done, noon
):
    offered = again(kims, done)
    assert (noon + timedelta(weeks=4)).isoformat() in offered
    page = ask(f"visits/{done.pk}/again", start=offered[0], key="a" * 32)
    ask(f"visits/{done.pk}/again", start=offered[0], key="a" * 32)
    booked = Appointment.objects.get(starts_at=offered[0])
    assert (booked.client, booked.therapist) == (done.client, done.therapist)
    assert "Next time" in page
    mail = Mail.objects.get(appointment=booked, kind=MailKind.CONFIRMED)
    assert mail.due_at >= present(booked.booked_at) + timedelta(minutes=3)


def test_the_times_are_on_different_days_for_who_cannot_come_on_one(kims, done, noon):
    days = [start[:10] for start in again(kims, done)]
    assert len(days) == len(set(days)) == 3
    assert (noon + timedelta(weeks=4)).isoformat()[:10] in days


def test_of_a_single_free_day_other_hours_are_offered(kims, kim, done, noon):
    kim.shifts.all().delete()
    far = noon + timedelta(weeks=4)
    kim.extra_shifts.create(day=far.date(), start=time(9), end=time(15))
    offered = again(kims, done)
    assert offered == [(far + timedelta(hours=hours)).isoformat() for hours in (-1, 0, 1)]


@pytest.mark.parametrize("weeks", WEEKS)
def test_another_pause_is_two_presses_away_and_booked_as_offered(weeks, ask, kims, done, noon):
    page = text(kims.get(f"/today/2026-12-02/?visit={done.pk}"))
    assert f"?visit={done.pk}&amp;weeks={weeks}#checkout" in page
    offered = buttons(text(kims.get(f"/today/2026-12-02/?visit={done.pk}&weeks={weeks}")), "start")
    then = (noon + timedelta(weeks=weeks)).isoformat()
    assert then in offered
    ask(f"visits/{done.pk}/again", start=then, weeks=weeks, key="a" * 32)
    assert Appointment.objects.filter(starts_at=then, client=done.client).exists()


@pytest.mark.parametrize("weeks", ["5", "-1", "x", "99999999999999999999"])
def test_a_pause_that_is_not_offered_is_the_usual_one(weeks, kims, done):
    page = text(kims.get(f"/today/2026-12-02/?visit={done.pk}", {"weeks": weeks, "visit": done.pk}))
    assert buttons(page, "start") == again(kims, done)


def test_whoever_comes_every_fortnight_is_offered_a_fortnight(kims, earlier, done, noon):
    for days in (14, 28):
        earlier(days)
    assert (noon + timedelta(weeks=2)).isoformat() in again(kims, done)


def test_with_a_race_the_plans_next_session_is_offered_in_its_window(kims, ana, done, today):
    factories.make_race(ana, race_date=today + timedelta(weeks=7))
    page = text(kims.get(f"/today/2026-12-02/?visit={done.pk}"))
    assert re.search(r"Book again: <b>[^<]+</b>", page)
    assert again(kims, done)


def test_a_time_that_was_not_offered_is_not_booked(ask, done, noon):
    for start in ("", "nonsense", (noon + timedelta(days=9, minutes=7)).isoformat()):
        assert "has just been taken" in ask(f"visits/{done.pk}/again", start=start, key="a" * 32)
    assert Appointment.objects.count() == 1


def test_a_booking_is_taken_back_at_once_and_nobody_is_told(ask, kims, done):
    ask(f"visits/{done.pk}/again", start=again(kims, done)[0], key="a" * 32)
    booked = Appointment.objects.latest("pk")
    page = ask(f"visits/{booked.pk}/unbook", visit=done.pk)
    booked.refresh_from_db()
    assert booked.status == Status.CANCELLED
    assert "Taken back" in page
    assert not Mail.objects.filter(appointment=booked, kind=MailKind.CANCELLED).exists()
    assert not Mail.objects.filter(appointment=booked, state__in=UNFINISHED).exists()


def test_what_somebody_else_booked_or_what_is_older_is_not_taken_back_here(
    ask, kims, visit, done, noon, clock
):
    theirs = visit(noon + timedelta(days=20))
    assert "too late to undo" in ask(f"visits/{theirs.pk}/unbook")
    theirs.refresh_from_db()
    assert theirs.status == Status.BOOKED
    mine = Appointment.objects.exclude(pk__in=[theirs.pk, done.pk])
    cancel = Appointment.objects.filter(pk=theirs.pk)
    cancel.update(status=Status.CANCELLED)
    ask(f"visits/{done.pk}/again", start=again(kims, done)[0], key="a" * 32)
    clock.move_to(timezone.now() + timedelta(minutes=4))
    assert "too late to undo" in ask(f"visits/{mine.get().pk}/unbook")
    assert mine.get().status == Status.BOOKED


def test_signing_says_done_by_the_same_press(kims, visit, write):
    mine = visit(status=Status.ARRIVED)
    page = text(write(mine, do="done", plan="Calves again"))
    mine.refresh_from_db()
    assert mine.status == Status.COMPLETED
    assert NoteVersion.objects.count() == 1
    assert "Just done" in page


# --- Running late ---


@pytest.fixture
def three(visit, noon):
    """At 14:00, right after it at 15:00, and at 16:15 after a quarter of an hour free."""
    names = ("Bea Demo", "Cai Demo", "Dee Demo")
    starts = (noon + timedelta(hours=h) for h in (2, 3, 4.25))
    return [
        visit(at, client=factories.make_client(name), blocked_until=at + timedelta(hours=1))
        for name, at in zip(names, starts, strict=True)
    ]


def minutes_told():
    mails = Mail.objects.filter(kind=MailKind.LATE, state=MailState.SCHEDULED)
    visits = [present(mail.appointment) for mail in mails]
    return {
        one.whose.name.split()[0]: present(one.events.last()).facts["minutes"] for one in visits
    }


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (10, {"Bea": 10, "Cai": 10}),
        (15, {"Bea": 15, "Cai": 15}),
        (30, {"Bea": 30, "Cai": 30, "Dee": 15}),
    ],
)
def test_free_time_between_two_visits_makes_up_for_it(ask, three, minutes, told):
    ask("late", minutes=minutes)
    assert minutes_told() == told


def test_whom_no_mail_reaches_is_named_to_be_rung(ask, three):
    Client.objects.filter(name="Cai Demo").update(email="")
    page = ask("late", minutes=10)
    assert "Told by mail in three minutes: Bea Demo." in page
    assert "No mail reaches Cai Demo: please ring them." in page
    assert Mail.objects.filter(kind=MailKind.LATE).count() == 1


def test_the_mails_wait_three_minutes_and_can_be_taken_back(ask, three):
    page = ask("late", minutes=10)
    assert "Told by mail in three minutes: Bea Demo, Cai Demo." in page
    for mail in Mail.objects.filter(kind=MailKind.LATE):
        assert mail.due_at >= mail.created_at + timedelta(minutes=3)
    assert "In time after all" in page
    ask("late", minutes=0)
    assert minutes_told() == {}


def test_saying_otherwise_tells_only_the_last(ask, three):
    for minutes in (10, 20, 10):
        ask("late", minutes=minutes)
    assert minutes_told() == {"Bea": 10, "Cai": 10}


def test_the_mail_says_when_it_begins_and_nothing_of_health(ask, three, clinic):
    ask("late", minutes=20)
    mail = Mail.objects.filter(kind=MailKind.LATE).earliest("not_after")
    message = compose(mail, clinic, now=mail.created_at)
    assert "14:20" in message["Subject"]
    assert "about 20 minutes late" in part_of(message)


def test_nobody_of_a_colleague_or_of_another_day_is_told(ask, visit, lee, noon):
    visit(noon + timedelta(hours=2), therapist=lee, client=factories.make_client("Not Mine"))
    visit(noon + timedelta(days=1))
    assert "Nobody else comes today" in ask("late", minutes=30)
    assert not Mail.objects.filter(kind=MailKind.LATE).exists()


@pytest.mark.parametrize("typed", ["", "ten", "-5", "121"])
def test_what_is_no_number_of_minutes_is_said_and_nobody_told(ask, three, typed):
    assert "from 0 to 120" in ask("late", minutes=typed)
    assert not Mail.objects.filter(kind=MailKind.LATE).exists()
