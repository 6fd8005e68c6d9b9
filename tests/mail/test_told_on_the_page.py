"""Pages say that something is mailed where it is, and else what to do instead."""

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bookings.actions.mail.sending import send_due
from bookings.links import page_url
from bookings.models import Mail, MailKind, MailState
from bookings.queries.clients.strangers import MAILS_A_DAY
from tests.page_fixtures import *  # noqa: F403 - fixtures
from tests.page_forms import forms_of
from tests.reading import present

NONE_COMES = "No email about it comes: until somebody confirms an address"
SAYS_SO = re.compile(r"(ha(ve|s)|been) emailed|\bon its way to\b")
ASKED_BEFORE = {
    "bookings/runner/scheduling/booking.py": "refused where the mailbox has had its mails",
    "bookings/web/training/basket.py": "refused where the mailbox has had its mails",
}
CODE = ("bookings/runner", "bookings/web")


def has_had(client, count):
    now = timezone.now()
    went = {"state": MailState.SENT, "data_at": now, "sent_at": now}
    for number in range(count):
        Mail.objects.create(
            key=f"had:{number}", kind=MailKind.MOVED, client=client,
            created_at=now, due_at=now, not_after=now, **went,
        )  # fmt: skip


@pytest.fixture
def visit(choose, send_details, start, only):
    """Booked by this browser under an address that nobody has confirmed."""
    choose(start)
    send_details()
    return only()


def cancel(browser, visit, at):
    return browser.post(f"{page_url(visit)}cancel/", {"revision": visit.revision}, follow=True)


def move(browser, visit, at):
    sent = {"start": at(4, 14).isoformat(), "therapist": "", "revision": visit.revision}
    return browser.post(f"{page_url(visit)}move/", sent, follow=True)


def move_as_the_plan_says(browser, visit, at):
    """Its day is a long run in the plan that this browser has shown."""
    days = "".join(f"{at(n, 9):%Y-%m-%d},{'Long' if n == 3 else 'Easy'} run\n" for n in range(42))
    file = SimpleUploadedFile("plan.csv", f"date,kind\n{days}".encode())
    read = forms_of(browser.post("/plan/own/", {"file": file}).content.decode())
    check = next(one.sent for one in read if one.action.endswith("check/"))
    page = browser.post("/plan/own/check/", {**check, "do": "keep"}, follow=True)
    [against] = page.context["misplaced"]
    time, _ = against.times[0]
    sent = {"visit": visit.public_id, "revision": visit.revision, "time": time}
    return browser.post("/plan/visits/", sent, follow=True)


EVERY_WAY = [cancel, move, move_as_the_plan_says]


@pytest.mark.parametrize("change", EVERY_WAY)
def test_who_has_had_the_mails_of_the_day_is_told_that_none_comes(
    client, visit, change, at, post_office
):
    has_had(present(visit.client), MAILS_A_DAY - 1)
    send_due(now=timezone.now())
    sent = len(post_office.messages)
    said = unescape(change(client, visit, at).content.decode())
    assert NONE_COMES in said
    assert "emailed you" not in said
    send_due(now=timezone.now())
    assert len(post_office.messages) == sent


@pytest.mark.parametrize("change", EVERY_WAY)
def test_whose_mail_goes_is_told_that_it_does(client, visit, change, at, post_office):
    has_had(present(visit.client), MAILS_A_DAY - 2)
    send_due(now=timezone.now())
    sent = len(post_office.messages)
    said = unescape(change(client, visit, at).content.decode())
    assert "emailed you" in said
    assert NONE_COMES not in said
    send_due(now=timezone.now())
    assert len(post_office.messages) == sent + 1


def sentences_of_mail(tree: ast.Module) -> Iterator[ast.Constant]:
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return (one for one in texts if isinstance(one.value, str) and SAYS_SO.search(one.value))


@pytest.mark.parametrize("folder", CODE)
def test_nobody_says_that_a_mail_goes_without_asking_whether_it_does(folder):
    """Alone in its sentence, such a text is what `say_done` leaves out where it is not so."""
    for file in sorted(Path(settings.BASE_DIR / folder).rglob("*.py")):
        name = file.relative_to(settings.BASE_DIR).as_posix()
        found = list(sentences_of_mail(ast.parse(file.read_text())))
        if found and name not in ASKED_BEFORE:
            assert "say_done(" in file.read_text(), name
            assert [one.value for one in found if ". " in str(one.value)] == [], name
