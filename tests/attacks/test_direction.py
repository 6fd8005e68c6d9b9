"""Names that read from right to left, and marks that would turn what stands behind them."""

import re
from typing import Any
from unicodedata import normalize

import pytest
from django.db import connection
from django.utils import timezone

from bookings.actions.mail import outbox
from bookings.calendars import invitation
from bookings.core.wording import TURNS_WHAT_FOLLOWS
from bookings.mail.compose import compose
from bookings.models import Client, MailKind
from tests.page_fixtures import *  # noqa: F403 - fixtures
from tests.reading import part_of

HEBREW = "עדי כהן"
MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def whole_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [table for (table,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)


def mail_about(visit, clinic):
    outbox.owe(MailKind.CONFIRMED, visit, now=timezone.now())
    return compose(visit.mails.get(kind=MailKind.CONFIRMED), clinic, now=timezone.now())


@pytest.mark.parametrize("mark", MARKS)
def test_no_mark_of_direction_is_ever_stored(clinic, desks, owners, mark):
    typed = {"name": f"Ana{mark} Demo", "phone": f"020{mark} 7946", "email": "ana@example.com"}
    answer = desks.post("/desk/clients/new/", {**typed, "desk_notes": f"call{mark} her"})
    assert answer.status_code == 302
    assert Client.objects.get().name == "Ana Demo"
    owners.post("/admin/bookings/room/add/", {"name": f"Room{mark} 1", "active": "on"})
    stored = whole_database()
    assert "Room 1" in stored
    assert "call her" in stored
    assert not TURNS_WHAT_FOLLOWS.search(stored)


def test_in_an_address_such_a_mark_is_refused_with_a_sentence(clinic, desks):
    typed = {"name": "Ana Demo", "phone": "", "email": "ana@\u202eexample.com"}
    answer = desks.post("/desk/clients/new/", typed)
    assert answer.status_code in (200, 422)
    assert "letters that cannot be seen" in answer.content.decode()
    assert not Client.objects.exists()


def test_a_name_that_reads_from_right_to_left_is_isolated_wherever_the_desk_sees_it(
    booked, desks, start
):
    Client.objects.update(name=HEBREW)
    pages = [
        "/desk/",
        f"/desk/?day={start:%Y-%m-%d}",
        "/desk/clients/",
        f"/desk/clients/{booked.client_id}/",
        f"/diary/appointments/{booked.pk}/",
        f"/diary/{start:%Y-%m-%d}/",
    ]
    seen = 0
    for path in pages:
        page = desks.get(path, follow=True).content.decode()
        shown = re.sub(r"""(?:value|content|href)="[^"]*"|<input[^>]*>""", "", page)
        bare = re.sub(f"<bdi>{HEBREW}</bdi>|\u2068{HEBREW}\u2069", "", shown)
        assert HEBREW not in bare, path
        seen += HEBREW in shown
    assert seen >= 4


def test_it_is_isolated_in_the_text_of_mails_and_in_calendars(booked, clinic):
    booked.therapist.name = HEBREW
    booked.therapist.save()
    message = mail_about(booked, clinic)
    text = part_of(message)
    assert f"\u2068{HEBREW}\u2069" in text
    assert HEBREW not in text.replace(f"\u2068{HEBREW}\u2069", "")
    html = part_of(message, "html")
    assert HEBREW not in re.sub(f"<bdi>{HEBREW}</bdi>|\u2068{HEBREW}\u2069", "", html)
    calendar = invitation(booked, clinic, stamp=timezone.now()).decode().replace("\r\n ", "")
    assert f"With \u2068{HEBREW}\u2069." in calendar


def test_a_name_that_reads_from_left_to_right_is_written_as_it_is(booked, clinic):
    message = mail_about(booked, clinic)
    assert "With: Kim Demo" in part_of(message)


# Letters that nobody sees, marks without end, and a stranger's words in a mail


@pytest.mark.parametrize(
    "letter", ["\u200e", "\u200f", "\u061c", "\u200b", "\u2060", "\ufeff", "\u00ad", "\u3164"]
)
def test_a_letter_that_nobody_sees_is_never_stored_with_a_name(desks, letter, send_details):
    send_details(name=f"A{letter}na Demo{letter}")
    desks.post("/desk/clients/new/", {"name": f"{letter}Bo Demo", "email": "bo@example.com"})
    assert {one.name for one in Client.objects.all()} == {"Ana Demo", "Bo Demo"}
    answer = send_details(name=letter * 3)
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["Z" + "\u0353" * 9 + "a", "e\u0301" + "\u20dd" * 5])
def test_marks_piled_upon_a_letter_are_refused_with_a_sentence(desks, send_details, name):
    for answer in (
        send_details(name=name),
        desks.post("/desk/clients/new/", {"name": name, "email": "bo@example.com"}),
    ):
        assert "the marks stacked on a letter" in answer.content.decode()
        assert not Client.objects.filter(name=name).exists()


@pytest.mark.parametrize(
    "name",
    ["Nguyễn Thị Ánh", "עֲדִי כֹּהֵן", "བསྒྲུབས", "สมชาย ใจดี", "می‌خواهم", "Zoë Łuc", "क्षितिज"],
)
def test_names_as_people_write_them_are_kept(send_details, only, name):
    send_details(name=normalize("NFD", name))
    assert only().client.name == normalize("NFC", name)


def test_a_strangers_words_are_in_no_mail_to_somebody_elses_mailbox(clinic, send_details, only):
    send_details(name="You have won, ring Bo")
    visit = only()

    def told():
        message = compose(visit.mails.get(kind=MailKind.CONFIRMED), clinic, now=timezone.now())
        sent: list[Any] = [part.get_payload(decode=True) or b"" for part in message.walk()]
        return b"\n".join(sent).decode() + message.as_string()

    assert "You have won" not in told()
    assert "Hello," in told()
    Client.objects.update(proved_at=timezone.now(), name="Ana Demo")
    assert "Hello Ana Demo," in told()
    Client.objects.update(proved_at=None, unconfirmed_since=timezone.now())  # the desk has typed it
    assert "Hello Ana Demo," in told()
