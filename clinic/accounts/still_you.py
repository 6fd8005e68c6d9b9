"""Is it still you? What runners are asked before what cannot be undone, or shows all that is kept.

As staff are before they change logins: by a password or a factor, where they have one, else by a
fresh code, of which allauth asks for none again. What was sent goes on to its own page afterwards.
"""

from collections.abc import Callable
from time import time
from typing import Any, cast

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.reauthentication import (
    STATE_SESSION_KEY,
    get_reauthentication_flows,
    resume_request,
    suspend_request,
)
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.cryptokit import compare_user_code
from django import forms
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy

from bookings.models import SignInKind, User
from bookings.web.access import STAFF
from bookings.web.forms import plain
from bookings.web.requests import SignedInRequest
from bookings.web.responses import page_methods, private
from clinic.accounts import attempts, sign_in_log

MAILED = "code_again"  # in the session: the code, and when it was made
TEMPLATE = "account/email/code_again"
GOES_ON = "sent_before_it_was_asked"  # in the session: a form, once it is known who has sent it
SECONDS_TO_GO_ON = 60  # a browser follows at once; what it did not is not done some other day
# allauth's own pages for what signs one in; whoever has a password or a factor it asks itself.
NEW_WAYS_IN = frozenset({"account_set_password", "mfa_activate_totp", "mfa_add_webauthn"})


def must_ask(request: HttpRequest, view: Any, name: str) -> bool:
    """Before a page marked `asks_again` beside its route, or one that makes a new way in."""
    if getattr(view, "asks_again", False):
        return not is_fresh(request)
    return name in NEW_WAYS_IN and not (
        get_reauthentication_flows(request.user) or is_fresh(request)
    )


def ask(request: HttpRequest) -> HttpResponse:
    """What was sent is done afterwards."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    return suspend_request(request, ways[0]["url"] if ways else reverse("code_again"))


def asked_at(request: HttpRequest) -> float | None:
    """When they signed in, or were asked last; unknown of a session that was made otherwise."""
    records = get_authentication_records(request, request.user)
    return records[-1]["at"] if records else None


def is_fresh(request: HttpRequest) -> bool:
    """Whether that is within the time: signing in says who it is as well as being asked does."""
    at = asked_at(request)
    is_staff = bool(cast(User, request.user).roles() & STAFF)
    of_staff, of_runners = (
        60 * settings.STAFF_STILL_THEM_MINUTES,
        app_settings.REAUTHENTICATION_TIMEOUT,
    )
    return at is not None and time() - at < (of_staff if is_staff else of_runners)


class SeeOther(HttpResponseRedirect):
    """By GET, whatever was sent; and to where the next answer may lead once more."""

    status_code = 303


class GoesOnMiddleware:
    """What was sent before it was asked goes on to the page it was sent to, and not to the page of
    the password: that would stand in the address, and whatever is put right be sent there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and GOES_ON in request.session:
            _send_again(request)
        response = self.get_response(request)
        if request.method == "POST" and response.status_code == 302:
            _keep_for_its_page(request)
        return response


def _keep_for_its_page(request: HttpRequest) -> None:
    """Where allauth has put the form away, to answer it by itself."""
    if "request" in request.session.get(STATE_SESSION_KEY, {}):
        kept = {"url": request.get_full_path(), "form": request.POST.urlencode()}
        then = f"{go_on.__module__}.{go_on.__name__}"
        request.session[STATE_SESSION_KEY] = {"callback": then, "state": kept}


def go_on(request: HttpRequest, kept: dict[str, Any]) -> HttpResponse | None:
    """Unless it was another page, since, that asked who it is."""
    if get_next_redirect_url(request, REDIRECT_FIELD_NAME) != kept["url"]:
        return None
    request.session[GOES_ON] = {**kept, "at": time()}
    return SeeOther(kept["url"])


def _send_again(request: Any) -> None:
    """As it was sent, once; only whoever has just said who they are has anything kept."""
    kept = request.session[GOES_ON]
    is_late = time() - kept["at"] > SECONDS_TO_GO_ON
    if is_late or request.get_full_path() == kept["url"]:
        del request.session[GOES_ON]
    if not is_late and request.get_full_path() == kept["url"]:
        request.method = "POST"
        request.POST, request._files = QueryDict(kept["form"]), MultiValueDict()
        request.csrf_processing_done = True  # it was checked when it came


class MailedCodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Please type the code of our mail.")},
    )
    helper = plain("code")


@page_methods
@private
def code_again(request: SignedInRequest) -> HttpResponse:
    """A press mails the code; typing it goes on with what was asked for.

    Not for whoever has a password or a factor: a mailbox that is open proves less.
    """
    if ways := get_adapter().get_reauthentication_methods(request.user):
        return redirect(ways[0]["url"])
    if request.method == "POST" and "code" not in request.POST:
        _mail(request)
        return redirect(request.get_full_path())
    form = MailedCodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _is_right(request, form):
        attempts.begin_mails_anew(request.user)
        record_authentication(request, request.user, "code", reauthenticated=True)
        return resume_request(request) or redirect("begin")
    context = {"form": form, "is_mailed": MAILED in request.session}
    status = 422 if form.errors else 200
    return render(request, "account/code_again.html", context, status=status)


def _mail(request: Any) -> None:
    """No more an hour than for signing in; then the newest goes on being good."""
    user, adapter = request.user, get_adapter()
    request.sign_in_mail = attempts.one_more_mail(request, attempts.CODE, user.email, is_known=True)
    code = adapter.generate_login_code()
    request.session[MAILED] = {"code": code, "at": time()}
    adapter.send_mail(TEMPLATE, user.email, {"user": user, "code": code, "request": request})


def _is_right(request: SignedInRequest, form: MailedCodeForm) -> bool:
    """Guessed as seldom as a second factor is."""
    user, mailed = request.user, request.session.get(MAILED)
    if not attempts.FACTORS.allow(request, user.email):
        form.add_error("code", get_adapter().validation_error("too_many_login_attempts"))
        return False
    expected = mailed["code"] if mailed and _is_good(mailed["at"]) else ""
    if not compare_user_code(actual=form.cleaned_data["code"], expected=expected):
        sign_in_log.note(request, SignInKind.WRONG_CODE, user=user)
        form.add_error("code", get_adapter().validation_error("incorrect_code"))
        return False
    attempts.FACTORS.take_back(request, user.email)
    del request.session[MAILED]
    return True


def _is_good(made_at: float) -> bool:
    return time() - made_at <= app_settings.LOGIN_BY_CODE_TIMEOUT
