"""What the settings about mail and alerts must be, said in sentences; no secret stands in one."""

from collections.abc import Iterator
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.core.mail import sender_records
from bookings.mail import second_server

IMPLICIT, SUBMISSION, LAST_PORT = 465, 587, 65535
ASKED_FOR = (25, SUBMISSION, 2525)  # where TLS, if any, is asked for by STARTTLS


def problems() -> Iterator[str]:
    if not all(parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")):
        yield _(
            "Set DEFAULT_FROM_EMAIL to the address that your mails come from, such as "
            "Example Clinic <book@clinic.example>."
        )
    if not settings.EMAIL_HOST:
        yield _("Set EMAIL_HOST to the name of your mail server, such as smtp.example.com.")
    yield from _of_tls(settings.EMAIL_PORT, settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS)
    if settings.ALERT_EMAIL_URL and not second_server.read(settings.ALERT_EMAIL_URL):
        yield _(
            "Set ALERT_EMAIL_URL to a mail server such as smtps://user:password@smtp.example.com "
            "(port 465) or smtp://user:password@smtp.example.com (port 587)."
        )
    if not all(map(_is_a_name_server, settings.DNS_SERVERS)):
        yield _("Set DNS_SERVERS to addresses such as 9.9.9.9:53.")
    for name in ("ALERT_URL", "ALIVE_URL"):
        if (url := getattr(settings, name)) and not is_https(url):
            yield _("Set {name} to an address that begins with https://.").format(name=name)


def problem_with_sender() -> str:
    """What keeps nobody from starting, but mail from arriving."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    domain = address.rpartition("@")[2]
    if not domain or sender_records.may_exist(domain):
        return ""
    return _(
        "Mail comes from {address}, which can be nobody’s: set DEFAULT_FROM_EMAIL to an address of "
        "a name that you rent."
    ).format(address=address)


def _of_tls(port: int, ssl: bool, starttls: bool) -> Iterator[str]:
    if ssl and starttls:
        yield _(
            "Set only one of EMAIL_USE_SSL (TLS from the first byte, port 465) and EMAIL_USE_TLS "
            "(STARTTLS, port 587); without both, the port says which."
        )
    elif port == IMPLICIT and not ssl:
        yield _(
            "EMAIL_PORT is 465, where mail servers speak TLS from the first byte: set "
            "EMAIL_USE_SSL=true and take EMAIL_USE_TLS away."
        )
    elif port in ASKED_FOR and ssl:
        yield _(
            "EMAIL_PORT is {port}, where TLS is asked for by STARTTLS: set EMAIL_USE_TLS=true and "
            "take EMAIL_USE_SSL away, or set EMAIL_PORT=465."
        ).format(port=port)


def _is_a_name_server(typed: str) -> bool:
    host, _colon, port = typed.rpartition(":")
    try:
        return bool(ip_address(host)) and 0 < int(port) <= LAST_PORT
    except ValueError:
        return False


def is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
