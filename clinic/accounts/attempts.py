"""How often signing in may be tried, so that nobody guesses and nobody is locked out by others.

Tries are counted by login and network, by network, and by login from anywhere. A browser in which
this login has signed in before, or has just set a new password by a mailed link, is counted by
itself alone ("device cookies", as OWASP describes them), so that what strangers do elsewhere shuts
nobody out; passkeys need no limit, since nothing in them can be guessed.

The tallies are rows that go by age (bookings.models.tallies): no flood of invented addresses pushes
one out, and they outlive Redis.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_hex
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import password_reset
from django.conf import settings
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from bookings.core.clients.addresses import compared, mailbox_of
from bookings.models import SignInKind, Tally, User
from bookings.web.visitor import network, outermost_trusted
from clinic.accounts import sign_in_log
from therapists.pages.health import handed_over

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KNOWN_FOR = timedelta(days=180)
MOST_LOGINS = 20  # that one browser is known for, as the desk's is for whoever works there
SALT = "clinic.accounts.known"
IN_THE_SESSION = "known_browser"

Limit = tuple[int, timedelta]


@dataclass(frozen=True)
class Attempts:
    """Of one kind; each limit is a number and the time it is for, the narrowest first."""

    kind: str
    by_login_and_network: tuple[Limit, ...]
    by_network: Limit
    by_login: Limit

    def allow(self, request: HttpRequest, login: str) -> bool:
        """Counts this one. What is refused counts nowhere else, or one network could fill all."""
        if not settings.LIMIT_SIGNING_IN:
            return True
        for key, most, per in self._of(request, login):
            count = Tally.objects.one_more(key, per)
            if count == most + 1:  # the first that is refused stands for all
                how = f"{self.kind}, {most} in {per // MINUTE} minutes"
                sign_in_log.note(request, SignInKind.LOCKED_OUT, typed=login, how=how)
            if count > most:
                return False
        return True

    def take_back(self, request: HttpRequest, login: str) -> None:
        """One that was right is none."""
        for key, _most, _per in self._of(request, login):
            Tally.objects.take_back(key)

    def _of(self, request: HttpRequest, login: str) -> Iterator[tuple[str, int, timedelta]]:
        if browser := _known_browser(request, login):
            for most, per in self.by_login_and_network:
                yield self._key("browser", per, login, browser), most, per
            return
        here = network(outermost_trusted(request))
        for most, per in self.by_login_and_network:
            yield self._key("here", per, login, here), most, per
        yield self._key("network", self.by_network[1], here), *self.by_network
        yield self._key("login", self.by_login[1], login), *self.by_login

    def _key(self, *parts: object) -> str:
        return _digest("tally", self.kind, *parts)


PASSWORDS = Attempts("password", ((5, 5 * MINUTE), (30, DAY)), (10, MINUTE), (100, DAY))
FACTORS = Attempts("factor", ((5, 5 * MINUTE), (30, DAY)), (10, MINUTE), (100, DAY))
# Of a browser handed to a client, whose tries leave the sign-in page open to whom it is of.
PASSWORDS_AT_THE_LOCK = replace(PASSWORDS, kind="password of a browser handed over")
FACTORS_AT_THE_LOCK = replace(FACTORS, kind="factor of a browser handed over")
MAILS = Attempts("mail", ((3, MINUTE), (10, HOUR)), (20, MINUTE), (400, HOUR))


def passwords(request: HttpRequest) -> Attempts:
    return PASSWORDS_AT_THE_LOCK if handed_over.is_handed_over(request) else PASSWORDS


def factors(request: HttpRequest) -> Attempts:
    return FACTORS_AT_THE_LOCK if handed_over.is_handed_over(request) else FACTORS


def too_many(request: HttpRequest) -> str:
    """The name of the sentence that says so."""
    return f"too_many_{'at_the_lock' if handed_over.is_handed_over(request) else 'login_attempts'}"


@dataclass(frozen=True)
class Mailed:
    """What an address is mailed when somebody asks for it, from whatever network.

    Once it has had enough, nothing goes out, and the code is that of the last mail: whoever has
    the mailbox signs in with it, however many others have asked.
    """

    is_enough: bool
    code: str


CODE, LINK = "code", "link"
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # as in allauth's codes: none is misread, and no word comes out
LETTERS_IN_A_CODE = 8


def one_more_mail(request: HttpRequest, what: str, address: str, *, is_known: bool) -> Mailed:
    """Counts it. `what`: CODE or LINK; of strangers' addresses, by mailbox, whatever its tags."""
    whose = compared(address) if is_known else mailbox_of(address)
    key = _digest("mails", what, is_known, whose)
    count, until = Tally.objects.one_more_until(key, HOUR)
    most = settings.SIGN_IN_MAILS_PER_HOUR if settings.LIMIT_SIGNING_IN else count
    if count == most + 1:
        how = _("{what} by mail, {most} in 60 minutes").format(what=what, most=most)
        sign_in_log.note(request, SignInKind.LOCKED_OUT, typed=address, how=how)
    return Mailed(count > most, _code(key, until, min(count, most)))


