"""Who somebody is here, and what part they have."""

from datetime import date
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.people import names
from bookings.actions.people.parts import Duties
from bookings.core.clients.addresses import compared
from bookings.core.roles import Role
from bookings.models import Client, Therapist, Treatment, User
from bookings.office.saving import ChosenField
from bookings.queries.office.people import called
from bookings.web.forms import (
    PROPOSAL,
    AddressField,
    AsksAboutSlips,
    DayField,
    NameField,
    has_a_letter,
    plain,
)

PARTS = [
    (Role.OWNER.value, gettext_lazy("Owner: everything, this office too")),
    (Role.DESK.value, gettext_lazy("Front desk: diary, clients, money")),
    (Role.RUNNER.value, gettext_lazy("Neither: their own day as a therapist alone")),
]


class DutiesForm(forms.Form):
    """`treats` is asked where somebody may still begin to."""

    role = forms.ChoiceField(
        label=gettext_lazy("What they may do"),
        choices=PARTS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please say what they may do.")},
    )
    treats = forms.BooleanField(label=gettext_lazy("They treat"), required=False)

    helper = plain(Fieldset(gettext_lazy("What they do here"), "role", "treats"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("role") == Role.RUNNER and not self.treats_already(cleaned):
            self.add_error(
                "role", _("Whoever does not treat works at the desk or owns the clinic.")
            )
        return cleaned

    def treats_already(self, cleaned: dict[str, Any]) -> bool:
        return bool(cleaned.get("treats"))

    @property
    def duties(self) -> Duties:
        typed = self.cleaned_data
        return Duties(
            role=Role(typed["role"]),
            treats=typed["treats"],
            treatments=list(typed.get("treatments", ())),
        )


class AsksAboutAddress(AsksAboutSlips):
    """Of a login: one that nobody has, and a client only knowingly."""

    def clean_email(self) -> str:
        address = free_address(super().clean_email())
        known, client = f"client:{address}", Client.objects.living().at(address).first()
        if client and not self.is_sure_of(known):
            sentence = _(
                "This is the address of a client, {client}: whoever reads it would sign in here as "
                "a colleague. If that is who is meant, press the button again."
            )
            self.ask_once(known, sentence.format(client=client))
        return address


class InviteForm(AsksAboutAddress, DutiesForm):
    """Of somebody new, or of whoever treats here without a login (`therapist`)."""

    name = NameField(
        label=gettext_lazy("Name"),
        longest=120,
        validators=[has_a_letter],
        help_text=gettext_lazy("They can put it right when they accept."),
    )
    email = AddressField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("Their own: the invitation goes there, and they sign in with it."),
    )
    treatments = ChosenField(
        Treatment.objects.filter(active=True),
        label=gettext_lazy("Offers these treatments"),
        help_text=gettext_lazy("Of whoever treats; nobody can book anything else with them."),
    )

    helper = plain(
        "sure",
        Fieldset(gettext_lazy("Who"), "name", "email", PROPOSAL),
        Fieldset(gettext_lazy("What they do here"), "role", "treats", "treatments"),
    )

    def __init__(self, *args: Any, therapist: Therapist | None = None, **options: Any):
        super().__init__(*args, **options)
        self.therapist = therapist
        if therapist:
            self.initial.update(name=therapist.name, treats=True, role=Role.RUNNER.value)
            self.fields["treats"].disabled = True
            del self.fields["treatments"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name = cleaned.get("name", "")
        if cleaned.get("treats") and self.therapist is None:
            if names.is_taken(name):
                sentence = _(
                    "Somebody of this name is in the diary already: invite them from their page, "
                    "or add what tells the two apart."
                )
                self.add_error("name", sentence)
            if not cleaned.get("treatments") and Treatment.objects.filter(active=True).exists():
                sentence = _("Please tick what they offer: nobody could book with them.")
                self.add_error("treatments", sentence)
        return cleaned


class ColleagueForm(AsksAboutAddress, DutiesForm):
    """Of somebody who has a login. `seen` is what the page has shown of it."""

    name = NameField(label=gettext_lazy("Name"), longest=120, validators=[has_a_letter])
    email = AddressField(label=gettext_lazy("E-mail they sign in with"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    helper = plain(
        "seen",
        "sure",
        Fieldset(gettext_lazy("Who"), "name", "email", PROPOSAL),
        Fieldset(gettext_lazy("What they do here"), "role", "treats"),
    )

    def __init__(self, *args: Any, login: User, is_own: bool, is_last: bool, **options: Any):
        super().__init__(*args, **options)
        self.login = login
        self.initial = {
            "name": called(login),
            "email": login.email,
            "role": login.role,
            "treats": hasattr(login, "therapist") and login.therapist.active,
            "seen": login.as_shown,
        }
        self._keep(is_own, is_last)

    def _keep(self, is_own: bool, is_last: bool) -> None:
        """What only somebody else may change, or only their other page."""
        fields = self.fields
        if is_own:
            fields["role"].disabled = True
            fields["role"].help_text = _("This is you: another owner changes what you may do.")
        if is_last:
            fields["role"].disabled = fields["email"].disabled = True
            sentence = _("The clinic’s only owner: make a second one first, who changes it.")
            fields["role"].help_text = fields["email"].help_text = sentence
        if hasattr(self.login, "therapist"):
            fields["treats"].disabled = True
            fields["treats"].help_text = _("What they offer, and whether, is on their other page.")

    def clean_email(self) -> str:
        typed = compared(self.cleaned_data["email"])
        return typed if typed == self.login.email else super().clean_email()

    def clean(self) -> dict[str, Any]:
        """Who treats has the same name in the diary."""
        cleaned = super().clean()
        name = cleaned.get("name", "")
        if self.treats_already(cleaned) and names.is_taken(name, but=self.login):
            self.add_error("name", names.TREATS_ALREADY)
        return cleaned

    def treats_already(self, cleaned: dict[str, Any]) -> bool:
        return bool(cleaned.get("treats") or hasattr(self.login, "therapist"))


class LeaveForm(forms.Form):
    last_day = DayField(
        label=gettext_lazy("Last day at work"),
        help_text=gettext_lazy("Nobody can book with them after it, and then their login ends."),
    )
    helper = plain("last_day")

    def __init__(self, *args: Any, today: date, **options: Any):
        super().__init__(*args, **options)
        self.today = today

    def clean_last_day(self) -> date:
        day = self.cleaned_data["last_day"]
        if day < self.today:
            raise forms.ValidationError(_("Please choose today or a day to come."))
        if day.year > self.today.year + 5:
            raise forms.ValidationError(_("Please choose a day within five years."))
        return day


def free_address(typed: str) -> str:
    """In lower case, if nobody signs in with it."""
    address = compared(typed)
    there = User.objects.filter(email=address).first()
    if there is None:
        return address
    if there.is_a_runner:
        sentence = _(
            "A runner signs in with this address, and what is written to colleagues would reach "
            "them: choose another one."
        )
    elif there.is_active:
        sentence = _("Somebody who works here signs in with this address.")
    else:
        sentence = _("Somebody who has worked here has this address: take them back on their page.")
    raise forms.ValidationError(sentence)
