"""An installation without an owner: one page, once, behind the token that the log has shown."""

from datetime import timedelta
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from bookings.models import Clinic, Tally
from bookings.models.clinic import validate_currency, zones
from bookings.web.forms import (
    LONGEST_PHONE,
    PROPOSAL,
    AddressField,
    AsksAboutSlips,
    NameField,
    ShortText,
    Textarea,
    has_a_letter,
    looks_like_a_phone,
    plain,
)
from bookings.web.responses import page_methods, private
from bookings.web.visitor import network, outermost_trusted
from clinic.accounts.adapter import BEGINS_AT
from clinic.accounts.welcome.first_sign_in import sign_in
from clinic.accounts.welcome.invitation import NewPassword
from clinic.operations import setup
from clinic.operations.setup import Person

SHOWN_HERE = "setup_token"  # in the session, once it has been right
TRIES, PER = 10, timedelta(hours=1)


class TokenForm(forms.Form):
    token = forms.CharField(
        label=gettext_lazy("Token"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("It stands in the log of the web server, where it started."),
    )
    helper = plain("token")


class SetupForm(AsksAboutSlips, NewPassword):
    """What is needed before anything else; the rest is on a checklist."""

    clinic = NameField(label=gettext_lazy("Name"), longest=120, validators=[has_a_letter])
    address = ShortText(label=gettext_lazy("Address"), longest=2000, widget=Textarea({"rows": 3}))
    phone = ShortText(
        label=gettext_lazy("Phone"), longest=LONGEST_PHONE, validators=[looks_like_a_phone]
    )
    replies_to = AddressField(label=gettext_lazy("Replies to mails go to"))
    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"), initial="Europe/London")
    currency = forms.CharField(
        label=gettext_lazy("Currency"),
        initial="GBP",
        max_length=3,
        help_text=gettext_lazy("Three letters, such as GBP or EUR."),
    )
    name = NameField(label=gettext_lazy("Your name"), longest=120, validators=[has_a_letter])
    email = AddressField(
        label=gettext_lazy("E-mail you sign in with"), help_text=gettext_lazy("Your own.")
    )
    treats = forms.BooleanField(label=gettext_lazy("I treat clients myself"), required=False)

    field_order = (
        "clinic", "address", "phone", "replies_to", "timezone", "currency",
        "name", "email", "treats", "password", "again", "sure",
    )  # fmt: skip
    helper = plain(
        "sure",
        Fieldset(
            gettext_lazy("The clinic"),
            "clinic", "address", "phone", "replies_to", "timezone", "currency",
        ),
        Fieldset(
            gettext_lazy("You, its owner"),
            "name", "email", PROPOSAL, "treats", "password", "again",
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["timezone"].choices = [(name, name) for name in zones()]  # type: ignore[attr-defined]

    def clean_replies_to(self) -> str:
        return self.without_slip("replies_to")

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].strip().upper()
        validate_currency(currency)
        return currency

    def as_clinic(self) -> Clinic:
        typed = self.cleaned_data
        return Clinic(
            name=typed["clinic"],
            address=typed["address"],
            phone=typed["phone"],
            email=typed["replies_to"],
            timezone=typed["timezone"],
            currency=typed["currency"],
        )


@page_methods
@private
def first_page(request: HttpRequest) -> HttpResponse:
    """404 as soon as there is a clinic or an owner, whatever else is asked."""
    if setup.is_begun():
        raise Http404
    if not setup.is_the_token(request.session.get(SHOWN_HERE, "")):
        return _ask_for_the_token(request)
    form = SetupForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _set_up(request, form)
    status = 422 if form.errors else 200
    return render(request, "account/welcome/setup.html", {"form": form}, status=status)


def _ask_for_the_token(request: HttpRequest) -> HttpResponse:
    """By the log's own address, or typed; guessed seldom."""
    typed = request.POST.get("token") or request.GET.get("token") or ""
    form, status = TokenForm(request.POST if request.method == "POST" else None), 200
    if typed and not _may_try(request):
        context = {"form": TokenForm(), "wait": True}
        return render(request, "account/welcome/token.html", context, status=429)
    if typed and setup.is_the_token(typed):
        request.session[SHOWN_HERE] = typed
        return redirect("setup")
    context = {"form": form, "is_wrong": bool(typed)}
    status = 422 if typed or form.errors else 200
    return render(request, "account/welcome/token.html", context, status=status)


def _may_try(request: HttpRequest) -> bool:
    here = network(outermost_trusted(request))
    return Tally.objects.one_more(f"setup-{here}", PER) <= TRIES


def _set_up(request: HttpRequest, form: SetupForm) -> HttpResponse:
    """Of two at once, one: the clinic has one row. The other finds no page any more."""
    typed = form.cleaned_data
    owner = Person(typed["name"], typed["email"])
    try:
        user = setup.open_clinic(
            form.as_clinic(), owner, typed["password"], therapist=owner if typed["treats"] else None
        )
    except IntegrityError as error:
        raise Http404 from error
    request.session.pop(SHOWN_HERE, None)
    response = sign_in(request, user, typed["password"], to=reverse("office:checklist"))
    request.session[BEGINS_AT] = "office:checklist"  # after the second factor too
    return response
