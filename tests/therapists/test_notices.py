"""The clinic's own people are told what has happened: by mail, as they choose, never of health."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from bookings.actions.mail import controls
from bookings.actions.mail.outbox import Notify
from bookings.actions.scheduling import cancellation
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Component, Heartbeat, MailServer, SignInMail, User
from clinic.operations.backups import rotate
from tests import factories
from tests.diary_requests import move_one
from tests.therapists.push_service import Browser
from therapists.actions import health_checks, notices, push_devices, time_off
from therapists.core import web_push_keys
from therapists.core.content import Answers, Given
from therapists.core.notice_times import told_at
from therapists.health_audit import Reader
from therapists.models import Answer, Form, NoticeWishes, Push, StaffNotice, TimeOff

pytestmark = pytest.mark.fixed_clock("2026-12-02T09:00")  # by day: at night staff are let sleep

LONDON = ZoneInfo("Europe/London")
PLANTED = "planted-health-words"
A_BROWSER = Browser("https://push.example.com/a").subscription


@pytest.fixture
def told(clinic):
    """What has been mailed by now: address and text."""

    def _told(now=None):
        notices.tell(now=now or timezone.now())
        return [
            (mail.address, f"{mail.subject}\n{mail.body}")
            for mail in SignInMail.objects.order_by("pk")
        ]

    return _told


@pytest.fixture
def booked_today(visit, noon):
    mine = visit(noon + timedelta(hours=2))
    mine.record("booked", by="runner", now=timezone.now())
    return mine


def test_a_booking_for_today_is_told_once_with_initials_and_the_room(booked_today, told):
    [(address, text)] = told()
    assert address == "kim@example.com"
    assert "New today at 14:00: A. D., Sports massage, Room 1" in text
    assert "Ana" not in text
    assert len(told()) == 1


def test_who_has_done_it_is_not_told(visit, noon, kim, told):
    mine = visit(noon)
    mine.record("booked", by=f"therapist: {kim.user.pk}", now=timezone.now())
    assert told() == []


def test_a_booking_for_another_day_is_no_news(visit, noon, told):
    visit(noon + timedelta(days=1)).record("booked", by="runner", now=timezone.now())
    assert told() == []


def test_what_is_cancelled_or_moved_away_from_today_is_told(visit, noon, ana, told):
    gone, away = visit(noon + timedelta(hours=2)), visit(noon + timedelta(days=2))
    cancellation.cancel(gone, notify=Notify.NONE, by="desk: 0", now=timezone.now())
    before = {"starts_at": (noon + timedelta(hours=4)).isoformat()}
    away.record("moved", by="desk: 0", now=timezone.now(), facts={"from": before})
    [(_, text)] = told()
    assert "2 things at" in text
    assert "Cancelled today at 14:00" in text
    assert "No longer today at 16:00, but Friday 4 December, 12:00" in text


@pytest.mark.parametrize(
    ("days", "to_kim", "to_lee"),
    [
        (0, "No longer with you today at 14:00: A. D.", "Moved, now today at 14:00: A. D."),
        (2, "No longer with you today at 14:00: A. D.", ""),
    ],
)
def test_what_goes_to_a_colleague_is_told_to_who_had_it_today(
    days, to_kim, to_lee, visit, noon, lee, clinic, told
):
    factories.make_week(lee, time(7), time(20))
    mine = visit(noon + timedelta(hours=2))
    start = mine.starts_at + timedelta(days=days)
    move_one(mine, start, therapist=lee, by="desk: 0", notify=Notify.NONE, now=timezone.now())
    found = dict(told())
    assert to_kim in found["kim@example.com"]
    assert to_lee in found.get("lee@example.com", "")
    assert len(found) == (2 if to_lee else 1)
    assert len(told()) == len(found)


def test_what_happened_before_a_move_is_no_news_to_who_has_the_visit_now(
    visit, noon, lee, clinic, told
):
    """Nor is a booking for another day, once it is moved to today."""
    factories.make_week(lee, time(7), time(20))
    mine, later = visit(noon + timedelta(hours=2)), visit(noon + timedelta(days=3))
    for one in (mine, later):
        one.record("booked", by="runner", now=timezone.now())
    told()
    how: dict[str, Any] = {"by": "desk", "notify": Notify.NONE, "now": timezone.now()}
    move_one(mine, mine.starts_at, therapist=lee, **how)
    move_one(later, noon + timedelta(hours=4), therapist=lee, **how)
    [text] = [text for address, text in told() if address == "lee@example.com"]
    assert "New today" not in text
    assert text.count("Moved, now today") == 2


def test_a_client_on_hold_whom_the_desk_says_is_here_is_told_of(desks, visit, noon, ana, told):
    ana.health_hold = True
    ana.save()
    mine = visit(noon)
    for _ in range(2):
        desks.post(f"/diary/appointments/{mine.pk}/mark/", {"status": "arrived"})
    mine.refresh_from_db()
    assert mine.status == Status.BOOKED
    [(_, text)] = told()
    assert "A. D. is here and waits for you to decide (12:00)" in text
    assert text.count("is here") == 2  # subject and body


def test_a_new_health_answer_is_told_without_a_word_of_it(visit, noon, ana, told):
    visit(noon + timedelta(days=3))
    given = (Given("clot_signs", PLANTED, "stop", True, PLANTED, True, PLANTED),)
    reader, now = Reader("runner", None, None, "test"), timezone.now()
    answers = Answers(1, given, text=PLANTED)
    health_checks.give(ana, answers, form=Form.FULL, visit=None, reader=reader, now=now)
    [(_, text)] = told()
    assert "Something new to read before Saturday 5 December, 12:00: A. D." in text
    assert PLANTED not in text
    assert "hold" not in text
    assert "ealth" not in text


def test_a_second_answer_is_told_at_once_and_not_when_the_first_is_old(visit, noon, ana, told):
    """It may be the one that matters."""
    visit(noon + timedelta(days=3))
    reader, now = Reader("runner", None, None, "test"), timezone.now()
    for minutes in (0, 40):
        at = now + timedelta(minutes=minutes)
        answers = Answers(1, ())
        health_checks.give(ana, answers, form=Form.FULL, visit=None, reader=reader, now=at)
        found = told(at)
    assert len(found) == 2


def test_an_answer_to_time_off_is_told(kim, noon, desks, told):
    desk = factories.make_user("desk2@example.com", role=Role.DESK)
    asked = TimeOff.objects.create(
        therapist=kim,
        asked_at=timezone.now(),
        starts_at=noon + timedelta(days=9),
        ends_at=noon + timedelta(days=10),
    )
    time_off.answer(asked, Answer.DECLINED, by=desk, now=timezone.now())
    [(address, text)] = told()
    assert address == "kim@example.com"
    assert "Your time off from Friday 11 December: Declined" in text


def test_a_colleague_who_falls_ill_is_told_to_desk_and_owner_but_not_why(
    kim, clinic, noon, desks, owners, told
):
    factories.make_absence(
        therapist=kim, starts_at=noon, ends_at=noon + timedelta(hours=8), reason=PLANTED
    )
    factories.make_absence(
        therapist=kim, starts_at=noon + timedelta(days=9), ends_at=noon + timedelta(days=10)
    )
    found = told()
    assert {address for address, _ in found} == {"desk@example.com", "owner@example.com"}
    assert all("Kim Demo is away today" in text and PLANTED not in text for _, text in found)


def test_the_owner_is_told_once_when_newcomers_are_paused(clinic, owners, booked, told):
    """A newcomer's booking of an hour ago is one more than this clinic takes."""
    clinic.unproved_per_hour = 1
    clinic.save()
    booked.booked_at, booked.prove_by = timezone.now(), timezone.now() + timedelta(hours=2)
    booked.save()
    for _ in range(2):
        [(address, text)] = told()
        assert address == "owner@example.com"
        assert "nobody has confirmed" in text


