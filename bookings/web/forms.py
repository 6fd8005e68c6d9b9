"""Fields, validators and forms that more than one door asks."""

import re
from datetime import date, datetime, timedelta
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, default_field_template
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import BigIntegerField
from django.http import QueryDict
from django.template import Template
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings import dates
from bookings.core.clients.addresses import kept_address, perhaps_meant
from bookings.core.clients.phones import is_a_phone, is_too_short
from bookings.core.wording import as_seen, piles_up_marks
from bookings.models.clients.addresses import can_be_mailed_to
from bookings.web.days import day_in, instant_in, refuse_unknown

LONGEST_NAME = 200
LONGEST_EMAIL = 254
LONGEST_PHONE = 40
LONGEST_DAY = 10  # 2099-12-31
FAR = timedelta(days=2 * 366)
A_KEY = re.compile(r"\A[0-9a-f]{32}\Z")  # 128 bits
A_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)", re.ASCII)
# 1,250 is a thousand and more to one reader and little more than 1 to another.
IN_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:[.,’' ]\d{3})+(?:[.,]\d*)?", re.ASCII)
FIRST_YEAR = 1900  # of birth
A_WHOLE_NUMBER = forms.IntegerField(min_value=0, max_value=BigIntegerField.MAX_BIGINT)
PERSON = ("name", "email", "phone")


class Textarea(forms.Textarea):
    """Counts a new line as one letter, as the browser that stops at the most of them does."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


def whole_number(text: str | None) -> int | None:
    """A number of a row, a page or a revision from a request; None for whatever is none."""
    try:
        return A_WHOLE_NUMBER.clean(text)
    except ValidationError:
        return None


def has_a_letter(text: str) -> None:
    if not any(letter.isalpha() for letter in text):
        raise ValidationError(_("Please give a name with at least one letter."))


def looks_like_a_phone(text: str) -> None:
    if not is_a_phone(text):
        raise ValidationError(_("Please use digits, spaces and + ( ) - only, or leave it empty."))
    if is_too_short(text):
        raise ValidationError(_("A phone number has at least six digits. Please look again."))


class ShortText(forms.CharField):
    """Text that is counted, for its reader's sake, before anything else looks at it.

    Django's own max_length is one validator among others, which all run although it has failed.
    """

    def __init__(self, *, longest: int, **options: Any):
        super().__init__(**options)
        self.longest = longest

    def run_validators(self, value: str) -> None:
        if len(value) > self.longest:
            words = _("Please use at most %(longest)s characters; this has %(length)s.")
            raise ValidationError(words % {"longest": self.longest, "length": len(value)})
        super().run_validators(value)


class NameField(ShortText):
    """A name that shows what it is: nothing that nobody sees, no marks piled upon a letter."""

    def __init__(self, *, longest: int = LONGEST_NAME, **options: Any):
        super().__init__(longest=longest, **options)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return as_seen(text) if len(text) <= self.longest else text

    def run_validators(self, value: str) -> None:
        super().run_validators(value)
        if piles_up_marks(value):
            raise ValidationError(_("Please leave out the marks stacked on a letter."))


class NumberField(forms.DecimalField):
    """A number as people write it: Python's own ways (1e2, 1_0) are typing errors in a price."""

    default_error_messages = {
        "invalid": gettext_lazy("Please give a number such as 62.50."),
        "thousands": gettext_lazy(
            "Please leave out what stands between the thousands, and write 1250 or 1250.00."
        ),
    }

    def __init__(self, **options: Any):
        options.setdefault("widget", forms.TextInput({"inputmode": "decimal"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and (text := value.strip()):
            if IN_THOUSANDS.fullmatch(text):
                raise ValidationError(self.error_messages["thousands"], code="thousands")
            if not A_NUMBER.fullmatch(text):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            value = text.replace(",", ".")
        return super().to_python(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """62,50 is 62.50."""
        return super().has_changed(initial, data.replace(",", ".") if data else data)


def sane_birthday(born: date, today: date) -> date:
    """Raises ValidationError for a day on which nobody who comes was born."""
    if born.year < FIRST_YEAR:
        raise ValidationError(_("Please give a year from {year} on.").format(year=FIRST_YEAR))
    if born >= today:
        raise ValidationError(_("Please give a date of birth in the past."))
    return born


class PlainHelper(FormHelper):
    """For fields inside a form tag that the template writes, so that little is to be said of it."""

    form_tag, form_action, disable_csrf = False, "", True
    template = "bootstrap5/_fields_alone.html"


def plain(*fields: str | LayoutObject) -> FormHelper:
    helper = PlainHelper()
    helper.layout = Layout(*(Plain(one) if isinstance(one, str) else one for one in fields))
    return helper


class Plain(LayoutObject):
    """A field, written without what crispy's own layout does for any other (ADR 20). One that is
    hidden is written by itself: the template around it would say nothing."""

    def __init__(self, name: str):
        self.fields = [name]

    def render(
        self, form: Any, context: Any, template_pack: str = TEMPLATE_PACK, **more: Any
    ) -> str:
        [name] = self.fields
        field = form[name]
        form.rendered_fields.add(name)
        if field.is_hidden:
            return str(field)
        with context.push(field=field):
            return default_field_template(template_pack).template.render(context)


class Inset(HTML):
    """What stands between fields, read as a template once and not each time it is shown."""

    @cached_property
    def template(self) -> Template:
        return Template(self.html)

    def render(self, form: Any, context: Any, **more: Any) -> str:
        return self.template.render(context)


# The button that takes what is proposed instead of an address.
PROPOSAL = Inset('{% include "web/_meant.html" with meant=form.meant %}')


class DayInput(forms.DateInput):
    """The browser's own way to choose a day; what is no day stays as text, to be put right.

    A form may also send the day in three parts, as `<name>_day`, `_month` and `_year`.
    """

    input_type = "date"
    PARTS = ("year", "month", "day")

    def __init__(self, **options: Any):
        super().__init__(format="%Y-%m-%d", **options)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        whole = super().value_from_datadict(data, files, name)
        year, month, day = (data.get(f"{name}_{part}", "").strip() for part in self.PARTS)
        if whole is not None or not (year or month or day):
            return whole
        return f"{day}/{month}/{_with_century(year)}"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if isinstance(value, str) and value and day_in(value) is None:
            context["widget"]["type"] = "text"
        return context


def _with_century(year: str) -> str:
    return f"20{year}" if len(year) == 2 and whole_number(year) is not None else year


class DayField(forms.DateField):
    """A civil day that pages know, chosen in the browser's own way or typed in three parts."""

    default_error_messages = {"invalid": gettext_lazy("Please give a date such as 25/04/2027.")}
    default_validators = [refuse_unknown]

    def __init__(self, **options: Any):
        super().__init__(widget=DayInput(), **options)
        self.input_formats = ["%Y-%m-%d", "%d/%m/%Y"]


class InstantField(forms.Field):
    """An aware instant as ISO 8601, such as 2026-12-01T09:00:00+00:00."""

    widget = forms.HiddenInput
    default_error_messages = {"invalid": gettext_lazy("Please choose one of the free times.")}

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if instant := instant_in(value):
            return instant
        raise ValidationError(self.error_messages["invalid"], code="invalid")

    def prepare_value(self, value):
        return value.isoformat() if isinstance(value, datetime) else value


class AddressField(ShortText):
    """An e-mail address, as it is kept."""

    widget = forms.EmailInput
    default_error_messages = {
        "invalid": gettext_lazy("Please give an email address such as name@example.com.")
    }

    def __init__(self, **options: Any):
        super().__init__(longest=LONGEST_EMAIL, **options)

    def run_validators(self, value: str) -> None:
        super().run_validators(value)
        if value:
            can_be_mailed_to(value)
            _looks_like_an_address(value, str(self.error_messages["invalid"]))

    def clean(self, value: Any) -> str:
        address = super().clean(value)
        return kept_address(address) if address else address


def _looks_like_an_address(text: str, otherwise: str) -> None:
    try:
        validate_email(text)
    except ValidationError:
        raise ValidationError(otherwise, code="invalid") from None


class KeyForm(forms.Form):
    """All that is asked of somebody whom we know: that one press is not taken for two."""

    key = forms.RegexField(A_KEY, widget=forms.HiddenInput)

    helper = plain("key")

    @property
    def person(self) -> dict[str, str]:
        """What was said of somebody whom we do not know; of those we do, nothing is asked."""
        return {}


def did_you_mean(meant: str, email: str) -> str:
    return _("Did you mean {meant}? If {email} is right, press the button again.").format(
        meant=meant, email=email
    )


class AsksAboutSlips(forms.Form):
    """One with an `email`: what looks like a slip is asked about once, and taken when sent again.

    `meant` in what is sent is the proposal, pressed (templates/web/_meant.html); it is taken only
    while it still goes with what is typed.
    """

    # What was looked at once more, with spaces between: addresses have none.
    sure = forms.CharField(required=False, max_length=4 * LONGEST_EMAIL, widget=forms.HiddenInput)
    meant = ""

    def clean_email(self) -> str:
        return self.without_slip("email")

    def without_slip(self, name: str) -> str:
        """What is typed there, or the proposal. Raises ValidationError to ask, once."""
        email = self.cleaned_data[name]
        meant = perhaps_meant(email)
        if meant and self.data.get("meant") == meant:
            self._put(name, meant)
            return meant
        if meant and not self.is_sure_of(email):
            self.meant = meant
            self.ask_once(email, did_you_mean(meant, email))
        return email

    def ask_once(self, what: str, question: str) -> None:
        """Raises ValidationError; when the same is sent again, it `is_sure_of` it."""
        self._put("sure", f"{self.data.get('sure', '')} {what}".strip())
        raise ValidationError(question)

    def is_sure_of(self, what: str) -> bool:
        return what in self.data.get("sure", "").split()

    def _put(self, name: str, value: str) -> None:
        """Of a field that is ticked several times, all stay."""
        sent = cast(QueryDict, self.data).copy()
        sent[name] = value
        self.data = sent


class AsksAboutFarDays(forms.Form):
    """A day more than two years ahead is asked about once, and taken when it is sent again."""

    # The day that was looked at once more.
    far = forms.CharField(required=False, max_length=LONGEST_DAY, widget=forms.HiddenInput)

    def ask_if_far_off(self, name: str, today: date) -> None:
        """Of a day that is typed anew, once the field has been read."""
        day, key = self.cleaned_data.get(name), self.add_prefix("far")
        if not day or day - today <= FAR or name not in self.changed_data:
            return
        if self.data.get(key) != day.isoformat():
            self.data = _with(self.data, key, day.isoformat())  # shown again, and so sent
            self.add_error(name, _far_off(day, today))


def _with(data: Any, key: str, value: str) -> Any:
    changed = data.copy()  # a QueryDict holds lists, and is none that one may change
    changed[key] = value
    return changed


def _far_off(day: date, today: date) -> str:
    years = round((day - today).days / 365.25)
    sentence = ngettext(
        "{day} is {count} year ahead. If that is meant, press the button again.",
        "{day} is {count} years ahead. If that is meant, press the button again.",
        years,
    )
    return sentence.format(day=dates.civil_day_and_year(day), count=years)


class PersonForm(AsksAboutSlips, KeyForm):
    """Who the appointment is for."""

    name = NameField(
        label=gettext_lazy("Name"),
        validators=[has_a_letter],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Please give your name.")},
    )
    email = AddressField(
        label=gettext_lazy("Email"),
        help_text=gettext_lazy("The confirmation goes there, with a link to move or cancel."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Please give your email address.")},
    )
    phone = ShortText(
        label=gettext_lazy("Phone (optional)"),
        required=False,
        help_text=gettext_lazy("Only for when something changes at short notice."),
        longest=LONGEST_PHONE,
        validators=[looks_like_a_phone],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    helper = plain("key", "sure", "name", "email", PROPOSAL, "phone")

    def clean_name(self) -> str:
        """On one line, whatever was pasted."""
        return " ".join(self.cleaned_data["name"].split())

    def typed_or_given(self) -> dict[str, str]:
        """What stands in the fields of the page."""
        return {name: self[name].value() or "" for name in PERSON}

    def typed(self) -> dict[str, str]:
        """What the person has typed, good or bad, so that it can be shown again."""
        return {name: self.data.get(name, "") for name in PERSON}

    @property
    def person(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in PERSON}
