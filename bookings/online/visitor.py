"""Who is asking, as far as holds need to know: keyed hashes, so that no address is kept."""

from secrets import token_hex

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

_SESSION_KEY = "visitor"


def visitor(request: HttpRequest) -> str:
    """The browser that has held a time before, or "" for one that has not."""
    known = request.session.get(_SESSION_KEY, "")
    return known and _keyed("visitor", known)


def visitor_from_now_on(request: HttpRequest) -> str:
    """The browser, to be recognised from now on. For a POST: it starts a session."""
    request.session.setdefault(_SESSION_KEY, token_hex(16))
    return visitor(request)


def address(request: HttpRequest) -> str:
    """Where the request comes from, past the proxies that we run ourselves."""
    return _keyed("address", _outermost_trusted(request))


def _outermost_trusted(request: HttpRequest) -> str:
    """Only our own proxies' entries are believed; what stands left of them anybody can write."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies = settings.TRUSTED_PROXIES
    if 0 < proxies <= len(hops) and hops[-proxies]:
        return hops[-proxies]
    return request.META.get("REMOTE_ADDR", "")


def _keyed(salt: str, value: str) -> str:
    return salted_hmac(f"bookings.{salt}", value, algorithm="sha256").hexdigest()
