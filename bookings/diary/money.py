"""Prices and payments, a day's takings, and receipts."""

import csv
from datetime import date
from decimal import Decimal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings.actions import money
from bookings.actions.refusals import Refused
from bookings.core import wording
from bookings.core.cells import as_text
from bookings.diary.appointments import answered, seen, visit_of
from bookings.diary.who import who
from bookings.models import Clinic, Method, Payment
from bookings.queries.takings import takings_of

COLUMNS = ("Receipt", "Time", "Client", "What", "Therapist", "Method", "Amount", "Currency", "Why")


class AmountField(forms.DecimalField):
    def __init__(self, **kwargs):
        super().__init__(max_digits=8, decimal_places=2, **kwargs)


class PayForm(forms.Form):
    amount = AmountField(min_value=Decimal("0.01"))
    method = forms.ChoiceField(choices=Method)
    reason = forms.CharField(required=False, max_length=300)
    key = forms.CharField(max_length=32, min_length=16)

    def clean(self) -> dict:
        asked = super().clean()
        if asked.get("method") == Method.WAIVED and not asked.get("reason"):
            self.add_error("reason", "Please say why it is waived.")
        return asked


class PriceForm(forms.Form):
    price = AmountField(min_value=Decimal(0))


class WhyForm(forms.Form):
    reason = forms.CharField(max_length=300)


@require_POST
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    visit, form = visit_of(pk), PayForm(request.POST)
    if not form.is_valid():
        return answered(request, pk, Refused(_sentence(form)))
    asked = {**form.cleaned_data, "method": Method(form.cleaned_data["method"])}
    try:
        payment = money.pay(visit, **asked, seen=seen(request), by=who(request), now=timezone.now())
    except Refused as refusal:
        return answered(request, pk, refusal)
    amount = wording.price(payment.amount, payment.currency)
    how = payment.get_method_display().lower()
    receipt = f", receipt {payment.number}" if payment.number else ""
    return answered(request, pk, f"{visit.client}: {amount}, {how}{receipt}.")


@require_POST
def price(request: HttpRequest, pk: int) -> HttpResponse:
    visit, form = visit_of(pk), PriceForm(request.POST)
    if not form.is_valid():
        return answered(request, pk, Refused(_sentence(form)))
    agreed = form.cleaned_data["price"]
    try:
        money.set_price(visit, agreed, seen=seen(request), by=who(request), now=timezone.now())
    except Refused as refusal:
        return answered(request, pk, refusal)
    words = wording.price(agreed, Clinic.objects.the().currency)
    return answered(request, pk, f"{visit.client}: the price is {words}.")


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    payment, form = get_object_or_404(Payment, pk=pk), WhyForm(request.POST)
    if not form.is_valid():
        return answered(request, payment.appointment_id, Refused(_sentence(form)))
    try:
        money.take_back(payment, **form.cleaned_data, by=who(request), now=timezone.now())
    except Refused as refusal:
        return answered(request, payment.appointment_id, refusal)
    return answered(request, payment.appointment_id, f"{payment} is taken back.")


@require_safe
def receipt(request: HttpRequest, number: int) -> HttpResponse:
    payment = get_object_or_404(Payment.objects.with_everything(), number=number)
    corrected_by = getattr(payment, "corrected_by", None)
    context = {"payment": payment, "corrected_by": corrected_by}
    return render(request, "diary/receipt.html", context)


@require_safe
def takings(request: HttpRequest, day: date) -> HttpResponse:
    shown = takings_of(Clinic.objects.the(), day)
    return render(request, "diary/takings.html", {"day": day, "shown": shown})


@require_safe
def takings_file(request: HttpRequest, day: date) -> HttpResponse:
    """The same rows for a spreadsheet. Text that looks like a formula is kept as text."""
    clinic = Clinic.objects.the()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="takings-{day}.csv"'
    rows = csv.writer(response)
    rows.writerow(COLUMNS)
    for payment in takings_of(clinic, day).payments:
        words = (
            payment.appointment.client,
            payment.what,
            payment.therapist,
            payment.get_method_display(),
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


def _sentence(form: forms.Form) -> str:
    name, said = next(iter(form.errors.items()))
    return f"{form[name].label}: {' '.join(said)} Nothing was noted."
