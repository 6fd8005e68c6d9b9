"""The certificate at the site's own address, as everybody is shown it: until when it is good.

Asked for a few seconds, at public addresses alone unless SITE_URL itself names another one.
"""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.models import LastSeen, Seen, Tally

SECONDS, EACH = 5.0, timedelta(minutes=58)


def look_when_due() -> None:
    """Each hour, whoever rings how often."""
    if settings.ENCRYPTED and Tally.objects.one_more("certificate", EACH) == 1:
        look()


def look() -> None:
    if settings.ENCRYPTED:
        LastSeen.objects.note(Seen.CERTIFICATE, **found(settings.SITE_URL))


def found(site_url: str) -> dict[str, str]:
    """`since` and `until` as ISO times; or `problem`, a sentence; or `unknown`, why not seen."""
    parts = urlsplit(site_url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        address = _address(host, port)
        if not address:
            return {"unknown": _("The site’s name leads to an address that is not public.")}
        return _of(_shown(address, port, host))
    except ssl.SSLCertVerificationError as error:
        said = str(error.verify_message).rstrip(".")
        sentence = _("Browsers do not trust the site’s certificate: {said}.").format(said=said)
        return {"problem": sentence, "until": ""}
    except socket.gaierror:
        sentence = _("There is no address for {host}: is its name still paid for, and in the DNS?")
        return {"unknown": sentence.format(host=host)}
    except OSError:
        sentence = _(
            "The machine could not reach {host} itself, so its certificate is not known here. Does "
            "the site open on a phone without Wi-Fi?"
        )
        return {"unknown": sentence.format(host=host)}


def _address(host: str, port: int) -> str:
    """The first; looked up once, so that a name cannot change its mind. Empty: not for us."""
    told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    address = str(told[0][4][0])
    is_named = address == host.strip("[]")
    return address if is_named or ip_address(address).is_global else ""


def _shown(address: str, port: int, host: str) -> Any:
    """Raises OSError; verified as a browser would."""
    with (
        socket.create_connection((address, port), SECONDS) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as safe,
    ):
        return safe.getpeercert()


def _of(certificate: Any) -> dict[str, str]:
    return {
        name: datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate[field]), UTC).isoformat()
        for name, field in (("since", "notBefore"), ("until", "notAfter"))
    }
