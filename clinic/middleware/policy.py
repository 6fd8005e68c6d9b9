"""Who may see which page: the middleware that keeps to the marks beside the routes.

Only the pages of other packages, whose routes are theirs, have a table here.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from bookings import rejected_posts
from bookings.core.roles import Role
from bookings.web.access import DESK, EVERYONE, NOBODY, SIGNED_IN, Roles
from bookings.web.requests import PageRequest

WHO_MAY: Mapping[str, Roles] = MappingProxyType(
    {
        "account_login": EVERYONE,
        "account_request_login_code": EVERYONE,
        "account_confirm_login_code": EVERYONE,
        "account_logout": EVERYONE,
        "account_signup": EVERYONE,  # says that it is closed
        "account_inactive": EVERYONE,
        "account_reauthenticate": SIGNED_IN,
        "account_change_password": SIGNED_IN,
        "account_set_password": SIGNED_IN,
        "account_reset_password": EVERYONE,
        "account_reset_password_done": EVERYONE,
        "account_reset_password_from_key": EVERYONE,
        "account_reset_password_from_key_done": EVERYONE,
        # A login's address is the clinic's to change, since bookings hang on it; its page says so.
        "account_email": SIGNED_IN,
        "account_confirm_email": NOBODY,
        "account_email_verification_sent": NOBODY,
        "mfa_index": SIGNED_IN,
        "mfa_authenticate": EVERYONE,  # asks for the sign-in that has been begun
        "mfa_reauthenticate": SIGNED_IN,
        "mfa_login_webauthn": EVERYONE,
        "mfa_activate_totp": SIGNED_IN,
        "mfa_deactivate_totp": SIGNED_IN,
        "mfa_list_webauthn": SIGNED_IN,
        "mfa_add_webauthn": SIGNED_IN,
        "mfa_edit_webauthn": SIGNED_IN,
        "mfa_remove_webauthn": SIGNED_IN,
        "mfa_reauthenticate_webauthn": SIGNED_IN,
        "mfa_view_recovery_codes": SIGNED_IN,
        "mfa_generate_recovery_codes": SIGNED_IN,
        "mfa_download_recovery_codes": SIGNED_IN,
    }
)
# The admin names its pages itself; which of them each role may use is each ModelAdmin's to say.
WHO_MAY_IN: Mapping[str, Roles] = MappingProxyType({"admin": DESK})
READS = ("GET", "HEAD")
METHODS = (*READS, "POST", "OPTIONS")  # TRACE, for one, would show a request's headers
OPEN_IN_THE_ADMIN = frozenset({"admin:login", "admin:logout", "admin:jsi18n"})


class NoRule(LookupError):
    """A view that has no mark, and is no known page of another package; it is refused."""


def who_may(view: Callable[..., HttpResponse], name: str) -> Roles:
    """The roles a view is for, or EVERYONE: its mark, or the table's line. Raises NoRule."""
    if hasattr(view, "roles"):
        return view.roles
    if name in WHO_MAY:
        return WHO_MAY[name]
    namespace, _, _ = name.partition(":")
    if name in OPEN_IN_THE_ADMIN:
        return EVERYONE
    if namespace in WHO_MAY_IN and namespace != name:
        return WHO_MAY_IN[namespace]
    raise NoRule(name)


class PolicyMiddleware:
    """Refuses a view before it runs, unless its rule lets this person in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        return response

    def process_view(
        self, request: PageRequest, view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        try:
            roles = who_may(view, request.resolver_match.view_name)
        except NoRule as missing:
            raise PermissionDenied(f"{missing} has no rule") from missing
        if roles is None:
            return None
        if not request.user.is_authenticated:
            return sign_in_first(request)
        if not roles_of(request) & roles:
            raise PermissionDenied
        return None


def roles_of(request: PageRequest) -> frozenset[Role]:
    """What whoever has signed in may act as, asked once for each request."""
    if not hasattr(request, "roles"):
        request.roles = request.user.roles_asked if request.user.is_authenticated else frozenset()
    return request.roles


def sign_in_first(request: PageRequest) -> HttpResponse:
    """Back afterwards to the page they were on, or where what they had sent stands again."""
    is_kept, there = rejected_posts.keep(request), request.get_full_path()
    sign_in = resolve_url("account_login")
    if not request.htmx:
        is_its_own = is_kept or request.method in READS
        return redirect_to_login(there if is_its_own else _page_before(request) or there, sign_in)
    # A sign-in page inside a part of another page would be no use.
    page = there if is_kept else request.htmx.current_url_abs_path
    return HttpResponseClientRedirect(redirect_to_login(page, sign_in).url if page else sign_in)


def _page_before(request: PageRequest) -> str:
    """The page of ours whose form was sent; "" where the browser does not say so."""
    before = urlsplit(request.headers.get("Referer", ""))
    page = before._replace(scheme="", netloc="", fragment="").geturl()
    is_ours = before.netloc == request.get_host() and url_has_allowed_host_and_scheme(page, None)
    return page if is_ours else ""
