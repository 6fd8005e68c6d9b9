"""Who is asking, as far as holds need to know: keyed hashes, so that no address is kept."""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network
from secrets import token_hex

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client

MOST_REMEMBERED = 50
ONE_HOUSEHOLD = 64  # bits of an IPv6 address
_SESSION_KEY, _BOOKED_KEY, _PROVED_KEY = "visitor", "booked", "proved"


def visitor(request: HttpRequest) -> str:
    """The browser that has held a time before, or "" for one that has not."""
    known = request.session.get(_SESSION_KEY, "")
    return known and _keyed("visitor", known)


def visitor_from_now_on(request: HttpRequest) -> str:
    """The browser, to be recognised from now on. For a POST: it starts a session."""
    request.session.setdefault(_SESSION_KEY, token_hex(16))
    return visitor(request)


def booked_here(request: HttpRequest) -> list[Appointment]:
    """What this browser has booked, as far as it remembers."""
    known = request.session.get(_BOOKED_KEY)
    if not known:
        return []
    visits = (
        Appointment.objects.visits().exclude(status=Status.CANCELLED).with_everything().with_waits()
    )
    return list(visits.filter(public_id__in=known).order_by("starts_at"))


def remember_booked(request: HttpRequest, visits: Iterable[Appointment]) -> None:
    known = request.session.get(_BOOKED_KEY, [])
    new = [visit.public_id for visit in visits if visit.public_id not in known]
    request.session[_BOOKED_KEY] = [*known, *new][-MOST_REMEMBERED:]


def proved_address(request: HttpRequest) -> str:
    """The address that whoever has signed in has proved by it; "" for nobody."""
    return request.user.email if request.user.is_authenticated else ""


def proved_here(request: HttpRequest) -> list[str]:
    """Digests of the addresses whose mailed links somebody has pressed in this session."""
    return request.session.get(_PROVED_KEY, [])


def remember_proved(request: HttpRequest, mailed_to: str) -> None:
    """A link that was mailed to the address (`mailed_to`, its digest) has been pressed here."""
    known = proved_here(request)
    if mailed_to and mailed_to not in known:
        request.session[_PROVED_KEY] = [*known, mailed_to][-MOST_REMEMBERED:]


def who_has_signed_in(request: HttpRequest) -> Client | None:
    """The client of this login, once it is known who they are."""
    if not request.user.is_authenticated:
        return None
    return Client.objects.living().filter(user=request.user).exclude(proved_at=None).first()


def language() -> str:
    """What the page is read in; nothing where there is no choice."""
    return (get_language() or "") if len(settings.LANGUAGES) > 1 else ""


def address(request: HttpRequest) -> str:
    """The network the request comes from, past the proxies that we run ourselves."""
    return _keyed("address", network(outermost_trusted(request)))


def counted_as(request: HttpRequest) -> str:
    """Whose limits count: the login's own, or else those of the network, which strangers share."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return _keyed("login", str(user.pk))
    return address(request)


def network(where: str) -> str:
    """What one household has: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ip_address(where)
    except ValueError:
        return where
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, ONE_HOUSEHOLD), strict=False))
    return str(found)


def outermost_trusted(request: HttpRequest) -> str:
    """Only our own proxies' entries are believed; what stands left of them anybody can write."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies = settings.TRUSTED_PROXIES
    if 0 < proxies <= len(hops) and hops[-proxies]:
        return hops[-proxies]
    return request.META.get("REMOTE_ADDR", "")


def _keyed(salt: str, value: str) -> str:
    return salted_hmac(f"bookings.{salt}", value, algorithm="sha256").hexdigest()
