"""What the desk types into a client's record."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.clients import details
from bookings.core.clients.addresses import compared
from bookings.models import Client
from bookings.web.forms import (
    LONGEST_PHONE,
    AddressField,
    AsksAboutSlips,
    NameField,
    ShortText,
    Textarea,
    has_a_letter,
    looks_like_a_phone,
    sane_birthday,
)

SALT = "diary.record"
NO_HEALTH = gettext_lazy(
    "For the desk alone: how they like to be called, who pays. Nothing about health: that is "
    "for the health check and the therapist’s notes."
)


def _languages() -> list[tuple[str, str]]:
    own = dict(settings.LANGUAGES)[settings.LANGUAGE_CODE]
    return [("", _("The clinic’s ({language})").format(language=own)), *settings.LANGUAGES]


class ClientForm(AsksAboutSlips):
    """`seen` is the record as it was when the form was shown, signed; `had` its address."""

    name = NameField(label=gettext_lazy("Name"), validators=[has_a_letter])
    phone = ShortText(
        label=gettext_lazy("Phone"),
        required=False,
        longest=LONGEST_PHONE,
        validators=[looks_like_a_phone],
        widget=forms.TextInput({"type": "tel"}),
    )
    email = AddressField(label=gettext_lazy("E-mail (may be empty)"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of mails"), choices=_languages, required=False
    )
    date_of_birth = forms.DateField(
        label=gettext_lazy("Date of birth (where it is needed)"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    guardian_name = NameField(
        label=gettext_lazy("Parent or guardian"),
        required=False,
        help_text=gettext_lazy("Of a client under 18."),
    )
    guardian_agreed = forms.BooleanField(
        label=gettext_lazy("They have agreed to the treatment"), required=False
    )
    desk_notes = forms.CharField(
        label=gettext_lazy("Notes of the desk"),
        required=False,
        max_length=5000,
        widget=Textarea({"rows": 4}),
        help_text=NO_HEALTH,
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, had: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today, self.had = today, had
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]

    @classmethod
    def of(cls, client: Client, *, today: date) -> "ClientForm":
        facts = details.facts_of(client)
        return cls(initial={**facts, "seen": sealed(facts)}, today=today)

    def is_sure_of(self, email: str) -> bool:
        """Also of one that stands in the record already."""
        return compared(email) == compared(self.had) or super().is_sure_of(email)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_phone(self) -> str:
        return " ".join(self.cleaned_data["phone"].split())

    def clean_date_of_birth(self) -> date | None:
        born = self.cleaned_data["date_of_birth"]
        return born and sane_birthday(born, self.today)

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if data.get("guardian_agreed") and not data.get("guardian_name"):
            self.add_error("guardian_name", _("Please write down who has agreed."))
        return data

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed; a field that is not shown stays as it is."""
        return {
            name: self.cleaned_data[name] for name in details.FIELDS if name in self.cleaned_data
        }

    @property
    def seen_facts(self) -> dict[str, Any] | None:
        """None for a form that we did not make."""
        try:
            facts = signing.loads(self.cleaned_data["seen"], salt=SALT)
        except signing.BadSignature:
            return None
        return facts | {"date_of_birth": parse_date(facts["date_of_birth"] or "")}


def sealed(facts: dict[str, Any]) -> str:
    born = facts["date_of_birth"]
    return signing.dumps(facts | {"date_of_birth": born and born.isoformat()}, salt=SALT)
