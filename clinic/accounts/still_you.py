"""Is it still you? What runners are asked before what cannot be undone, or shows all that is kept.

As staff are before they change logins, after the same time: by a password or a factor, where they
have one, else by a fresh code, of which allauth asks for none again.
"""

from time import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.reauthentication import (
    get_reauthentication_flows,
    resume_request,
    suspend_request,
)
from allauth.core.internal.cryptokit import compare_user_code
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from bookings.models import SignInKind
from bookings.web.forms import plain
from bookings.web.requests import SignedInRequest
from bookings.web.responses import page_methods, private
from clinic.accounts import attempts, sign_in_log

MAILED = "code_again"  # in the session: the code, and when it was made
TEMPLATE = "account/email/code_again"
# allauth's own pages for what signs one in; whoever has a password or a factor it asks itself.
NEW_WAYS_IN = frozenset({"account_set_password", "mfa_activate_totp", "mfa_add_webauthn"})


def must_ask(request: HttpRequest, view: Any, name: str) -> bool:
    """Before a page marked `asks_again` beside its route, or one that makes a new way in."""
    if getattr(view, "asks_again", False):
        return not _is_fresh(request)
    return name in NEW_WAYS_IN and not (
        get_reauthentication_flows(request.user) or _is_fresh(request)
    )


def ask(request: HttpRequest) -> HttpResponse:
    """What was sent is done afterwards."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    return suspend_request(request, ways[0]["url"] if ways else reverse("code_again"))


def asked_at(request: HttpRequest) -> float | None:
    """When they signed in, or were asked last; unknown of a session that was made otherwise."""
    records = get_authentication_records(request, request.user)
    return records[-1]["at"] if records else None


def _is_fresh(request: HttpRequest) -> bool:
    """Whether that is within the time."""
    at = asked_at(request)
    return at is not None and time() - at < app_settings.REAUTHENTICATION_TIMEOUT


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
