"""What stands in braces in the clinic's own words of a mail, and what becomes of it."""

import re
from collections.abc import Mapping

from bookings.models import MailKind
from bookings.models.mail.kinds import OF_THE_WAITING_LIST

ANYWHERE = ("clinic", "phone")
OF_A_VISIT = ("day", "start", "treatment", "therapist")
ABOUT_ONE_VISIT = (
    MailKind.CONFIRMED,
    MailKind.MOVED,
    MailKind.CANCELLED,
    MailKind.LATE,
    MailKind.OFFER,
    MailKind.REMINDER,
)
# Their first sentence is a fact, which stays; the clinic's words follow it.
BEGINS_WITH_A_FACT = (
    MailKind.MOVED,
    MailKind.RELEASED,
    MailKind.LATE,
    MailKind.OFFER,
    MailKind.RACE_CHECK,
    *(MailKind.NEW_LINKS, MailKind.DATA_LINK, MailKind.ERASED),
    *OF_THE_WAITING_LIST,
)
A_NAME = re.compile(r"\{(\w+)\}")
A_BRACE = re.compile(r"\{[^{}\n]*\}?|\}")


def names_for(kind: str) -> tuple[str, ...]:
    """What may stand in braces there."""
    return (*ANYWHERE, *OF_A_VISIT) if kind in ABOUT_ONE_VISIT else ANYWHERE


def unknown_in(text: str, kind: str) -> list[str]:
    """What stands in braces, or is half of it, and would reach the reader as it is."""
    known = {f"{{{name}}}" for name in names_for(kind)}
    return [found[0] for found in A_BRACE.finditer(text) if found[0] not in known]


def filled(text: str, values: Mapping[str, str]) -> str:
    return A_NAME.sub(lambda found: values.get(found[1], found[0]), text)
