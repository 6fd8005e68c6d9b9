"""What runners send: a chosen start, their details, why they cancel."""

import re
from datetime import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.core.exceptions import ValidationError

from bookings.models import Therapist

LONGEST_NAME = 200
LONGEST_EMAIL = 254
LONGEST_PHONE = 40
A_KEY = re.compile(r"[0-9a-f]{32}")  # 128 bits
A_PHONE = re.compile(r"[\d\s+()./#x-]*\d[\d\s+()./#x-]*", re.IGNORECASE)
SANE_YEARS = range(2000, 2200)
PERSON = ("name", "email", "phone")

REASONS = (
    ("", "I would rather not say"),
    ("other_time", "Another time suits me better"),
    ("plans_changed", "My training or race plans have changed"),
    ("mistake", "I booked it by mistake"),
    ("elsewhere", "I have booked somewhere else"),
    ("other", "Something else"),
)


def too_long(longest: int):
    """A validator that counts for the reader."""

    def check(text: str) -> None:
        if len(text) > longest:
            raise ValidationError(f"Please use at most {longest} characters; this has {len(text)}.")

    return check


def has_a_letter(text: str) -> None:
    if not any(letter.isalpha() for letter in text):
        raise ValidationError("Please give a name with at least one letter.")


def looks_like_a_phone(text: str) -> None:
    if not A_PHONE.fullmatch(text):
        raise ValidationError("Please use digits, spaces and + ( ) - only, or leave it empty.")


def plain(*fields: str | LayoutObject) -> FormHelper:
    """These fields, inside a form tag that the template writes."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*fields)
    return helper


class InstantField(forms.Field):
    """An aware instant as ISO 8601, such as 2026-12-01T09:00:00+00:00."""

    widget = forms.HiddenInput
    default_error_messages = {"invalid": "Please choose one of the free times."}

    def to_python(self, value) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            raise self._invalid() from None
        if instant.tzinfo is None or instant.year not in SANE_YEARS:
            raise self._invalid()
        return instant

    def prepare_value(self, value):
        return value.isoformat() if isinstance(value, datetime) else value

    def _invalid(self) -> ValidationError:
        return ValidationError(self.error_messages["invalid"], code="invalid")


class StartForm(forms.Form):
    """A start and, if the runner wants one in particular, a therapist."""

    start = InstantField(error_messages={"required": "Please choose one of the free times."})
    therapist = forms.ModelChoiceField(
        Therapist.objects.active(),
        to_field_name="slug",
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "Nobody of that name works here now."},
    )


class KeyForm(forms.Form):
    """All that is asked of somebody whom we know: that one press is not taken for two."""

    key = forms.RegexField(A_KEY, widget=forms.HiddenInput)

    helper = plain("key")


class PersonForm(KeyForm):
    """Who the appointment is for."""

    name = forms.CharField(
        label="Name",
        validators=[too_long(LONGEST_NAME), has_a_letter],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Please give your name."},
    )
    email = forms.CharField(
        label="E-mail",
        help_text="The confirmation goes there, with a link to move or cancel.",
        validators=[too_long(LONGEST_EMAIL), forms.EmailField.default_validators[0]],
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Please give your e-mail address.",
            "invalid": "Please give an e-mail address such as name@example.com.",
        },
    )
    phone = forms.CharField(
        label="Phone (optional)",
        required=False,
        help_text="Only for when something changes at short notice.",
        validators=[too_long(LONGEST_PHONE), looks_like_a_phone],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    helper = plain("key", "name", "email", "phone")

    def clean_name(self) -> str:
        """On one line, whatever was pasted."""
        return " ".join(self.cleaned_data["name"].split())

    def typed(self) -> dict[str, str]:
        """What the person has typed, good or bad, so that it can be shown again."""
        return {name: self.data.get(name, "") for name in PERSON}

    @property
    def person(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in PERSON}


class DetailsForm(PersonForm, StartForm):
    """Who the appointment is for, with the start that was chosen."""

    helper = plain("start", "therapist", "key", *PERSON)
    kept = plain(*PERSON)  # beside other starts to choose from

    @property
    def chosen(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("start", "therapist")}


class MoveForm(StartForm):
    """A new start for an appointment as it was when the page was opened."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class CancelForm(forms.Form):
    """Why, if they like; a list, because a free text would fill with health data."""

    reason = forms.ChoiceField(
        label="Would you tell us why? (optional)",
        choices=REASONS,
        required=False,
        widget=forms.Select(attrs={"autocomplete": "off"}),
    )

    helper = plain("reason")
