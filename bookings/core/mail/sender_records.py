"""What a domain's SPF, DKIM and DMARC records come to, read from their texts."""

import contextlib
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

# Of what SPF asks the DNS for, at most ten (RFC 7208, 4.6.4); those inside of others also count.
ASKS_THE_DNS = ("include:", "a", "a:", "a/", "mx", "mx:", "mx/", "ptr", "exists:", "redirect=")
MOST_ASKED = 10
EXAMPLES = ("example.com", "example.net", "example.org")
NOBODYS = (".example", ".invalid", ".test", ".localhost", ".local", ".internal")


class Finding(StrEnum):
    GOOD = "good"
    MISSING = "missing"
    SEVERAL = "several"
    TOO_MANY = "too many"
    OPEN = "open"  # anybody may
    NOBODY = "nobody"  # may, and so neither may we
    ENDLESS = "endless"  # does not say what becomes of others
    WITHOUT_HOST = "without host"
    REVOKED = "revoked"
    ONLY_WATCHES = "only watches"
    BROKEN = "broken"


@dataclass(frozen=True)
class SenderRecord:
    """`text` is the record that was found, where there is one; `name` where it stands."""

    finding: Finding
    name: str
    text: str = ""

    @property
    def is_good(self) -> bool:
        return self.finding in (Finding.GOOD, Finding.ONLY_WATCHES)


def may_exist(domain: str) -> bool:
    """Whether mail can come from it: no address of a machine, and no name that is kept for examples
    or for one's own machine (RFC 2606, RFC 6761)."""
    name = domain.lower().strip("[]")
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(name.removeprefix("ipv6:"))
        return False
    if name in EXAMPLES or name.endswith(tuple(f".{one}" for one in EXAMPLES)):
        return False
    return "." in name and not name.endswith(NOBODYS)


def spf(domain: str, texts: Iterable[str], include: str) -> SenderRecord:
    """`include`: what the host of our mail asks for, or nothing where it is not known."""
    found = [text for text in texts if _first_word(text) == "v=spf1"]
    if len(found) != 1:
        return SenderRecord(Finding.SEVERAL if found else Finding.MISSING, domain, " ".join(found))
    return SenderRecord(_of_spf(found[0].lower().split()[1:], include), domain, found[0])


def _of_spf(terms: list[str], include: str) -> Finding:
    mechanisms = [term.lstrip("+-~?") for term in terms]
    if sum(_asks_the_dns(one) for one in mechanisms) > MOST_ASKED:
        return Finding.TOO_MANY
    if "+all" in terms or "all" in terms or "?all" in terms:
        return Finding.OPEN
    if not [one for one in mechanisms if one != "all" and not one.startswith("exp=")]:
        return Finding.NOBODY
    if include and f"include:{include}" not in mechanisms:
        return Finding.WITHOUT_HOST
    ends = {"-all", "~all"} & set(terms) or any(one.startswith("redirect=") for one in terms)
    return Finding.GOOD if ends else Finding.ENDLESS


def _asks_the_dns(mechanism: str) -> bool:
    return mechanism in ASKS_THE_DNS or mechanism.startswith(
        tuple(one for one in ASKS_THE_DNS if one[-1] in ":/=")
    )


def dkim(domain: str, by_selector: Mapping[str, Iterable[str]]) -> SenderRecord:
    """The first key that is found; one that is empty was taken back."""
    revoked = ""
    for selector, texts in by_selector.items():
        for text in texts:
            tags = _tags(text)
            name = f"{selector}._domainkey.{domain}"
            if tags.get("p"):
                return SenderRecord(Finding.GOOD, name, text)
            if "p" in tags:
                revoked = name
    if revoked:
        return SenderRecord(Finding.REVOKED, revoked)
    return SenderRecord(Finding.MISSING, f"…._domainkey.{domain}")


def dmarc(domain: str, texts: Iterable[str]) -> SenderRecord:
    name = f"_dmarc.{domain}"
    found = [text for text in texts if _tags(text).get("v") == "DMARC1"]
    if len(found) != 1:
        return SenderRecord(Finding.SEVERAL if found else Finding.MISSING, name, " ".join(found))
    policy = _tags(found[0]).get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        return SenderRecord(Finding.BROKEN, name, found[0])
    return SenderRecord(Finding.ONLY_WATCHES if policy == "none" else Finding.GOOD, name, found[0])


def _tags(text: str) -> dict[str, str]:
    """Of "v=DMARC1; p=none": v and p."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}


def _first_word(text: str) -> str:
    return (text.lower().split() or [""])[0]
