"""All prices are raised from a day on: first shown, old beside new, then kept."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings import dates
from bookings.actions.refusals import Stale
from bookings.actions.rota.prices import raise_all
from bookings.core import wording
from bookings.models import Clinic
from bookings.queries.office.price_rise import (
    DEAREST,
    PriceRise,
    RaisedPrice,
    digest_of,
    raised,
)
from bookings.web.forms import DayField, NumberField, plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

PERCENT, AMOUNT = "percent", "amount"
STEPS = {2: ("0.01", "0.10", "0.50", "1", "5"), 0: ("1", "10", "50", "100", "500")}
MOST_PERCENT, MOST_MONEY = 100, 9999


class RiseForm(forms.Form):
    first = DayField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy(
            "Whoever books from that day on pays it; what is booked by then keeps its price."
        ),
    )
    how_much = NumberField(label=gettext_lazy("By how much"), max_digits=8, decimal_places=2)
    by = forms.ChoiceField(label=gettext_lazy("Counted in"))
    step = forms.ChoiceField(label=gettext_lazy("Rounded to a multiple of"))

    helper = plain("first", Div("how_much", "by", "step", css_class="pair"))

    def __init__(self, *args: Any, clinic: Clinic, today: date, **options: Any):
        super().__init__(*args, **options)
        self.today, self.currency = today, clinic.currency
        sign = wording.SYMBOLS.get(clinic.currency, clinic.currency)
        steps = STEPS[wording.hundredths(clinic.currency)]
        self.fields["by"] = forms.ChoiceField(
            label=_("Counted in"), choices=[(PERCENT, _("percent")), (AMOUNT, sign)]
        )
        self.fields["step"] = forms.ChoiceField(
            label=_("Rounded to a multiple of"),
            choices=[(one, wording.price(Decimal(one), clinic.currency)) for one in steps],
            initial=steps[2],
        )

    def clean_first(self) -> date:
        first = self.cleaned_data["first"]
        if first <= self.today:
            raise forms.ValidationError(_("Please give a day to come."))
        return first

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        much, by = data.get("how_much"), data.get("by")
        if much is None or by is None:
            return data
        most = MOST_PERCENT if by == PERCENT else MOST_MONEY
        if not 0 < much <= most:
            sentence = _("Please give more than 0 and at most {most}.")
            self.add_error("how_much", sentence.format(most=most))
        elif by == AMOUNT and much != round(much, wording.hundredths(self.currency)):
            sentence = _("{currency} has no smaller coins: please give a whole number.")
            self.add_error("how_much", sentence.format(currency=self.currency))
        return data

    def rise(self) -> PriceRise:
        data = self.cleaned_data
        much = {"percent" if data["by"] == PERCENT else "amount": data["how_much"]}
        return PriceRise(first=data["first"], step=Decimal(data["step"]), **much)

    def refuse_what_changes_nothing(self, prices: Sequence[RaisedPrice]) -> None:
        if not any(one.changes for one in prices):
            self.add_error("how_much", _("No price would be another."))
        elif any(one.new > DEAREST for one in prices):
            self.add_error("how_much", _("A price would be too large to be kept."))


@page_methods
def prices(request: StaffRequest) -> HttpResponse:
    clinic = Clinic.objects.the()
    data = request.POST if request.method == "POST" else None
    form = RiseForm(data, clinic=clinic, today=clinic.day_of(timezone.now()))
    if data is None or not form.is_valid():
        return _page(request, form, [])
    rise = form.rise()
    shown = raised(rise)
    form.refuse_what_changes_nothing(shown)
    if form.errors or "keep" not in request.POST:
        return _page(request, form, shown)
    try:
        count = raise_all(rise, seen=request.POST["keep"])
    except Stale as refusal:
        return _page(request, form, raised(rise), said=str(refusal))
    sentence = ngettext(
        "{count} treatment has a new price from {day}.",
        "{count} treatments have a new price from {day}.",
        count,
    )
    messages.success(
        request, sentence.format(count=count, day=dates.civil_day_and_year(rise.first))
    )
    return redirect("office:treatments")


def _page(
    request: StaffRequest, form: RiseForm, shown: Sequence[RaisedPrice], *, said: str = ""
) -> HttpResponse:
    status = 409 if said else 422 if form.errors else 200
    context = {
        "form": form,
        "said": said,
        "prices": shown if not form.errors else [],
        "digest": digest_of(form.rise(), shown) if shown and not form.errors else "",
    }
    return render(request, "office/offers/prices.html", context, status=status)
