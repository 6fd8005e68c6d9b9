"""The file of a runner's own training plan."""

from django import forms
from django.utils.translation import gettext_lazy

from bookings.web.forms import plain


class PlanFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Calendar (.ics) or table (.csv)"),
        widget=forms.FileInput({"accept": ".ics,.csv,.txt,.tsv,text/calendar,text/csv"}),
        help_text=gettext_lazy(
            "Of at most 1 MB. A table begins with a heading line that names its columns, such as "
            "date,kind,minutes,km; minutes and km may be left out."
        ),
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    helper = plain("file")

    @classmethod
    def refused(cls, sentence: str) -> "PlanFileForm":
        """As after a file of which nothing has been read."""
        form = cls({})
        form.errors.pop("file")
        form.add_error("file", sentence)
        return form
