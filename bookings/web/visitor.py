"""Who is asking, as far as holds need to know: keyed hashes, so that no address is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from secrets import token_hex

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from bookings.core import proxies
from bookings.core.clients.addresses import compared
from bookings.core.scheduling.statuses import Status
from bookings.links import still_goes_to
from bookings.models import Appointment, Client

MOST_REMEMBERED = 50
ONE_HOUSEHOLD = 64  # bits of an IPv6 address
# What one provider hands one customer, or counts its customers' shared addresses in: bits of an
# IPv4 and of an IPv6 address.
NEIGHBOURHOOD = {4: 24, 6: 48}
HALF = 32  # letters of a hash
TYPED = "typed"  # in a booking's form, in this browser's session
_SESSION_KEY, _BOOKED_KEY, _PROVED_KEY = "visitor", "booked", "proved"
_STARTS_KEY = "booked_at"  # of each as it was booked, in ISO format


@dataclass(frozen=True)
class BookedHere:
    """What this browser has booked, as far as it remembers; shown is what is not cancelled.

    Of what somebody else has answered for from its mailbox since, only `closed`: the starts chosen
    here that still stand. Of one moved or cancelled it is told that it has `changed`, no more.
    """

    visits: Sequence[Appointment] = ()
    closed: Sequence[datetime] = ()
    changed: Sequence[datetime] = ()
    answered: Sequence[Appointment] = ()  # whoever has answered for it; not to be shown


def visitor(request: HttpRequest) -> str:
    """The browser that has held a time before, or "" for one that has not."""
    known = request.session.get(_SESSION_KEY, "")
    return known and _keyed("visitor", known)


def visitor_from_now_on(request: HttpRequest) -> str:
    """The browser, to be recognised from now on. For a POST: it starts a session."""
    request.session.setdefault(_SESSION_KEY, token_hex(16))
    return visitor(request)


def booked_here(request: HttpRequest) -> BookedHere:
    known = request.session.get(_BOOKED_KEY)
    if not known:
        return BookedHere()
    visits = Appointment.objects.visits().with_everything().with_waits()
    there = list(visits.filter(public_id__in=known).with_answers().order_by("starts_at"))
    answered = [visit for visit in there if visit.was_answered]
    shut = [visit for visit in answered if not has_proved(request, visit.whose)]
    stand = [visit for visit in there if visit.status != Status.CANCELLED]
    starts = request.session.get(_STARTS_KEY, {})
    chosen = {one.pk: datetime.fromisoformat(starts[one.public_id])
              for one in shut if one.public_id in starts}  # fmt: skip
    closed = [one.starts_at for one in shut if one in stand and chosen.get(one.pk) == one.starts_at]
    return BookedHere(
        visits=[one for one in stand if one not in shut],
        closed=closed,
        changed=[start for start in chosen.values() if start not in closed],
        answered=answered,
    )


def remember_booked(request: HttpRequest, visits: Sequence[Appointment]) -> None:
    known = request.session.get(_BOOKED_KEY, [])
    new = [visit.public_id for visit in visits if visit.public_id not in known]
    kept = [*known, *new][-MOST_REMEMBERED:]
    starts = request.session.get(_STARTS_KEY, {})
    starts |= {visit.public_id: visit.starts_at.isoformat() for visit in visits}
    request.session[_BOOKED_KEY] = kept
    request.session[_STARTS_KEY] = {one: starts[one] for one in kept if one in starts}


def remember_moved(request: HttpRequest, visit: Appointment, start: datetime) -> None:
    """Moved by this browser itself, which so knows where it stands."""
    starts = request.session.get(_STARTS_KEY, {})
    if visit.public_id in starts:
        request.session[_STARTS_KEY] = {**starts, visit.public_id: start.isoformat()}


def proved_address(request: HttpRequest) -> str:
    """The address that whoever has signed in has proved by it; "" for nobody."""
    return request.user.email if request.user.is_authenticated else ""


def proved_here(request: HttpRequest) -> list[str]:
    """Digests of the addresses whose mailed links somebody has pressed in this session."""
    return request.session.get(_PROVED_KEY, [])


def has_proved(request: HttpRequest, client: Client) -> bool:
    """Whether this browser has shown that it reads the client's mail: by a link, or signed in."""
    if request.user.is_authenticated:
        same_mailbox = compared(proved_address(request)) == compared(client.email)
        if same_mailbox or client.user_id == request.user.pk:
            return True
    return any(still_goes_to(one, client) for one in proved_here(request))


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
    """The network the request comes from, past the proxies that we run ourselves.

    The first half is the same for all of its neighbourhood.
    """
    where = outermost_trusted(request)
    around = _keyed("neighbourhood", neighbourhood(where))
    return around[:HALF] + _keyed("address", network(where))[:HALF]


def held_from(request: HttpRequest) -> str:
    """The address, or for a login its own half of one.

    So each login has an allowance, and a neighbourhood has one for all of its logins
    (`strangers.booked_from_one_network`).
    """
    where, login = address(request), _login(request)
    return where[:HALF] + login[:HALF] if login else where


def neighbourhood_of(request: HttpRequest) -> str:
    """For what a network has one allowance of, with all of its neighbours."""
    return address(request)[:HALF]


def counted_as(request: HttpRequest) -> str:
    """Whose limits count: the login's own, wherever it is, or those of the network."""
    return _login(request) or address(request)


def _login(request: HttpRequest) -> str:
    """A digest; "" for nobody."""
    user = getattr(request, "user", None)
    return _keyed("login", str(user.pk)) if user is not None and user.is_authenticated else ""


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


def neighbourhood(where: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 one: nobody comes by many of those at once."""
    try:
        found = ip_address(where)
    except ValueError:
        return where
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, NEIGHBOURHOOD[found.version]), strict=False))


def outermost_trusted(request: HttpRequest) -> str:
    told, remote = request.META.get("HTTP_X_FORWARDED_FOR", ""), request.META.get("REMOTE_ADDR", "")
    return proxies.outermost_trusted(told, remote, settings.TRUSTED_PROXIES)


def _keyed(salt: str, value: str) -> str:
    return salted_hmac(f"bookings.{salt}", value, algorithm="sha256").hexdigest()
