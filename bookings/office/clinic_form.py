"""The clinic's settings, grouped, each with what it comes to today."""

from datetime import datetime, timedelta
from typing import Any

from crispy_forms.layout import Div, Fieldset
from django import forms
from django.db.models.functions import Floor
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import dates
from bookings.core import wording
from bookings.core.currencies import hundredths
from bookings.core.training import Protocol
from bookings.models import Absence, Appointment, Clinic, RoomLoan, Treatment
from bookings.models.clinic import FeeIs
from bookings.office.saving import RowForm
from bookings.queries.office import contradictions
from bookings.web.forms import (
    LONGEST_PHONE,
    PROPOSAL,
    AddressField,
    AsksAboutSlips,
    Inset,
    NameField,
    NumberField,
    ShortText,
    Textarea,
    has_a_letter,
    looks_like_a_phone,
    plain,
)

LONGEST_TEXT = 2000
LABELS = {
    "start_step_minutes": gettext_lazy("Minutes between start times"),
    "minimum_notice_minutes": gettext_lazy("Latest before the start, in minutes"),
    "horizon_days": gettext_lazy("Furthest ahead, in days"),
    "hold_minutes": gettext_lazy("A chosen time is held, in minutes"),
    "prove_minutes": gettext_lazy("Newcomers confirm within, in minutes"),
    "unproved_per_hour": gettext_lazy("Unconfirmed bookings in an hour"),
    "most_ahead": gettext_lazy("Appointments ahead of one mailbox"),
    "move_cutoff_hours": gettext_lazy("Move until, in hours before the start"),
    "cancel_cutoff_hours": gettext_lazy("Cancel until, in hours before the start"),
    "undo_minutes": gettext_lazy("Second thoughts, in minutes"),
    "offer_pause_minutes": gettext_lazy("Freed times are offered after, in minutes"),
    "late_cancellation_fee": gettext_lazy("For cancelling later"),
    "no_show_fee": gettext_lazy("For not coming"),
    "tax_note": gettext_lazy("Tax note"),
    "asks_date_of_birth": gettext_lazy("Ask online for the date of birth"),
    "what_to_wear": gettext_lazy("What to wear"),
    "how_to_find_us": gettext_lazy("How to find us"),
    "emergency_advice": gettext_lazy("Advice in an emergency"),
    "care_days": gettext_lazy("Therapists see health data for, in days"),
    "keep_records_years": gettext_lazy("Keep clinical records for, in years"),
    "keep_history_years": gettext_lazy("Keep the history of changes for, in years"),
    "forget_newcomers_days": gettext_lazy("Forget newcomers after, in days"),
    "forget_details_days": gettext_lazy("Forget details after, in days"),
}
FEES = ("late_cancellation_fee", "no_show_fee")


def clashes_of(field: str) -> Inset:
    return Inset(f'{{% include "office/_clashes.html" with said=form.clashes.{field} %}}')


def pair(*fields: str) -> Div:
    return Div(*fields, css_class="pair")


