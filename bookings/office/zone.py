"""Another time zone, with what it does to what is booked."""

from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.refusals import Refused
from bookings.actions.scheduling import rezoning
from bookings.actions.scheduling.rezoning import Keeps, Unseen
from bookings.models import Clinic
from bookings.models.clinic import zones
from bookings.web.actor import who
from bookings.web.forms import plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

KEEPS = [
    (
        Keeps.CLOCK.value,
        gettext_lazy("Their hour on the clock: ten o’clock stays ten o’clock, in the new zone"),
    ),
    (
        Keeps.INSTANT.value,
        gettext_lazy("Their instant: nobody comes sooner or later, the clock says another hour"),
    ),
]


class ZoneForm(forms.Form):
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        error_messages={"invalid_choice": gettext_lazy("That is no time zone we know.")},
    )
    keeps = forms.ChoiceField(
        label=gettext_lazy("What is booked keeps"),
        choices=KEEPS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose what is booked keeps.")},
    )
    helper = plain(Fieldset("", "zone", "keeps"))

    def __init__(self, *args: Any, clinic: Clinic, **options: Any):
        super().__init__(*args, **options)
        self.initial = {"zone": clinic.timezone}
        self.clinic = clinic
        self.fields["zone"].choices = [(name, name) for name in zones()]  # type: ignore[attr-defined]

    def clean_zone(self) -> str:
        zone = self.cleaned_data["zone"]
        if zone == self.clinic.timezone:
            raise forms.ValidationError(_("It is the clinic’s zone already."))
        return zone


@page_methods
def zone(request: StaffRequest) -> HttpResponse:
    """What it comes to is shown first; `accepted`, from its button, carries it out."""
    clinic = Clinic.objects.the()
    form = ZoneForm(request.POST if request.method == "POST" else None, clinic=clinic)
    if not (form.is_bound and form.is_valid()):
        return _page(request, form)
    typed, now = form.cleaned_data, timezone.now()
    accepted = request.POST.get("accepted", "")
    try:
        effect = rezoning.change_zone(
            typed["zone"], Keeps(typed["keeps"]), accepted=accepted, by=who(request), now=now
        )
    except Unseen as unseen:
        return _page(request, form, effect=unseen.effect, is_new=bool(accepted), status=409)
    except Refused as refusal:
        return _page(request, form, said=str(refusal), status=409)
    sentence = _("The clinic’s time zone is {zone} now; {count} mails are on their way.")
    messages.success(request, sentence.format(zone=effect.zone, count=effect.told))
    return redirect("office:clinic")


def _page(
    request: StaffRequest, form: ZoneForm, *, status: int | None = None, **more: Any
) -> HttpResponse:
    context = {"form": form, "effect": None, "said": "", "is_new": False, **more}
    if effect := more.get("effect"):
        clinic = Clinic.objects.the()
        clinic.timezone = effect.zone
        context["after"] = clinic.tz
    status = status or (422 if form.errors else 200)
    return render(request, "office/zone.html", context, status=status)
