"""Writes one mail: subject, text, HTML and calendar, from the facts at this moment."""

import re
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.utils import translation

from bookings.core import wording
from bookings.core.clients.addresses import BadAddress, ascii_address
from bookings.mail.contents import SUBJECTS
from bookings.mail.context import MailLetter
from bookings.mail.messages.logo import CONTENT_ID
from bookings.mail.messages.parts import LONG_LINES, fill, with_picture, words
from bookings.mail.messages.prepared import rendered
from bookings.models import Clinic, Mail

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True)


def compose(mail: Mail, clinic: Clinic, *, now: datetime) -> EmailMessage:
    """The message as it would go out at `now`; Message-ID and calendars are the same each time.

    In the client's language, whoever looks at it. Raises BadAddress.
    """
    with translation.override(mail.client.language_of_mails):
        return _composed(mail, clinic, now)


def message_id(mail: Mail) -> str:
    """From the occasion, so that a resent message can be known for the same."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{mail.key.replace(':', '.')}@{host}>"


def _composed(mail: Mail, clinic: Clinic, now: datetime) -> EmailMessage:
    subject = SUBJECTS[mail.kind]
    letter = subject.letter(mail, clinic, now=now)
    message = EmailMessage(policy=LONG_LINES)
    message["Subject"] = wording.one_line(_rendered(letter, "subject.txt"))
    message["From"] = _clinics("From", clinic.name, _sender())
    message["Reply-To"] = _clinics("Reply-To", clinic.name, ascii_address(clinic.email))
    # The address alone: anybody can type any name into a public form.
    message["To"] = _recipient(mail.client.email)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(mail)
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url:  # RFC 8058: one POST, and no more like it.
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    in_html = words(html(letter), "html")
    if letter.logo:
        in_html = with_picture(in_html, letter.logo, CONTENT_ID)
    texts = [words(text(letter), "plain"), in_html]
    fill(message, texts, subject.enclosed(mail, clinic))
    return message


def text(letter: MailLetter) -> str:
    return re.sub(r"\n{3,}", "\n\n", _rendered(letter, "body.txt")).strip() + "\n"


def html(letter: MailLetter) -> str:
    return _inliner.inline(_rendered(letter, "body.html"))


def _rendered(letter: MailLetter, part: str) -> str:
    return rendered(f"mail/{letter.mail.kind}/{part}", {"letter": letter})


@lru_cache(maxsize=8)
def _clinics(header: str, name: str, address: str) -> Any:
    """The same in every mail, so that it is read once."""
    return LONG_LINES.header_factory(header, Address(wording.one_line(name), addr_spec=address))


def _sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=ascii_address(address))
    except (ValueError, IndexError, HeaderParseError) as error:
        raise BadAddress from error
