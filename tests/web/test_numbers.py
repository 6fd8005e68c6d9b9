"""A number is typed as people write it: what Python reads as one otherwise is a slip in a price.

And a phone number of two digits is one, too.
"""

from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import DecimalField
from django.test import RequestFactory

from bookings.office.treatment_forms import PriceField
from bookings.web.forms import NumberField, looks_like_a_phone
from tests.house.test_floors import MODULES
from tests.reading import present

AS_PYTHON_HAS_IT = ["1e2", "1E2", "6e0", "1_0", "0x10", "NaN", "sNaN", "Infinity", "-inf", "1e-2",
                    "٦٢", "６２", "+", "-", ".", ",", "1.2.3", "1,2,3", "6 2"]  # fmt: skip


@pytest.mark.parametrize("typed", AS_PYTHON_HAS_IT)
def test_what_nobody_writes_is_no_number(typed):
    with pytest.raises(ValidationError, match=r"such as 62\.50"):
        NumberField().clean(typed)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("62", "62"),
        (" 62.50 ", "62.50"),
        ("62,5", "62.5"),
        (".5", "0.5"),
        ("7.", "7"),
        ("-3", "-3"),
    ],
)
def test_what_people_write_is_one(typed, number):
    assert NumberField().clean(typed) == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "price"), [("£ 62,50", "62.50"), ("62.5 EUR", "62.5"), ("$7", "7")]
)
def test_a_price_may_have_its_sign(typed, price):
    assert PriceField().clean(typed) == Decimal(price)


@pytest.mark.parametrize("typed", ["1e2", "£1e2", "1_0"])
def test_a_price_is_a_number_all_the_same(typed):
    with pytest.raises(ValidationError, match=r"such as 62\.50"):
        PriceField().clean(typed)


@pytest.mark.parametrize(
    "typed", ["1,250", "1.250", "1,250.00", "1.250,50", "-1,250", "12,500,000"]
)
@pytest.mark.parametrize("field", [NumberField, PriceField])
def test_a_mark_between_the_thousands_is_never_guessed_at(field, typed):
    with pytest.raises(ValidationError, match=r"write 1250 or 1250\.00"):
        field().clean(typed)


# Of the admin Django makes its forms anew, column by column.
DOORS = ("bookings.desk", "bookings.office", "bookings.runner", "bookings.web")
OURS = (*DOORS, "therapists", "clinic")


def every_form(of: Any = forms.BaseForm) -> Iterator[Any]:
    for form in of.__subclasses__():
        yield form
        yield from every_form(form)


@pytest.fixture(scope="module")
def our_fields() -> dict[str, forms.Field]:
    """By form and name."""
    for name in MODULES:
        if "form" in name or ".pages." in name or ".desk." in name or ".office." in name:
            import_module(name)
    ours = {form for form in every_form() if form.__module__.startswith(OURS)}
    return {
        f"{form.__name__}.{name}": field
        for form in ours
        for name, field in getattr(form, "base_fields", {}).items()
    }


def test_no_form_of_ours_takes_a_number_otherwise(our_fields):
    numbers = {
        name: field
        for name, field in our_fields.items()
        if isinstance(field, forms.DecimalField | forms.FloatField)
    }
    assert len(numbers) > 4
    assert not {name for name, field in numbers.items() if not isinstance(field, NumberField)}


def test_no_form_of_ours_takes_a_phone_number_that_is_a_slip(our_fields):
    phones = {name: field for name, field in our_fields.items() if name.endswith(".phone")}
    assert len(phones) > 4
    for field in phones.values():
        field.run_validators("020 7946 0000")
        with pytest.raises(ValidationError, match="at least six digits"):
            field.run_validators("12")


def test_nor_does_the_admin(db, clinic, owner_request):
    found = 0
    for model, page in admin.site._registry.items():
        for column in model._meta.fields:
            if isinstance(column, DecimalField):
                field = page.formfield_for_dbfield(column, owner_request)
                assert isinstance(field, NumberField), column
                found += 1
            elif column.name == "phone":
                field = page.formfield_for_dbfield(column, owner_request)
                assert looks_like_a_phone in present(field).validators, model
                found += 1
    assert found > 5


@pytest.fixture
def owner_request():
    return RequestFactory().get("/admin/")
