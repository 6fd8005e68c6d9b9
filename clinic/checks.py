"""What a clinic's own machine must have before anything is served: said by `manage.py check`, and
refused by the web server, the worker and beat.
"""

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Error as Problem
from django.core.checks import Warning as Advice
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.api import mail_events
from bookings.models import User
from bookings.queries.office.backups import NIGHTLY, last_backup, last_made
from clinic.demo.logins import DEMO_ADDRESSES
from clinic.operations import mail_settings, site_address, typed_settings
from clinic.operations.backups import encryption
from therapists.core import web_push_keys

HERE = ("localhost", "127.0.0.1", "::1")
SHORTEST_KEY = 50
NOT_SEALED = gettext_lazy(
    "Set BACKUP_KEY: backups are not sealed, so whoever gets one reads all names in it."
)
PROVES_ITSELF = ("verify-ca", "verify-full")  # libpq's sslmode, where a certificate is checked
OF_ANOTHER = """
    SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
           (SELECT count(*) FROM pg_tables
            WHERE schemaname = 'public' AND tableowner <> current_user)
"""

logger = logging.getLogger(__name__)


@register(Tags.security, deploy=True)
def safe_to_serve(app_configs: Any = None, **_more: Any) -> list[CheckMessage]:
    """Of a demo, that it is one; of a clinic, that nothing of a demo is in it."""
    return [Problem(words) for words in (_of_a_demo() if settings.DEMO else _of_a_clinic())]


@register(Tags.security, deploy=True)
def well_kept(app_configs: Any = None, **_more: Any) -> list[CheckMessage]:
    """What a clinic should put right, though it may go on meanwhile."""
    if settings.DEMO:
        return []
    found = (
        *_of_backups(),
        *_of_the_sender(),
        *_of_keys(),
        *_of_connections(),
        *_of_the_database(),
    )
    return [Advice(words) for words in found]


def settings_to_improve() -> list[str]:
    """The same as far as the settings say it."""
    not_sealed = () if settings.BACKUP_KEY else (str(NOT_SEALED),)
    return [*not_sealed, *_of_keys(), *_of_connections()]


def refuse_to_start() -> None:
    """Raises ImproperlyConfigured with every reason there is."""
    refuse_unsafe_settings()
    if not settings.DEMO and has_demo_logins():
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
    yield from _of_mail_events()
    yield from typed_settings.problems()


def _of_a_clinic() -> Iterator[str]:
    yield from site_address.problems(settings.SITE_URL, settings.ALLOWED_HOSTS)
    yield from _without_keys()
    yield from _of_mail_events()
    yield from mail_settings.problems()
    yield from typed_settings.problems()
    if settings.DEBUG:
        yield "Unset DEBUG: its error pages show settings and what people have typed."
    if not settings.STAFF_NEED_A_SECOND_FACTOR:
        yield "Unset STAFF_NEED_A_SECOND_FACTOR: only the demo goes without."
    if not settings.ENCRYPTED and not _is_here():
        yield "Set SITE_URL to an address with https://: links must not travel in the open."
    if "*" in settings.ALLOWED_HOSTS:
        yield "Name the hosts in ALLOWED_HOSTS: with a star anybody could forge links in mails."


def _without_keys() -> Iterator[str]:
    if settings.KNOWN_TO_ALL in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield "Set SECRET_KEY: with the source's own, anybody could forge links."
    elif len(settings.SECRET_KEY) < SHORTEST_KEY:
        yield f"Set a longer SECRET_KEY, of at least {SHORTEST_KEY} characters."
    if not settings.HEALTH_KEYS or settings.HEALTH_KEY_KNOWN_TO_ALL in settings.HEALTH_KEYS:
        yield "Set HEALTH_KEYS: the source's own key protects nobody's health."
    elif not all(map(_is_a_key, settings.HEALTH_KEYS)):
        yield _("Set HEALTH_KEYS to keys as manage.py make_secrets prints them.")
    if not settings.FACTOR_KEYS or settings.FACTOR_KEY_KNOWN_TO_ALL in settings.FACTOR_KEYS:
        yield _(
            "Set FACTOR_KEYS: the source's own key protects no second factor. Where HEALTH_KEYS "
            "sealed them so far, add its keys behind the new one, and run rotate_second_factors."
        )
    elif not all(map(_is_a_key, settings.FACTOR_KEYS)):
        yield _("Set FACTOR_KEYS to keys as manage.py make_secrets prints them.")
    elif settings.FACTOR_KEYS[0] in settings.HEALTH_KEYS:
        yield _("Set FACTOR_KEYS to another key than HEALTH_KEYS: each opens its own.")
    if settings.BACKUP_KEY and not _seals(settings.BACKUP_KEY):
        yield _("Set BACKUP_KEY to an age key, as manage.py make_secrets prints one.")
    if settings.PUSH_KEY and not _signs(settings.PUSH_KEY):
        yield _("Set PUSH_KEY to a key as manage.py make_secrets prints one.")


