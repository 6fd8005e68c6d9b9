"""Sessions in the database that know whose they are (settings.SESSION_ENGINE)."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, cast

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.middleware import AuthenticationMiddleware as DjangosAuthentication
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabasesSessionStore
from django.contrib.sessions.middleware import SessionMiddleware as DjangosMiddleware
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from bookings.actions import diary_lock
from bookings.models import THE_CLINIC, BrowserSession, Clinic, Therapist, User
from bookings.models.by_sql import columns_of
from bookings.models.sweeping import NO_END, in_batches
from bookings.web.access import STAFF

SIGNING_IN = "account_login"  # where allauth keeps who has begun to
# When somebody was there last; in which browser and from which network (a digest) they signed in.
SEEN, BROWSER, NETWORK = "seen_at", "browser", "network"
MINUTE, HOUR = 60, 3600  # seconds
MOST_SHOWN = 50
KEY_LENGTH = 32


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


# What every page of somebody signed in asks first, in one question instead of five.
WITH_ITS_LOGIN = """
    SELECT session_data, OF_LOGIN, OF_THERAPIST, OF_CLINIC
      FROM bookings_browsersession session
      LEFT JOIN bookings_user login ON login.id = session.user_id
      LEFT JOIN bookings_therapist therapist ON therapist.user_id = login.id
      LEFT JOIN bookings_clinic clinic ON clinic.id = %s AND login.id IS NOT NULL
     WHERE session_key = %s AND expire_date > %s
"""
WITH_ITS_LOGIN = (
    WITH_ITS_LOGIN.replace("OF_LOGIN", ", ".join(columns_of(User, "login")))
    .replace("OF_THERAPIST", ", ".join(columns_of(Therapist, "therapist")))
    .replace("OF_CLINIC", ", ".join(columns_of(Clinic, "clinic")))
)


class SessionStore(DatabasesSessionStore):
    """Knows, once it is read, the login that it was made for, and the clinic, as they were then."""

    login: User | None = None
    clinic: Clinic | None = None

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(WITH_ITS_LOGIN, [THE_CLINIC, self.session_key, timezone.now()])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        told = iter(found[1:])
        self.login, therapist, self.clinic = (
            _made(model, told) for model in (User, Therapist, Clinic)
        )
        if self.login:
            User.therapist.related.set_cached_value(self.login, therapist)
        if therapist:
            therapist.user = self.login
        return self.decode(found[0])

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
            if not connection.in_atomic_block:
                diary_lock.has_waited_for_the_disk()
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

    What has changed the diary is on disk before the answer goes, most often with the session.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with diary_lock.told_at_the_end():
            return cast(HttpResponse, super().__call__(request))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        is_taken_away = cookie is not None and not cookie.value
        if is_taken_away and request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            del response.cookies[settings.SESSION_COOKIE_NAME]
        return response


class AuthenticationMiddleware(DjangosAuthentication):
    """As Django's, which is asked wherever the login that came with the session is not enough."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _signed_in_as(request))  # type: ignore[assignment]


def _signed_in_as(request: Any) -> User | AnonymousUser:
    data = request.session
    claimed = data.get(SESSION_KEY)  # reads the session
    login = data.login
    is_whole = (
        login is not None
        and str(login.pk) == claimed
        and login.is_active
        and data.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(data.get(HASH_SESSION_KEY, ""), login.get_session_auth_hash())
    )
    return login if is_whole else get_user(request)


def _made(model: type[Model], told: Iterator[Any]) -> Any:
    """Of its columns, which come next; None where there is no row."""
    columns = _columns(model)
    row = list(islice(told, len(columns)))
    return None if row[0] is None else model.from_db(connection.alias, columns, row)


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
