"""What the DNS says of the domain that the clinic's mail comes from: asked for three seconds."""

import re
import time
from collections.abc import Callable, Iterable
from email.utils import parseaddr

import dns.exception
import dns.resolver
from django.conf import settings

from bookings.core.mail import mail_hosts, sender_records

SECONDS = 3.0
MOST_TEXTS, LONGEST_TEXT = 20, 1000
A_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9_-]{1,63}){0,2}")

Texts = list[str] | None  # None where nobody has answered
NOT_THERE: list[str] = []  # this very one where the DNS says that there is no such name


def domain() -> str:
    """Of the address that mails come from."""
    # Some Pythons find no address at all where a machine's stands in brackets.
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or settings.DEFAULT_FROM_EMAIL.rstrip(" >")
    return address.rpartition("@")[2].lower()


def ask(selector: str = "") -> dict:
    """Facts that fit into a row: `spf` and `dmarc`, and `dkim` by selector.

    `selector` is of A_SELECTOR; each is a list of texts, or None where nobody answered in time.
    `exists`: False where there is no such domain, and then nothing else was asked.
    """
    of, texts = domain(), _asker()
    spf = texts(of) if sender_records.may_exist(of) else NOT_THERE
    if spf is NOT_THERE:
        return {"domain": of, "selector": selector, "exists": False}
    host = mail_hosts.host_of(settings.EMAIL_HOST)
    selectors = [selector] if selector else [*(host.selectors if host else ())]
    selectors = selectors or list(mail_hosts.COMMON_SELECTORS)
    return {
        "domain": of,
        "selector": selector,
        "exists": True,
        "spf": spf,
        "dmarc": _dmarc(of, texts),
        "dkim": {one: texts(f"{one}._domainkey.{of}") for one in selectors},
    }


def exists() -> bool:
    """Whether the domain that mails come from does; where nobody answers it may."""
    return sender_records.may_exist(domain()) and _asker()(domain()) is not NOT_THERE


def _dmarc(of: str, texts: Callable[[str], Texts]) -> Texts:
    """Where a name has none, that of the domain above it holds (RFC 7489, 6.6.3)."""
    found = texts(f"_dmarc.{of}")
    above = of.partition(".")[2]
    return texts(f"_dmarc.{above}") if found == [] and "." in above else found


def _asker() -> Callable[[str], Texts]:
    """All that it is asked shares the three seconds."""
    until = time.monotonic() + SECONDS
    resolver = _resolver()

    def texts(name: str) -> Texts:
        left = until - time.monotonic()
        if resolver is None or left <= 0:
            return None
        try:
            answer = resolver.resolve(name, "TXT", lifetime=left)
        except dns.resolver.NXDOMAIN:
            return NOT_THERE
        except dns.resolver.NoAnswer:
            return []
        except (dns.exception.DNSException, OSError, ValueError):
            return None
        return _read(answer)

    return texts


def _read(answer: Iterable) -> list[str]:
    """The pieces of a long text are one."""
    texts = [b"".join(row.strings).decode(errors="replace") for row in answer]
    return [text[:LONGEST_TEXT] for text in texts[:MOST_TEXTS]]


def _resolver() -> dns.resolver.Resolver | None:
    """The machine's own, or DNS_SERVERS; None where it has none."""
    try:
        resolver = dns.resolver.Resolver(configure=not settings.DNS_SERVERS)
    except dns.exception.DNSException:
        return None
    if settings.DNS_SERVERS:
        places = [server.rpartition(":") for server in settings.DNS_SERVERS]
        resolver.nameservers = [host for host, _colon, _port in places]
        resolver.port = int(places[0][2])
    return resolver
