"""Prices and payments, a day's takings, and receipts."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings import dates
from bookings.actions.money import payments
from bookings.actions.refusals import Refused
from bookings.core import wording
from bookings.core.csv_safety import as_text
from bookings.core.intervals import day_bounds
from bookings.desk.scheduling.appointment import circumstances, for_the_books
from bookings.models import Appointment, Clinic, Method, Payment
from bookings.queries.money.takings import takings_of
from bookings.web.forms import A_KEY, NumberField
from bookings.web.requests import StaffRequest

COLUMNS = ("Receipt", "Time", "Client", "What", "Therapist", "Method", "Amount", "Currency", "Why")

BIGGEST = 2**63 - 1  # that the database has a number for


class AmountField(NumberField):
    """Of the clinic's currency, which may have no hundredths."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=8, decimal_places=2, **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        currency = Clinic.objects.the().currency
        is_whole = value is None or value == value.to_integral_value()
        if not is_whole and not wording.hundredths(currency):
            sentence = _("In {currency} an amount is a whole number.")
            raise forms.ValidationError(sentence.format(currency=currency))


class PayForm(forms.Form):
    amount = AmountField(min_value=Decimal("0.01"))
    method = forms.ChoiceField(choices=Method)
    reason = forms.CharField(required=False, max_length=300)
    key = forms.RegexField(A_KEY)

    def clean(self) -> dict:
        super().clean()
        data = self.cleaned_data
        if data.get("method") == Method.WAIVED and not data.get("reason"):
            self.add_error("reason", _("Please say why it is waived."))
        return data


class PriceForm(forms.Form):
    price = AmountField(min_value=Decimal(0))


class TakeBackForm(forms.Form):
    payment = forms.IntegerField(min_value=1, max_value=BIGGEST)
    reason = forms.CharField(max_length=300)


@for_the_books
def pay(request: StaffRequest, visit: Appointment) -> str:
    data = _filled_in(PayForm(request.POST))
    data["method"] = Method(data["method"])
    payment = payments.pay(visit, **data, **circumstances(request))
    sentence = (
        _("{client}: {amount}, {method}, receipt {number}.")
        if payment.number
        else _("{client}: {amount}, {method}.")
    )
    return sentence.format(
        client=visit.client,
        amount=wording.price(payment.amount, payment.currency),
        method=payment.get_method_display().lower(),
        number=payment.number,
    )


@for_the_books
def price(request: StaffRequest, visit: Appointment) -> str:
    agreed = _filled_in(PriceForm(request.POST))["price"]
    payments.set_price(visit, agreed, **circumstances(request))
    amount = wording.price(agreed, Clinic.objects.the().currency)
    return _("{client}: the price is {amount}.").format(client=visit.client, amount=amount)


@for_the_books
def take_back(request: StaffRequest, visit: Appointment) -> str:
    data = _filled_in(TakeBackForm(request.POST))
    payment = get_object_or_404(visit.payments, pk=data["payment"])
    payments.take_back(payment, reason=data["reason"], **circumstances(request))
    amount = wording.price(payment.amount, payment.currency)
    return _("{client}: {amount} is taken back.").format(client=visit.client, amount=amount)


@require_safe
def receipt(request: StaffRequest, number: int) -> HttpResponse:
    payment = get_object_or_404(Payment.objects.with_everything(), number=number)
    corrected_by = getattr(payment, "corrected_by", None)
    context = {"payment": payment, "corrected_by": corrected_by}
    return render(request, "desk/money/receipt.html", context)


@require_safe
def takings(request: StaffRequest, day: date) -> HttpResponse:
    clinic = Clinic.objects.the()
    context = {
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "shown": takings_of(clinic, day),
        "of_this_day": f", {dates.day(day_bounds(day, 1, clinic.tz).start, clinic.tz)} {day.year}",
    }
    return render(request, "desk/money/takings.html", context)


@require_safe
def takings_file(request: StaffRequest, day: date) -> HttpResponse:
    """The same rows for a spreadsheet. Text that looks like a formula is kept as text."""
    clinic = Clinic.objects.the()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="takings-{day}.csv"'
    response.write("\N{BYTE ORDER MARK}")  # without it Excel takes the letters for others
    rows = csv.writer(response)
    rows.writerow(COLUMNS)
    for payment in takings_of(clinic, day).payments:
        words = (
            payment.appointment.client,
            payment.what,
            payment.therapist,
            payment.method,
        )
        rows.writerow(
            [
                payment.number or "",
                wording.clock(payment.at, clinic.tz),
                *map(as_text, words),
                payment.amount,
                payment.currency,
                as_text(payment.reason),
            ]
        )
    return response


def _filled_in(form: forms.Form) -> dict[str, Any]:
    """Raises Refused with what is wrong in the first of its fields."""
    if form.is_valid():
        return form.cleaned_data
    name, said = next(iter(form.errors.items()))
    sentence = _("{field}: {problem} Nothing was noted.")
    raise Refused(sentence.format(field=form[name].label, problem=" ".join(map(str, said))))
