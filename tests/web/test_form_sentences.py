"""What is wrong with an answer is told in our words wherever somebody types: none of Django's."""

import re
from importlib import import_module
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from tests.house.test_floors import MODULES
from tests.web.test_numbers import OURS, every_form

DJANGOS = re.compile(
    r"Ensure|Enter|This (field|value)|Select|The submitted|Null|No file|File ext|“%|Upload"
)
SHOWN = {"limit_value": 2, "show_value": 3, "max": 2, "length": 3, "value": "x", "pk": 1}


def sentences(field: forms.Field) -> list[str]:
    """All that the field can say by itself and by its validators."""
    said: list[Any] = list(field.error_messages.values())
    for validator in field.validators:
        said += [getattr(validator, "message", "")]
        said += list(getattr(validator, "messages", {}).values())
    return [str(one % SHOWN) if one else "" for one in said]


def fields_of_ours() -> dict[str, forms.Field]:
    for name in MODULES:
        if "form" in name or ".pages." in name or ".desk." in name or ".office." in name:
            import_module(name)
    ours = {form for form in every_form() if form.__module__.startswith(OURS)}
    return {
        f"{form.__module__}.{form.__name__}.{name}": field
        for form in ours
        for name, field in getattr(form, "base_fields", {}).items()
    }


def test_no_field_of_ours_says_it_in_djangos_words():
    found = fields_of_ours()
    assert len(found) > 150
    told = {name: said for name, field in found.items() for said in sentences(field)
            if DJANGOS.match(said)}  # fmt: skip
    assert not told


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (forms.CharField(), "", "Please fill this in."),
        (forms.IntegerField(min_value=0), "-1", "Please give 0 or more."),
        (forms.IntegerField(max_value=9), "10", "Please give 9 or less."),
        (forms.IntegerField(), "1,250", "digits alone, such as 1250"),
        (forms.IntegerField(), "six", "digits alone, such as 1250"),
        (forms.DecimalField(max_digits=8, decimal_places=2), "1.234", "2 digits after the point"),
        (forms.CharField(max_length=3), "four", "at most 3 characters; this has 4"),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "one of those listed"),
        (forms.TimeField(), "25:00", "a time such as 14:30"),
        (forms.DateField(), "31/02/2027", "a date such as 25/04/2027"),
        (forms.EmailField(), "kim", "an email address such as"),
        (forms.FileField(), None, "choose a file"),
        (forms.ChoiceField(choices=[("a", "A")]), "", "Please choose one."),
        (forms.MultipleChoiceField(choices=[("a", "A")]), [], "at least one"),
        (forms.BooleanField(), False, "Please tick this."),
    ],
)
def test_what_is_wrong_is_told_with_how_to_put_it_right(field, typed, said):
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    assert said in " ".join(refused.value.messages)
