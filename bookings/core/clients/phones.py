"""Phone numbers as people type them."""

import re

A_PHONE = re.compile(r"(?=[\s+()./#x-]*\d)[\d\s+()./#x-]++", re.IGNORECASE)


def is_a_phone(text: str) -> bool:
    """Digits, and what stands between them or before an extension."""
    return A_PHONE.fullmatch(text) is not None
