"""Putting somebody on the list who has rung."""

from datetime import date, timedelta
from secrets import token_hex
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.refusals import Refused
from bookings.actions.waiting_list import entries
from bookings.actions.waiting_list.entries import JoinRequest
from bookings.models import Client, Clinic, Therapist, Treatment
from bookings.web.actor import who
from bookings.web.client_links import client_or_404
from bookings.web.forms import KeyForm, plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods, status_of
from bookings.web.waiting_list.forms import WISH, WishForm

USUAL_WAIT = timedelta(weeks=2)


class CallersForm(WishForm, KeyForm):
    """With what they want, too, of what is offered online: the rest nobody could accept."""

    treatment = forms.ModelChoiceField(
        Treatment.objects.bookable_online(),
        label=gettext_lazy("Treatment"),
        to_field_name="slug",
        empty_label=None,
    )

    helper = plain("key", "treatment", *WISH)

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        treatment = Treatment.objects.bookable_online().first() or Treatment()
        super().__init__(*args, treatment=treatment, today=today, **kwargs)
        people: Any = self.fields["therapist"]
        people.queryset = Therapist.objects.active()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        treatment, therapist = data.get("treatment"), data.get("therapist")
        if treatment and therapist and not treatment.therapists.contains(therapist):
            sentence = _("{therapist} does not offer that treatment.")
            self.add_error("therapist", sentence.format(therapist=therapist))
        return data


@page_methods
def join(request: StaffRequest, pk: int) -> HttpResponse:
    client, now = client_or_404(pk), timezone.now()
    today = Clinic.objects.the().day_of(now)
    if request.method != "POST":
        initial = {
            "first_day": today,
            "last_day": today + USUAL_WAIT,
            "notice_hours": 0,
            "key": token_hex(16),
        }
        return _show(request, client, CallersForm(initial=initial, today=today))
    form = CallersForm(request.POST, today=today)
    if not form.is_valid():
        return _show(request, client, form, status=422)
    wanted = JoinRequest(
        client=client,
        treatment=form.cleaned_data["treatment"],
        wanted=form.wanted,
        key=form.cleaned_data["key"],
        by=who(request),
    )
    try:
        entries.join(wanted, now=now)
    except Refused as refusal:
        return _show(request, client, form, refusal=refusal, status=status_of(refusal))
    messages.success(request, _("{client} is on the waiting list.").format(client=client))
    return redirect("desk:waiting_list")


def _show(
    request: StaffRequest,
    client: Client,
    form: CallersForm,
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"client": client, "form": form, "refusal": refusal}
    return render(request, "desk/waiting_list/join.html", context, status=status)
