"""The desk sees who wishes to be erased, what would go and stay, and carries it out."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bookings.models import Client, Clinic, ErasureRequest, ErasureState
from bookings.web.actor import who
from bookings.web.client_links import client_or_404
from bookings.web.forms import plain
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
def listed(request: HttpRequest) -> HttpResponse:
    """Those that wait, the oldest first, and what became of the others."""
    found = ErasureRequest.objects.select_related("client")
    context = {
        "waiting": found.filter(state=ErasureState.ASKED).order_by("asked_at")[:SHOWN],
        "answered": found.exclude(state=ErasureState.ASKED)[:SHOWN],
    }
    return render(request, "records/erasure_requests.html", context)


@page_methods
@private
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    wish = get_object_or_404(ErasureRequest.objects.select_related("client"), pk=pk)
    if wish.state != ErasureState.ASKED or wish.client is None:
        if request.method == "POST":
            sentence = _("This was answered meanwhile: {answer}.")
            messages.info(request, sentence.format(answer=wish.get_state_display()))
        return render(request, "records/answered.html", {"wish": wish})
    if request.method == "POST" and request.POST.get("do") == "decline":
        return _decline(request, wish, wish.client)
    if request.method == "POST":
        return _carry_out(request, wish, wish.client)
    return _page(request, wish, wish.client)


@require_POST
@private
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """For somebody who asks on the telephone or at the desk."""
    client = client_or_404(pk)
    wish = erase.ask(client, how="asked the desk", now=timezone.now())
    return redirect("records:request", wish.pk)


def _carry_out(request: HttpRequest, wish: ErasureRequest, client: Client) -> HttpResponse:
    form = CarryOutForm(request.POST)
    if not form.is_valid():
        return _page(request, wish, client, form=form)
    tell = form.cleaned_data["told"]
    erase.erase(client, request=wish, tell=tell, by=who(request), now=timezone.now())
    messages.success(request, "Erased.")
    return redirect("records:request", wish.pk)


def _decline(request: HttpRequest, wish: ErasureRequest, client: Client) -> HttpResponse:
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _page(request, wish, client, declining=form)
    erase.decline(wish, form.cleaned_data["why"], by=who(request), now=timezone.now())
    messages.success(request, _("Declined. They see why among their data."))
    return redirect("records:request", wish.pk)


def _page(
    request: HttpRequest,
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
        "form": form or CarryOutForm(),
        "declining": declining or DeclineForm(),
    }
    status = 422 if form or declining else 200
    return render(request, "records/erasure_request.html", context, status=status)
