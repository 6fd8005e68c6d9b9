"""One colleague: who they are, what they may do, their invitation, and their coming back."""

from collections.abc import Callable

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings.actions.people import invitations, leaving, parts
from bookings.actions.people.invitations import GOOD_FOR
from bookings.actions.refusals import Refused
from bookings.models import User
from bookings.office.people.forms import ColleagueForm, DutiesForm
from bookings.office.saving import NOT_TYPED
from bookings.queries.office.people import called, is_the_last_owner
from bookings.web.actor import who
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

asking_again = reauthentication_required(app="allauth.mfa")


def colleague(pk: int) -> User:
    return get_object_or_404(User.objects.staff().select_related("therapist"), pk=pk)


@page_methods
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """Who has another address or role can read otherwise: the owner is asked who they are."""
    answer = _answer
    if request.method == "POST":
        changed = set(_form(request, colleague(pk)).changed_data) - {"name", *NOT_TYPED}
        answer = asking_again(answer) if changed else answer
    return answer(request, pk)


def _form(request: StaffRequest, login: User) -> ColleagueForm:
    return ColleagueForm(
        request.POST if request.method == "POST" else None,
        login=login,
        is_own=login == request.user,
        is_last=is_the_last_owner(login),
    )


def _answer(request: StaffRequest, pk: int) -> HttpResponse:
    login = colleague(pk)
    form = _form(request, login)
    if not (form.is_bound and form.is_valid()):
        return _page(request, login, form)
    if not set(form.changed_data) - NOT_TYPED:
        messages.info(request, _("Nothing was different, so nothing was changed."))
        return redirect("office:person", pk)
    try:
        _change(request, login, form)
    except Refused as refusal:
        return _page(request, login, form, said=str(refusal))
    messages.success(request, _("{person} is saved.").format(person=form.cleaned_data["name"]))
    return redirect("office:person", pk)


def _change(request: StaffRequest, login: User, form: ColleagueForm) -> None:
    typed, now = form.cleaned_data, timezone.now()
    begins = typed["treats"] and not hasattr(login, "therapist")
    by = {"by": who(request), "by_name": str(request.user)}
    facts = {name: typed[name] for name in ("name", "email", "role", "seen")}
    changed = parts.change(login, parts.Changed(**facts, treats=begins), **by, now=now)
    stored = colleague(login.pk)
    if changed and stored.is_invited:  # the link that was mailed is over
        invitations.mail_again(stored, **by, now=now)


def _page(
    request: StaffRequest, login: User, form: ColleagueForm, *, said: str = ""
) -> HttpResponse:
    stored = colleague(login.pk)
    context = {
        "form": form,
        "login": stored,
        "name": called(stored),
        "therapist": getattr(stored, "therapist", None),
        "is_own": login == request.user,
        "ends": stored.invited_at and stored.invited_at + GOOD_FOR,
        "is_over": stored.invited_at and stored.invited_at + GOOD_FOR <= timezone.now(),
        "back": DutiesForm(initial={"role": stored.role, "treats": hasattr(stored, "therapist")}),
    }
    status = 409 if said else 422 if form.errors else 200
    return render(request, "office/people/person.html", {**context, "said": said}, status=status)


def _then(act: Callable[[StaffRequest, User], str]) -> Callable[..., HttpResponse]:
    """A press on somebody's page, which goes back to it."""

    def run(request: StaffRequest, pk: int) -> HttpResponse:
        try:
            messages.success(request, act(request, colleague(pk)))
        except Refused as refusal:
            messages.error(request, str(refusal))
        is_there = User.objects.staff().filter(pk=pk).exists()
        return redirect("office:person", pk) if is_there else redirect("office:people")

    return require_POST(asking_again(run))


@_then
def invite_again(request: StaffRequest, login: User) -> str:
    by = {"by": who(request), "by_name": str(request.user)}
    invitations.mail_again(login, **by, now=timezone.now())
    return _("Done. The link that was mailed before opens nothing any more.")


@_then
def withdraw(request: StaffRequest, login: User) -> str:
    invitations.withdraw(login, now=timezone.now())
    return _("Done. The link in the invitation opens nothing any more.")


@_then
def come_back(request: StaffRequest, login: User) -> str:
    form = DutiesForm(request.POST)
    if not form.is_valid():
        raise Refused(" ".join(str(said) for all_of in form.errors.values() for said in all_of))
    by = {"by": who(request), "by_name": str(request.user)}
    leaving.come_back(login, form.duties, **by, now=timezone.now())
    return _("Done. An invitation is on its way to them. Look through the hours next.")


@_then
def stay(request: StaffRequest, login: User) -> str:
    leaving.stay_after_all(login, by=who(request), now=timezone.now())
    return _("Done. They stay, and can be booked as before.")
