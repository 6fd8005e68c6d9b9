"""What runners send: a chosen start, their details, why they cancel."""

from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy

from bookings.models import Therapist
from bookings.web.forms import PERSON, PROPOSAL, InstantField, PersonForm, plain

REASONS = (
    ("", gettext_lazy("I would rather not say")),
    ("other_time", gettext_lazy("Another time suits me better")),
    ("plans_changed", gettext_lazy("My training or race plans have changed")),
    ("mistake", gettext_lazy("I booked it by mistake")),
    ("elsewhere", gettext_lazy("I have booked somewhere else")),
    ("other", gettext_lazy("Something else")),
)


class TherapistField(forms.ModelChoiceField):
    """Who is `known` already is not asked for once more."""

    known: Therapist | None = None

    def to_python(self, value: Any) -> Any:
        if self.known and value == self.known.slug:
            return self.known
        return super().to_python(value)


class StartForm(forms.Form):
    """A start and, if the runner wants one in particular, a therapist."""

    start = InstantField(
        error_messages={"required": gettext_lazy("Please choose one of the free times.")}
    )
    therapist = TherapistField(
        Therapist.objects.active(),
        to_field_name="slug",
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": gettext_lazy("Nobody of that name works here now.")},
    )

    def knowing(self, therapist: Therapist | None) -> Self:
        self.fields["therapist"].known = therapist  # type: ignore[attr-defined]
        return self


class DetailsForm(PersonForm, StartForm):
    """Who the appointment is for, with the start that was chosen."""

    helper = plain("start", "therapist", "key", "sure", "name", "email", PROPOSAL, "phone")
    kept = plain(*PERSON)  # beside other starts to choose from

    @property
    def chosen(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("start", "therapist")}


class RevisionForm(forms.Form):
    """An appointment as it was when the page was opened."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class NewStartForm(RevisionForm, StartForm):
    """A new start for it."""


class CancelForm(forms.Form):
    """Why, if they like; a list, because a free text would fill with health data.

    And the appointment as the page showed it, so that a stale tab cancels no other time.
    """

    revision = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    reason = forms.ChoiceField(
        label=gettext_lazy("Would you tell us why? (optional)"),
        choices=REASONS,
        required=False,
        widget=forms.Select(attrs={"autocomplete": "off"}),
    )

    helper = plain("revision", "reason")
