"""What a clinic's own machine must have before anything is served: said by `manage.py check`, and
refused by the web server, the worker and beat.
"""

import logging
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Error as Problem
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from bookings.models import User
from clinic.demo.logins import DEMO_ADDRESSES
from clinic.operations import site_address

HERE = ("localhost", "127.0.0.1", "::1")
SHORTEST_KEY = 50

logger = logging.getLogger(__name__)


@register(Tags.security, deploy=True)
def safe_to_serve(app_configs=None, **_more) -> list[CheckMessage]:
    """Of a demo, that it is one; of a clinic, that nothing of a demo is in it."""
    return [Problem(words) for words in (_of_a_demo() if settings.DEMO else _of_a_clinic())]


def refuse_to_start() -> None:
    """Raises ImproperlyConfigured with every reason there is."""
    refuse_unsafe_settings()
    if not settings.DEMO and _has_demo_logins():
        raise ImproperlyConfigured(
            "The demo's logins are in this database; start with an empty one."
        )


def refuse_unsafe_settings() -> None:
    """The same as far as it can be known without a database."""
    if problems := [str(problem.msg) for problem in safe_to_serve()]:
        raise ImproperlyConfigured(" ".join(problems))


def _of_a_demo() -> Iterator[str]:
    if not _is_here():
        yield "Unset DEMO: everybody knows its passwords, so it runs on localhost alone."


def _of_a_clinic() -> Iterator[str]:
    yield from site_address.problems(settings.SITE_URL, settings.ALLOWED_HOSTS)
    if settings.SECRET_KEY == settings.KNOWN_TO_ALL:
        yield "Set SECRET_KEY: with the source's own, anybody could forge links."
    elif len(settings.SECRET_KEY) < SHORTEST_KEY:
        yield f"Set a longer SECRET_KEY, of at least {SHORTEST_KEY} characters."
    if not settings.HEALTH_KEYS or settings.HEALTH_KEY_KNOWN_TO_ALL in settings.HEALTH_KEYS:
        yield "Set HEALTH_KEYS: the source's own key protects nobody's health."
    if settings.DEBUG:
        yield "Unset DEBUG: its error pages show settings and what people have typed."
    if not settings.STAFF_NEED_A_SECOND_FACTOR:
        yield "Unset STAFF_NEED_A_SECOND_FACTOR: only the demo goes without."
    if not settings.ENCRYPTED and not _is_here():
        yield "Set SITE_URL to an address with https://: links must not travel in the open."
    if "*" in settings.ALLOWED_HOSTS:
        yield "Name the hosts in ALLOWED_HOSTS: with a star anybody could forge links in mails."


def _is_here() -> bool:
    return urlsplit(settings.SITE_URL).hostname in HERE


def _has_demo_logins() -> bool:
    """While the database is away nobody signs in; and signing in refuses such a login anyway."""
    try:
        return User.objects.filter(email__in=DEMO_ADDRESSES, is_active=True).exists()
    except DatabaseError:
        logger.warning("The database does not answer: not searched for the demo's logins.")
        return False