def _of_mail_events() -> Iterator[str]:
    service, secret = settings.MAIL_EVENTS_FROM, settings.MAIL_EVENTS_SECRET
    if service and (problem := mail_events.problem_with(service, secret)):
        yield problem


def _of_backups() -> Iterator[str]:
    if not settings.BACKUP_KEY:
        yield str(NOT_SEALED)
    if problem := typed_settings.problem_with_backup_time():
        yield problem
    try:
        newest = last_made()
    except DatabaseError:
        newest = last_backup()
    if newest is None:
        where = settings.BACKUP_FOLDER
        yield _("There is no backup in %s: run manage.py backup each night.") % where
    elif timezone.now() - newest > NIGHTLY:
        made = f"{newest:%d %B %Y, %H:%M}"
        yield _("The newest backup is of %s UTC: run manage.py backup nightly.") % made


def _of_the_sender() -> Iterator[str]:
    """A look at it on one's own machine sends nothing."""
    if not _is_here() and (problem := mail_settings.problem_with_sender()):
        yield problem


def _of_keys() -> Iterator[str]:
    if set(settings.FACTOR_KEYS) & set(settings.HEALTH_KEYS):
        yield _(
            "FACTOR_KEYS has a key of HEALTH_KEYS: run manage.py rotate_second_factors, then take "
            "it away."
        )


def _of_connections() -> Iterator[str]:
    """What goes to other machines in the open, or to whichever machine answers."""
    mail, broker = settings.EMAIL_HOST, urlsplit(settings.REDIS_URL)
    database = settings.DATABASES["default"]
    if _is_elsewhere(mail) and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        yield (
            _(
                "Set EMAIL_USE_TLS=true (or EMAIL_PORT to 465 or 587): names and links go to %s in "
                "the open."
            )
            % mail
        )
    if _is_elsewhere(database["HOST"]) and database["OPTIONS"].get("sslmode") not in PROVES_ITSELF:
        yield _("Add sslmode=verify-full to DATABASE_URL: whoever is between us reads along.")
    if _is_elsewhere(broker.hostname or "") and broker.scheme == "redis":
        yield _("Set REDIS_URL to a rediss:// address: whoever is between us reads along.")


def _is_elsewhere(host: str) -> bool:
    """Neither here, nor beside us in Compose's own network, whose names have no dot."""
    return "." in host and host not in HERE and not host.startswith("/")


def _of_the_database() -> Iterator[str]:
    """Who may do anything there may also change what must not be, such as the history."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(OF_ANOTHER)
            is_superuser, not_ours = cursor.fetchone()
    except DatabaseError:
        return
    if is_superuser:
        yield _("DATABASE_URL names a superuser: give Taper a role that only owns its database.")
    if not_ours:
        yield _("%d tables belong to another role than DATABASE_URL's.") % not_ours


def _is_a_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _seals(key: str) -> bool:
    try:
        encryption.check_key(key)
    except ValueError:
        return False
    return True


def _signs(key: str) -> bool:
    try:
        web_push_keys.public_half(key)
    except ValueError:
        return False
    return True


def _is_here() -> bool:
    return urlsplit(settings.SITE_URL).hostname in HERE


def has_demo_logins() -> bool:
    """While the database is away nobody signs in; and signing in refuses such a login anyway."""
    try:
        return User.objects.filter(email__in=DEMO_ADDRESSES, is_active=True).exists()
    except DatabaseError:
        logger.warning("The database does not answer: not searched for the demo's logins.")
        return False