@pytest.fixture
def silent(clinic, owners):
    """Beat was heard last an hour ago, and the mail server takes nothing."""
    Heartbeat.objects.note(Component.BEAT)
    Heartbeat.objects.update(at=timezone.now() - timedelta(hours=1))


def test_the_owner_is_told_once_that_the_clock_is_silent(silent, told):
    now = timezone.now()
    assert told(now) == []
    for minutes in (5, 6, 30):
        [(address, text)] = told(now + timedelta(minutes=minutes))
        assert address == "owner@example.com"
        assert "The clock that rings each minute: It has given no sign of life" in text


def test_trouble_that_mends_itself_in_five_minutes_is_no_alarm(silent, told):
    now = timezone.now()
    told(now)
    Heartbeat.objects.note(Component.BEAT)
    assert told(now + timedelta(minutes=5)) == []
    assert not StaffNotice.objects.exists()


def test_mail_that_stands_is_told_on_the_owners_phone(silent, owners, told, settings):
    settings.PUSH_KEY = web_push_keys.new_key()
    MailServer.objects.update_or_create(pk=1, defaults={"failures_in_a_row": 5})
    owner, now = User.objects.get(email="owner@example.com"), timezone.now()
    push_devices.add(owner, **A_BROWSER, browser="", now=now)
    told(now)
    told(now + timedelta(minutes=5))
    pushed = [push.title for push in Push.objects.all()]
    assert "2 things at Taper Clinic" in pushed


