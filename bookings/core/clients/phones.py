"""Phone numbers as people type them."""

import re

from bookings.core.wording import dialled

A_PHONE = re.compile(r"(?=[\s+()./#x-]*\d)[\d\s+()./#x-]++", re.IGNORECASE)
LONGEST, FEWEST_DIGITS = 40, 6  # characters; and in a town where nobody dials more


def kept_phone(text: str) -> str:
    """With single spaces where a list has dots, dashes or slashes. What is none, or too short or
    too long to be one, is nothing."""
    bare = re.sub(r"[\s./-]+", " ", text).strip()
    is_one = is_a_phone(text) and not is_too_short(text) and len(bare) <= LONGEST
    return bare if is_one else ""


def is_a_phone(text: str) -> bool:
    """Digits, and what stands between them or before an extension."""
    return A_PHONE.fullmatch(text) is not None


def is_too_short(text: str) -> bool:
    """A slip, which nobody can be rung at: an extension alone is none either."""
    number, _, _extension = dialled(text).partition(";")
    return len(number.lstrip("+")) < FEWEST_DIGITS
