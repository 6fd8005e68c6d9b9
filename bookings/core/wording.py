"""Words for clock times, prices and names, in any language."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bookings.core.currencies import hundredths

SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}
# What an address of a web page or a mail has, and a name has not.
NOT_A_NAME = re.compile(r"[/:@<>\d]|\w\.\w\w")
LONGEST_GREETED = 60
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
TURNS_WHAT_FOLLOWS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Letters that show nothing (Unicode's Default_Ignorable), but for joiners within a word, which some
# scripts are written with.
SHOWS_NOTHING = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
    r"|(?<!\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\S)"
)
MOST_MARKS = 4  # on one letter: Tibetan has as many, and no name needs more
EXTENSION = re.compile(r"ext|x|#|;", re.IGNORECASE)


class Sentence(str):
    """English that knows what it was made of, so that whoever shows it can say it otherwise.

    The core says what it has to in these; `dates.translated` finds the reader's words.
    """

    text: str
    several: str
    named: dict[str, Any]

    def __new__(cls, text: str, several: str = "", **named: Any) -> "Sentence":
        words = several if several and named["count"] != 1 else text
        self = super().__new__(cls, words.format(**{name: _said(it) for name, it in named.items()}))
        self.text, self.several, self.named = text, several, named
        return self


def _said(value: Any) -> Any:
    """A day as English has it: Tuesday 1 December."""
    return f"{value:%A} {value.day} {value:%B}" if isinstance(value, date) else value


def counted(one: str, several: str, count: int) -> Sentence:
    return Sentence(one, several, count=count)


def clock(instant: datetime, tz: ZoneInfo) -> str:
    """10:15"""
    return f"{instant.astimezone(tz):%H:%M}"


def price(amount: Decimal, currency: str, *, grouped: bool = False) -> str:
    """£60, £62.50, −£72, 60 CHF, 7200 JPY; grouped, as long columns are read, £65,992"""
    number = f"{abs(amount):{',' if grouped else ''}.{hundredths(currency)}f}".removesuffix(".00")
    written = f"{SYMBOLS[currency]}{number}" if currency in SYMBOLS else f"{number} {currency}"
    return f"\N{MINUS SIGN}{written}" if amount < 0 else written


def to_type(amount: Decimal, currency: str) -> str:
    """As a field for numbers has it: 62.50, and 7200 yen."""
    return f"{amount:.{hundredths(currency)}f}"


def smallest_amount(currency: str) -> str:
    """What a field for money counts in: 0.01, and 1 yen."""
    return "0.01" if hundredths(currency) else "1"


def dialled(phone: str) -> str:
    """A number as a tel: link has it (RFC 3966): +442079460000;ext=12.

    The "(0)" is dialled only at home, where the country's code is not; an extension comes after.
    """
    plain = re.sub(r"[^\w+()#;]", "", unicodedata.normalize("NFKC", phone))
    digits = "".join(str(unicodedata.decimal(one, one)) for one in plain)
    number, extension = [*EXTENSION.split(digits, maxsplit=1), ""][:2]
    if number.startswith(("+", "00")):
        number = number.replace("(0)", "")
    plus = "+" if number.startswith("+") else ""
    inner = re.sub(r"[^0-9]", "", extension)
    return plus + re.sub(r"[^0-9]", "", number) + (f";ext={inner}" if inner else "")


def isolated(text: str) -> str:
    """In plain text, a name that reads from right to left changes no order but its own.

    On pages that is <bdi>; this is the same for mails, attributes and titles (UAX 9, 2.7).
    """
    if text.isascii():
        return text  # most are, and letter by letter takes its time
    reads_leftwards = any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in text)
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}" if reads_leftwards else text


def without_controls(text: str) -> str:
    """Without the marks that would go on turning what stands behind the text."""
    return TURNS_WHAT_FOLLOWS.sub("", text)


def as_seen(name: str) -> str:
    """On one line, without letters nobody sees, each with its accents in as few as there are."""
    seen = SHOWS_NOTHING.sub("", without_controls(name))
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def piles_up_marks(text: str) -> bool:
    """Whether a letter carries so many that they cover the lines above and below."""
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if marks > MOST_MARKS:
            return True
    return False


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
