"""What the owner says of a treatment."""

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, LayoutObject
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.core import wording
from bookings.core.training import Protocol
from bookings.models import Clinic, Room, Therapist, Treatment
from bookings.office.saving import ChosenField, RowForm, without_claims
from bookings.queries.office import offers
from bookings.web.forms import (
    AsksAboutFarDays,
    DayField,
    Inset,
    NameField,
    NumberField,
    ShortText,
    Textarea,
    has_a_letter,
    plain,
)

LONGEST_DESCRIPTION = 600


class MinutesField(forms.IntegerField):
    default_error_messages = {"invalid": gettext_lazy("Please give whole minutes, such as 60.")}

    def __init__(self, **options: Any):
        super().__init__(widget=forms.TextInput({"inputmode": "numeric"}), **options)


class PriceField(NumberField):
    """In the clinic's currency; its sign, spaces and a decimal comma may be typed."""

    default_error_messages = {"invalid": gettext_lazy("Please give a price such as 62.50.")}

    def __init__(self, **options: Any):
        super().__init__(min_value=0, max_digits=8, decimal_places=2, **options)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            for sign in (*wording.SYMBOLS.values(), *wording.SYMBOLS, " ", "\N{NO-BREAK SPACE}"):
                value = value.replace(sign, "")
        return super().to_python(value)


# A new one has no length yet by which they could be ticked.
TICKED_LATER = Inset(
    '<p>{% load i18n %}{% translate "A runner’s plan proposes it for the sessions that may last as '
    "long by the protocol: they are ticked when it is saved, and its page changes that."
    '" %}</p>'
)


def _helper(in_plans: str | LayoutObject) -> FormHelper:
    return plain(
        "seen",
        "far",
        Fieldset(gettext_lazy("What a runner reads"), "name", "need", "description"),
        Fieldset(
            gettext_lazy("Time and price"),
            Div("minutes", "buffer_minutes", "price", css_class="pair"),
            Div("next_price", "next_price_from", css_class="pair"),
        ),
        Fieldset(gettext_lazy("Who and where"), "therapists", "rooms"),
        Fieldset(gettext_lazy("In a runner’s plan"), in_plans),
        Fieldset(gettext_lazy("Shown to runners"), "active", "online"),
    )


