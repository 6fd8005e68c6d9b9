"""Date of birth, and a parent's or guardian's consent for whoever is under 18.

Asked behind the mailed link or a login, where the clinic wants it, and never while booking.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.clients import details
from bookings.core.roles import Role
from bookings.models import Client, Clinic
from bookings.web.appointment_links import Opened, back_to_it, behind_a_link
from bookings.web.forms import NameField, has_a_letter, plain, sane_birthday
from bookings.web.requests import RunnerRequest
from bookings.web.responses import page_methods, private

AGE, CONSENT = "age", "consent"


class AgeForm(forms.Form):
    date_of_birth = forms.DateField(
        label=gettext_lazy("Date of birth"),
        widget=forms.DateInput({"type": "date", "autocomplete": "bday"}, "%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Please give your date of birth."),
            "invalid": gettext_lazy("Please give a day such as 1990-12-31."),
        },
    )

    helper = plain("date_of_birth")

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_date_of_birth(self) -> date:
        return sane_birthday(self.cleaned_data["date_of_birth"], self.today)


class ConsentForm(forms.Form):
    guardian_name = NameField(
        label=gettext_lazy("Name of the parent or guardian"),
        validators=[has_a_letter],
        error_messages={"required": gettext_lazy("Please give your name.")},
    )
    agreed = forms.BooleanField(
        label=gettext_lazy(
            "I am their parent or guardian, and I agree to the treatment they have booked"
        ),
        error_messages={"required": gettext_lazy("Without your consent we cannot treat them.")},
    )

    helper = plain("guardian_name", "agreed")


def still_to_tell(client: Client, clinic: Clinic, today: date) -> str:
    """AGE, CONSENT, or nothing."""
    if client.date_of_birth is None:
        return AGE if clinic.asks_date_of_birth else ""
    return CONSENT if client.lacks_consent(today) else ""


@page_methods
@behind_a_link
def by_link(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The page's own link proves nobody's address, so nothing is told there."""
    if not opened.from_mail:
        raise Http404
    return _told(request, opened.appointment.whose, lambda: back_to_it(opened))


@page_methods
@private
def signed_in(request: RunnerRequest) -> HttpResponse:
    client = Client.objects.filter(user=request.user).first()
    if client is None:
        return redirect("runner:account")
    return _told(request, client, lambda: redirect("runner:account"))


def _told(request: HttpRequest, client: Client, back: Callable[[], HttpResponse]) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    today = clinic.day_of(now)
    asked = still_to_tell(client, clinic, today)
    if not asked:
        messages.success(request, _("Thank you, there is nothing more to tell."))
        return back()
    data = request.POST if request.method == "POST" else None
    form = AgeForm(data, today=today) if asked == AGE else ConsentForm(data)
    if data is None or not form.is_valid():
        context = {"form": form, "asked": asked, "client": client}
        return render(
            request, "runner/clients/age_consent.html", context, status=200 if data is None else 422
        )
    details.tell_age(client, **form.cleaned_data, by=Role.RUNNER, now=now)
    client.refresh_from_db()
    if still_to_tell(client, clinic, today):
        return redirect(request.path)
    messages.success(request, _("Thank you. It is noted."))
    return back()
