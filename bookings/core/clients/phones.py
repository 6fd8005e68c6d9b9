"""Phone numbers as people type them."""

import re

A_PHONE = re.compile(r"(?=[\s+()./#x-]*\d)[\d\s+()./#x-]++", re.IGNORECASE)
LONGEST, FEWEST_DIGITS = 40, 6  # characters; and in a town where nobody dials more


def kept_phone(text: str) -> str:
    """With single spaces where a list has dots, dashes or slashes. What is none, or too long to
    be one, is nothing."""
    bare = re.sub(r"[\s./-]+", " ", text).strip()
    return bare if is_a_phone(text) and len(bare) <= LONGEST else ""


def is_a_phone(text: str) -> bool:
    """Digits, and what stands between them or before an extension."""
    return A_PHONE.fullmatch(text) is not None


def is_too_short(text: str) -> bool:
    """A slip, which nobody can be rung at."""
    return sum(map(str.isdigit, text)) < FEWEST_DIGITS