class TreatmentForm(AsksAboutFarDays, RowForm):
    name = NameField(label=gettext_lazy("Name"), longest=80, validators=[has_a_letter])
    need = ShortText(
        label=gettext_lazy("What for, in the runner’s words"),
        required=False,
        longest=60,
        help_text=gettext_lazy(
            "Such as “The usual, in training”. It heads the treatment on the home page; empty, "
            "its name does."
        ),
    )
    description = ShortText(
        label=gettext_lazy("In a sentence"),
        required=False,
        longest=LONGEST_DESCRIPTION,
        widget=Textarea({"rows": 3}),
        help_text=gettext_lazy("What a runner reads who chooses it."),
    )
    minutes = MinutesField(label=gettext_lazy("Minutes"), min_value=5, max_value=480)
    buffer_minutes = MinutesField(
        label=gettext_lazy("Minutes kept free after it"),
        min_value=0,
        max_value=240,
        help_text=gettext_lazy("For the therapist and the room; 0 for none."),
    )
    price = PriceField(label=gettext_lazy("Price"))
    next_price = PriceField(label=gettext_lazy("New price"), required=False)
    next_price_from = DayField(
        label=gettext_lazy("From"),
        required=False,
        help_text=gettext_lazy(
            "Whoever books from that day on pays it; what is booked by then keeps its price."
        ),
    )
    session_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Sessions of a plan that it suits"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("A runner’s plan proposes it for these."),
    )
    therapists = ChosenField(Therapist.objects.all(), label=gettext_lazy("Offered by"))
    rooms = ChosenField(
        Room.objects.all(),
        label=gettext_lazy("In these rooms"),
        help_text=gettext_lazy("None chosen: any room will do."),
    )
    online = forms.BooleanField(label=gettext_lazy("Runners book it online"), required=False)
    active = forms.BooleanField(
        label=gettext_lazy("It can be booked"),
        required=False,
        help_text=gettext_lazy("Otherwise nobody can, the desk included; what was stays."),
    )

    class Meta:
        model = Treatment
        fields = [
            "name", "need", "description", "minutes", "buffer_minutes", "price", "next_price",
            "next_price_from", "session_kinds", "therapists", "rooms", "online", "active",
        ]  # fmt: skip

    def __init__(
        self, *args: Any, clinic: Clinic, protocol: Protocol, now: datetime, **options: Any
    ):
        super().__init__(*args, **options)
        self.clinic, self.protocol, self.today = clinic, protocol, clinic.day_of(now)
        self.helper = _helper("session_kinds" if self.instance.pk else TICKED_LATER)
        self._offer_what_there_is()
        if not self.instance.pk:
            self._begin_with_what_is_certain()
        self._say_what_holds(now)

    def _offer_what_there_is(self) -> None:
        for name in ("therapists", "rooms"):
            field = cast(ChosenField, self.fields[name])
            field.offer_those_of(self.instance, through="treatments")
        kinds = self.protocol.session_types.values()
        suits = cast(forms.MultipleChoiceField, self.fields["session_kinds"])
        suits.choices = [(one.kind.value, one.name) for one in kinds]

    def _begin_with_what_is_certain(self) -> None:
        """The only therapist there is. Its sessions are known when its length is: see `save`."""
        del self.fields["session_kinds"]
        there = list(Therapist.objects.active()[:2])
        if len(there) == 1:
            self.initial["therapists"] = there

    def _say_what_holds(self, now: datetime) -> None:
        currency = self.clinic.currency
        sign = wording.SYMBOLS.get(currency, currency)
        for name in ("price", "next_price"):
            label = self.fields[name].label
            self.fields[name].label = format_lazy("{label} ({sign})", label=label, sign=sign)
            if (amount := self.initial.get(name)) is not None:
                self.initial[name] = wording.to_type(amount, currency)
        ahead = offers.booked_ahead(self.instance, now=now) if self.instance.pk else 0
        if ahead:
            sentence = ngettext(
                "{count} appointment to come is booked and keeps its price.",
                "{count} appointments to come are booked and keep their price.",
                ahead,
            )
            self.fields["price"].help_text = sentence.format(count=ahead)

    def clean_name(self) -> str:
        return self.only_one(_("There is a treatment of this name already."))

    def clean_need(self) -> str:
        return without_claims(self.cleaned_data["need"], self.protocol)

    def clean_description(self) -> str:
        return without_claims(self.cleaned_data["description"], self.protocol)

    def clean_price(self) -> Decimal:
        return self._in_whole_coins(self.cleaned_data["price"])

    def clean_next_price(self) -> Decimal | None:
        price = self.cleaned_data["next_price"]
        return price if price is None else self._in_whole_coins(price)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        price, first = cleaned.get("next_price"), cleaned.get("next_price_from")
        if price is not None and first is None and "next_price_from" not in self.errors:
            self.add_error("next_price_from", _("Please say from which day it holds."))
        if price is None and first is not None and "next_price" not in self.errors:
            self.add_error("next_price", _("Please give the new price, or leave the day empty."))
        if first is not None and first <= self.today and "next_price_from" in self.changed_data:
            self.add_error(
                "next_price_from",
                _("Please give a day to come; a price that holds today is changed above."),
            )
        self.ask_if_far_off("next_price_from", self.today)
        return cleaned

    def save(self, commit: bool = True) -> Treatment:
        """Addresses on other pages and in mails hold its slug, which never changes."""
        if self.instance.pk is None:
            minutes = self.cleaned_data["minutes"]
            sessions = self.protocol.session_types.values()
            self.instance.session_kinds = [
                one.kind.value for one in sessions if one.may_last(minutes)
            ]
        if not self.instance.slug:
            self.instance.slug = offers.free_slug(Treatment, self.instance.name)
        return super().save(commit)

    def _in_whole_coins(self, price: Decimal) -> Decimal:
        digits = wording.hundredths(self.clinic.currency)
        if price != round(price, digits):
            sentence = _("{currency} has no smaller coins: please give a whole number.")
            raise ValidationError(sentence.format(currency=self.clinic.currency))
        return price
