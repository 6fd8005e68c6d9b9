"""What the owner may change of the protocol, field by field."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import dates
from bookings.core.training import FieldError, Kind, Phase, Pressure
from bookings.core.training.protocol import editing
from bookings.core.training.protocol.phases import CYCLE_PHASES
from bookings.core.wording import Sentence
from bookings.queries.training import protocol_file
from bookings.web.forms import ShortText, Textarea, plain

PRESSURES = [(pressure.key, pressure.label.capitalize()) for pressure in Pressure]
LONGEST_TEXT = 600
FILE_ENDINGS = ("yaml", "yml")
DAYS_TEXT = forms.TextInput(attrs={"inputmode": "numeric"})


def whole_weeks(days: int) -> None:
    if days % 7:
        raise ValidationError(
            _("Please use a multiple of 7, so that sessions stay on the same weekday.")
        )


class Days(forms.IntegerField):
    def __init__(self, label: Any, *, least: int = 1, most: int = 365, **options: Any):
        super().__init__(
            label=label, min_value=least, max_value=most, widget=DAYS_TEXT,
            error_messages={"invalid": gettext_lazy("Please give a whole number.")}, **options,
        )  # fmt: skip


class WordsField(ShortText):
    def __init__(self, label: Any, *, rows: int = 3, **options: Any):
        widget = Textarea(attrs={"rows": rows})
        super().__init__(label=label, widget=widget, longest=LONGEST_TEXT, **options)


class Lines(ShortText):
    """A list of texts, one on each line."""

    def __init__(self, label: Any, **options: Any):
        widget = Textarea(attrs={"rows": 4})
        super().__init__(label=label, widget=widget, longest=4 * LONGEST_TEXT,
                         help_text=gettext_lazy("One on each line."), required=False,
                         **options)  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != _lines(data or "")


class Leads(forms.CharField):
    """Numbers of days such as 3, 1; empty for what usually holds."""

    default_error_messages = {
        "invalid": gettext_lazy("Please give days as whole numbers, such as 3, 1.")
    }

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[int] | None:  # type: ignore[override]
        words = (super().to_python(value) or "").replace(",", " ").split()
        if not all(word.isascii() and word.isdigit() and len(word) < 4 for word in words):
            raise ValidationError(self.error_messages["invalid"])
        return [int(word) for word in words] or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return (initial or None) != self.to_python(data)
        except ValidationError:
            return True


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class ProtocolForm(forms.Form):
    """Some fields of one part of the protocol; `paths` says where each lies inside that part."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    paths: Mapping[str, editing.Path] = {}

    def __init__(self, kept: editing.Data, part: editing.Path, number: int, **kwargs: Any):
        self.where = {name: part + path for name, path in self.paths.items()}
        initial = {name: editing.at(kept, path) for name, path in self.where.items()}
        super().__init__(initial={**initial, "based_on": number}, **kwargs)

    def changes(self) -> dict[editing.Path, Any]:
        """Only what is different, so that a field left alone stays as it was written."""
        return {
            self.where[name]: self._value(name) for name in self.changed_data if name in self.where
        }

    def _value(self, name: str) -> Any:
        value = self.cleaned_data[name]
        if isinstance(self.fields[name], Lines):
            return _lines(value)
        return " ".join(value.split()) if isinstance(value, str) else value

    def show_stale(self, number: int) -> None:
        """What was typed stays; the next press is about the version that holds now."""
        self.data = {**dict(self.data.items()), "based_on": str(number)}

    @property
    def written_now(self) -> list[tuple[str, str]]:
        """The fields that differ from what was typed, and what stands in the protocol."""
        names = [name for name in self.changed_data if name in self.where]
        return [(str(self.fields[name].label), self._in_words(name)) for name in names]

    def _in_words(self, name: str) -> str:
        value = self.initial[name]
        if isinstance(value, list):
            return "; ".join(map(str, value))
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, "empty" if value in (None, "") else value))

    def blame(self, error: FieldError) -> None:
        """Shows the protocol's own refusal beside the field that it names."""
        for name, path in self.where.items():
            written = editing.written(path)
            if error.field.startswith(written):
                return self.add_error(name, dates.translated(error.about(Sentence("This"))))
        return self.add_error(None, dates.translated(error.sentence))


class SessionTypeForm(ProtocolForm):
    """How long and how firm one kind of session is, and why it is suggested."""

    minutes = Days(gettext_lazy("Minutes"), least=5, most=240)
    pressure = forms.ChoiceField(label=gettext_lazy("Pressure"), choices=PRESSURES)
    why = WordsField(gettext_lazy("Why, in one sentence for the runner"))

    paths = {"minutes": ("minutes",), "pressure": ("pressure",), "why": ("why",)}
    helper = plain("based_on", "minutes", "pressure", "why")

    def __init__(self, kept: editing.Data, kind: Kind, number: int, **kwargs: Any):
        super().__init__(kept, ("session_types", kind.value), number, **kwargs)


