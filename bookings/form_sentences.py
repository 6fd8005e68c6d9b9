"""What a field says of wrong input where its form has no sentence of its own: ours, not Django's.

Fields take these when they are made, so this is done before any form is.
"""

from typing import Any

from django import forms
from django.core import validators
from django.utils.translation import gettext_lazy, ngettext_lazy

A_LISTED_ONE = gettext_lazy("Please choose one of those listed.")
A_FILE = gettext_lazy("Please choose a file.")
ONE = gettext_lazy("Please choose one.")
AT_LEAST_ONE = gettext_lazy("Please choose at least one.")
FIELDS: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {"required": gettext_lazy("Please fill this in.")},
    forms.IntegerField: {
        "invalid": gettext_lazy("Please give a whole number in digits alone, such as 1250.")
    },
    forms.FloatField: {"invalid": gettext_lazy("Please give a number such as 62.50.")},
    forms.DecimalField: {"invalid": gettext_lazy("Please give a number such as 62.50.")},
    forms.DateField: {"invalid": gettext_lazy("Please give a date such as 25/04/2027.")},
    forms.TimeField: {"invalid": gettext_lazy("Please give a time such as 14:30.")},
    forms.DateTimeField: {
        "invalid": gettext_lazy("Please give a day and a time such as 2027-04-25 14:30.")
    },
    forms.BooleanField: {"required": gettext_lazy("Please tick this.")},
    forms.ChoiceField: {"required": ONE, "invalid_choice": A_LISTED_ONE},
    forms.MultipleChoiceField: {
        "required": AT_LEAST_ONE,
        "invalid_choice": A_LISTED_ONE,
        "invalid_list": A_LISTED_ONE,
    },
    forms.TypedMultipleChoiceField: {"invalid_choice": A_LISTED_ONE},
    forms.ModelChoiceField: {"required": ONE, "invalid_choice": A_LISTED_ONE},
    forms.ModelMultipleChoiceField: {
        "required": AT_LEAST_ONE,
        "invalid_choice": A_LISTED_ONE,
        "invalid_list": A_LISTED_ONE,
        "invalid_pk_value": A_LISTED_ONE,
    },
    forms.FileField: {
        "required": A_FILE,
        "invalid": A_FILE,
        "missing": A_FILE,
        "empty": gettext_lazy("The file is empty."),
        "max_length": ngettext_lazy(
            "Please use a file whose name has at most %(max)d character; this has %(length)d.",
            "Please use a file whose name has at most %(max)d characters; this has %(length)d.",
            "max",
        ),
    },
    forms.URLField: {
        "invalid": gettext_lazy("Please give a web address such as https://www.example.com.")
    },
    forms.JSONField: {"invalid": gettext_lazy("That did not arrive whole: please try again.")},
    forms.RegexField: {"invalid": gettext_lazy("Please write this as the page asks for it.")},
}
VALIDATORS: dict[type, Any] = {
    validators.MinValueValidator: gettext_lazy("Please give %(limit_value)s or more."),
    validators.MaxValueValidator: gettext_lazy("Please give %(limit_value)s or less."),
    validators.MaxLengthValidator: ngettext_lazy(
        "Please use at most %(limit_value)d character; this has %(show_value)d.",
        "Please use at most %(limit_value)d characters; this has %(show_value)d.",
        "limit_value",
    ),
    validators.MinLengthValidator: ngettext_lazy(
        "Please use at least %(limit_value)d character; this has %(show_value)d.",
        "Please use at least %(limit_value)d characters; this has %(show_value)d.",
        "limit_value",
    ),
    validators.EmailValidator: gettext_lazy(
        "Please give an email address such as name@example.com."
    ),
    validators.URLValidator: gettext_lazy(
        "Please give a web address such as https://www.example.com."
    ),
    validators.RegexValidator: gettext_lazy("Please write this as the page asks for it."),
    validators.ProhibitNullCharactersValidator: gettext_lazy(
        "Please leave out characters that nobody sees."
    ),
}
OF_DIGITS = {
    "invalid": gettext_lazy("Please give a number such as 62.50."),
    "max_digits": ngettext_lazy(
        "Please use at most %(max)s digit in all.",
        "Please use at most %(max)s digits in all.",
        "max",
    ),
    "max_decimal_places": ngettext_lazy(
        "Please use at most %(max)s digit after the point.",
        "Please use at most %(max)s digits after the point.",
        "max",
    ),
    "max_whole_digits": ngettext_lazy(
        "Please use at most %(max)s digit before the point.",
        "Please use at most %(max)s digits before the point.",
        "max",
    ),
}


def say_it_in_our_words() -> None:
    for field, sentences in FIELDS.items():
        own = field.__dict__.get("default_error_messages", {})
        field.default_error_messages = {**own, **sentences}
    for validator, sentence in VALIDATORS.items():
        validator.message = sentence  # type: ignore[attr-defined]
    validators.DecimalValidator.messages = OF_DIGITS  # type: ignore[assignment]
