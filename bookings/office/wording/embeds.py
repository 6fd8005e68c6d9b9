"""The web sites that may show the free times: one is named at a time, and what to copy there."""

from urllib.parse import urljoin, urlsplit

from allauth.account.decorators import reauthentication_required
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions import embedding
from bookings.models import Clinic, Treatment
from bookings.models.clinic import validate_origins
from bookings.web.forms import ShortText, plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

LONGEST_ADDRESS = 200


class SiteForm(forms.Form):
    origin = ShortText(
        label=gettext_lazy("Address of the web site"),
        longest=LONGEST_ADDRESS,
        widget=forms.TextInput({"inputmode": "url", "placeholder": "https://www.example.com"}),
        help_text=gettext_lazy(
            "As a browser shows it, such as www.example.com; the address of one of its pages will "
            "do."
        ),
        error_messages={"required": gettext_lazy("Please give the address of a web site.")},
    )

    helper = plain("origin")

    def clean_origin(self) -> str:
        typed = self.cleaned_data["origin"]
        if len(typed.split()) != 1:
            raise ValidationError(_("Please give one web site at a time."))
        origin = site_of(typed)
        validate_origins(origin)
        if origin in Clinic.objects.the().framed_by:
            raise ValidationError(_("It may show the free times already."))
        return origin


def site_of(typed: str) -> str:
    """What a frame is allowed by: of a page's address, or a name alone, the web site."""
    whole = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(whole)
    except ValueError:  # of brackets that belong to no address
        return typed.lower()
    return f"{parts.scheme}://{parts.netloc}".lower()


@page_methods
def page(request: StaffRequest) -> HttpResponse:
    """Who may frame our pages is asked about again before it is changed."""
    answer = _answer
    if request.method == "POST":
        answer = reauthentication_required(app="allauth.mfa")(answer)
    return answer(request)


def _answer(request: StaffRequest) -> HttpResponse:
    if request.method != "POST":
        return _show(request, SiteForm())
    if gone := request.POST.get("remove"):
        embedding.end(gone)
        messages.success(request, _("{origin} shows the free times no more.").format(origin=gone))
        return redirect("office:embeds")
    form = SiteForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    origin = form.cleaned_data["origin"]
    embedding.allow(origin)
    messages.success(request, _said(origin, form.data["origin"].strip()))
    return redirect("office:embeds")


def _said(origin: str, typed: str) -> str:
    """And what was made of what was typed, where that is something else."""
    said = _("{origin} may show the free times.").format(origin=origin)
    if typed.lower().rstrip("/") == origin:
        return said
    return f"{said} {_('That is the web site of “{typed}”.').format(typed=typed)}"


def _show(request: StaffRequest, form: SiteForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "origins": Clinic.objects.the().framed_by,
        "address": urljoin(settings.SITE_URL, reverse("runner:embed")),
        "treatments": Treatment.objects.bookable_online(),
    }
    return render(request, "office/wording/embeds.html", context, status=status)
