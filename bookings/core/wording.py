"""Words for clock times, prices and names, in any language."""

import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}
# What an address of a web page or a mail has, and a name has not.
NOT_A_NAME = re.compile(r"[/:@<>\d]|\w\.\w\w")
LONGEST_GREETED = 60


def clock(instant: datetime, tz: ZoneInfo) -> str:
    """10:15"""
    return f"{instant.astimezone(tz):%H:%M}"


def price(amount: Decimal, currency: str) -> str:
    """£60, £62.50, 60 CHF"""
    number = f"{amount:.2f}".removesuffix(".00")
    return f"{SYMBOLS[currency]}{number}" if currency in SYMBOLS else f"{number} {currency}"


def one_line(text: str, longest: int = 200) -> str:
    """Without line breaks and other control characters, so that it may stand in a header."""
    spaced = "".join(" " if _breaks(letter) else letter for letter in text)
    line = " ".join(spaced.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _breaks(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Zl", "Zp")


def name_to_greet(name: str) -> str:
    """The name, or nothing when it might be somebody's advertisement to a stranger's address."""
    name = one_line(name)
    return "" if NOT_A_NAME.search(name) or len(name) > LONGEST_GREETED else name
