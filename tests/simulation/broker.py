"""How the worker says that it is done, beside the queue that it works off."""

from functools import cache

import redis
from django.conf import settings

from tests import patience

DONE = "simulation:done"


@cache
def broker() -> redis.Redis:
    url = settings.REDIS_URL.replace("redis+socket://", "unix://")
    return redis.Redis.from_url(url, socket_timeout=2 * patience.seconds())
