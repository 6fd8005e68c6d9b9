"""The forms of an import: its file, and what its columns hold."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.records import reading
from bookings.actions.records.deciding import Offers
from bookings.core.clients.search_text import name_compared
from bookings.core.records.fields import MAY_REPEAT, VISIT, Field, refusal_of
from bookings.core.records.moments import Order
from bookings.models import ClientImport, Therapist, Treatment
from bookings.models.records.imports import SameAddress
from bookings.office.imports import words
from bookings.web.forms import plain

COLUMN = "column"
NOT_IMPORTED = ("", gettext_lazy("Not imported"))
CHOICES = ("remind", "same_address", "no_pauses", "takes_far")  # of the whole list
MOST_NAMES = 60  # to be told one by one


def nearest(name: str, model: Any, field: Field) -> Any:
    """Who may be meant, to be said by hand: the only one of that first name, or of that last name
    and initial."""
    if field is not Field.THERAPIST:
        return None
    there = [(one, name_compared(one.name).split()) for one in model.objects.filter(active=True)]
    last, comma, first = name.partition(",")
    said = name_compared(f"{first} {last}" if comma else name).replace(".", " ").split()
    found = [one for one, parts in there if said and parts and _fits(said, parts)]
    return found[0] if len(found) == 1 else None


def _fits(said: list[str], parts: list[str]) -> bool:
    if len(said) == 1:
        return said[0] == parts[0]
    initial = said[0] == parts[0] or (len(said[0]) == 1 and parts[0].startswith(said[0]))
    return initial and said[-1] == parts[-1]


class ListFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file or workbook (.xlsx)"),
        widget=forms.FileInput(
            {"accept": ".csv,.txt,.tsv,.xlsx,text/csv,text/plain,text/tab-separated-values"}
        ),
        help_text=gettext_lazy(
            "Of at most 8 MB and 20,000 rows. The other system’s own export of its clients, or of "
            "its appointments, as it is. It is read and shown to you; nothing is imported yet."
        ),
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    helper = plain("file")


class ColumnsForm(forms.Form):
    """What each column holds; from which system; and what its days and names mean."""

    source = forms.ChoiceField(
        label=gettext_lazy("Where it comes from"),
        help_text=gettext_lazy(
            "Clients are known again by their number there, so that the same list twice changes "
            "nothing."
        ),
    )
    order = forms.ChoiceField(
        label=gettext_lazy("Days such as 03/04/2026"),
        required=False,
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )
    remind = forms.BooleanField(
        label=gettext_lazy("Remind them by mail of the appointments in this list"),
        required=False,
        help_text=gettext_lazy(
            "As of any appointment. Nobody gets a confirmation of what is imported, and nobody is "
            "signed up for mails timed to training."
        ),
    )

    same_address = forms.ChoiceField(
        label=gettext_lazy("Who has somebody else’s e-mail address under another name"),
        choices=SameAddress.choices,
        required=False,
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )
    no_pauses = forms.BooleanField(
        label=gettext_lazy("Leave out the pause after each appointment of this list"),
        required=False,
        help_text=gettext_lazy(
            "For diaries that have appointments back to back. The pauses after other appointments "
            "here stay."
        ),
    )
    takes_far = forms.BooleanField(
        label=gettext_lazy("Take in appointments more than two years ahead"),
        required=False,
        help_text=gettext_lazy("Without it they are listed: mostly the year is mistyped."),
    )

    def __init__(self, data: Any = None, *, batch: ClientImport):
        super().__init__(data)
        self.batch = batch
        for name in CHOICES:
            self.fields[name].initial = getattr(batch, name)
        self.samples = reading.samples(batch)
        source = self.fields["source"]
        source.choices = list(words.SOURCES.items())  # type: ignore[attr-defined]
        source.initial = batch.source
        order = self.fields["order"]
        order.choices = [  # type: ignore[attr-defined]
            ("", _("The column itself says which comes first")),
            *words.ORDERS.items(),
        ]
        order.initial = batch.date_order
        self._add_columns()
        self._add_names(self._mapped())
        self.helper = plain("source")

    def _add_columns(self) -> None:
        choices = [NOT_IMPORTED, *words.FIELDS.items()]
        for number, name in enumerate(self.batch.columns):
            if not refusal_of(name):
                self.fields[f"{COLUMN}{number}"] = forms.ChoiceField(
                    label=name or _("Column {number}").format(number=number + 1),
                    choices=choices,
                    required=False,
                    widget=forms.Select({"class": "form-select form-select-sm"}),
                    initial=self.batch.mapping.get(str(number), ""),
                )

    def _mapped(self) -> dict[int, Field]:
        """As it is sent, or was kept."""
        if not self.is_bound:
            return self.batch.fields
        sent = {n: self.data.get(f"{COLUMN}{n}", "") for n in range(len(self.batch.columns))}
        return {n: Field(one) for n, one in sent.items() if one in set(Field)}

    def _add_names(self, mapped: dict[int, Field]) -> None:
        """A field for each treatment and therapist that is called otherwise here."""
        self.unknown: list[tuple[str, Field, str]] = []
        offers = Offers(self.batch)
        for field, model in ((Field.TREATMENT, Treatment), (Field.THERAPIST, Therapist)):
            if field not in mapped.values():
                continue
            chosen = self.batch.names.get(field.value, {})
            names = reading.names_in(self.batch, mapped, field)
            unknown = [
                one
                for one in names
                if name_compared(one) in chosen or offers.meant(field, one) is None
            ]
            for number, name in enumerate(unknown[:MOST_NAMES]):
                self._add_name(f"{field.value}{number}", field, name, model)

    def _add_name(self, key: str, field: Field, name: str, model: Any) -> None:
        chosen = self.batch.names.get(field.value, {})
        self.fields[key] = forms.ModelChoiceField(
            model.objects.filter(active=True),
            label=str(words.NAMES[field]).format(name=name[:100]),
            required=False,
            empty_label=_("Not here: its appointments are left out"),
            initial=chosen.get(name_compared(name)) or nearest(name, model, field),
        )
        self.unknown.append((key, field, name))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A line for each column: what it is called, what stands in it, what it is taken for."""
        found = []
        for number, name in enumerate(self.batch.columns):
            refusal = refusal_of(name)
            found.append(
                {
                    "name": name or _("Column {number}").format(number=number + 1),
                    "samples": self.samples[number],
                    "refusal": refusal and words.REFUSALS[refusal],
                    "field": None if refusal else self[f"{COLUMN}{number}"],
                }
            )
        return found

    @property
    def name_fields(self) -> list[Any]:
        return [self[key] for key, _field, _name in self.unknown]

    @property
    def chosen_names(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for key, field, name in self.unknown:
            if row := self.cleaned_data.get(key):
                found.setdefault(field.value, {})[name_compared(name)] = row.pk
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        mapped = self._mapped()
        fields = list(mapped.values())
        by_key = Field.KEY in fields and any(one in VISIT for one in fields)
        if not {Field.NAME, Field.FIRST_NAME, Field.LAST_NAME} & set(fields) and not by_key:
            first = next(one for one in self.fields if one.startswith(COLUMN))
            self.add_error(first, str(words.TELLS_WHO))
        for field in dict.fromkeys(fields):
            if fields.count(field) > 1 and field not in MAY_REPEAT:
                last = max(n for n, one in mapped.items() if one is field)
                sentence = str(words.TWICE).format(field=words.FIELDS[field])
                self.add_error(f"{COLUMN}{last}", sentence)
        if not data.get("order"):
            self._ask_for_the_order(mapped)
        return data

    def _ask_for_the_order(self, mapped: dict[int, Field]) -> None:
        orders = reading.orders_of(self.batch, mapped)
        if orders.must_be_asked:
            sentence = str(words.WHICH_FIRST if orders.either else words.BOTH_ORDERS)
            self.add_error("order", sentence.format(day=orders.either[:40]))
        else:
            self.found_order = orders.sure

    @property
    def mapped(self) -> dict[int, Field]:
        return self._mapped()

    @property
    def chosen_order(self) -> Order | None:
        if said := self.cleaned_data.get("order"):
            return Order(said)
        return getattr(self, "found_order", None)