@pytest.fixture
def of_last_week(owners):
    """The clinic is no longer new, and all but its backups is well."""
    User.objects.update(created_at=timezone.now() - timedelta(days=7))
    Heartbeat.objects.note(Component.BEAT)
    Heartbeat.objects.note(Component.SENDER)


@pytest.mark.usefixtures("of_last_week")
@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (None, "Backup: There is no backup yet"),
        (35, ""),
        (37, "Backup: The newest backup was made on Monday 30 November 2026"),
    ],
)
def test_the_owner_is_told_once_a_day_that_a_backup_is_missing(
    hours, expected, told, settings, tmp_path
):
    settings.BACKUP_FOLDER, now = tmp_path, timezone.now()
    if hours:
        (tmp_path / rotate.name_at(now - timedelta(hours=hours))).touch()
    told(now)
    for minutes in (5, 60):
        found = told(now + timedelta(minutes=minutes))
        assert len(found) == bool(expected)
        assert all(address == "owner@example.com" and expected in text for address, text in found)


def test_trouble_that_goes_on_is_told_again_after_a_day_and_when_it_is_over(silent, told):
    now, days = timezone.now(), timedelta(days=1)
    told(now)
    assert len(told(now + timedelta(minutes=5))) == 1
    told(now + days)
    assert len(told(now + days + timedelta(minutes=5))) == 2
    Heartbeat.objects.note(Component.BEAT)
    told(now + days + timedelta(minutes=10))
    *_, (_address, text) = told(now + days + timedelta(minutes=25))
    assert "Well again: The clock that rings each minute." in text
    assert len(told(now + days + timedelta(minutes=26))) == 3


def test_a_demo_and_a_clinic_of_today_need_no_backup_yet(owners, told, settings, tmp_path):
    settings.BACKUP_FOLDER, now = tmp_path, timezone.now()
    told(now)
    User.objects.update(created_at=timezone.now() - timedelta(days=7))
    Heartbeat.objects.note(Component.BEAT)
    Heartbeat.objects.note(Component.SENDER)
    settings.DEMO = True
    told(now)
    assert told(now + timedelta(minutes=5)) == []


def test_what_somebody_has_switched_off_is_not_told(booked_today, kim, told):
    NoticeWishes.objects.create(user=kim.user, off=["booked"])
    assert told() == []


