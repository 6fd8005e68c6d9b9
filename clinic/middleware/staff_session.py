"""What sessions must have besides a role: an end, and those of staff a second factor.

Of everybody's it is kept when they were there last.
"""

from collections.abc import Callable
from time import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from bookings.web.access import STAFF
from bookings.web.requests import PageRequest
from clinic.accounts import second_factor, sessions, still_you
from clinic.middleware.policy import roles_of, sign_in_first
from therapists.pages.health import handed_over

SETS_ONE_UP = "mfa_index"
# All that staff may reach before they have set up a second factor.
WITHOUT_ONE = handed_over.WAYS_BACK | {SETS_ONE_UP, "mfa_activate_totp", "mfa_add_webauthn"}


class StaffDoorMiddleware:
    """Runs after the policy; a visitor goes through, and a runner until their session ends."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        handed_over.dress(request)
        return self.get_response(request)

    def process_view(
        self, request: PageRequest, view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name
        if not request.user.is_authenticated or name == "account_logout":
            return None
        is_staff = bool(roles_of(request) & STAFF)
        if sessions.is_over(request.session, time(), is_staff=is_staff):
            logout(request)
            messages.info(request, _("You were signed out, because it had been a while."))
            return sign_in_first(request)
        asked_at = still_you.asked_at(request)
        if elsewhere := handed_over.only_its_page(request, asked_at=asked_at):
            return elsewhere
        # What pages ask by themselves is no sign that somebody is there.
        if not getattr(view, "by_itself", False):
            often = sessions.MINUTE if is_staff else sessions.HOUR
            _note_that_somebody_is_there(request, time(), at_most_each=often)
        if not is_staff:
            return still_you.ask(request) if still_you.must_ask(request, view, name) else None
        request.lacks_a_factor = _lacks_a_factor(request)
        if request.lacks_a_factor and name not in WITHOUT_ONE:
            return _set_one_up(request)
        return still_you.ask(request) if still_you.must_ask(request, view, name) else None


def _note_that_somebody_is_there(request: PageRequest, now: float, *, at_most_each: int) -> None:
    """Seldom, because each time writes the session."""
    is_signed_in = sessions.began_at(request.session) is not None
    if is_signed_in and now - request.session.get(sessions.SEEN, 0) >= at_most_each:
        request.session[sessions.SEEN] = now


def _lacks_a_factor(request: PageRequest) -> bool:
    return settings.STAFF_NEED_A_SECOND_FACTOR and not second_factor.was_given(request)


def _set_one_up(request: PageRequest) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(SETS_ONE_UP))
    return redirect(SETS_ONE_UP)
