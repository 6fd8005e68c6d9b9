"""What a caller waits for, as the desk types it, and as it is carried there from other pages."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Therapist, Treatment
from bookings.web.days import day_in
from bookings.web.forms import (
    LONGEST_PHONE,
    PROPOSAL,
    AddressField,
    AsksAboutSlips,
    KeyForm,
    NameField,
    ShortText,
    has_a_letter,
    looks_like_a_phone,
    plain,
    whole_number,
)
from bookings.web.waiting_list.forms import WISH, WishForm

ONE_OF_EACH = ("name", "phone", "email", "treatment", "therapist")
DAYS, SEVERAL = ("first_day", "last_day"), ("weekdays", "parts")


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


class NewCallersForm(CallersForm, AsksAboutSlips):
    """With who they are."""

    name = NameField(label=gettext_lazy("Name"), validators=[has_a_letter])
    phone = ShortText(
        label=gettext_lazy("Phone"),
        required=False,
        longest=LONGEST_PHONE,
        validators=[looks_like_a_phone],
        widget=forms.TextInput({"type": "tel"}),
    )
    email = AddressField(label=gettext_lazy("E-mail (may be empty)"), required=False)

    helper = plain("key", "sure", "name", "phone", "email", PROPOSAL, "treatment", *WISH)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_phone(self) -> str:
        return " ".join(self.cleaned_data["phone"].split())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not (data.get("phone") or data.get("email") or {"phone", "email"} & set(self.errors)):
            self.add_error("phone", _("Please give a phone number or an e-mail address."))
        return data

    @property
    def person(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("name", "email", "phone")}


def wished(data: QueryDict) -> dict[str, Any]:
    """What the form begins with of what an address carries; whatever is none is left out."""
    found: dict[str, Any] = {name: data[name] for name in ONE_OF_EACH if data.get(name)}
    days = {name: day_in(data.get(name, "")) for name in DAYS}
    found |= {name: day for name, day in days.items() if day}
    for name in SEVERAL:
        if numbers := [n for one in data.getlist(name) if (n := whole_number(one)) is not None]:
            found[name] = numbers
    return found
