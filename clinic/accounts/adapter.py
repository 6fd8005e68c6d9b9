"""How people sign in: runners by a mailed code, staff by a login that the clinic has made."""

from typing import Any
from urllib.parse import urljoin

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bookings.actions import logins
from bookings.actions.clients import identity
from bookings.actions.mail import sign_in_mails
from bookings.core.clients.addresses import compared
from bookings.core.roles import Role
from bookings.models import Client, Clinic, SignInKind, User
from bookings.web.access import STAFF
from bookings.web.requests import SignedInRequest
from bookings.web.visitor import outermost_trusted
from clinic.accounts import attempts, sessions, sign_in_log, still_you
from clinic.demo.logins import DEMO_ADDRESSES

# Mails of allauth's that are noted. Of the rest its signals tell.
MAILED = {
    "account/email/login_code": SignInKind.CODE_MAILED,
    "account/email/code_again": SignInKind.CODE_MAILED,
    "account/email/password_reset_key": SignInKind.LINK_MAILED,
    "account/email/unknown_account": SignInKind.NOBODYS,
}


BEGINS_AT = "begins_at"  # in the session: a page's name, for whoever does not begin as usual


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and everybody lands where their day begins."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This address and this password do not belong together."),
        "incorrect_code": _("This is not the code. Please look at it again."),
        "too_many_login_attempts": _(
            "That was tried too often. Please wait a few minutes, or ask for a new code. With a "
            "password, use a passkey or let us mail you a link to a new one."
        ),
        "too_many_at_the_lock": _(
            "That was tried too often here, so this page takes no more of it for now. Sign out "
            "below and sign in again, where tries on this page do not count."
        ),
        "too_many_mails": _(
            "That was tried too often. Please wait a moment, and look at what has come already."
        ),
        "rate_limited": _("That was a lot in a short time. Please wait a minute."),
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse | None:
        """A login whose password everybody knows opens nothing but the demo; one that somebody
        is invited to opens by the invitation alone."""
        if user.is_invited or (user.email in DEMO_ADDRESSES and not settings.DEMO):
            raise PermissionDenied
        return super().pre_login(request, user, **how)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        self._tried = credentials.get("email") or credentials.get("username") or ""
        if not attempts.passwords(request).allow(request, self._tried):
            raise self.validation_error(attempts.too_many(request))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user = super().authenticate(request, **credentials)
        if user:
            attempts.passwords(request).take_back(request, self._tried)
        return user

    def authentication_failed(self, request: HttpRequest, **_credentials: Any) -> None:
        sign_in_log.note(request, SignInKind.WRONG_PASSWORD, typed=self._tried)

    def login(self, request: HttpRequest, user: User) -> None:
        self._is_the_first = user.last_login is None
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """Whoever has proved their address sees what is booked under it."""
        for proved in EmailAddress.objects.filter(user=user, verified=True):
            identity.recognise(user, proved.email, now=timezone.now())
        response = super().post_login(request, user, **how)
        self._note_where(request, user)
        attempts.remember_browser(request, response, user)
        attempts.begin_mails_anew(user)
        return response

    def _note_where(self, request: HttpRequest, user: User) -> None:
        """For the pages that show it; a browser not seen before is told by mail."""
        browser = sign_in_log.browser_of(request)
        request.session[sessions.BROWSER] = browser
        request.session[sessions.NETWORK] = sign_in_log.network_of(request)
        is_new = not (self._is_the_first or attempts.is_known(request, user))
        records = get_authentication_records(request, user)
        ways = ", ".join(record.get("type") or record["method"] for record in records)
        kind = SignInKind.NEW_DEVICE if is_new else SignInKind.SIGNED_IN
        sign_in_log.note(request, kind, user=user, how=ways[:60])
        if is_new:
            logins.tell(user, "new_device", now=timezone.now(), browser=browser)

    def get_login_redirect_url(self, request: SignedInRequest) -> str:
        if place := request.session.get(BEGINS_AT):
            return resolve_url(place)
        roles = request.user.roles()
        if roles & {Role.DESK, Role.OWNER}:
            return resolve_url("desk:home")
        if Role.THERAPIST in roles:
            return resolve_url("therapists:today")
        return resolve_url("runner:account")

    def get_client_ip(self, request: HttpRequest) -> str:
        return outermost_trusted(request)

    def is_reauthentication_required(self, *, app: str, **how: Any) -> bool:
        """Not of whoever has signed in, or was asked, a moment ago: allauth counts the latter."""
        needed = super().is_reauthentication_required(app=app, **how)
        return needed and not still_you.is_fresh(self.request)

    def is_safe_url(self, url: str | None) -> bool:
        """Only to a page of ours, and by its path alone."""
        return url is not None and url.startswith("/") and super().is_safe_url(url)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """By the clinic's own address, whatever host somebody has put into the request."""
        place = reverse("account_reset_password_from_key", kwargs={"uidb36": "u", "key": "k"})
        return urljoin(settings.SITE_URL, place.replace("u-k", key))

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict | None = None, email: str = ""
    ) -> None:
        """With what it takes to say what to do about it: see templates/account/email."""
        more = {"login": user, "site_url": settings.SITE_URL, **(context or {})}
        super().send_notification_mail(template_prefix, user, more, email or None)

    def generate_login_code(self) -> str:
        """The last one mailed, where the address has had enough of them: see `attempts.Mailed`."""
        mailed = getattr(self.request, "sign_in_mail", None)
        return mailed.code if mailed else super().generate_login_code()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Written now, sent after the answer, so that its time tells nothing."""
        mailed = getattr(self.request, "sign_in_mail", None)
        if mailed and mailed.is_enough and template_prefix in MAILED:
            return
        kind, user = MAILED.get(template_prefix), context.get("user")
        context = {**context, "email": email, "site_url": settings.SITE_URL}
        if user and user.last_login is None and sign_in_log.is_of_another(self.request, user):
            context |= {"invited_by": str(self.request.user), "clinic": Clinic.objects.the()}
        if kind == SignInKind.NOBODYS:
            template_prefix = _of_a_colleague(email) or template_prefix
        with translation.override(_language_of(email, user)):
            message = self.render_mail(template_prefix, email, context)
        if kind:
            sign_in_log.note(self.request, kind, typed=email)
        good_for = sign_in_mails.GOOD_FOR if kind else logins.OF_USE_FOR
        now = timezone.now()
        sign_in_mails.owe(email, message.subject, message.body, good_for=good_for, now=now)


@require_safe
def begin(request: SignedInRequest) -> HttpResponse:
    """Where the day of whoever has signed in begins."""
    return redirect(get_adapter().get_login_redirect_url(request))


def is_staff(user: User) -> bool:
    return bool(user.roles() & STAFF)


def _of_a_colleague(address: str) -> str:
    """The mail that says how whoever works here gets in; nothing for all others."""
    user = User.objects.staff().filter(email=compared(address), is_active=True).first()
    if user is None:
        return ""
    return "account/email/still_invited" if user.is_invited else "account/email/staff_code"


def _language_of(address: str, user: User | None) -> str:
    """The clinic's for its staff; a client's own, or else that of the page they are on."""
    if user is not None and is_staff(user):
        return settings.LANGUAGE_CODE
    known = Client.objects.at(address).exclude(language="").first()
    return known.language_of_mails if known else translation.get_language()
