"""One page says that all is well, or what to do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bookings.actions.mail import sign_in_mails
from bookings.models import (
    Component,
    Heartbeat,
    LastSeen,
    MailServer,
    Seen,
    SignInMail,
    Trouble,
    User,
)
from bookings.queries.office import watch
from clinic.operations.backups import encryption
from tests import factories

PAGE = "/office/watch/"
DAY = timedelta(days=1)


@pytest.fixture
def all_well(office, settings):
    for component in Component:
        Heartbeat.objects.note(component)
    settings.BACKUP_KEY = encryption.new_key()
    LastSeen.objects.note(Seen.BACKUP, is_sealed=True)
    LastSeen.objects.note(Seen.OFFSITE)
    settings.ENCRYPTED, now = True, timezone.now()
    LastSeen.objects.note(
        Seen.CERTIFICATE,
        since=(now - 30 * DAY).isoformat(),
        until=(now + 60 * DAY).isoformat(),
    )
    return settings


def told(office):
    answer = office.get(PAGE)
    found = {str(one.part): one.state for one, _since in answer.context["found"]}
    return answer.context["summary"], [part for part, state in found.items() if state != "well"]


def test_when_all_is_well_it_says_so(office, all_well):
    assert told(office) == ("All is well.", [])


def silent(component):
    Heartbeat.objects.filter(part=component).update(at=timezone.now() - DAY)


def unread(*_):
    """By a worker that is silent, a calendar that somebody has pasted."""
    factories.make_plan_link(factories.make_client())
    silent(Component.CALENDARS)


def no_room(settings, monkeypatch):
    monkeypatch.setattr(watch, "_room", lambda _folder: (1 << 20, 1 << 34))


TROUBLES: dict[str, Callable[..., Any]] = {
    "mail": lambda *_: MailServer.objects.update_or_create(pk=1, defaults={"failures_in_a_row": 9}),
    "worker": lambda *_: silent(Component.SENDER),
    "beat": lambda *_: silent(Component.BEAT),
    "calendars": unread,
    "broker": lambda settings, _: setattr(settings, "REDIS_URL", "redis+socket:///nowhere.sock"),
    "backup": lambda *_: LastSeen.objects.filter(what=Seen.BACKUP).update(
        at=timezone.now() - 2 * DAY
    ),
    "offsite": lambda *_: LastSeen.objects.filter(what=Seen.OFFSITE).update(
        at=timezone.now() - 4 * DAY
    ),
    "certificate": lambda *_: LastSeen.objects.note(
        Seen.CERTIFICATE, problem="It is none.", until=""
    ),
    "disk": no_room,
}


@pytest.mark.parametrize("part", TROUBLES)
def test_each_trouble_is_named_and_says_what_to_do(office, all_well, monkeypatch, part):
    TROUBLES[part](all_well, monkeypatch)
    also = ["mail"] if part == "worker" else []  # of which nothing is known then
    assert told(office) == ("1 thing needs somebody.", [part, *also])
    found = next(one for one, _ in office.get(PAGE).context["found"] if one.part == part)
    assert found.do


@pytest.mark.parametrize(("attempts", "parts"), [(0, ["mail"]), (1, [])])
def test_a_code_that_nobody_has_tried_to_send_is_an_alarm_and_a_refused_one_none(
    office, all_well, attempts, parts
):
    """An address that refuses mail may be typed by a stranger, as often as they like."""
    sign_in_mails.owe("a@example.com", "Code", "123", now=timezone.now())
    SignInMail.objects.update(created_at=timezone.now() - DAY, attempts=attempts)
    assert told(office)[1] == parts


def test_who_reads_calendars_is_not_missed_where_nobody_has_pasted_one(office, all_well):
    silent(Component.CALENDARS)
    assert told(office) == ("All is well.", [])


def test_what_could_be_better_is_no_alarm(office, all_well):
    LastSeen.objects.filter(what__in=[Seen.OFFSITE, Seen.CERTIFICATE]).delete()
    LastSeen.objects.note(Seen.BACKUP, is_sealed=False)
    summary, parts = told(office)
    assert summary == "All is well. 3 things could be better."
    assert set(parts) == {"backup", "offsite", "certificate"}


def test_a_worker_that_never_came_is_an_alarm_after_ten_minutes_and_mail_never_well_without_it(
    office, all_well
):
    Heartbeat.objects.all().delete()
    assert told(office) == ("All is well. 3 things could be better.", ["worker", "beat", "mail"])
    User.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert told(office) == ("1 thing needs somebody.", ["worker", "beat", "mail"])
    worker = next(one for one, _ in office.get(PAGE).context["found"] if one.part == "worker")
    assert "docker compose up --detach" in worker.do
    assert "docker compose logs worker" in worker.do


def test_since_when_it_is_so_is_said(office, all_well):
    silent(Component.BEAT)
    Trouble.objects.create(part="beat", says="x", since=timezone.now() - DAY)
    assert "So since " in office.get(PAGE).text


def test_a_second_way_that_is_not_set_is_asked_for(office, all_well):
    assert "let whoever looks after the machine set ALERT_EMAIL_URL" in office.get(
        PAGE
    ).text.lower().replace("alert_email_url", "ALERT_EMAIL_URL")
    assert "No second way is set" in office.post(f"{PAGE}try/", follow=True).text


def test_a_dead_worker_comes_before_the_mail_that_waits_for_it_and_the_bar_says_the_same(
    office, all_well
):
    """The clock's rings are heard by the worker alone, so of the clock nothing is known then."""
    for component in Component:
        silent(component)
    sign_in_mails.owe("a@example.com", "Code", "123", now=timezone.now())
    SignInMail.objects.update(created_at=timezone.now() - DAY)
    assert told(office) == ("2 things need somebody.", ["worker", "mail", "beat"])
    answer = office.get(PAGE)
    mail = next(one for one, _ in answer.context["found"] if one.part == "mail")
    assert mail.do.startswith("First see to what is above")
    assert list(answer.context["mail_problems"]) == [
        "Mail may be late: no sign of life from the worker that sends mail."
    ]


def test_a_full_disk_is_named_by_its_folder(office, all_well, monkeypatch):
    no_room(all_well, monkeypatch)
    found = next(one for one, _ in office.get(PAGE).context["found"] if one.part == "disk")
    assert found.says.partition(" on the disk of ")[2].startswith("/")
