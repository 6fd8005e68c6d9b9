"""E-mail addresses: what is none, how one is kept, and how it goes onto the wire.

Domains follow IDNA 2008 (RFC 5891) with the mapping of UTS 46, by the `idna` package: faß.example
is a domain of its own, and not fass.example, as IDNA 2003 and Python's own codec have it.
"""

import unicodedata
from difflib import get_close_matches
from functools import lru_cache

import idna

# Letters that show nothing, besides the whole categories below (Unicode's Default_Ignorable).
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
INVISIBLE_CATEGORIES = ("Cc", "Cf", "Co", "Cs", "Zs", "Zl", "Zp")
VARIATION_SELECTORS = range(0xFE00, 0xFE10)
# Where most people have their mail; what is near one of them is most likely a slip.
WELL_KNOWN = (
    "aol.co.uk", "aol.com", "btinternet.com", "email.com", "example.com", "example.net",
    "example.org", "fastmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com",
    "hotmail.co.uk", "hotmail.com", "icloud.com", "live.co.uk", "live.com", "mac.com", "mail.com",
    "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "rocketmail.com",
    "sky.com", "talktalk.net", "virginmedia.com", "web.de", "yahoo.co.uk", "yahoo.com",
    "ymail.com",
)  # fmt: skip
# With these one mailbox has thousands of spellings ("ana"@, a\na@), and next to nobody needs them.
QUOTING = frozenset('"\\')
ALIKE = 0.77  # gmial.con and gmail.com


class BadAddress(ValueError):
    """No mail can go there."""


def has_invisible_letters(address: str) -> bool:
    """Or ones that turn the reading around: what is read is not what is mailed to."""
    if address.isascii() and address.isprintable():
        return False  # at once, as nearly all are
    return any(map(_is_invisible, address))


def ascii_address(address: str) -> str:
    """For headers and servers: ana@xn--fa-hia.example. Two are the same mailbox when these are, in
    small letters. Raises BadAddress.
    """
    local, at, domain = address.strip().rpartition("@")
    is_one_word = local.isascii() and local.split() == [local] and not QUOTING & set(local)
    if not (at and is_one_word) or has_invisible_letters(local + domain):
        raise BadAddress
    try:
        return f"{local}@{_on_the_wire(domain)}"
    except (idna.IDNAError, UnicodeError) as error:
        raise BadAddress from error


def kept_address(address: str) -> str:
    """As people read it, with one spelling of each domain: ana@faß.example. Raises BadAddress."""
    local, _, domain = ascii_address(address).rpartition("@")
    return f"{local}@{_as_read(domain)}"


def compared(address: str) -> str:
    """The same for two spellings of one address; what is none is only itself."""
    try:
        return kept_address(address).lower()
    except BadAddress:
        return address.strip().lower()


def has_a_dot(address: str) -> bool:
    """In its domain: ana@localhost is a mailbox of our own machine at best. Raises BadAddress."""
    return "." in ascii_address(address).rpartition("@")[2].strip(".")


def perhaps_meant(address: str) -> str:
    """ana@gmail.com for ana@gmial.con; "" where the domain is nobody's misspelling."""
    local, _, domain = compared(address).rpartition("@")
    if any(f".{domain}".endswith(f".{known}") for known in WELL_KNOWN):
        return ""
    near = get_close_matches(domain, WELL_KNOWN, n=1, cutoff=ALIKE)
    return f"{local}@{near[0]}" if near else ""


def mailbox_of(address: str) -> str:
    """In small letters and without a tag (RFC 5233): ana+1@ and Ana@ are one mailbox.

    For counting only: where a server knows no tags, two are counted as one.
    """
    local, _, domain = compared(address).rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


@lru_cache(maxsize=1000)  # there are few, and whoever counts mailboxes asks about all clients
def _on_the_wire(domain: str) -> str:
    return idna.encode(domain, uts46=True).decode().lower()


@lru_cache(maxsize=1000)
def _as_read(domain: str) -> str:
    return idna.decode(domain)


def _is_invisible(letter: str) -> bool:
    """What a space or a new line does in an address is seen."""
    return letter not in " \t\r\n" and (
        unicodedata.category(letter) in INVISIBLE_CATEGORIES
        or letter in INVISIBLE
        or ord(letter) in VARIATION_SELECTORS
    )
