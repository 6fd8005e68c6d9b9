"""The desk sees who wishes to be erased, what would go and stay, and carries it out."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.refusals import Refused
from bookings.models import Client, Clinic, ErasureRequest, ErasureState
from bookings.web.actor import who
from bookings.web.client_links import client_or_404
from bookings.web.forms import plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods, private
from clinic.records import erase

SHOWN = 100


class CarryOutForm(forms.Form):
    checked = forms.BooleanField(
        label=gettext_lazy("I have made sure that this is the person who asks"),
        error_messages={"required": gettext_lazy("Please make sure first: it cannot be undone.")},
    )
    told = forms.BooleanField(
        label=gettext_lazy("Tell them by a last mail what was erased and what stays"),
        required=False,
        initial=True,
    )
    helper = plain("checked", "told")


class DeclineForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why not"),
        max_length=300,
        help_text=gettext_lazy(
            "They read it among their data. Nothing about their health, please."
        ),
        error_messages={"required": gettext_lazy("Please say why.")},
    )
    helper = plain("why")


@require_safe
@private
def listed(request: StaffRequest) -> HttpResponse:
    """Those that wait, the oldest first, and what became of the others."""
    found = ErasureRequest.objects.select_related("client")
    context = {
        "waiting": found.filter(state=ErasureState.ASKED).order_by("asked_at")[:SHOWN],
        "answered": found.exclude(state=ErasureState.ASKED)[:SHOWN],
    }
    return render(request, "records/erasure_requests.html", context)


@page_methods
@private
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    wish = get_object_or_404(ErasureRequest.objects.select_related("client"), pk=pk)
    if wish.state != ErasureState.ASKED or wish.client is None:
        if request.method == "POST":
            _say_it_was_answered(request, wish)
        return render(request, "records/answered.html", {"wish": wish})
    if request.method == "POST" and request.POST.get("do") == "decline":
        return _decline(request, wish, wish.client)
    if request.method == "POST":
        return _carry_out(request, wish, wish.client)
    return _page(request, wish, wish.client)


@require_POST
@private
def start(request: StaffRequest, pk: int) -> HttpResponse:
    """For somebody who asks on the telephone or at the desk."""
    client = client_or_404(pk)
    wish = erase.ask(client, how="asked the desk", now=timezone.now())
    return redirect("records:request", wish.pk)


def _carry_out(request: StaffRequest, wish: ErasureRequest, client: Client) -> HttpResponse:
    form = CarryOutForm(request.POST)
    if not form.is_valid():
        return _page(request, wish, client, form=form)
    tell, now = form.cleaned_data["told"], timezone.now()
    try:
        erase.erase(client, request=wish, doer=request.user, tell=tell, by=who(request), now=now)
    except erase.AnsweredMeanwhile:
        _say_it_was_answered(request, wish)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, wish, client, form=form)
    else:
        messages.success(request, _("Erased."))
    return redirect("records:request", wish.pk)


def _say_it_was_answered(request: StaffRequest, wish: ErasureRequest) -> None:
    wish.refresh_from_db()
    sentence = _("This was answered meanwhile: {answer}.")
    messages.info(request, sentence.format(answer=wish.get_state_display()))


def _decline(request: StaffRequest, wish: ErasureRequest, client: Client) -> HttpResponse:
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _page(request, wish, client, declining=form)
    try:
        erase.decline(wish, form.cleaned_data["why"], by=who(request), now=timezone.now())
    except erase.AnsweredMeanwhile:
        _say_it_was_answered(request, wish)
    else:
        messages.success(request, _("Declined. They see why among their data."))
    return redirect("records:request", wish.pk)


def _in_doubt_by(client: Client) -> str:
    """Who has changed what says who they are, as events name them; "" where nobody doubts it."""
    return ", ".join(client.unconfirmed_by.splitlines()) if erase.is_in_doubt(client) else ""


def _page(
    request: StaffRequest,
    wish: ErasureRequest,
    client: Client,
    *,
    form: CarryOutForm | None = None,
    declining: DeclineForm | None = None,
) -> HttpResponse:
    """With a form that was sent, what is wrong with it."""
    context = {
        "wish": wish,
        "preview": erase.preview(client, Clinic.objects.the(), now=timezone.now()),
        "in_doubt_by": _in_doubt_by(client),
        "form": form or CarryOutForm(),
        "declining": declining or DeclineForm(),
    }
    status = 422 if form or declining else 200
    return render(request, "records/erasure_request.html", context, status=status)