def _code(*parts: object) -> str:
    """Nobody can tell it who does not have our secret key; nor one from another."""
    left, letters = int(_digest("code", *parts), 16), ""
    for _letter in range(LETTERS_IN_A_CODE):
        left, place = divmod(left, len(LETTERS))
        letters += LETTERS[place]
    return f"{letters[:4]}-{letters[4:]}"


def begin_mails_anew(user: User) -> None:
    """Whoever has signed in has the mailbox; and what opened once opens no more."""
    theirs = [compared(address) for address in _addresses(user)]
    keys = [_digest("mails", what, True, one) for what in (CODE, LINK) for one in theirs]
    Tally.objects.filter(key__in=keys).delete()


def use_once(user: User, code: str, *, lives: timedelta) -> bool:
    """Whether this code has not been used before, as far back as it could still be right."""
    return Tally.objects.one_more(_digest("used code", user.pk, code), lives) == 1


def is_known(request: HttpRequest, user: User) -> bool:
    """Whether they have signed in in this browser before."""
    return not set(_known(request)["logins"]).isdisjoint(_logins(user))


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """In a cookie that opens nothing: it only says which logins have been used here."""
    known = _known(request)
    logins = [*(one for one in known["logins"] if one not in _logins(user)), *_logins(user)]
    value = {"browser": known["browser"], "logins": logins[-MOST_LOGINS:]}
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE,
        signing.dumps(value, salt=SALT),
        max_age=KNOWN_FOR,
        secure=settings.ENCRYPTED,
        httponly=True,
        samesite="Lax",
    )


@receiver(password_reset)
def remember_for_now(request: HttpRequest, user: User, **_more: Any) -> None:
    """Whoever has followed the mailed link is no stranger, whatever has been tried meanwhile."""
    begin_mails_anew(user)
    request.session[IN_THE_SESSION] = {"browser": token_hex(16), "logins": _logins(user)}


def _known_browser(request: HttpRequest, login: str) -> str:
    """What tells this browser from others, if the login is known in it; else ""."""
    for known in (request.session.get(IN_THE_SESSION), _known(request)):
        if known and _digest("login", login.lower()) in known["logins"]:
            return known["browser"]
    return ""


def _known(request: HttpRequest) -> dict[str, Any]:
    try:
        signed = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE, "")
        return signing.loads(signed, salt=SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return {"browser": token_hex(16), "logins": []}


def _logins(user: User) -> list[str]:
    return sorted({_digest("login", address.lower()) for address in _addresses(user)})


def _addresses(user: User) -> list[str]:
    mailed = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return [user.email, *mailed]


def _digest(salt: str, *parts: object) -> str:
    text = "\n".join(str(part) for part in parts)
    return salted_hmac(f"clinic.accounts.{salt}", text, algorithm="sha256").hexdigest()