# How the form is laid out: two fields side by side, then texts.
PAIRS = (
    ("usual", "ceiling"),
    ("shortest", "longest"),
    ("least", "most"),
    ("standard", "high_volume"),
)
WORDS = (
    "client_message", "reminder_sentence", "reminder_days", "therapist_brief", "avoid",
)  # fmt: skip


class PhaseForm(ProtocolForm):
    """How a phase is called, what it bears, how often sessions come, and the words for it."""

    name = ShortText(label=gettext_lazy("Name"), longest=60)
    usual = forms.ChoiceField(label=gettext_lazy("Usual pressure"), choices=PRESSURES)
    ceiling = forms.ChoiceField(
        label=gettext_lazy("Firmest pressure advised"),
        choices=PRESSURES,
        help_text=gettext_lazy("The slot picker and every plan keep to it at once."),
    )
    shortest = Days(gettext_lazy("Shortest session, in minutes"), least=0, most=240)
    longest = Days(gettext_lazy("Longest session, in minutes"), least=0, most=240)
    least = Days(gettext_lazy("At least so many days between sessions"), required=False)
    most = Days(gettext_lazy("At most so many days between sessions"), required=False)
    standard = Days(
        gettext_lazy("Days between sessions in a plan"), least=7, most=364,
        validators=[whole_weeks],
        help_text=gettext_lazy("A multiple of 7, so that sessions stay on the same weekday."),
    )  # fmt: skip
    high_volume = Days(
        gettext_lazy("Days between sessions for runners with many kilometres"), least=7, most=364,
        validators=[whole_weeks], help_text=gettext_lazy("A multiple of 7."),
    )  # fmt: skip
    client_message = WordsField(gettext_lazy("What we tell the runner"), required=False)
    reminder_sentence = WordsField(
        gettext_lazy("What a reminder says of the phase"), required=False, rows=2,
        help_text=gettext_lazy("{time} becomes the time to or since the race, such as 11 days."),
    )  # fmt: skip
    reminder_days = Leads(
        label=gettext_lazy("Reminders, days before"), required=False,
        help_text=gettext_lazy("Such as 3, 1. Empty: on the usual days."),
    )  # fmt: skip
    therapist_brief = WordsField(gettext_lazy("What we tell the therapist"), rows=4)
    avoid = Lines(gettext_lazy("What to avoid (for therapists)"))

    paths = {
        "name": ("name",),
        "usual": ("pressure", "default"),
        "ceiling": ("pressure", "ceiling"),
        "shortest": ("length_min", 0),
        "longest": ("length_min", 1),
        "least": ("cadence_days", "min"),
        "most": ("cadence_days", "max"),
        "standard": ("cadence_days", "standard"),
        "high_volume": ("cadence_days", "high_volume"),
        "client_message": ("client_message",),
        "reminder_sentence": ("reminder_sentence",),
        "reminder_days": ("reminder_days",),
        "therapist_brief": ("therapist_brief",),
        "avoid": ("avoid",),
    }

    def __init__(self, kept: editing.Data, phase: Phase, number: int, **kwargs: Any):
        keys = [one["key"] for one in kept["phases"]]
        super().__init__(kept, ("phases", keys.index(phase.value)), number, **kwargs)
        cadences = [PAIRS[-1]] if phase in CYCLE_PHASES else []
        if not cadences:
            del self.fields["standard"], self.fields["high_volume"]
        pairs = [Div(*pair, css_class="pair") for pair in [*PAIRS[:-1], *cadences]]
        self.helper = plain("based_on", "name", *pairs, *WORDS)

    def clean(self) -> None:
        typed = self.cleaned_data
        for low, high, wrong in (
            ("shortest", "longest", _("Please give no less than the shortest.")),
            ("least", "most", _("Please give no less than the least.")),
        ):
            if typed.get(low) and typed.get(high) and typed[low] > typed[high]:
                self.add_error(high, wrong)


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Protocol file"),
        help_text=format_lazy(
            gettext_lazy("YAML, at most {size} KB, as an export writes it."),
            size=protocol_file.LARGEST // 1024,
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(f".{one}" for one in FILE_ENDINGS)}),
        validators=[
            FileExtensionValidator(
                FILE_ENDINGS,
                gettext_lazy("Please choose a file with a name that ends in .yaml or .yml."),
            )
        ],
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    helper = plain("file")

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > protocol_file.LARGEST:
            raise ValidationError(protocol_file.too_large())
        return file.read()
