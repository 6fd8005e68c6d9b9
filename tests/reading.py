"""What a test takes out of what it was given; what is not there fails it, and says where."""

import re
from email.message import EmailMessage
from typing import TypeVar

T = TypeVar("T")


def present(value: T | None) -> T:
    """What must be there."""
    assert value is not None
    return value


def first_match(pattern: str | re.Pattern[str], text: str, flags: int = 0) -> re.Match[str]:
    """The first place in the text that reads like this."""
    match = re.search(pattern, text, flags)
    assert match, f"{pattern!r} is nowhere in {text!r}"
    return match


def part_of(message: EmailMessage, kind: str = "plain") -> str:
    """The words of a mail's part."""
    return present(message.get_body((kind,))).get_content()
