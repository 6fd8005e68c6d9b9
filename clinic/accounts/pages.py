"""Where one is signed in, and for the owner: where anybody is, and who signed in or tried."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.forms import ResetPasswordForm
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.actions import logins
from bookings.actions.refusals import Refused
from bookings.actions.rota.impact import VisitsAffected
from bookings.actions.rota.therapists import offer_again, offer_no_longer
from bookings.core.wording import isolated
from bookings.models import Client, Clinic, SignInEvent, SignInKind, Therapist, User
from bookings.models.records.sign_ins import BY_ANYBODY
from bookings.queries.logins import is_still_invited
from bookings.web.actor import who
from bookings.web.forms import DayField, whole_number
from bookings.web.requests import SignedInRequest, StaffRequest
from bookings.web.responses import page_methods, private
from clinic.accounts import sessions, sign_in_log

ON_A_PAGE = 50
EVENTS_SHOWN = 20
TRIES, NEW_BROWSERS = "tries", "new"
KINDS = {TRIES: BY_ANYBODY, NEW_BROWSERS: (SignInKind.NEW_DEVICE,)}


@page_methods
@private
def signed_in(request: SignedInRequest) -> HttpResponse:
    """`end`: the number of one, "others", or "all"."""
    here = request.session.session_key or ""
    found = sessions.of(request.user, now=timezone.now(), here=here)
    if request.method == "POST":
        return _end(request, request.POST.get("end", ""), found, here)
    context = {
        "sessions": found,
        "network": sign_in_log.network_of(request),
        "shares_links": Client.objects.filter(user=request.user).exists(),
    }
    return render(request, "account/sessions.html", context)


def _end(
    request: SignedInRequest, which: str, found: list[sessions.SignedIn], here: str
) -> HttpResponse:
    if which == "all":
        logins.end_sessions(request.user)
        _note(request, SignInKind.SESSIONS_ENDED, request.user)
        logout(request)
        messages.success(request, _("You are signed out everywhere."))
        return redirect("account_login")
    if which == "others":
        ended = logins.end_sessions(request.user, but=here)
    else:
        keys = [one.key for one in found if one.number == which and not one.is_here]
        ended, _models = request.user.sessions.filter(pk__in=keys).delete()
    if ended:
        _note(request, SignInKind.SESSIONS_ENDED, request.user)
        messages.success(request, _("Done. That browser has to sign in again."))
    return redirect("sessions")


@require_safe
@private
def address(request: SignedInRequest) -> HttpResponse:
    """Who changes it, and how: bookings hang on it, so nobody does alone."""
    return render(request, "account/address.html")


@page_methods
@private
def login(request: StaffRequest, pk: int) -> HttpResponse:
    """Of anybody, for the owner. `do`: what is ended or taken away; one's own only elsewhere."""
    user = get_object_or_404(User.objects.select_related("therapist"), pk=pk)
    if request.method != "POST":
        return _login_page(request, user)
    do = DOES.get(request.POST.get("do", ""))
    if do is not None and user != request.user:
        try:
            with transaction.atomic():
                messages.success(request, do(request, user))
        except VisitsAffected as refusal:
            facts = {"said": str(refusal), "impact": refusal.impact}
            return _login_page(request, user, status=409, **facts)
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect("login", pk)


def _login_page(
    request: StaffRequest, user: User, *, status: int = 200, **more: Any
) -> HttpResponse:
    now = timezone.now()
    therapist = getattr(user, "therapist", None)
    context = {
        "login": user,
        "is_own": user == request.user,
        "treats": therapist is not None,
        "offered": therapist if therapist and therapist.active else None,
        "not_offered": therapist if therapist and not therapist.active else None,
        "sessions": sessions.of(user, now=now, here=request.session.session_key or ""),
        "factors": Authenticator.objects.filter(user=user).count(),
        "needs_a_factor": logins.must_have_a_factor(user),
        "events": user.sign_in_events.all()[:EVENTS_SHOWN],
        "all_of_it": f"{reverse('sign_ins')}?{urlencode({'who': user.pk})}",
        **more,
    }
    return render(request, "desk/records/login.html", context, status=status)


def end(request: StaffRequest, user: User) -> str:
    logins.end_ways_in(user)
    _note(request, SignInKind.SESSIONS_ENDED, user)
    _tell(request, user, "sessions_ended")
    return _(
        "Done. They are signed out everywhere, the address of their calendar has ended, and they "
        "are told so by mail."
    )


def end_one(request: StaffRequest, user: User) -> str:
    """`end`: the number of the session."""
    there = sessions.of(user, now=timezone.now())
    keys = [one.key for one in there if one.number == request.POST.get("end")]
    ended, _models = user.sessions.filter(pk__in=keys).delete()
    if not ended:
        raise Refused(_("That browser was signed out already."))
    _note(request, SignInKind.SESSIONS_ENDED, user)
    _tell(request, user, "sessions_ended", only=next(one for one in there if one.key in keys))
    return _("Done. That browser has to sign in again; they are told by mail.")


def switch_off(request: StaffRequest, user: User) -> str:
    _switch(request, user, on=False)
    return _("Done. Nobody can sign in with it; they and every owner are told.")


