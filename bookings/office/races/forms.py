"""The forms of a listed race, and of a file of races."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from bookings.actions.training.listed_races import there_already
from bookings.core.records.race_files import LONGEST_NAME, LONGEST_TOWN
from bookings.models import Distance, ListedDistance, ListedRace
from bookings.queries.training.listed import FURTHEST_AHEAD
from bookings.web.forms import DayField, NameField, ShortText, has_a_letter, plain

STANDS = gettext_noop("A day that stands is changed under “Moved or cancelled?”.")


class StartField(forms.TimeField):
    """The clock of the first start."""

    default_error_messages = {"invalid": gettext_lazy("Please give a time such as 9:30.")}

    def __init__(self, label: str) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(label=label, required=False, widget=widget)


class ListedRaceForm(forms.Form):
    """A race with a day for each of its distances; a day that stands is moved on a page apart."""

    name = NameField(
        label=gettext_lazy("Name"),
        longest=LONGEST_NAME,
        validators=[has_a_letter],
        error_messages={"required": gettext_lazy("Please give the name of the race.")},
    )
    town = ShortText(label=gettext_lazy("Town (optional)"), longest=LONGEST_TOWN, required=False)

    def __init__(self, data: Any = None, *, listed: ListedRace | None = None, today: date):
        known = {one.distance: one for one in listed.distances.all()} if listed else {}
        initial = {"name": listed.name, "town": listed.town} if listed else {}
        super().__init__(data, initial=initial)
        self.listed, self.known, self._today = listed, known, today
        rows = []
        for one in Distance:
            self._add(one, known.get(one))
            rows.append(Div(f"{one.value}_day", f"{one.value}_start", css_class="pair"))
        self.helper = plain("name", "town", *rows)

    def _add(self, distance: Distance, known: ListedDistance | None) -> None:
        label = _("{distance}: date").format(distance=distance.label)
        day = DayField(label=label, required=False, disabled=known is not None)
        if known:
            day.help_text = format_html('<a href="#moved">{}</a>', _(STANDS))
        label = _("{distance}: start (optional)").format(distance=distance.label)
        start = StartField(label)
        if known:
            day.initial, start.initial = known.race_date, known.start
        self.fields[f"{distance.value}_day"], self.fields[f"{distance.value}_start"] = day, start

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_town(self) -> str:
        return " ".join(self.cleaned_data["town"].split())

    def clean(self) -> None:
        for one in Distance:
            self._look_at(one)
        if not self.errors and not list(self.distances):
            self.add_error("marathon_day", _("Please give the date of one distance at least."))

    def _look_at(self, one: Distance) -> None:
        field = f"{one.value}_day"
        day, start = self.cleaned_data.get(field), self.cleaned_data.get(f"{one.value}_start")
        if start and not day and field not in self.errors:
            self.add_error(field, _("Please give the day of this start."))
        if not day or one in self.known:
            return
        if day < self._today:
            self.add_error(field, _("Please give a day to come."))
        elif day > self._today + FURTHEST_AHEAD:
            self.add_error(field, _("Please give a day within the next two years."))
        elif self._is_there(one, day):
            self.add_error(field, _("This race is in the list already with that distance."))

    def _is_there(self, one: Distance, day: date) -> bool:
        others = ListedDistance.objects.select_related("listed_race").filter(distance=one)
        if self.listed:
            others = others.exclude(listed_race=self.listed)
        return there_already(self.cleaned_data.get("name", ""), day, one, others) is not None

    @property
    def distances(self) -> Iterator[dict[str, Any]]:
        for one in Distance:
            if day := self.cleaned_data.get(f"{one.value}_day"):
                start = self.cleaned_data.get(f"{one.value}_start")
                yield {"distance": one.value, "race_date": day, "start": start}


class RaceFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Calendar (.ics) or table (.csv)"),
        widget=forms.FileInput({"accept": ".ics,.csv,.txt,text/calendar,text/csv"}),
        help_text=gettext_lazy(
            "Of at most 500 KB and 500 races. A table has columns named race, town, date, distance "
            "and start. It is read and shown to you; nothing is added yet."
        ),
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    helper = plain("file")
