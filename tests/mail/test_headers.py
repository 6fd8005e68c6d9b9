"""Each kind of mail as a parser reads it that has nothing in common with what wrote it."""

from email.utils import parsedate_to_datetime

import pytest
from fast_mail_parser import parse_email

from bookings.mail.compose import compose, message_id
from bookings.mail.messages.parts import as_sent
from bookings.models import MailKind
from bookings.models.mail.kinds import GROUP_OF
from bookings.web.mail.samples import sample
from tests.factories import NOW

pytestmark = pytest.mark.django_db
NAME = "Łódź Läufer, „Massage“ & Co at the far end of the Tow Path beyond the second canal bridge"
NAMELESS = {MailKind.ERASED}  # to whom we no longer know
ONCE = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version")


@pytest.fixture
def clinic(clinic, settings):
    settings.SITE_URL = "https://book.example.com"
    settings.DEFAULT_FROM_EMAIL = "Taper <bookings@example.com>"
    clinic.name, clinic.email = NAME, "desk@example.com"
    clinic.save()
    return clinic


@pytest.fixture(params=list(MailKind))
def mail(request, clinic):
    return sample(request.param, clinic, now=NOW)


@pytest.fixture
def read(mail, clinic):
    return parse_email(compose(mail, clinic, now=NOW).as_bytes())


def only(read, name: str) -> str:
    [value] = read.headers[name]
    return value


def test_each_header_stands_once_and_says_who_to_whom_and_when(read, mail):
    assert {name: len(read.headers.get(name, ())) for name in ONCE} == dict.fromkeys(ONCE, 1)
    assert (read.from_.display_name, read.from_.address) == (NAME, "bookings@example.com")
    [answers] = read.reply_to
    assert (answers.display_name, answers.address) == (NAME, "desk@example.com")
    assert only(read, "To") == "robin@example.com"
    assert parsedate_to_datetime(only(read, "Date")) == NOW.replace(microsecond=0)
    assert only(read, "Message-ID") == message_id(mail)
    assert only(read, "Auto-Submitted") == "auto-generated"


def test_one_click_is_offered_for_what_can_be_switched_off_and_for_nothing_else(read, mail):
    if mail.kind not in GROUP_OF:
        assert "List-Unsubscribe" not in read.headers
        return
    address = only(read, "List-Unsubscribe")
    assert address.startswith("<https://book.example.com/unsubscribe/")
    assert address.endswith(">")
    assert " " not in address
    assert only(read, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"


def test_both_parts_arrive_whole(read, mail):
    [text], [html] = read.text_plain, read.text_html
    for words in (text, html):
        assert ("Robin Sample" in words) == (mail.kind not in NAMELESS)
        assert "Läufer" in words
    assert "</html>" in html
    assert not read.warnings


def test_what_is_sent_is_what_the_library_would_write(mail, clinic):
    message = compose(mail, clinic, now=NOW)
    assert as_sent(message) == message.as_bytes()