def switch_on(request: StaffRequest, user: User) -> str:
    _switch(request, user, on=True)
    if is_still_invited(user):  # the link in their invitation is over
        mail_link_to_new_password(request, user)
    return _("Done. It can be used again; they and every owner are told.")


def _switch(request: StaffRequest, user: User, *, on: bool) -> None:
    now = timezone.now()
    logins.switch(user, on=on, by=who(request), by_name=str(request.user), now=now)


def take_out_of_the_diary(request: StaffRequest, user: User) -> str:
    """A therapist who has left, `accepted`: with the visits that stand."""
    therapist = Therapist.objects.filter(user=user).first()
    if therapist is None:
        raise Refused
    accepted = request.POST.get("accepted", "")
    offer_no_longer(therapist, accepted=accepted, now=timezone.now())
    logins.end_ways_in(user)
    done = _("Done. Nobody can book with {name} any more.").format(name=isolated(therapist.name))
    if not accepted:
        return done
    link = '{} <a href="{}">{}</a>'
    return format_html(link, done, reverse("diary:stranded"), _("Settle the visits that stand"))


def put_into_the_diary(request: StaffRequest, user: User) -> str:
    """A therapist who has come back."""
    therapist = Therapist.objects.filter(user=user).first()
    if therapist is None or not user.is_active:
        raise Refused
    offer_again(therapist)
    sentence = _("Done. Runners can book with {name} again. Look through the hours next.")
    return sentence.format(name=isolated(therapist.name))


def take_password_away(request: StaffRequest, user: User) -> str:
    """And mail a link to a new one. Raises Refused where no link would open anything."""
    if not user.is_active:
        raise Refused(
            _("This login is switched off, so no link is mailed. Switch it on again first.")
        )
    user.take_password_away()
    user.save(update_fields=["password"])
    _note(request, SignInKind.PASSWORD_RESET, user)
    logins.end_ways_in(user)
    _tell(request, user, "password_taken_away")
    mail_link_to_new_password(request, user)
    return _("Done. A link to a new password is on its way to them, and every owner is told.")


def take_factors_away(request: StaffRequest, user: User) -> str:
    Authenticator.objects.filter(user=user).delete()
    _note(request, SignInKind.FACTORS_RESET, user)
    logins.end_sessions(user)
    _tell(request, user, "factors_taken_away")
    if logins.must_have_a_factor(user):
        return _("Done. They set up a new second factor when they sign in; every owner is told.")
    return _("Done. They sign in without one until they set one up; every owner is told.")


DOES = {
    "end": end,
    "end one": end_one,
    "off": switch_off,
    "on": switch_on,
    "out": take_out_of_the_diary,
    "in": put_into_the_diary,
    "password": take_password_away,
    "factors": take_factors_away,
}


def _tell(request: StaffRequest, user: User, what: str, **context: Any) -> None:
    logins.tell_both(user, what, now=timezone.now(), by=str(request.user), **context)


def _note(request: SignedInRequest, kind: SignInKind, user: User) -> None:
    sign_in_log.note(request, kind, user=user)


def mail_link_to_new_password(request: HttpRequest, user: User) -> None:
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)


class FilterForm(forms.Form):
    """What is asked for; whatever makes no sense is as if it had been left empty."""

    who = forms.CharField(label=gettext_lazy("Who"), required=False, widget=forms.Select)
    what = forms.ChoiceField(
        label=gettext_lazy("What"),
        required=False,
        choices=[
            ("", gettext_lazy("Anything")),
            (NEW_BROWSERS, gettext_lazy("New browsers only")),
            (TRIES, gettext_lazy("Tries and waits")),
        ],
    )
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)

    def __init__(self, *args: Any, staff: list[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        people = [(str(user.pk), str(user)) for user in staff]
        self.fields["who"].widget.choices = [("", _("Anybody")), *people]


@require_safe
@private
def sign_ins(request: StaffRequest) -> HttpResponse:
    """The newest first; `before` is the number of the last one on the page before."""
    staff = list(User.objects.staff().order_by("name", "email"))
    form = FilterForm(request.GET, staff=staff)
    form.is_valid()
    asked = form.cleaned_data
    found = _asked_for(asked, Clinic.objects.the())
    before = whole_number(request.GET.get("before"))
    if before is not None:
        found = found.filter(pk__lt=before)
    events = list(found.select_related("user", "client")[: ON_A_PAGE + 1])
    shown = events[:ON_A_PAGE]
    query = {name: value for name, value in asked.items() if value}
    context = {
        "events": shown,
        "staff": staff,
        "form": form,
        "newest": urlencode(query) or "what=" if before is not None else "",
        "older": urlencode({**query, "before": shown[-1].pk}) if len(events) > len(shown) else "",
    }
    return render(request, "desk/records/sign_ins.html", context)


def _asked_for(asked: dict[str, Any], clinic: Clinic) -> QuerySet[SignInEvent]:
    found = SignInEvent.objects.all()
    user = whole_number(asked.get("who"))
    if user is not None:
        found = found.filter(user=user)
    if kinds := KINDS.get(asked.get("what", "")):
        found = found.filter(kind__in=kinds)
    if since := asked.get("since"):
        found = found.filter(at__gte=clinic.begin_of(since))
    if until := asked.get("until"):
        found = found.filter(at__lt=clinic.begin_of(until + timedelta(days=1)))
    return found
