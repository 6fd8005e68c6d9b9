"""What staff's sessions must have besides a role: a second factor, and an end."""

from collections.abc import Callable
from time import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from bookings.web.access import STAFF
from bookings.web.requests import PageRequest
from clinic.accounts import second_factor
from clinic.middleware.policy import roles_of, sign_in_first

SETS_ONE_UP = "mfa_index"
# All that staff may reach before they have set up a second factor.
WITHOUT_ONE = frozenset(
    {
        SETS_ONE_UP,
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_reauthenticate",
        "account_logout",
    }
)
SEEN = "seen_at"
MINUTE, HOUR = 60, 3600  # seconds


class StaffDoorMiddleware:
    """Runs after the policy; a runner and a visitor go through untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: PageRequest, view, _args, _kwargs) -> HttpResponse | None:
        if not request.user.is_authenticated or not roles_of(request) & STAFF:
            return None
        name = request.resolver_match.view_name
        if name == "account_logout":
            return None
        if _is_over(request, time()):
            logout(request)
            messages.info(request, _("You were signed out, because it had been a while."))
            return sign_in_first(request)
        # What pages ask by themselves is no sign that somebody is there.
        if not getattr(view, "by_itself", False):
            _note_that_somebody_is_there(request, time())
        request.lacks_a_factor = _lacks_a_factor(request)
        if request.lacks_a_factor and name not in WITHOUT_ONE:
            return _set_one_up(request)
        return None


def _is_over(request: PageRequest, now: float) -> bool:
    began = second_factor.signed_in_at(request)
    if began is None:
        return False  # and without a factor, so that it opens nothing
    seen = request.session.get(SEEN, began)
    return (
        now - began >= settings.STAFF_SIGNED_IN_HOURS * HOUR
        or now - seen >= settings.STAFF_IDLE_MINUTES * MINUTE
    )


def _note_that_somebody_is_there(request: PageRequest, now: float) -> None:
    """At most once a minute, because each time writes the session."""
    began = second_factor.signed_in_at(request)
    if began is not None and now - request.session.get(SEEN, 0) >= MINUTE:
        request.session[SEEN] = now


def _lacks_a_factor(request: PageRequest) -> bool:
    return settings.STAFF_NEED_A_SECOND_FACTOR and not second_factor.was_given(request)


def _set_one_up(request: PageRequest) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(SETS_ONE_UP))
    return redirect(SETS_ONE_UP)