class SettingsForm(RowForm, AsksAboutSlips):
    name = NameField(label=gettext_lazy("Name"), longest=120, validators=[has_a_letter])
    phone = ShortText(
        label=gettext_lazy("Phone"),
        longest=LONGEST_PHONE,
        validators=[looks_like_a_phone],
        widget=forms.TextInput({"type": "tel"}),
        help_text=gettext_lazy("Shown wherever a rule says “ring us”."),
    )
    email = AddressField(label=gettext_lazy("Replies to mails go to"))
    address = ShortText(
        label=gettext_lazy("Address"),
        longest=LONGEST_TEXT,
        widget=Textarea({"rows": 3}),
        help_text=gettext_lazy("As it should stand in mails and calendars."),
    )
    currency = ShortText(
        label=gettext_lazy("Currency"),
        longest=3,
        help_text=gettext_lazy("Its code of three letters, such as GBP or EUR."),
    )

    helper = plain(
        "seen",
        "sure",
        Fieldset(
            gettext_lazy("The clinic"), "name", pair("phone", "email"), PROPOSAL, "address",
            pair("timezone", "currency"),
        ),
        Fieldset(
            gettext_lazy("Booking online"),
            pair("minimum_notice_minutes", "horizon_days"),
            pair("start_step_minutes", "hold_minutes"), clashes_of("hold_minutes"),
            pair("prove_minutes", "most_ahead", "unproved_per_hour"),
        ),
        Fieldset(
            gettext_lazy("Moving and cancelling online"),
            "move_cutoff_hours", clashes_of("move_cutoff_hours"),
            "cancel_cutoff_hours", clashes_of("cancel_cutoff_hours"),
            "undo_minutes", clashes_of("undo_minutes"), "offer_pause_minutes",
        ),
        Fieldset(
            gettext_lazy("Fees and receipts"),
            pair("late_cancellation_fee", "late_cancellation_fee_is"),
            pair("no_show_fee", "no_show_fee_is"),
            "tax_note",
        ),
        Fieldset(
            gettext_lazy("Said before a first visit"),
            "what_to_wear", "how_to_find_us", "asks_date_of_birth",
        ),
        Fieldset(gettext_lazy("Health"), "emergency_advice", "care_days"),
        Fieldset(
            gettext_lazy("How long data is kept"),
            pair("keep_records_years", "keep_history_years"),
            pair("forget_newcomers_days", "forget_details_days"),
        ),
    )  # fmt: skip

    class Meta:
        model = Clinic
        fields = [
            "name", "phone", "email", "address", "timezone", "currency", "late_cancellation_fee_is",
            "no_show_fee_is", *LABELS,
        ]  # fmt: skip
        labels = {
            **LABELS,
            "timezone": gettext_lazy("Time zone"),
            "late_cancellation_fee_is": gettext_lazy("That is"),
            "no_show_fee_is": gettext_lazy("That is"),
        }
        field_classes = dict.fromkeys(FEES, NumberField)

    def __init__(self, *args: Any, protocol: Protocol, now: datetime, **options: Any):
        super().__init__(*args, **options)
        self.stored = Clinic.objects.the()  # the instance becomes what is typed
        self.clashes = contradictions.clashes(self.stored, protocol)
        for name in ("what_to_wear", "how_to_find_us"):
            self.fields[name].widget.attrs["rows"] = 3
        self._say_what_holds(now)
        self._keep_place_and_money(now)

    def _say_what_holds(self, now: datetime) -> None:
        clinic = self.stored
        example = clinic.begin_of(clinic.day_of(now) + timedelta(days=7)) + timedelta(hours=10)
        moves = example - timedelta(hours=clinic.move_cutoff_hours)
        first, last = clinic.first_bookable(now), clinic.last_bookable_day(now)
        for name, says in (
            ("timezone", _("It is {time} there now.").format(time=wording.clock(now, clinic.tz))),
            (
                "minimum_notice_minutes",
                _("Right now: from {time}.").format(time=dates.until(first, now, clinic.tz)),
            ),
            (
                "horizon_days",
                _("Today that is until {day}.").format(day=dates.civil_day_and_year(last)),
            ),
            ("move_cutoff_hours", self._until(moves, example)),
            ("cancel_cutoff_hours", self._until(clinic.last_cancellation(example), example)),
            *((name, self._of_a_price(name)) for name in FEES),
        ):
            self.fields[name].help_text = says

    def _until(self, last: datetime, start: datetime) -> str:
        tz, today = self.stored.tz, self.stored.day_of(timezone.now())
        return _("Of an appointment on {start} that is until {last}.").format(
            start=dates.day_and_time_from(start, tz, today),
            last=dates.day_and_time_from(last, tz, today),
        )

    def _of_a_price(self, name: str) -> str:
        clinic = self.stored
        treatment = Treatment.objects.filter(active=True, price__gt=0).first()
        if treatment is None:
            return _("Never more than the price; 0 for none.")
        of = {
            "late_cancellation_fee": clinic.fee_for_cancelling_late,
            "no_show_fee": clinic.fee_for_not_coming,
        }
        return _("Never more than the price; 0 for none. Of {treatment}: {fee} of {price}.").format(
            treatment=treatment,
            fee=wording.price(of[name](treatment.price), clinic.currency),
            price=wording.price(treatment.price, clinic.currency),
        )

    def _keep_place_and_money(self, now: datetime) -> None:
        """What is booked would move on the clock, or cost another money."""
        is_booked = Appointment.objects.upcoming(now).exists()
        off = (kind.objects.filter(ends_at__gt=now).exists() for kind in (Absence, RoomLoan))
        if is_booked or any(off):
            self.fields["timezone"].disabled = True
            self.fields["timezone"].help_text = format_html(
                '{} <a href="{}">{}</a>',
                _("Visits or time off hang on it."),
                reverse("office:zone"),
                _("Another time zone"),
            )
        if is_booked:
            self.fields["currency"].disabled = True
            self.fields["currency"].help_text = _("It cannot change while something is booked.")

    def _get_validation_exclusions(self) -> set[str]:
        """What was kept before there was a rule holds nobody up who changes something else."""
        excluded = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | ({"currency", "timezone"} - set(self.changed_data))

    def clean_email(self) -> str:
        is_new = "email" in self.changed_data
        return super().clean_email() if is_new else self.cleaned_data["email"]

    def clean_currency(self) -> str:
        """Prices stay as they are when the currency changes; some it has no coins for."""
        currency = self.cleaned_data["currency"].upper()
        if currency != self.stored.currency and not hundredths(currency):
            priced = Treatment.objects.exclude(price=Floor("price")).first()
            if priced:
                sentence = _("{currency} has no smaller coins, and {treatment} costs {price}.")
                price = wording.price(priced.price, self.stored.currency)
                raise forms.ValidationError(
                    sentence.format(currency=currency, treatment=priced, price=price)
                )
        return currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        notice, days = cleaned.get("minimum_notice_minutes"), cleaned.get("horizon_days")
        if sentence := contradictions.nobody_could_book(notice, days):
            self.add_error("minimum_notice_minutes", sentence)
        for name in FEES:
            if name in cleaned and (sentence := self._no_fee(name)):
                self.add_error(name, sentence)
        return cleaned

    def _no_fee(self, name: str) -> str:
        fee, currency = self.cleaned_data[name], self.cleaned_data.get("currency", "")
        if self.cleaned_data.get(f"{name}_is") == FeeIs.PERCENT:
            too_much = _("A fee is never more than the price: at most 100 percent.")
            return too_much if fee > 100 else ""
        if fee == round(fee, hundredths(currency)):
            return ""
        return _("{currency} has no smaller coins: please give a whole number.").format(
            currency=currency
        )