def test_quiet_hours_left_empty_are_none_and_half_of_them_is_asked_about(kims, kim):
    page = "/notices/"
    assert kims.post(page, {"quiet_from": "", "quiet_until": ""}).status_code == 302
    wishes = NoticeWishes.objects.get(user=kim.user)
    assert wishes.quiet_from == wishes.quiet_until
    assert kims.get(page).context["form"]["quiet_from"].value() is None
    half = kims.post(page, {"quiet_from": "20:00", "quiet_until": ""})
    assert half.status_code == 422
    assert "Please say both ends" in half.content.decode()


def test_in_quiet_hours_it_waits_for_their_end(booked_today, kim, told):
    NoticeWishes.objects.create(user=kim.user, quiet_from=time(8), quiet_until=time(10))
    assert told() == []
    assert len(told(timezone.now() + timedelta(minutes=61))) == 1


def test_those_who_like_it_have_one_mail_an_hour(booked_today, visit, noon, kim, told):
    NoticeWishes.objects.create(user=kim.user, hourly=True)
    now = timezone.now() + timedelta(minutes=10)
    assert told(now) == []
    visit(noon + timedelta(hours=4)).record("booked", by="runner", now=now)
    assert told(now) == []
    [(_, text)] = told(now + timedelta(minutes=51))
    assert "2 things at" in text


def test_while_all_mail_is_paused_nothing_goes_out_and_nothing_is_lost(booked_today, told):
    controls.pause(by="owner", now=timezone.now())
    assert told() == []
    controls.resume()
    assert len(told()) == 1


@pytest.mark.parametrize(
    ("at", "hourly", "quiet", "expected"),
    [
        ("2026-12-02T09:10", False, (20, 7), "2026-12-02T09:10"),
        ("2026-12-02T09:10", True, (20, 7), "2026-12-02T10:00"),
        ("2026-12-02T21:10", False, (20, 7), "2026-12-03T07:00"),
        ("2026-12-02T06:59", False, (20, 7), "2026-12-02T07:00"),
        ("2026-12-02T07:00", False, (20, 7), "2026-12-02T07:00"),
        ("2026-12-02T19:30", True, (20, 7), "2026-12-03T07:00"),
        ("2026-12-02T12:10", False, (12, 14), "2026-12-02T14:00"),
        ("2026-12-02T12:10", False, (12, 12), "2026-12-02T12:10"),
        ("2026-10-24T22:10", False, (20, 7), "2026-10-25T07:00"),  # the clocks go back
    ],
)
def test_when_somebody_is_told(at, hourly, quiet, expected):
    zoned = datetime.fromisoformat(at).replace(tzinfo=LONDON).astimezone(UTC)
    since, until = (time(hour) for hour in quiet)
    found = told_at(zoned, hourly=hourly, quiet_from=since, quiet_until=until, tz=LONDON)
    assert found.astimezone(LONDON).replace(tzinfo=None) == datetime.fromisoformat(expected)


def test_each_chooses_among_what_concerns_them(kims, desks, owners, kim):
    offered = {
        name: browser.get("/notices/").content.decode().count('name="kinds"')
        for name, browser in (("kim", kims), ("desk", desks), ("owner", owners))
    }
    assert offered == {"kim": 5, "desk": 1, "owner": 4}
    typed = {"kinds": ["gone", "to_read"], "hourly": "on", "quiet_from": "19:00",
             "quiet_until": "08:00"}  # fmt: skip
    assert kims.post("/notices/", typed).status_code == 302
    wishes = NoticeWishes.objects.get(user=kim.user)
    assert set(wishes.off) == {"booked", "held_here", "time_off"}
    assert wishes.hourly
    assert kims.post("/notices/", {**typed, "quiet_from": "late"}).status_code == 422


def test_a_day_with_nothing_to_tell_writes_nothing(visit, told):
    visit()
    assert told() == []
    assert not StaffNotice.objects.exists()
