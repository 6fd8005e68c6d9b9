"""The link or the file of a runner's own training plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models.pasted_links import NotRead
from bookings.web.forms import plain
from bookings.web.training.own_plan.links import LONGEST_LINK, no_page, refusal_of

ONCE = gettext_lazy(
    "It begins with https:// or webcal://. We read it this once and do not keep it."
)


class OwnPlanForm(forms.Form):
    """One of the two."""

    link = forms.CharField(
        label=gettext_lazy("Private calendar link"),
        max_length=LONGEST_LINK,
        required=False,
        validators=[no_page],
        widget=forms.URLInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "It begins with https:// or webcal://. We keep it as we would a password, and read it "
            "again every few hours."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file: calendar (.ics) or table (.csv)"),
        required=False,
        widget=forms.FileInput({"accept": ".ics,.csv,.txt,.tsv,text/calendar,text/csv"}),
        help_text=gettext_lazy(
            "Of at most 1 MB. A table begins with a heading line that names its columns, such as "
            "date,kind,minutes,km; minutes and km may be left out."
        ),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )

    helper = plain("link", "file")

    def __init__(self, *args: Any, is_kept: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not is_kept:
            self.fields["link"].help_text = ONCE

    def full_clean(self) -> None:
        """What is shown again may be read over a shoulder: the link is as good as a password."""
        super().full_clean()
        if self.is_bound and self["link"].value():
            self.fields["link"].widget = forms.PasswordInput(
                {"autocomplete": "off", "spellcheck": "false"}, render_value=True
            )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.errors:
            return found
        if found.get("link") and found.get("file"):
            self.add_error("file", _("Please give us the link or a file, not both."))
        elif not found.get("link") and not found.get("file"):
            self.add_error("link", _("Please paste a link, or choose a file below."))
        return found

    def refuse_link(self, why: NotRead) -> None:
        said = refusal_of(why)
        self.add_error("link", f"{said} {_('A file always works.')}")

    @classmethod
    def refused(cls, sentence: str, *, is_kept: bool) -> "OwnPlanForm":
        """As after a file of which nothing has been read."""
        form = cls({}, is_kept=is_kept)
        form.errors.pop("link")
        form.add_error("file", sentence)
        return form
