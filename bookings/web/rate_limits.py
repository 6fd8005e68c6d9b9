"""How often one login, or else one network, may ask: counted in Redis, so that it holds for every
process. Losing Redis lifts the limits for a while; what must never give way (holds, tries at
signing in, and newcomers who join the waiting list) is counted in the database instead.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache, wraps
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from bookings.models import Tally
from bookings.web.visitor import counted_as

ACCOUNTS, PAGES, API, BOOKING, HOLDS = "accounts", "pages", "api", "booking", "holds"
FILES, CHECKS, JOINS = "files", "checks", "joins"
ANY = ("GET", "HEAD", "POST")
WRITING = ("POST",)
PATIENCE = 0.3  # seconds
QUIET_AFTER_A_FAILURE = 30  # seconds

logger = logging.getLogger(__name__)
_quiet_until = 0.0
View = Callable[..., HttpResponse]


def one_at_a_time(_request: HttpRequest) -> int:
    return 1


def limited(
    what: str,
    *,
    counts: tuple[str, ...] = WRITING,
    cost: Callable[[HttpRequest], int] = one_at_a_time,
) -> Callable[[View], View]:
    """Answers 429 to whoever asks more often than `settings.LIMITS[what]`, such as "60/hour".

    `cost` is how many a request counts for: a basket counts for each appointment in it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in counts:
                return view(request, *args, **kwargs)
            if wait := seconds_to_wait(request, what, cost=max(1, cost(request))):
                return too_many(request, what, wait)
            return view(request, *args, **kwargs)

        return run

    return decorate


def seconds_to_wait(request: HttpRequest, what: str, *, cost: int = 1, of: str = "") -> int:
    """Counts this request, as so many; 0 while there is room. `of` is whose, if not the usual."""
    global _quiet_until
    limit = settings.LIMITS.get(what)
    if not limit or time.monotonic() < _quiet_until:
        return 0
    try:
        return _count(parse(limit), what, of or counted_as(request), cost)
    except StorageError:
        _quiet_until = time.monotonic() + QUIET_AFTER_A_FAILURE
        logger.warning(_("Redis does not answer: nothing is limited for a while."))
        return 0


def once_too_often(what: str, whose: str) -> bool:
    """Counts one more in the database, in windows that follow one another."""
    if not (limit := settings.LIMITS.get(what)):
        return False
    most = parse(limit)
    key = hashlib.sha256(f"{what} {whose}".encode()).hexdigest()
    return Tally.objects.one_more(key, timedelta(seconds=most.get_expiry())) > most.amount


def too_many(request: HttpRequest, what: str, wait: int) -> HttpResponse:
    context = {"minutes": ceil(wait / 60), "signing_in_helps": what != ACCOUNTS}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(wait)
    return response


def _count(limit: RateLimitItem, what: str, asker: str, cost: int) -> int:
    if _limiter().hit(limit, what, asker, cost=cost):
        return 0
    until = _limiter().get_window_stats(limit, what, asker).reset_time
    return max(1, int(until - time.time()) + 1)


@cache
def _limiter() -> SlidingWindowCounterRateLimiter:
    url = settings.REDIS_URL.replace("redis+socket://", "redis+unix://")
    waits: dict[str, Any] = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    return SlidingWindowCounterRateLimiter(RedisStorage(url, wrap_exceptions=True, **waits))
