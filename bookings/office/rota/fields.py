"""A cell of the rota: hours as they are typed, and how the form that holds them knows a change."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.core.scheduling import hours_text
from bookings.core.scheduling.hours_text import CannotRead, DayHours, Fault
from bookings.web.forms import ShortText

LONGEST_WORD = 120  # behind a break
SENTENCES: dict[Fault, str | Promise] = {
    Fault.UNREADABLE: gettext_lazy("“{words}” is not read as hours: type 9-13, 14-18."),
    Fault.NO_TIME: gettext_lazy("“{words}” has a time that no clock shows: type 9-13 or 9:30-13."),
    Fault.BACKWARDS: gettext_lazy(
        "“{words}” ends before it begins: 5 in the afternoon is 17, and what goes over midnight "
        "stands on both days."
    ),
    Fault.OVER_MIDNIGHT: gettext_lazy(
        "“{words}” ends at midnight, which is the next day’s already: please type 23:59. What goes "
        "on after it stands on the next day, from 0."
    ),
    Fault.OVERLAP: gettext_lazy("These overlap: {words}."),
    Fault.TOO_MANY: gettext_lazy("Please give at most eight spans a day."),
}


class HoursField(ShortText):
    """Some spans of a day; with `words`, each may have one behind it, such as lunch.

    What stands there (`standing`, by its text) is taken as it is where nobody has touched it, also
    when it could not be typed: hours that overlap, or end on a half minute.
    """

    def __init__(self, *, words: bool = False, **options: Any):
        options.setdefault("required", False)
        super().__init__(longest=hours_text.LONGEST, **options)
        self.words = words
        self.standing: tuple[str, list[DayHours]] = ("", [])

    def stands(self, hours: list[DayHours]) -> str:
        """From now on these do; as the cell shows them."""
        self.standing = (hours_text.written(hours), hours)
        return self.standing[0]

    def clean(self, value: Any) -> list[DayHours]:
        typed = super().clean(value)
        if typed == self.standing[0]:
            return self.standing[1]
        try:
            hours = (hours_text.read_with_words if self.words else hours_text.read)(typed)
        except CannotRead as fault:
            sentence = str(SENTENCES[fault.fault]).format(words=fault.words)
            raise ValidationError(sentence, code=fault.fault) from None
        if any(len(one.what) > LONGEST_WORD for one in hours):
            raise ValidationError(_("Please use at most 120 characters for what a break is for."))
        return hours


def hours_of(form: forms.BaseForm, name: str) -> list[DayHours]:
    """As typed or as they stand; none where they cannot be read."""
    try:
        return form.fields[name].clean(form[name].value())
    except ValidationError:
        return []
