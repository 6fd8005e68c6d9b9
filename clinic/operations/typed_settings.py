"""Settings that are typed in a form of their own, such as a time or a limit, judged at the start:
what cannot be read would break each page that asks for it.
"""

import re
from collections.abc import Iterator

import limits
import redis
from django.conf import settings
from django.utils.translation import gettext as _

A_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


def problems() -> Iterator[str]:
    if not _is_a_broker(settings.REDIS_URL):
        yield _("Set REDIS_URL to an address such as redis://redis:6379/0, without a “?”.")
    for what, limit in settings.LIMITS.items():
        if limit and not _is_a_limit(limit):
            yield _("Set {name} to something such as {usual}.").format(
                name=(name := f"LIMIT_{what.upper()}"), usual=settings.USUAL[name]
            )


def problem_with_backup_time() -> str:
    """Keeps nobody from starting: nightly.sh, which judges alike, goes on at its usual time."""
    if A_TIME.fullmatch(settings.BACKUP_AT):
        return ""
    return _("BACKUP_AT is “{typed}”: set it to a time such as {usual}.").format(
        typed=settings.BACKUP_AT, usual=settings.USUAL["BACKUP_AT"]
    )


def _is_a_limit(typed: str) -> bool:
    try:
        return limits.parse(typed).amount > 0
    except ValueError:
        return False


def _is_a_broker(url: str) -> bool:
    """As far as it can be known without asking it."""
    try:
        asked = redis.Redis.from_url(url.replace("redis+socket://", "unix://"))
        asked.connection_pool.make_connection()
    except (ValueError, TypeError, redis.RedisError):
        return False
    return True
