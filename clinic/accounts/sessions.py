"""Sessions in the database that know whose they are (settings.SESSION_ENGINE)."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabasesSessionStore
from django.contrib.sessions.middleware import SessionMiddleware as DjangosMiddleware
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext as _

from bookings.models import BrowserSession, User
from bookings.models.by_sql import read
from bookings.models.sweeping import NO_END, in_batches
from bookings.web.access import STAFF

SIGNING_IN = "account_login"  # where allauth keeps who has begun to
# When somebody was there last; in which browser and from which network (a digest) they signed in.
SEEN, BROWSER, NETWORK = "seen_at", "browser", "network"
MINUTE, HOUR = 60, 3600  # seconds
MOST_SHOWN = 50
KEY_LENGTH = 32


class SessionStore(DatabasesSessionStore):
    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    @classmethod
    def clear_expired(cls, *, until: float = NO_END) -> None:
        over = cls.get_model_class().objects.filter(expire_date__lt=timezone.now())
        in_batches(over.order_by("expire_date"), until=until)

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        row = cast(BrowserSession, super().create_model_instance(data))
        row.user_id = _whose(data)
        return row

    def _get_session_from_db(self) -> BrowserSession | None:
        """By SQL that is written once."""
        facts = [self.session_key, timezone.now()]
        found = read(BrowserSession, "WHERE session_key = %s AND expire_date > %s", facts)
        if not found:
            self._session_key = None
        return found[0] if found else None

    def _get_new_session_key(self) -> str:
        """Not looked up: the INSERT refuses one that is there, and `create` tries another."""
        return get_random_string(KEY_LENGTH, VALID_KEY_CHARS)

    def save(self, must_create: bool = False) -> None:
        """As Django's, but one statement needs no transaction of its own around it."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        row = self.create_model_instance(data)
        around = transaction.atomic() if connection.in_atomic_block else nullcontext()
        try:
            with around:
                row.save(force_insert=must_create, force_update=not must_create)
        except IntegrityError as error:
            if must_create:
                raise CreateError from error
            raise
        except DatabaseError as error:
            if not must_create:
                raise UpdateError from error
            raise


class SessionMiddleware(DjangosMiddleware):
    """As Django's, but no answer to what a page asks by itself ends the browser's session.

    A session gets another key when somebody signs in or hands the phone over. What the page had
    asked before finds nothing under the old key, and its answer, coming afterwards, would take
    the cookie with the new one away.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        is_taken_away = cookie is not None and not cookie.value
        if is_taken_away and request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            del response.cookies[settings.SESSION_COOKIE_NAME]
        return response


def _whose(data: dict[str, Any]) -> int | None:
    """Whoever has signed in, or is about to."""
    if SESSION_KEY in data:
        return int(data[SESSION_KEY])
    begun = (data.get(SIGNING_IN) or {}).get("user_pk")
    return url_str_to_user_pk(begun) if begun else None


@dataclass(frozen=True)
class SignedIn:
    """One browser that somebody is signed in with. `number` names it and opens nothing."""

    key: str
    browser: str
    network: str
    began: datetime
    seen: datetime
    is_here: bool

    @property
    def number(self) -> str:
        keyed = salted_hmac("clinic.accounts.sessions", self.key, algorithm="sha256")
        return keyed.hexdigest()[:16]


def of(user: User, *, now: datetime, here: str = "") -> list[SignedIn]:
    """Where they are signed in, this browser first (`here` is its session's key)."""
    rows = user.sessions.filter(expire_date__gt=now).order_by("-expire_date")[:MOST_SHOWN]
    is_staff = bool(user.roles() & STAFF)
    found = [_signed_in(row, user, now, here, is_staff) for row in rows]
    return sorted(filter(None, found), key=lambda one: (one.is_here, one.seen), reverse=True)


def _signed_in(
    row: BrowserSession, user: User, now: datetime, here: str, is_staff: bool
) -> SignedIn | None:
    """None for one that is only begun, or over."""
    data = row.get_decoded()
    if not constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return None
    began = began_at(data)
    if began is None or is_over(data, now.timestamp(), is_staff=is_staff):
        return None
    began_then, seen = (datetime.fromtimestamp(at, UTC) for at in (began, data.get(SEEN, began)))
    where = data.get(BROWSER) or _("Another browser"), data.get(NETWORK, "")
    return SignedIn(row.pk, *where, began_then, seen, is_here=row.pk == here)


def began_at(data: Mapping[str, Any]) -> float | None:
    """Seconds since the epoch; None for a session that no sign-in page has made."""
    records = data.get(AUTHENTICATION_METHODS_SESSION_KEY) or [{}]
    return records[0].get("at")


def is_over(data: Mapping[str, Any], now: float, *, is_staff: bool) -> bool:
    """However busy: some time after it began; of the staff's also when nobody was there lately."""
    began = began_at(data)
    if began is None:
        return False  # of the staff's without a factor, so that it opens nothing
    if not is_staff:
        return now - began >= settings.RUNNERS_SIGNED_IN_DAYS * 24 * HOUR
    seen = data.get(SEEN, began)
    return (
        now - began >= settings.STAFF_SIGNED_IN_HOURS * HOUR
        or now - seen >= settings.STAFF_IDLE_MINUTES * MINUTE
    )
