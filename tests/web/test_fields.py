"""Fields stand on pages as crispy and Django write them, which does not need their templates."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import crispy_bootstrap5  # type: ignore[import-untyped]
import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.forms.renderers import DjangoTemplates as FormTemplates
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import get_template
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from bookings.web.forms import AddressField, DayField, plain
from bookings.widgets import WRITTEN, WidgetRenderer

ODD = "<b>\"it's\" & 'that'</b>"
CHOICES = [("1", "one"), (2, ODD), ("", gettext_lazy("Nobody")), (3000, date(2027, 4, 25))]
GROUPED = [("A & B", [("1", "one"), ("2", "two")]), ("3", "three")]
ATTRS = {"data-odd": ODD, "readonly": True, "hidden": False, "data-words": gettext_lazy("Words")}
FIELDS: dict[str, forms.Field] = {
    "text": forms.CharField(label=ODD, widget=forms.TextInput(ATTRS)),
    "helped": forms.CharField(required=False, help_text="See <a href='/'>there</a>."),
    "classy": forms.CharField(label="", widget=forms.TextInput({"class": "form-control sum"})),
    "safe": forms.CharField(initial=mark_safe("&amp;"), disabled=True),
    "email": AddressField(label=gettext_lazy("Email"), initial=ODD),
    "secret": forms.CharField(widget=forms.PasswordInput),
    "day": DayField(initial=date(2027, 4, 25), help_text="A day."),
    "hour": forms.TimeField(widget=forms.TimeInput(format="%H:%M")),
    "number": forms.IntegerField(initial=12500, min_value=1, max_value=20000),
    "words": forms.CharField(initial=ODD, widget=forms.Textarea({"rows": 3})),
    "one": forms.ChoiceField(choices=CHOICES, initial=2, widget=forms.Select(ATTRS)),
    "grouped": forms.ChoiceField(choices=GROUPED, initial="2", required=False),
    "many": forms.MultipleChoiceField(choices=CHOICES, initial=[1, 2]),
    "tick": forms.BooleanField(label=ODD, help_text="Only then.", initial=True),
    "radio": forms.ChoiceField(choices=CHOICES, initial="1", widget=forms.RadioSelect),
    "boxes": forms.MultipleChoiceField(
        choices=GROUPED, help_text="Any.", widget=forms.CheckboxSelectMultiple(ATTRS)
    ),
    "file": forms.FileField(help_text="A small one.", widget=forms.FileInput({"accept": "x"})),
    "hidden": forms.CharField(required=False, initial=ODD, widget=forms.HiddenInput),
}
CRISPYS = DjangoTemplates(
    {
        "NAME": "crispy's own",
        "DIRS": [Path(str(crispy_bootstrap5.__file__)).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {},
    }
)


AnyForm: Any = type("AnyForm", (forms.Form,), FIELDS | {"helper": plain(*FIELDS)})
THE_WHOLE = engines["django"].from_string("{% load crispy_forms_tags %}{% crispy form helper %}")


def on_a_line(html: str) -> str:
    """With spaces where there are any, but for those inside a tag."""
    spaced = re.sub(r"\s+", " ", html).strip()
    return re.sub(r"<[^>]*>", lambda tag: " ".join(tag[0].split()).replace(" >", ">"), spaced)


def but_for_errors_of_groups(html: str) -> str:
    """Crispy has them below the last choice, in its column; ours stand below all of them."""
    where = r' ?<div id="id_(?:radio|boxes)_error" class="invalid-feedback[^>]*>.*?</div>'
    return re.sub(where, "", on_a_line(html))


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("data", [None, {}, {"number": ODD, "one": ODD, "email": ODD, "day": ODD}])
@pytest.mark.parametrize("name", FIELDS)
def test_a_field_stands_on_a_page_as_crispys_own_template_has_it(name, data, inline):
    said = {"form_show_errors": True, "form_show_labels": True, "error_text_inline": inline}
    ours, theirs = (
        template.render({"field": AnyForm(data, renderer=renderer)[name], **said})
        for template, renderer in (
            (get_template("bootstrap5/field.html"), WidgetRenderer()),
            (CRISPYS.get_template("bootstrap5/field.html"), FormTemplates()),
        )
    )
    assert but_for_errors_of_groups(ours) == but_for_errors_of_groups(theirs)


@pytest.mark.parametrize("name", ["radio", "boxes"])
def test_an_error_of_a_group_stands_below_the_whole_group_and_is_named_by_it(name):
    html = on_a_line(get_template("bootstrap5/field.html").render({"field": AnyForm({})[name]}))
    error = f'</div> </div> <div id="id_{name}_error" class="invalid-feedback d-block">'
    assert html.count(error) == html.count('_error" class=') == 1
    assert re.search(rf'<fieldset aria-describedby="[^"]*id_{name}_error', html)


def test_each_widget_that_is_written_without_its_template_is_among_those_fields():
    used = {field.widget.template_name for field in FIELDS.values()}
    assert used >= WRITTEN.keys()


@pytest.mark.parametrize("data", [None, {}])
def test_a_form_stands_on_a_page_as_crispys_own_layout_has_it(data):
    crispys = FormHelper()
    crispys.form_tag, crispys.disable_csrf, crispys.layout = False, True, Layout(*FIELDS)
    form = AnyForm(data)
    if data is not None:
        form.add_error(None, ODD)
    ours, theirs = (
        THE_WHOLE.render({"form": form, "helper": helper}) for helper in (AnyForm.helper, crispys)
    )
    assert but_for_errors_of_groups(ours) == but_for_errors_of_groups(theirs)
